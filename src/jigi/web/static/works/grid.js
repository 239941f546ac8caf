// The grid of a sheet on a phone: load it with network, call the roll without, send when it is back. A grid has a revision: sent
// twice, it is taken once.
const part = (name) => import(document.getElementById(`part-${name}`).href);
const [keep, network] = await Promise.all([part("keep"), part("network")]);

const $ = (selector) => document.querySelector(selector);
const HOME = "/chantiers/telephone/";
const WORDS = { ".": "—", P: "présent", D: "demi-journée", T: "tâche", A: "absent" };
const NEXT = { ".": "P", P: "D", D: "A", A: ".", T: "A" };
const words = (iso) => new Date(`${iso}T12:00`).toLocaleDateString("fr-FR", { weekday: "long", day: "numeric", month: "long" });
const today = () => new Date().toLocaleDateString("sv-SE");

let who = null, open = null, day = 0, sending = false;

async function start() {
  if (!window.isSecureContext) return show("#insecure");
  network.stay(HOME, "jigi-works");
  who = await ask("moi/");
  const holder = await keep.owner();
  if (who?.user && holder && holder !== who.user) await keep.forget();
  await home();
  send();
  setInterval(send, 60000);
}

async function home() {
  open = null;
  const here = await keep.sheets();
  await told();
  if (!who?.user && !here.length) return show("#outside");
  const found = new Map(here.map((one) => [one.sheet.id, one.sheet]));
  for (const one of who?.sheets ?? []) found.set(one.id, one);
  $("#sheets").replaceChildren(...[...found.values()].map((sheet) => row(sheet, here.find((one) => one.sheet.id === sheet.id))));
  $("#none").hidden = found.size > 0;
  show("#home");
}

function row(sheet, here) {
  const made = $("#sheetrow").content.cloneNode(true).firstElementChild;
  made.querySelector("b").textContent = `${sheet.crew}, feuille ${sheet.number}`;
  made.querySelector("small").textContent = `${sheet.site} · ${sheet.title} · du ${words(sheet.days[0])} au ${words(sheet.last)} · ${here ? "gardée sur ce téléphone" : "pas encore sur ce téléphone"}`;
  const [opening, loading] = made.querySelectorAll("button");
  opening.hidden = !here;
  opening.onclick = () => openSheet(here);
  loading.textContent = here ? "Recharger" : "Charger la feuille";
  loading.className = here ? "" : "main";
  loading.hidden = !who?.user;
  loading.onclick = () => load(sheet.id);
  return made;
}

async function load(id) {
  await send();
  const found = await ask(`feuilles/${id}/`);
  if (found?.proof) return askProof();
  if (!found?.lines) return say("error", found?.said ?? "Le réseau manque : la feuille n’a pas été chargée.");
  const waiting = await keep.grid(id);
  if (waiting?.waits && waiting.by !== who.user) {
    return say("error", "Une autre personne a saisi cette feuille sur ce téléphone et ne l’a pas envoyée : elle doit se connecter et l’envoyer d’abord.");
  }
  await keep.keepSheet(who.user, found);
  say("success", "Feuille gardée sur ce téléphone : faites l’appel, même sans réseau.");
  openSheet(found);
}

function askProof() {
  say("warning", "Confirmez d’abord que c’est bien vous : ");
  const link = Object.assign(document.createElement("a"), { href: `/compte/confirmer/?next=${HOME}`, textContent: "confirmer, puis charger la feuille" });
  $("#said").firstElementChild.append(link);
}

function openSheet(found) {
  open = found;
  const at = found.sheet.days.indexOf(today());
  day = at < 0 ? 0 : at;
  $("#roll h1").textContent = `${found.sheet.crew}, feuille ${found.sheet.number}`;
  $("#roll .place").textContent = `${found.sheet.site} · ${found.sheet.title}`;
  $("#day").replaceChildren(...found.sheet.days.map((one, n) => new Option(words(one), n, false, n === day)));
  show("#roll");
  return drawn();
}

async function drawn() {
  await told();
  if (!open) return;
  const { marks } = await keep.grid(open.sheet.id);
  $("#lines").replaceChildren(...open.lines.map((line) => {
    const made = $("#linerow").content.cloneNode(true).firstElementChild, sign = marks[line.n][day];
    made.querySelector("b").textContent = `${line.n}. ${line.name}`;
    const button = made.querySelector("button");
    button.textContent = WORDS[sign];
    button.setAttribute("aria-label", `${line.name} : ${WORDS[sign]}. Changer`);
    button.className = sign === "P" || sign === "T" ? "main" : "";
    button.onclick = async () => {
      const next = sign === "A" && open.task ? "T" : NEXT[sign === "T" ? "." : sign];
      await keep.mark(open.sheet.id, line.n, day, sign === "T" ? "." : next);
      return drawn();
    };
    return made;
  }));
  const counts = open.lines.map((line) => marks[line.n][day]);
  const said = (test, one, many = one) => { const count = counts.filter(test).length; return `${count} ${count > 1 ? many : one}`; };
  $("#count").textContent = [said((one) => "PDT".includes(one), "présent", "présents"), said((one) => one === "A", "absent", "absents"), said((one) => one === ".", "sans signe")].join(", ");
}

async function told() {
  const all = await keep.grids(), waiting = all.filter((one) => one.waits);
  $("#waiting").hidden = !waiting.length;
  $("#waiting b").textContent = waiting.length > 1 ? `${waiting.length} feuilles à envoyer` : "1 feuille à envoyer";
  const troubles = all.filter((one) => one.trouble);
  $("#troubles").hidden = !troubles.length;
  $("#troubles ul").replaceChildren(...troubles.map((one) => Object.assign(document.createElement("li"), { textContent: one.trouble })));
}

async function send() {
  if (sending) return;
  sending = true;
  try {
    const waiting = (await keep.grids()).filter((one) => one.waits);
    if (!waiting.length) return;
    who = (await ask("moi/")) ?? who;
    $("#signin").hidden = Boolean(who?.user);
    if (!who?.user) return;
    for (const one of waiting.filter((one) => one.by === who.user)) {
      const answer = await ask("envoyer/", { sheet: one.id, revision: one.revision, lines: one.marks });
      if (!answer) return;
      if (answer.revision) await keep.heard(one, { revision: answer.revision, waits: false, trouble: "" });
      else if (answer.said) await keep.heard(one, { trouble: answer.said });
    }
  } finally {
    sending = false;
    await told();
  }
}

async function leave() {
  const waiting = (await keep.grids()).filter((one) => one.waits);
  if (waiting.length && !confirm(`${waiting.length} feuilles ne sont pas encore envoyées. Elles restent sur ce téléphone, sans nom ; les listes sont effacées. Quitter ?`)) return;
  await keep.forget();
  if (who?.token && navigator.onLine) {
    await fetch("/deconnexion/", { method: "POST", headers: { "X-CSRFToken": who.token } }).catch(() => null);
    return location.assign("/");
  }
  who = null;
  say("success", "Les listes sont effacées de ce téléphone.");
  await home();
}

function ask(path, body) {
  return network.ask(HOME, path, who?.token, body);
}

function show(selector) {
  for (const one of document.querySelectorAll("main > section.first")) one.hidden = one.id !== selector.slice(1);
  scrollTo(0, 0);
}

function say(tone, text) {
  $("#said").replaceChildren(Object.assign(document.createElement("div"), { className: `msg ${tone}`, textContent: text }));
}

$("#day").onchange = () => { day = Number($("#day").value); drawn(); };
$("#allhere").onclick = async () => {
  const { marks } = await keep.grid(open.sheet.id);
  for (const line of open.lines) if (marks[line.n][day] === ".") await keep.mark(open.sheet.id, line.n, day, "P");
  drawn();
};
$("#sendnow").onclick = send;
$("#leave").onclick = leave;
for (const one of document.querySelectorAll("[data-home]")) one.onclick = home;
addEventListener("online", send);
start();
