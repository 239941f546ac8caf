// What the pages of lists on a phone share: the lists at hand and those to load, what waits to be sent and what was refused, and
// leaving. A page says its words and how its list is opened and sent.
const $ = (selector) => document.querySelector(selector);
export const words = (iso) => new Date(`${iso}T12:00`).toLocaleDateString("fr-FR", { weekday: "long", day: "numeric", month: "long" });
export const today = () => new Date().toLocaleDateString("sv-SE");

const FINAL = [400, 403, 404, 409, 422]; // sent again as it is, it would be refused again

/** The day on which something planned is likely done: today, unless it was planned for another season. */
export const likely = (planned) => (Math.abs(Date.now() - new Date(`${planned}T12:00`)) < 30 * 86400000 ? today() : planned);

/**
 * Begin a page. `page` has: `home`, `cache`, `keep` (a store of lists with entries), `network`; `header(found)` and `offered(who)`, what is
 * said of a list and of those to load, each with `id`; `title` and `told` of one; `path(id)`; `open(found)`; `body(entry)`, what is sent;
 * `answered(answer)`, the facts of an entry that was taken (or what makes them of the entry), null otherwise; `drawn()` after each change; the words `many`, `one`,
 * `load`, `kept`, `another`.
 */
export function desk(page) {
  const { home: HOME, keep, network } = page;
  let who = null, sending = false, moved = false;

  async function start() {
    if (!window.isSecureContext) return show("#insecure");
    network.stay(HOME, page.cache);
    who = await ask("moi/");
    const holder = await keep.owner();
    if (who?.user && holder && holder !== who.user) await keep.forget();
    await home();
    const wanted = Number(location.hash.slice(1));
    if (wanted && who?.user) await load(wanted);
    send();
    setInterval(send, 15000);
  }

  async function home() {
    page.open(null);
    const here = await keep.lists();
    await told();
    if (!who?.user && !here.length) return show("#outside");
    const found = new Map(here.map((one) => [page.header(one).id, page.header(one)]));
    for (const one of page.offered(who ?? {})) found.set(one.id, one);
    $("#lists").replaceChildren(...[...found.values()].map((one) => row(one, here.find((list) => page.header(list).id === one.id))));
    $("#none").hidden = found.size > 0;
    show("#home");
  }

  function row(one, here) {
    const made = $("#listrow").content.cloneNode(true).firstElementChild;
    made.querySelector("b").textContent = page.title(one);
    made.querySelector("small").textContent = `${page.told(one)} · ${here ? page.here : page.away}`;
    const [opening, loading] = made.querySelectorAll("button");
    opening.hidden = !here;
    opening.onclick = () => page.open(here);
    loading.textContent = here ? "Recharger" : page.load;
    loading.className = here ? "" : "main";
    loading.hidden = !who?.user;
    loading.onclick = () => load(one.id);
    return made;
  }

  async function load(id) {
    await send();
    const found = await ask(page.path(id));
    if (found?.proof) return askProof();
    if (!found?.lines) return say("error", found ? found.said ?? "Cette liste n’est plus à charger." : "Le réseau manque : rien n’a été chargé.");
    const waiting = await keep.entry(id);
    if ((waiting?.waits || waiting?.draft) && waiting.by !== who.user) return say("error", page.another);
    await keep.keepList(who.user, found);
    say("success", page.kept);
    page.open(found);
  }

  function askProof() {
    say("warning", "Confirmez d’abord que c’est bien vous : ");
    const link = Object.assign(document.createElement("a"), { href: `/compte/confirmer/?next=${HOME}`, textContent: "confirmer, puis charger la liste" });
    $("#said").firstElementChild.append(link);
  }

  async function told() {
    const all = await keep.all(), waiting = all.filter((one) => one.waits);
    $("#waiting").hidden = !waiting.length;
    $("#waiting b").textContent = waiting.length > 1 ? page.many(waiting.length) : page.one;
    const troubles = all.filter((one) => one.trouble);
    $("#troubles").hidden = !troubles.length;
    $("#troubles ul").replaceChildren(...troubles.map((one) => Object.assign(document.createElement("li"), { textContent: one.trouble })));
  }

  async function send() {
    if (sending) return;
    sending = true;
    moved = false;
    try {
      const waiting = (await keep.all()).filter((one) => one.waits);
      if (!waiting.length) return;
      who = (await ask("moi/")) ?? who;
      $("#signin").hidden = Boolean(who?.user);
      if (!who?.user) return;
      for (const one of waiting.filter((one) => one.by === who.user)) {
        const answer = await ask("envoyer/", page.body(one));
        if (!answer) return;
        moved = true;
        const facts = page.answered(answer);
        if (facts) await keep.heard(one, typeof facts === "function" ? facts : { ...facts, waits: false, trouble: "" });
        else if (FINAL.includes(answer.status) && (answer.said || answer.status === 404)) await keep.heard(one, { trouble: answer.said ?? "Le serveur a refusé cette saisie : reprenez-la au bureau.", waits: false, draft: false });
        else if (answer.said) await keep.heard(one, { trouble: answer.said });
      }
    } finally {
      sending = false;
      // Nothing is drawn anew under the finger of who is calling the roll.
      if (moved) {
        await told();
        await page.drawn();
      }
    }
  }

  async function leave() {
    const waiting = (await keep.all()).filter((one) => one.waits || one.draft);
    if (waiting.length && !confirm(page.leaving(waiting.length))) return;
    await keep.forget();
    if (who?.token && navigator.onLine) {
      await fetch("/deconnexion/", { method: "POST", headers: { "X-CSRFToken": who.token } }).catch(() => null);
      return location.assign("/");
    }
    who = null;
    say("success", "Les listes sont effacées de ce téléphone.");
    await home();
  }

  const ask = (path, body) => network.ask(HOME, path, who?.token, body);

  function show(selector) {
    for (const one of document.querySelectorAll("main > section.first")) one.hidden = one.id !== selector.slice(1);
    scrollTo(0, 0);
  }

  function say(tone, text) {
    $("#said").replaceChildren(Object.assign(document.createElement("div"), { className: `msg ${tone}`, textContent: text }));
  }

  $("#sendnow").onclick = send;
  $("#leave").onclick = leave;
  for (const one of document.querySelectorAll("[data-home]")) one.onclick = home;
  addEventListener("online", send);
  return { start, show, say, send, told };
}
