// What waits to be sent, sent in turn by one tab at a time, as the person whose safe is open and nobody else.
import { sendFiche, whoIsIn } from "./server.js";

/** The finished fiches of a person that the server has not yet said it has. */
export async function waiting(safe) {
  return (await safe.fiches()).filter((fiche) => fiche.state === "ready");
}

/** Send what waits: `{sent, problem, who}`. A fiche that the server may already have is sent again without harm. */
export function send(safe) {
  return navigator.locks.request("jigi-envoi", { ifAvailable: true }, async (lock) => {
    if (!lock || !(await waiting(safe)).length) return { sent: 0 };
    const who = await whoIsIn();
    if (!who) return { sent: 0, problem: "Sans réseau : les fiches partiront quand il reviendra." };
    const problem = barred(who, safe);
    return problem ? { sent: 0, problem, who } : { who, ...(await sendEach(safe, who)) };
  });
}

function barred(who, safe) {
  if (who.signedOut) return "Votre session est finie : reconnectez-vous, puis envoyez. Rien n’est perdu.";
  if (who.refused) return "Votre affectation n’ouvre plus la collecte : les fiches restent ici, chiffrées. Voyez votre superviseur.";
  if (who.user !== safe.owner) return "Une autre personne est connectée au site : vos fiches attendent que vous le soyez.";
  return "";
}

async function sendEach(safe, who) {
  let sent = 0;
  let problem = "";
  for (const fiche of await waiting(safe)) {
    const { xml, files } = await safe.answers(fiche);
    const place = safe.filesOf(fiche.id);
    const found = await Promise.all(files.map(async (name) => [name, await place.get(name)]));
    const { status, said } = await sendFiche(who.token, xml, found.filter(([, blob]) => blob));
    if (status === 201) {
      await safe.empty(fiche, { state: "sent", changed: Date.now() });
      sent += 1;
    } else if (status === 401) {
      const over = { signedOut: true };
      return { sent, problem: barred(over, safe), who: over };
    } else if (status === 0) {
      return { sent, problem: "La liaison s’est coupée : l’envoi reprendra." };
    } else {
      // 409: other answers have this number, and both are kept by the server; sending again would change nothing.
      await safe.note(fiche, { said, state: status === 409 ? "refused" : "ready" });
      problem = said;
    }
  }
  return { sent, problem };
}
