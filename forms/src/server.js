// What is asked of the server, and what its answers mean. Nothing here is needed to fill a fiche already kept.
export const HOME = "/questionnaires/remplir/";
const SECONDS = 15;

/** Who is signed in, with the forms offered: null without network, `{signedOut: true}` when the session is over. */
export async function whoIsIn() {
  const answer = await asked(`${HOME}moi/`);
  if (!answer) return null;
  if (answer.status === 401) return { signedOut: true };
  if (answer.status === 403) return { refused: true };
  return answer.status === 200 ? answer.said : null;
}

/** The form of a code as it is offered now; null when the server can't be reached or offers it no more. */
export async function contentOf(code, known) {
  const answer = await asked(`/questionnaires/${code}/remplir/contenu/?connu=${known ?? ""}`);
  if (!answer || answer.status === 204) return answer ? "same" : null;
  return answer.status === 200 ? answer.said : null;
}

/** Send a fiche: `{status, said}`, status 0 without network. */
export async function sendFiche(token, xml, files) {
  const body = new FormData();
  body.append("csrfmiddlewaretoken", token);
  body.append("xml_submission_file", new Blob([xml], { type: "text/xml" }), "fiche.xml");
  for (const [name, blob] of files) body.append(name, blob, name);
  const answer = await asked(`${HOME}envoyer/`, { method: "POST", body }, 180);
  if (!answer) return { status: 0, said: "" };
  return { status: answer.status, said: answer.said?.said ?? "Le serveur n’a pas su répondre : ce sera renvoyé." };
}

/** An answer read whole, `{status, said}`, a way to the sign-in page being 401; null when the link is cut, or when nothing
 *  more comes for so many seconds, be it in the middle of the answer. */
async function asked(address, options = {}, seconds = SECONDS) {
  const controller = new AbortController();
  let patience;
  const wait = (length) => {
    clearTimeout(patience);
    patience = setTimeout(() => controller.abort(), length * 1000);
  };
  wait(seconds);
  try {
    const answer = await fetch(address, { redirect: "manual", signal: controller.signal, ...options });
    wait(SECONDS);
    const text = await whole(answer, () => wait(SECONDS));
    return { status: answer.type === "opaqueredirect" ? 401 : answer.status, said: read(text) };
  } catch {
    return null;
  } finally {
    clearTimeout(patience);
  }
}

async function whole(answer, came) {
  const reader = answer.body?.getReader();
  const words = new TextDecoder();
  let text = "";
  for (let part; reader && !(part = await reader.read()).done; came()) text += words.decode(part.value, { stream: true });
  return text + words.decode();
}

/** What a text says; null when it is not the server's JSON, but a page of somebody on the way. */
function read(text) {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
