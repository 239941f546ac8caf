// The page « Remplir »: open one's safe, choose a form or a fiche, fill it, send it. Without network it does the same,
// and sends later. Each fiche has one number, made with it: sent twice, it is received once.
import { filling } from "./filling.js";
import { send, waiting } from "./queue.js";
import { SHORTEST, countUnsent, dropForm, forget, formOf, forms, keepForm, makeSafe, openSafe, people } from "./safe.js";
import { HOME, contentOf, whoIsIn } from "./server.js";

const $ = (selector) => document.querySelector(selector);
const STATES = { draft: ["wait", "brouillon"], ready: ["info", "à envoyer"], sent: ["ok", "reçue"], refused: ["bad", "refusée"] };
const ASKED = decodeURIComponent(location.pathname.match(/^\/questionnaires\/(.+)\/remplir\/$/)?.[1] ?? "");

let safe = null;
let who = null;
let open = null;

async function start() {
  if (!window.isSecureContext) return show("#insecure");
  stayWithoutNetwork();
  who = await whoIsIn();
  const known = await people();
  // By name too: of a server made anew, the same person has another number, and a name has one safe.
  const mine = who?.user && (known.find((one) => one.owner === who.user) ?? known.find((one) => one.username === who.username));
  if (who?.user && !mine) return askPhrase([], who);
  if (mine || known.length) return askPhrase(mine ? [mine] : known, null);
  show("#outside");
}

/** Ask the phrase of one of these persons, or a new one for who has no safe on this device. */
function askPhrase(persons, newcomer) {
  const form = $("#open form");
  form.elements.person.replaceChildren(...persons.map((person) => new Option(person.username, person.username)));
  form.elements.person.parentElement.hidden = persons.length < 2;
  for (const part of form.querySelectorAll("[data-new]")) part.hidden = !newcomer;
  for (const part of form.querySelectorAll("[data-known]")) part.hidden = !!newcomer;
  form.elements.again.required = !!newcomer;
  form.elements.phrase.autocomplete = newcomer ? "new-password" : "current-password";
  $("#forgotten").hidden = !who?.user || !!newcomer;
  $("#forgotten").onclick = () => forgetPhrase(persons[0]);
  form.elements.phrase.removeAttribute("aria-invalid");
  $("#open .wrong").textContent = who?.user && !newcomer && persons[0].owner !== who.user ? OTHER_NUMBER : "";
  form.onsubmit = async (event) => {
    event.preventDefault();
    const phrase = form.elements.phrase.value;
    const wrong = newcomer ? badPhrase(phrase, form.elements.again.value) : "";
    const person = persons.find((one) => one.username === form.elements.person.value);
    form.querySelector("button").disabled = true;
    try {
      safe = wrong ? null : newcomer ? await makeSafe(newcomer.user, newcomer.username, phrase) : await openSafe(person, phrase);
    } catch (error) {
      return wrongPhrase(NOT_MADE[error?.name] ?? NOT_MADE.other);
    } finally {
      form.querySelector("button").disabled = false;
    }
    if (!safe) return wrongPhrase(wrong || "Cette phrase n’est pas la bonne.");
    form.reset();
    await opened();
  };
  show("#open");
  form.elements.phrase.focus();
}

const OTHER_NUMBER =
  "Votre compte n’a plus le même numéro sur le serveur : les fiches gardées ici ne partiront plus. « J’ai oublié ma phrase » en recommence d’autres.";
const NOT_MADE = {
  ConstraintError: "Une phrase vient d’être choisie pour vous dans un autre onglet : rechargez cette page, et écrivez-la.",
  other: "Cet appareil n’a pas pu garder votre phrase. Effacez-y des photos ou des films, puis recommencez.",
};

/** Nothing opens the safe without its phrase: who is signed in may lose what it holds, and make another. */
async function forgetPhrase(person) {
  const count = await countUnsent(person);
  const lost = count === 0 ? "Aucune fiche ne sera perdue" : count === 1 ? "1 fiche non envoyée sera perdue" : `${count} fiches non envoyées seront perdues`;
  if (!confirm(`${lost} : sans la phrase, personne ne peut plus les lire. Choisir une nouvelle phrase ?`)) return;
  await forget(person);
  askPhrase([], who);
}

function badPhrase(phrase, again) {
  if (phrase.length < SHORTEST || (/^\d+$/.test(phrase) && phrase.length < 12)) {
    return `Au moins ${SHORTEST} caractères ; s’il n’y a que des chiffres, au moins 12.`;
  }
  return phrase === again ? "" : "Les deux phrases ne sont pas les mêmes.";
}

function wrongPhrase(text) {
  const place = $("#open .wrong");
  place.textContent = text;
  $("#open [name=phrase]").setAttribute("aria-invalid", "true");
  $("#open [name=phrase]").focus();
}

/** Their safe is open: go where the address says, and send what waits. */
async function opened() {
  addEventListener("online", sendAll);
  setInterval(sendAll, 60000);
  const draft = ASKED && (await safe.fiches()).find((one) => one.state === "draft" && one.form.startsWith(`${ASKED}@`));
  if (draft) await resume(draft);
  else if (ASKED) await begin(ASKED);
  else await home();
  await keepOffered().catch(() => {});  // no place left: what is kept already stays
  await sendAll();
}

/** Renew the forms that this device keeps. A former version stays until the one offered now is here, and as long as a
 *  fiche needs it. */
async function keepOffered() {
  const offered = new Map((who?.forms ?? []).map((form) => [form.code, `${form.code}@${form.version}`]));
  if (!who?.forms) return;
  const before = await forms();
  for (const code of new Set(before.map((one) => one.code))) {
    if (offered.has(code)) await keep(code, before.find((one) => one.key === offered.get(code)));
  }
  if (open || (await people()).length > 1) return;
  const needed = new Set((await safe.fiches()).filter((one) => one.state !== "sent").map((one) => one.form));
  const kept = new Set((await forms()).map((one) => one.key));
  for (const { key, code } of before) {
    const isReplaced = !offered.has(code) || (offered.get(code) !== key && kept.has(offered.get(code)));
    if (isReplaced && !needed.has(key)) await dropForm(key);
  }
}

/** The version of a form that this device took last. */
const latest = (kept, code) => kept.filter((one) => one.code === code).reduce((one, other) => ((other.at ?? 0) >= (one?.at ?? 0) ? other : one), undefined);

/** Take a form from the server for this device; the one already here when there is nothing newer. */
async function keep(code, kept) {
  const found = await contentOf(code, kept?.digest);
  if (!found || found === "same") return kept ?? null;
  const form = { ...found, key: `${found.code}@${found.version}`, at: Date.now() };
  await keepForm(form);
  return form;
}

async function home() {
  open = null;
  if (location.pathname !== HOME) history.replaceState(null, "", HOME);
  show("#home");
  const kept = await forms();
  const offered = who?.forms ?? [...new Set(kept.map((one) => one.code))].map((code) => latest(kept, code));
  $("#forms").replaceChildren(...offered.map((form) => formRow(form, kept)));
  $("#noforms").hidden = offered.length > 0;
  const fiches = await safe.fiches();
  $("#fiches").replaceChildren(...(await Promise.all(fiches.map((fiche) => ficheRow(fiche, kept)))));
  $("#nofiches").hidden = fiches.length > 0;
  await tellWaiting();
}

function formRow(form, kept) {
  const row = copy("#formrow");
  const isHere = kept.some((one) => one.code === form.code && one.version === form.version);
  row.querySelector("b").textContent = form.title;
  row.querySelector("small").textContent = `version ${form.version}${isHere ? " · gardé sur cet appareil" : ""}`;
  const [fill, keepIt] = row.querySelectorAll("button");
  fill.onclick = () => begin(form.code);
  keepIt.hidden = isHere;
  keepIt.onclick = async () => {
    keepIt.disabled = true;
    if (await keep(form.code)) return home();
    keepIt.disabled = false;
    say("Ce questionnaire n’a pas pu être pris : la liaison manque.", "warning");
  };
  return row;
}

async function ficheRow(fiche, kept) {
  const row = copy("#ficherow");
  const [tone, word] = STATES[fiche.state];
  const form = kept.find((one) => one.key === fiche.form);
  const label = fiche.sealed ? (await safe.answers(fiche)).label : "";
  row.querySelector("b").textContent = label || form?.title || fiche.form.split("@")[0];
  row.querySelector(".chip").textContent = word;
  row.querySelector(".chip").classList.add(tone);
  row.querySelector("small").textContent = `${label && form ? `${form.title}, ` : ""}${moment(fiche.changed)}${fiche.said ? ` · ${fiche.said}` : ""}`;
  const [again, drop] = row.querySelectorAll("button");
  again.hidden = !isResumed(fiche);
  again.onclick = () => resume(fiche);
  drop.hidden = !isErased(fiche);
  drop.onclick = async () => {
    if (!confirm("Effacer cette fiche de l’appareil ? Ses réponses seront perdues.")) return;
    await alone(fiche.id, isErased, (now) => safe.empty(now));
    await home();
  };
  return row;
}

const isErased = (fiche) => ["draft", "refused"].includes(fiche.state);
const isResumed = (fiche) => isErased(fiche) && !fiche.isOver;

/** Act on a fiche as it is now, in one tab at a time; nothing, told, when it is no longer what a list had shown. */
function alone(id, isRight, act) {
  return navigator.locks.request(`jigi-fiche-${id}`, { ifAvailable: true }, async (lock) => {
    const now = lock && (await safe.fiche(id));
    if (now && isRight(now)) return act(now);
    await home();
    say(lock ? "Cette fiche a changé dans un autre onglet : la liste est à jour." : "Cette fiche est ouverte dans un autre onglet.", "warning");
  });
}

/** A new fiche of a form. */
async function begin(code) {
  say("");
  const form = (await keep(code, latest(await forms(), code))) ?? latest(await forms(), code);
  const id = crypto.randomUUID();
  if (form) return new Promise((shown) => navigator.locks.request(`jigi-fiche-${id}`, () => fill(form, { id, form: form.key }, null, shown)));
  await home();
  say("Ce questionnaire n’est pas sur cet appareil, ou n’est plus offert. Avec le réseau, gardez-le d’abord.", "warning");
}

/** A fiche left in the middle, or refused, with the version of the form that it was begun with. */
async function resume(fiche) {
  say("");
  const form = await formOf(fiche.form);
  if (!form) return say("La version de ce questionnaire n’est plus sur cet appareil.", "warning");
  return new Promise((shown) => alone(fiche.id, isResumed, async ({ id, form: key, said, ...kept }) => {
    await fill(form, { id, form: key, said }, await safe.answers({ id, ...kept }), shown);
  }).finally(shown));
}

/** Fill a fiche that this tab alone holds, until it is left: two tabs must not write one fiche. */
async function fill(form, facts, answers, shown) {
  show("#fill");
  open = filling({ place: $("#fill"), safe, form, facts, answers });
  await open.started;
  shown();
  const isDone = await open.ended;
  await home();
  say(isDone ? "Fiche terminée : elle part dès que possible." : "Fiche gardée sur cet appareil.", "success");
  if (isDone) await sendAll();
}

async function sendAll(event) {
  if (!safe) return;
  const outcome = await send(safe, event?.type === "click");
  if (outcome.who) who = outcome.who;
  if (open) return;
  await home();
  if (outcome.sent) say(`${outcome.sent === 1 ? "Fiche reçue" : `${outcome.sent} fiches reçues`} par le serveur. Merci.`, "success");
  else if (outcome.problem) say(outcome.problem, "warning");
}

async function tellWaiting() {
  const count = (await waiting(safe)).length;
  $("#waiting").hidden = !count;
  $("#waiting b").textContent = count === 1 ? "1 fiche à envoyer" : `${count} fiches à envoyer`;
  $("#signin").hidden = !who?.signedOut;
}

/** The page, its style and this program stay on the device; what a former version left is dropped. */
async function stayWithoutNetwork() {
  if (!navigator.serviceWorker || !window.caches) return;
  try {
    await navigator.serviceWorker.register("/questionnaires/hors-ligne.js", { scope: "/questionnaires/" });
    const store = await caches.open("jigi-remplir");
    const page = await fetch(HOME, { redirect: "manual" });
    if (page.ok) await renew(store, page);
    await navigator.serviceWorker.ready;
    await navigator.storage?.persist?.();
    document.documentElement.dataset.offline = "ready";
  } catch {
    // Without network, or in a browser that refuses: what was kept before is still there.
  }
}

/** The page as the server gives it now, after its files: a link cut in the middle leaves the former, whole. */
async function renew(store, page) {
  const html = new DOMParser().parseFromString(await page.clone().text(), "text/html");
  const named = [...html.querySelectorAll("link[rel=stylesheet], script[src]")];
  const files = named.map((one) => new URL(one.getAttribute("href") ?? one.getAttribute("src"), location.origin).href);
  for (const file of files) if (!(await store.match(file))) await store.add(file);
  await store.put(HOME, page);
  for (const old of await store.keys()) {
    if (!files.includes(old.url) && new URL(old.url).pathname !== HOME) await store.delete(old);
  }
}

function show(selector) {
  for (const part of document.querySelectorAll("main > section")) part.hidden = !part.matches(selector);
}

function say(text, tone = "") {
  const place = $("#said");
  place.textContent = text;
  place.className = text ? `msg ${tone}` : "";
}

const copy = (selector) => $(selector).content.firstElementChild.cloneNode(true);
const moment = (time) => new Date(time).toLocaleString("fr-FR", { dateStyle: "medium", timeStyle: "short" });

$("#sendnow").addEventListener("click", sendAll);
start();
