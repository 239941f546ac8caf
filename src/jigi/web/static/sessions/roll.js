// The roll of a session on a phone: load its list with network, tick or scan who comes without, count the others, send when it is
// back. A roll says the whole session: sent twice, it is taken once.
const part = (name) => import(document.getElementById(`part-${name}`).href);
const [keep, network, cards, { desk, words, likely }] = await Promise.all([part("keep"), part("network"), part("card"), part("desk")]);

const $ = (selector) => document.querySelector(selector);
const CAME = { recipient: "l’allocataire", alternate: "le suppléant", F: "une autre femme", M: "un autre homme" };

let open = null;

const { start, show, say, send, told } = desk({
  home: "/seances/telephone/", cache: "jigi-sessions", keep, network,
  header: (found) => found.session,
  offered: (who) => who.sessions ?? [],
  title: (session) => `${session.village}, ${session.module}`,
  told: (session) => `séance n° ${session.id} · prévue ${words(session.planned)}`,
  path: (id) => `listes/${id}/`,
  open: openList,
  body: (one) => ({ session: one.id, day: one.day, place: one.place, facilitator: one.facilitator, ...one.totals, presents: Object.entries(one.came).map(([household, came]) => [Number(household), came]), cards: one.cards }),
  answered: (answer) => (answer.households >= 0 ? {} : null),
  drawn,
  one: "1 séance à envoyer", many: (count) => `${count} séances à envoyer`,
  load: "Charger la liste", here: "gardée sur ce téléphone", away: "pas encore sur ce téléphone",
  kept: "Liste gardée sur ce téléphone : faites l’appel, même sans réseau.",
  another: "Une autre personne a fait l’appel de cette séance sur ce téléphone et ne l’a pas envoyé : elle doit se connecter et l’envoyer d’abord.",
  leaving: (count) => `${count} séances ne sont pas encore envoyées. Elles restent sur ce téléphone, sans nom ; les listes sont effacées. Quitter ?`,
});
const scanning = cards.scanner($("#scan"), $("#view"), find, (why) => say("error", why));

async function openList(found) {
  scanning?.stop();
  open = found;
  if (!found) return;
  const roll = await entry();
  $("#roll h1").textContent = `${found.session.village}, ${found.session.module}`;
  $("#roll .place").textContent = `séance n° ${found.session.id} · ${found.lines.length} ménages sur la liste`;
  const facts = $("#facts").elements, others = $("#others").elements;
  facts.day.value = roll.day || likely(found.session.planned);
  for (const name of ["place", "facilitator"]) facts[name].value = roll[name];
  for (const name of ["men", "women"]) others[name].value = roll[name];
  show("#roll");
  await drawn();
}

const entry = () => keep.entry(open.session.id);

/** Change the roll that is open: what was finished is to be finished again. */
async function change(made) {
  await keep.change(open.session.id, (roll) => ({ draft: true, waits: false, ...made(roll) }));
  await told();
  return drawn();
}

/** What is typed is kept at each letter: a telephone that is put away says nothing to the page, and the field may not be left. */
async function typed() {
  await keep.change(open.session.id, () => ({ draft: true, waits: false, ...said() }));
  await told();
  counted(await entry());
}

const mark = (line, came) => change(({ came: { [line.h]: gone, ...others } }) => ({ came: came ? { ...others, [line.h]: came } : others }));

async function drawn() {
  if (!open) return;
  const roll = await entry(), sought = $("#seek").value.trim().toLowerCase();
  const shown = open.lines.filter((line) => `${line.n} ${line.rsu} ${line.recipient} ${line.alternate}`.toLowerCase().includes(sought));
  $("#lines").replaceChildren(...shown.map((line) => row(line, roll.came[line.h])));
  $("#nolines").hidden = shown.length > 0;
  $("#visitors").hidden = !roll.cards.length;
  $("#visitors ul").replaceChildren(...roll.cards.map(visitor));
  counted(roll);
}

function counted(roll) {
  const named = Object.keys(roll.came).length + roll.cards.length;
  $("#count").textContent = `${named} ${named > 1 ? "ménages présents" : "ménage présent"}${roll.waits ? " · terminé, à envoyer" : roll.draft ? " · en cours" : ""}`;
}

function row(line, came) {
  const made = $("#presentrow").content.cloneNode(true).firstElementChild;
  made.querySelector("b").textContent = `${line.n}. ${line.recipient}`;
  made.querySelector("small").textContent = `RSU ${line.rsu}${line.alternate ? ` · suppléant : ${line.alternate}` : ""}`;
  const select = made.querySelector("select"), button = made.querySelector("button");
  select.hidden = !came;
  select.setAttribute("aria-label", `Qui est venu pour ${line.recipient}`);
  select.replaceChildren(...who(line).map((one) => new Option(CAME[one], one, false, one === came)));
  select.onchange = () => mark(line, select.value);
  button.textContent = came ? "présent" : "—";
  button.className = came ? "main" : "";
  button.setAttribute("aria-label", `${line.recipient} : ${came ? "présent" : "absent"}. Changer`);
  button.onclick = () => mark(line, came ? "" : who(line)[0]);
  return made;
}

/** Who may come for a household, and be counted as a man or a woman. */
const who = (line) => [...(line.recipientSex ? ["recipient"] : []), ...(line.alternateSex ? ["alternate"] : []), "F", "M"];

function visitor(text, at) {
  const made = $("#linerow").content.cloneNode(true).firstElementChild, button = made.querySelector("button");
  made.querySelector("b").textContent = `Carte ${at + 1}`;
  made.querySelector("small").textContent = "Comptez aussi cette personne ci-dessous.";
  button.textContent = "Retirer";
  button.onclick = () => change(({ cards }) => ({ cards: cards.filter((one) => one !== text) }));
  return made;
}

/** Mark who is read or typed: a card of the list, an RSU number of it, or the card of somebody of elsewhere. */
async function find(text) {
  const read = await cards.understood(text, open.keys);
  if (read.wrong) return say("error", read.wrong);
  if (read.number && open.withdrawn.includes(read.number)) return say("error", "Cette carte n’est plus valable : elle a été déclarée perdue, ou remplacée.");
  const line = open.lines.find((one) => (read.rsu ? one.rsu.replaceAll("-", "") === read.rsu : one.cards.includes(read.number)));
  $("#code").value = "";
  if (line) {
    const { came } = await entry();
    say("success", `${line.recipient} : ${came[line.h] ? "déjà noté présent." : "présent."}`);
    return came[line.h] || mark(line, who(line)[0]);
  }
  if (read.means !== "card") return say("error", "Ce numéro n’est pas sur la liste de cette séance : comptez la personne parmi les autres.");
  say("success", "Carte du programme, d’un autre village : le ménage sera noté à l’envoi.");
  return change((roll) => ({ cards: [...new Set([...roll.cards, text.trim().toUpperCase()])] }));
}

/** Close the roll: everybody is a man or a woman, those of the list by who came, the others as they were counted. */
async function finish() {
  const facts = $("#facts"), others = $("#others").elements;
  if (!facts.reportValidity()) return;
  const roll = await entry(), men = Number(others.men.value), women = Number(others.women.value);
  if (men + women < roll.cards.length) return say("error", "Comptez aussi, parmi les autres, les personnes venues d’ailleurs dont la carte est lue.");
  const sexes = open.lines.filter((line) => roll.came[line.h]).map((line) => ({ recipient: line.recipientSex, alternate: line.alternateSex })[roll.came[line.h]] ?? roll.came[line.h]);
  const totals = { men: men + sexes.filter((one) => one === "M").length, women: women + sexes.filter((one) => one === "F").length };
  await keep.change(open.session.id, () => ({ ...said(), totals, draft: false, waits: true }));
  say("success", `L’appel est terminé : ${totals.men} hommes, ${totals.women} femmes. Il part avec le réseau.`);
  await told();
  await drawn();
  send();
}

const said = () => Object.fromEntries([...new FormData($("#facts")), ...new FormData($("#others"))]);

for (const form of ["#facts", "#others"]) $(form).oninput = typed;
$("#others").onsubmit = (event) => { event.preventDefault(); finish(); };
$("#facts").onsubmit = (event) => event.preventDefault();
$("#seekform").onsubmit = (event) => { event.preventDefault(); find($("#code").value); };
$("#seek").oninput = drawn;
$("#nocamera").hidden = await cards.camera();
$("#scan").hidden = !$("#nocamera").hidden;
start();
