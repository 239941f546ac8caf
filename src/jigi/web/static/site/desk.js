// The page of a cashier: load the list of a day, pay or note absent, send when there is network. Without network it does the same
// and sends later. Each record has one number, made with it: sent twice, it is taken once.
const part = (name) => import(document.getElementById(`part-${name}`).href);
const [store, cards, network] = await Promise.all([part("store"), part("card"), part("network")]);

const $ = (selector) => document.querySelector(selector);
const HOME = "/paiements/site/";
const MOST_SENT = 200;
const MEANS = { card: "carte lue", code: "code de la carte", document: "pièce d’identité", known: "reconnu par le comité" };
const STATES = { paid: "payé", absent: "absent", refused: "refusé", reversed: "paiement annulé", unanswered: "sans réponse", partial: "payé en partie", mixed: "réglé" };
const francs = (amount) => `${new Intl.NumberFormat("fr-FR").format(amount)} FCFA`;
const hour = (iso) => new Date(iso).toLocaleTimeString("fr-FR", { hour: "2-digit", minute: "2-digit" });
const today = () => new Date().toLocaleDateString("sv-SE");

let who = null, device = "", list = null, records = [], chosen = null, sending = false;

async function start() {
  if (!window.isSecureContext) return show("#insecure");
  device = await store.deviceNumber();
  await store.forgetLists(yesterday());
  network.stay(HOME, "jigi-site");
  who = await ask("moi/");
  const holder = await store.owner();
  if (who?.user && holder && holder !== who.user) await store.forgetLists();
  if (!(await cards.checksSignatures())) $("#unsigned").hidden = false;
  $("#nocamera").hidden = await cards.camera();
  $("#scan").hidden = !$("#nocamera").hidden;
  await home();
  send();
  setInterval(send, 15000);
}

// Rain and bad roads: what was to be paid yesterday may be paid today by the same list.
function yesterday() {
  return new Date(Date.now() - 86400000).toLocaleDateString("sv-SE");
}

async function home() {
  list = chosen = null;
  records = await store.records();
  const here = await store.lists();
  if (!who?.user && !here.length) return show(records.some(waits) ? "#home" : "#outside", refresh);
  const days = new Map(here.map((one) => [one.day.id, one.day]));
  for (const one of who?.days ?? []) days.set(one.id, one);
  $("#days").replaceChildren(...[...days.values()].sort((one, other) => one.day.localeCompare(other.day)).map((day) => dayRow(day, here)));
  $("#nodays").hidden = days.size > 0;
  show("#home", refresh);
}

function dayRow(day, here) {
  const row = $("#dayrow").content.cloneNode(true).firstElementChild;
  const kept = here.find((one) => one.day.id === day.id);
  row.querySelector("b").textContent = `${day.site}, ${day.words}`;
  row.querySelector("small").textContent = `${day.commune} · ${day.agency} · ${day.expected} attendus · ${kept ? "gardée sur cet appareil" : "pas encore sur cet appareil"}`;
  const [open, load] = row.querySelectorAll("button");
  open.hidden = !kept;
  open.onclick = () => openList(kept);
  load.textContent = kept ? "Recharger" : "Charger la liste";
  load.className = kept ? "" : "main";
  load.hidden = !who?.user;
  load.onclick = () => loadList(day.id);
  return row;
}

async function loadList(id) {
  await send();
  const found = await ask(`jours/${id}/`);
  if (!found) return say("error", "Le réseau manque : la liste n’a pas été chargée.");
  if (!found.lines) return found.proof ? askProof() : say("error", found.said ?? "La liste n’a pas été chargée.");
  await store.keepList(who.user, found);
  await store.forgetSent(new Set((await store.lists()).flatMap((one) => one.lines.map((line) => line.id))));
  say("success", "Liste gardée sur cet appareil : vous pouvez payer sans réseau.");
  records = await store.records();
  openList(found);
}

function askProof() {
  say("warning", "Confirmez d’abord que c’est bien vous : ");
  const link = Object.assign(document.createElement("a"), { href: `/compte/confirmer/?next=${HOME}`, textContent: "confirmer, puis recharger la liste" });
  $("#said").firstElementChild.append(link);
}

function openList(one) {
  list = one;
  $("#list h1").textContent = `${one.day.site}, ${one.day.words}`;
  $("#list .place").textContent = `${one.day.commune} · ${one.day.round} · empreinte ${one.hash.slice(0, 12)}…`;
  show("#list", refresh);
}

const waits = (one) => !one.sent;
const recordOf = (line) => records.filter((one) => one.line === line.id).sort((a, b) => b.at.localeCompare(a.at))[0];
const settled = (line) => line.state !== "open" && !records.some((one) => one.line === line.id);

async function refresh() {
  records = await store.records();
  const waiting = records.filter(waits);
  $("#waiting").hidden = !waiting.length;
  const others = waiting.filter((one) => who?.user && one.by && one.by !== who.user).length;
  $("#waiting b").textContent = others ? `${others} à envoyer par la personne qui les a notés, quand elle se reconnectera` : waiting.length > 1 ? `${waiting.length} paiements ou absences à envoyer` : "1 paiement ou absence à envoyer";
  const troubles = records.filter((one) => one.trouble);
  $("#troubles").hidden = !troubles.length;
  $("#troubles ul").replaceChildren(...troubles.map((one) => Object.assign(document.createElement("li"), { textContent: `${one.label} : ${one.trouble}` })));
  if (!list) return;
  const paid = list.lines.filter((line) => recordOf(line)?.said === "paid" || (settled(line) && line.state === "paid"));
  const absent = list.lines.filter((line) => recordOf(line)?.said === "absent" || (settled(line) && line.state === "absent"));
  const left = list.lines.length - paid.length - absent.length;
  const handed = records.filter((one) => one.said === "paid" && list.lines.some((line) => line.id === one.line)).reduce((sum, one) => sum + one.amount, 0);
  $("#figures").replaceChildren(...[["Payés", paid.length], ["Absents", absent.length], ["Attendus", left], ["Remis ici (FCFA)", new Intl.NumberFormat("fr-FR").format(handed)]].map(([name, value]) => {
    const box = document.createElement("div");
    box.append(Object.assign(document.createElement("dt"), { textContent: name }), Object.assign(document.createElement("dd"), { textContent: value }));
    return box;
  }));
  const sought = $("#seek").value.trim().toLowerCase();
  const shown = list.lines.filter((line) => `${line.n} ${line.rsu} ${line.recipient} ${line.alternate} ${line.village}`.toLowerCase().includes(sought));
  $("#lines").replaceChildren(...shown.map(lineRow));
  $("#nolines").hidden = shown.length > 0;
}

function lineRow(line) {
  const row = $("#linerow").content.cloneNode(true).firstElementChild;
  const [tone, word] = stateOf(line);
  row.querySelector("b").textContent = `${line.n}. ${line.recipient}`;
  Object.assign(row.querySelector(".chip"), { textContent: word, className: `chip ${tone}` });
  row.querySelector("small").textContent = `${line.village || "village non connu"} · ${grouped(line.rsu)} · ${francs(line.total)}`;
  row.querySelector("button").onclick = () => openLine(line, "");
  return row;
}

function stateOf(line) {
  const record = recordOf(line);
  if (record?.trouble) return ["bad", "à voir"];
  if (record) return [record.said === "paid" ? "ok" : "wait", `${record.said === "paid" ? "payé" : "absent"}${record.sent ? "" : " · à envoyer"}`];
  if (settled(line)) return [line.state === "paid" ? "ok" : "wait", line.state === "paid" ? "payé ailleurs" : STATES[line.state]];
  return ["", "attendu"];
}

const grouped = (rsu) => `${rsu.slice(0, 4)}-${rsu.slice(4, 8)}-${rsu.slice(8)}`;

/** Find the line of what was read or typed, and open it. */
async function find(text) {
  const read = await cards.understood(text, list.keys);
  if (read.wrong) return say("error", read.wrong);
  if (read.number && list.withdrawn.includes(read.number)) return say("error", "Cette carte n’est plus valable : elle a été déclarée perdue, ou remplacée. Demandez la nouvelle, ou une pièce d’identité.");
  const line = list.lines.find((one) => (read.rsu ? one.rsu === read.rsu : one.card === read.number));
  if (!line) return say("error", read.rsu ? "Ce numéro n’est pas sur la liste de ce site et de ce jour." : "Carte du programme, mais pas sur la liste de ce site et de ce jour.");
  $("#code").value = "";
  openLine(line, read.means ?? "");
}

function openLine(line, means) {
  chosen = { line, means };
  $("#said").replaceChildren();
  const [tone, word] = stateOf(line);
  const record = recordOf(line), over = record?.said === "paid" || settled(line);
  $("#line h1").textContent = line.recipient;
  Object.assign($("#line .chip"), { textContent: word, className: `chip ${tone}` });
  $("#line .place").textContent = `n° ${line.n} · ${line.village || "village non connu"} · RSU ${grouped(line.rsu)}`;
  $("#right").textContent = francs(line.right);
  $("#arrears").textContent = line.arrears ? francs(line.arrears) : "aucun";
  $("#total").textContent = francs(line.total);
  const form = $("#line form");
  form.hidden = over;
  form.elements.receiver.forEach((one) => { one.parentElement.hidden = one.value === "alternate" && !line.alternate; one.checked = one.value === "recipient"; });
  $("#alternate").textContent = line.alternate;
  form.elements.means.forEach((one) => {
    const by = ["card", "code"].includes(one.value);
    one.parentElement.hidden = by && one.value !== means;
    one.checked = one.value === means;
  });
  $("#pay").textContent = `Payer ${francs(line.total)}`;
  $("#absent").hidden = record?.said === "absent";
  $("#done").hidden = !record && !over;
  $("#done b").textContent = record ? `${record.said === "paid" ? "Payé" : "Absent"} · noté à ${hour(record.at)}${record.said === "paid" ? ` · ${MEANS[record.means]}` : ""}` : `Déjà réglé : ${STATES[line.state]}`;
  $("#done p").textContent = record?.said === "paid" ? "Un droit se paie une fois : cet appareil refuse un second paiement." : record ? (record.sent || record.leaving ? "L’absence est partie : s’il vient après tout, payez-le, votre agence le fera rapprocher." : "S’il vient après tout, payez-le : l’absence s’efface.") : line.state === "paid" ? "Un autre appareil ou un retour de l’agence l’a réglé. Ne payez pas une seconde fois." : "Une réponse est déjà chez le serveur : ce qui reste dû viendra au tour suivant, en rappel.";
  $("#undo").hidden = !record || record.sent || record.leaving;
  show("#line");
}

async function keep(said, extra) {
  const { line } = chosen;
  const fresh = { number: crypto.randomUUID(), line: line.id, said, receiver: "", means: "", amount: 0, at: new Date().toISOString(), sent: false, label: line.recipient, by: await hand(), ...extra };
  let why;
  try {
    why = await store.record(fresh);
  } catch (error) {
    return say("error", error?.name === "QuotaExceededError" ? "L’appareil n’a plus de place : rien n’a été noté. Libérez-en avant de payer." : "L’appareil n’a rien pu noter : ne payez pas, rechargez la page.");
  }
  if (why) say("error", "Déjà payé sur cet appareil : ne payez pas une seconde fois.");
  else say("success", said === "paid" ? `${line.recipient} : ${francs(fresh.amount)} à remettre, c’est noté.` : `${line.recipient} : absent, c’est noté.`);
  show("#list", refresh);
  send();
}

/** Who records: the person signed in, or whose lists are here. What they record leaves in their name only. */
const hand = async () => who?.user ?? (await store.owner());

/** What may leave now, of who is signed in: payments, and the absences of days that are closed: until then, who is absent may
 * still come. */
const leaving = (one) => !one.sent && one.stopped !== who?.user && (!one.by || one.by === who?.user) && (one.said === "paid" || one.closed);

async function send() {
  if (sending) return;
  sending = true;
  try {
    if (who?.user && !(await store.records()).some(leaving)) return;
    // The server says whether there is a network, not the browser: some believe they have none long after it came back.
    const now = await ask("moi/");
    if (!now || now.status >= 500) return;
    who = now;
    const ready = (await store.records()).filter(leaving).slice(0, MOST_SENT);
    $("#signin").hidden = !!who.user;
    if (!ready.length || !who.user) return;
    await store.note(ready.map((one) => one.number), () => ({ leaving: true }));
    const said = ready.map(({ number, line, said, receiver, means, amount, at }) => ({ number, line, said, receiver, means, amount, at }));
    const answer = await ask("envoyer/", { device, records: said });
    if (answer?.results) await heard(answer.results);
    else {
      if (answer?.status === 403) who = { status: 403 };
      $("#signin").hidden = answer?.status !== 403;
      say("warning", answer?.said || (answer?.status === 403 ? "Votre session est finie : reconnectez-vous, ce qui est noté reste sur cet appareil." : "") || "Le réseau manque : ce qui est noté reste sur cet appareil et partira plus tard.");
    }
  } finally {
    sending = false;
    await refresh();
  }
}

async function heard(results) {
  const by = new Map(results.map((one) => [one.number, one]));
  await store.note([...by.keys()], (record) => {
    const { outcome, said } = by.get(record.number);
    const trouble = ["double", "waits", "refused"].includes(outcome) ? said : "";
    return outcome === "refused" ? { stopped: who.user, trouble } : { sent: true, trouble };
  });
}

async function close() {
  const ours = new Set(list.lines.map((line) => line.id));
  await send();
  // What others paid meanwhile is no absence.
  const fresh = await ask(`jours/${list.day.id}/`);
  if (fresh?.proof) return askProof();
  if (!fresh?.lines) return say("error", "Clore demande le réseau : l’appareil apprend d’abord qui les autres ont payé.");
  await store.keepList(who.user, fresh);
  list = fresh;
  records = await store.records();
  const left = fresh.lines.filter((line) => line.state === "open" && !recordOf(line));
  if (left.length && !confirm(`${left.length} attendus ne sont pas venus : les noter absents ?`)) return refresh();
  for (const line of left) await store.record({ number: crypto.randomUUID(), line: line.id, said: "absent", receiver: "", means: "", amount: 0, at: new Date().toISOString(), sent: false, label: line.recipient, by: await hand() });
  const paidElsewhere = new Set(fresh.lines.filter((line) => line.state !== "open").map((line) => line.id));
  for (const one of (await store.records()).filter((one) => one.said === "absent" && !one.sent && paidElsewhere.has(one.line))) await store.undo(one.number);
  const absences = (await store.records()).filter((one) => one.said === "absent" && ours.has(one.line)).map((one) => one.number);
  await store.note(absences, () => ({ closed: true }));
  await send();
  const unsent = (await store.records()).some((one) => ours.has(one.line) && !one.sent);
  if (unsent) say("warning", "La journée est close sur cet appareil ; des paiements ou des absences restent à envoyer.");
  else say("success", "La journée est close : les absents reviendront au tour suivant, en rappel.");
}

async function leave() {
  const waiting = (await store.records()).filter(waits);
  if (waiting.length && !confirm(`${waiting.length} paiements ou absences ne sont pas encore envoyés. Ils restent sur cet appareil, sans nom ; la liste, elle, est effacée. Quitter ?`)) return;
  await store.forgetLists();
  await store.note(waiting.map((one) => one.number), () => ({ label: "Une ligne de la liste effacée" }));
  if (who?.token && navigator.onLine) {
    await fetch("/deconnexion/", { method: "POST", headers: { "X-CSRFToken": who.token } }).catch(() => null);
    return location.assign("/");
  }
  who = null;
  say("success", "La liste est effacée de cet appareil. La session se fermera d’elle-même, ou quittez-la avec le réseau.");
  await home();
}

function ask(path, body) {
  return network.ask(HOME, path, who?.token, body);
}

function show(selector, then) {
  scanning.stop();
  for (const one of document.querySelectorAll("main > section.first")) one.hidden = one.id !== selector.slice(1);
  scrollTo(0, 0);
  return then?.();
}

function say(tone, text) {
  $("#said").replaceChildren(Object.assign(document.createElement("div"), { className: `msg ${tone}`, textContent: text }));
}

$("#seekform").onsubmit = (event) => { event.preventDefault(); find($("#code").value); };
$("#seek").oninput = refresh;
const scanning = cards.scanner($("#scan"), $("#view"), find, (why) => say("error", why));
$("#line form").onsubmit = (event) => {
  event.preventDefault();
  const { receiver, means } = Object.fromEntries(new FormData(event.target));
  if (!receiver || !means) return say("error", "Dites qui reçoit, et comment vous l’avez reconnu.");
  keep("paid", { receiver, means, amount: chosen.line.total });
};
$("#absent").onclick = () => keep("absent", {});
$("#undo").onclick = async () => {
  const taken = await store.undo(recordOf(chosen.line).number);
  say(taken ? "success" : "error", taken ? "C’est défait sur cet appareil." : "C’est déjà parti : l’agence ou le programme corrige.");
  show("#list", refresh);
};
$("#close").onclick = close;
for (const one of document.querySelectorAll("[data-home]")) one.onclick = home;
for (const one of document.querySelectorAll("[data-list]")) one.onclick = () => show("#list", refresh);
$("#sendnow").onclick = send;
$("#leave").onclick = leave;
addEventListener("online", send);
start();
