// The page « Remplir »: open one's safe, choose a form or a fiche, fill it, send it. Without network it does the same,
// and sends later. Each fiche has one number, made with it: sent twice, it is received once.
import { filling } from "./filling.js";
import { send, waiting } from "./queue.js";
import { SHORTEST, dropForm, formOf, forms, keepForm, makeSafe, openSafe, people } from "./safe.js";
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
  const mine = who?.user && known.find((person) => person.owner === who.user);
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
  form.onsubmit = async (event) => {
    event.preventDefault();
    const phrase = form.elements.phrase.value;
    const wrong = newcomer ? badPhrase(phrase, form.elements.again.value) : "";
    const person = persons.find((one) => one.username === form.elements.person.value);
    form.querySelector("button").disabled = true;
    safe = wrong ? null : newcomer ? await makeSafe(newcomer.user, newcomer.username, phrase) : await openSafe(person, phrase);
    form.querySelector("button").disabled = false;
    if (!safe) return wrongPhrase(wrong || "Cette phrase n’est pas la bonne.");
    form.reset();
    await opened();
  };
  show("#open");
  form.elements.phrase.focus();
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
  await keepOffered();
  const draft = ASKED && (await safe.fiches()).find((one) => one.state === "draft" && one.form.startsWith(`${ASKED}@`));
  if (draft) await resume(draft);
  else if (ASKED) await begin(ASKED);
  else await home();
  await sendAll();
}

/** Renew the forms that this device keeps; those offered no more stay as long as a fiche needs them. */
async function keepOffered() {
  if (!who?.forms) return;
  const needed = new Set((await safe.fiches()).filter((one) => one.state === "draft").map((one) => one.form));
  const offered = new Set(who.forms.map((form) => `${form.code}@${form.version}`));
  for (const kept of await forms()) {
    if (offered.has(kept.key)) await keep(kept.code, kept);
    else if (!needed.has(kept.key) && (await people()).length === 1) await dropForm(kept.key);
  }
}

/** Take a form from the server for this device; the one already here when there is nothing newer. */
async function keep(code, kept) {
  const found = await contentOf(code, kept?.digest);
  if (!found || found === "same") return kept ?? null;
  const form = { ...found, key: `${found.code}@${found.version}` };
  await keepForm(form);
  return form;
}

async function home() {
  open = null;
  if (location.pathname !== HOME) history.replaceState(null, "", HOME);
  show("#home");
  const kept = await forms();
  const offered = who?.forms ?? kept;
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
  again.hidden = fiche.state !== "draft";
  again.onclick = () => resume(fiche);
  drop.hidden = !["draft", "refused"].includes(fiche.state);
  drop.onclick = async () => {
    if (!confirm("Effacer cette fiche de l’appareil ? Ses réponses seront perdues.")) return;
    await safe.empty(fiche);
    await home();
  };
  return row;
}

/** A new fiche of a form. */
async function begin(code) {
  say("");
  const kept = (await forms()).filter((one) => one.code === code);
  const form = (await keep(code, kept.at(-1))) ?? kept.at(-1);
  if (form) return fill(form, { id: crypto.randomUUID(), form: form.key, state: "draft" }, null);
  await home();
  say("Ce questionnaire n’est pas sur cet appareil, ou n’est plus offert. Avec le réseau, gardez-le d’abord.", "warning");
}

/** A fiche left in the middle, with the version of the form that it was begun with. */
async function resume(fiche) {
  const form = await formOf(fiche.form);
  if (form) return fill(form, fiche, await safe.answers(fiche));
  say("La version de ce questionnaire n’est plus sur cet appareil.", "warning");
}

function fill(form, facts, answers) {
  // Two tabs must not write one fiche: the second is told, and leaves it to the first.
  return new Promise((shown) => {
    navigator.locks.request(`jigi-fiche-${facts.id}`, { ifAvailable: true }, async (lock) => {
      if (!lock) {
        await home();
        say("Cette fiche est ouverte dans un autre onglet.", "warning");
        return shown();
      }
      show("#fill");
      open = filling({ place: $("#fill"), safe, form, facts, answers });
      await open.started;
      shown();
      const isDone = await open.ended;
      await home();
      say(isDone ? "Fiche terminée : elle part dès que possible." : "Fiche gardée sur cet appareil.", "success");
      if (isDone) await sendAll();
    });
  });
}

async function sendAll() {
  if (!safe) return;
  const outcome = await send(safe);
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
    const files = [...document.querySelectorAll("link[rel=stylesheet], script[src]")].map((one) => one.href || one.src);
    const store = await caches.open("jigi-remplir");
    for (const old of await store.keys()) {
      if (!files.includes(old.url) && navigator.onLine && new URL(old.url).pathname !== HOME) await store.delete(old);
    }
    for (const file of files) if (!(await store.match(file))) await store.add(file);
    const page = await fetch(HOME, { redirect: "manual" });
    if (page.ok) await store.put(HOME, page);
    await navigator.serviceWorker.ready;
    await navigator.storage?.persist?.();
    document.documentElement.dataset.offline = "ready";
  } catch {
    // Without network, or in a browser that refuses: what was kept before is still there.
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
