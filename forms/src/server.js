// What is asked of the server, and what its answers mean. Nothing here is needed to fill a fiche already kept.
export const HOME = "/questionnaires/remplir/";
const SECONDS = 15;

/** Who is signed in, with the forms offered: null without network, `{signedOut: true}` when the session is over. */
export async function whoIsIn() {
  const answer = await asked(`${HOME}moi/`);
  if (!answer) return null;
  if (answer.type === "opaqueredirect" || answer.status === 401) return { signedOut: true };
  if (answer.status === 403) return { refused: true };
  return answer.ok ? answer.json() : null;
}

/** The form of a code as it is offered now; null when the server can't be reached or offers it no more. */
export async function contentOf(code, known) {
  const answer = await asked(`/questionnaires/${code}/remplir/contenu/?connu=${known ?? ""}`);
  if (!answer || answer.status === 204) return answer ? "same" : null;
  return answer.ok ? answer.json() : null;
}

/** Send a fiche: `{status, said}`, status 0 without network. */
export async function sendFiche(token, xml, files) {
  const body = new FormData();
  body.append("csrfmiddlewaretoken", token);
  body.append("xml_submission_file", new Blob([xml], { type: "text/xml" }), "fiche.xml");
  for (const [name, blob] of files) body.append(name, blob, name);
  const answer = await asked(`${HOME}envoyer/`, { method: "POST", body }, 180);
  if (!answer) return { status: 0, said: "" };
  if (answer.type === "opaqueredirect") return { status: 401, said: "" };
  const said = await answer.json().catch(() => ({ said: "Le serveur n’a pas su répondre : ce sera renvoyé." }));
  return { status: answer.status, said: said.said };
}

async function asked(address, options = {}, seconds = SECONDS) {
  const controller = new AbortController();
  const patience = setTimeout(() => controller.abort(), seconds * 1000);
  try {
    return await fetch(address, { redirect: "manual", signal: controller.signal, ...options });
  } catch {
    return null;
  } finally {
    clearTimeout(patience);
  }
}
