// What waits to be sent, sent in turn by one tab at a time, as the person whose safe is open and nobody else.
import { sendFiche, whoIsIn } from "./server.js";

/** The finished fiches of a person that the server has not yet said it has. */
export async function waiting(safe) {
  return (await safe.fiches()).filter((fiche) => fiche.state === "ready");
}

// What sending again would not change: the fiche is kept with the server's words, to be taken up or erased.
const FOR_GOOD = [400, 409, 413, 422];
const LONGEST_WAIT = 60;

/** Send what waits: `{sent, problem, who}`. A fiche that the server may already have is sent again without harm.
 *
 *  One that the server could not take waits longer after each time, files cost what they weigh; `isAsked`: not now. */
export function send(safe, isAsked = false) {
  return navigator.locks.request("jigi-envoi", { ifAvailable: true }, async (lock) => {
    const due = (await waiting(safe)).filter((fiche) => isAsked || !(fiche.until > Date.now()));
    if (!lock || !due.length) return { sent: 0 };
    const who = await whoIsIn();
    if (!who) return { sent: 0, problem: "Sans réseau : les fiches partiront quand il reviendra." };
    const problem = barred(who, safe);
    return problem ? { sent: 0, problem, who } : { who, ...(await sendEach(safe, who, due)) };
  });
}

function barred(who, safe) {
  if (who.signedOut) return "Votre session est finie : reconnectez-vous, puis envoyez. Rien n’est perdu.";
  if (who.refused) return "Votre affectation n’ouvre plus la collecte : les fiches restent ici, chiffrées. Voyez votre superviseur.";
  if (who.user !== safe.owner) return "Une autre personne est connectée au site : vos fiches attendent que vous le soyez.";
  return "";
}

async function sendEach(safe, who, due) {
  let sent = 0;
  let problem = "";
  for (const fiche of due) {
    const { xml, files } = await safe.answers(fiche);
    const place = safe.filesOf(fiche.id);
    const found = await Promise.all(files.map(async (name) => [name, await place.get(name)]));
    if (found.some(([, blob]) => !blob)) {
      problem = "Un fichier de cette fiche manque sur l’appareil : reprenez-la, et refaites-le.";
      await safe.note(fiche, { said: problem, state: "refused" });
      continue;
    }
    const { status, said } = await sendFiche(who.token, xml, found);
    if (status === 201) {
      await safe.empty(fiche, { state: "sent", changed: Date.now() });
      sent += 1;
    } else if (status === 401) {
      const over = { signedOut: true };
      return { sent, problem: barred(over, safe), who: over };
    } else if (status === 0) {
      return { sent, problem: "La liaison s’est coupée : l’envoi reprendra." };
    } else if (FOR_GOOD.includes(status)) {
      // 409: other answers have this number, and both are kept by the server: there is nothing to take up.
      await safe.note(fiche, { said, state: "refused", isOver: status === 409 });
      problem = said;
    } else {
      const tries = (fiche.tries ?? 0) + 1;
      await safe.note(fiche, { said, tries, until: Date.now() + Math.min(2 ** tries, LONGEST_WAIT) * 60000 });
      problem = said;
    }
  }
  return { sent, problem };
}
