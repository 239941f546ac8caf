// A distribution on a phone: load the list of a village with network, hand out its rations without, send when it is back. Each
// hand-out has a number of its own: sent twice, it is taken once.
const part = (name) => import(document.getElementById(`part-${name}`).href);
const [keep, network, cards, { desk, words, likely }] = await Promise.all([part("keep"), part("network"), part("card"), part("desk")]);

const $ = (selector) => document.querySelector(selector);
const kilos = (grams) => `${new Intl.NumberFormat("fr-FR").format(grams / 1000)} kg`;
const leaving = ([, one]) => !one.sent && !one.why;

let open = null;

const { start, show, say, send, told } = desk({
  home: "/nutrition/telephone/", cache: "jigi-nutrition", keep, network,
  header: (found) => found.stop,
  offered: (who) => who.stops ?? [],
  title: (stop) => `${stop.village}, ${words(stop.day)}`,
  told: (stop) => `${stop.distribution} · ${stop.site}`,
  path: (id) => `listes/${id}/`,
  open: openList,
  body: (one) => ({ stop: one.id, lines: Object.entries(one.given).filter(leaving).map(([rank, { number, on, lot, checked }]) => ({ rank: Number(rank), number, on, lot, checked })) }),
  answered: (answer) => answer.results ? (entry) => heardOf(entry, answer.results) : null,
  drawn,
  one: "1 village à envoyer", many: (count) => `${count} villages à envoyer`,
  load: "Charger la liste", here: "gardée sur ce téléphone", away: "pas encore sur ce téléphone",
  kept: "Liste gardée sur ce téléphone : remettez les rations, même sans réseau.",
  another: "Une autre personne a remis des rations avec ce téléphone et ne les a pas envoyées : elle doit se connecter et les envoyer d’abord.",
  leaving: (count) => `Les remises de ${count} villages ne sont pas encore envoyées. Elles restent sur ce téléphone, sans nom ; les listes sont effacées. Quitter ?`,
});
const scanning = cards.scanner($("#scan"), $("#view"), find, (why) => say("error", why));

/** What the server said of each hand-out, put in the entry as it is now. */
function heardOf({ given }, results) {
  const by = new Map(results.map((one) => [one.number, one]));
  const after = Object.fromEntries(Object.entries(given).map(([rank, one]) => {
    const answer = by.get(one.number);
    return [rank, answer ? { ...one, sent: answer.good, why: answer.good ? "" : answer.said } : one];
  }));
  const refused = Object.entries(after).filter(([, one]) => one.why);
  return { given: after, waits: Object.entries(after).some(leaving), trouble: refused.map(([rank, one]) => `n° ${rank} : ${one.why}`).join(" ") };
}

async function openList(found) {
  scanning?.stop();
  open = found;
  if (!found) return;
  $("#roll h1").textContent = `${found.stop.village}, ${words(found.stop.day)}`;
  $("#roll .place").textContent = `${found.stop.distribution} · ${found.stop.site}`;
  $("#facts").elements.day.value = likely(found.stop.day);
  $("#lots").replaceChildren(...[...new Set(found.lines.map((line) => line.product))].map(lotsOf));
  show("#roll");
  await drawn();
}

/** The choice of the open sack of a product. */
function lotsOf(product) {
  const label = Object.assign(document.createElement("label"), { textContent: `Lot ouvert, ${product}` }), select = document.createElement("select");
  select.dataset.product = product;
  select.replaceChildren(...(open.lots[product] ?? []).map((lot) => new Option(`${lot.number}, jusqu’au ${words(lot.expires)}`, lot.number)));
  label.append(select);
  return label;
}

const lotOf = (product) => [...document.querySelectorAll("#lots select")].find((one) => one.dataset.product === product)?.value ?? "";

async function drawn() {
  if (!open) return;
  const { given } = await keep.entry(open.stop.id), sought = $("#seek").value.trim().toLowerCase();
  const shown = open.lines.filter((line) => `${line.n} ${line.rsu} ${line.name} ${line.guardian}`.toLowerCase().includes(sought));
  $("#lines").replaceChildren(...shown.map((line) => row(line, given[line.n])));
  $("#nolines").hidden = shown.length > 0;
  const done = open.lines.filter((line) => line.given || (given[line.n] && !given[line.n].why)).length;
  $("#count").textContent = `${done} ${done > 1 ? "rations remises" : "ration remise"} sur ${open.lines.length}`;
}

function row(line, one) {
  const made = $("#linerow").content.cloneNode(true).firstElementChild, button = made.querySelector("button");
  const over = line.given || one?.sent;
  made.querySelector("b").textContent = `${line.n}. ${line.name}`;
  made.querySelector("small").textContent = [line.guardian, `${kilos(line.grams)} de ${line.product}`, line.unsure ? "âge à vérifier" : "", one ? `lot ${one.lot}` : "", one?.why].filter(Boolean).join(" · ");
  button.textContent = one?.why ? "refusée" : over || one ? "remise" : "remettre";
  button.className = over || (one && !one.why) ? "main" : "";
  button.disabled = Boolean(over);
  button.setAttribute("aria-label", `${line.name} : ${over || one ? "remise" : "à remettre"}${over ? "" : ". Changer"}`);
  button.onclick = () => (one ? takeBack(line) : give(line));
  return made;
}

async function change(made) {
  await keep.change(open.stop.id, ({ given }) => {
    const after = made(given);
    return { given: after, waits: Object.entries(after).some(leaving) };
  });
  await told();
  await drawn();
}

async function give(line) {
  const day = $("#facts").elements.day.value, lot = lotOf(line.product);
  if (!$("#facts").reportValidity()) return;
  if (!lot) return say("error", `Le site n’a pas de lot de ${line.product} : notez d’abord son arrivée.`);
  if (line.unsure && !confirm(`${line.name} : avez-vous vérifié l’âge sur le carnet ou l’acte de naissance ?`)) return;
  await change((given) => ({ ...given, [line.n]: { number: crypto.randomUUID(), on: day, lot, checked: line.unsure, sent: false, why: "" } }));
}

const takeBack = (line) => change(({ [line.n]: gone, ...others }) => (gone?.sent ? { ...others, [line.n]: gone } : others));

/** Show the lines of the household whose card is read, or number typed. */
async function find(text) {
  const read = await cards.understood(text, open.keys);
  if (read.wrong) return say("error", read.wrong);
  if (read.number && open.withdrawn.includes(read.number)) return say("error", "Cette carte n’est plus valable : elle a été déclarée perdue, ou remplacée.");
  const line = open.lines.find((one) => (read.rsu ? one.rsu.replaceAll("-", "") === read.rsu : one.cards.includes(read.number)));
  if (!line) return say("error", "Ce ménage n’est pas sur la liste de ce village.");
  $("#code").value = "";
  $("#seek").value = line.rsu;
  return drawn();
}

$("#facts").onsubmit = (event) => event.preventDefault();
$("#seekform").onsubmit = (event) => { event.preventDefault(); find($("#code").value); };
$("#seek").oninput = drawn;
$("#finish").onclick = send;
$("#nocamera").hidden = await cards.camera();
$("#scan").hidden = !$("#nocamera").hidden;
start();
