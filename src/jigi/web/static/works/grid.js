// The grid of a sheet on a phone: load it with network, call the roll without, send when it is back. A grid has a revision: sent
// twice, it is taken once.
const part = (name) => import(document.getElementById(`part-${name}`).href);
const [keep, network, { desk, words, today }] = await Promise.all([part("keep"), part("network"), part("desk")]);

const $ = (selector) => document.querySelector(selector);
const WORDS = { ".": "—", P: "présent", D: "demi-journée", T: "tâche", A: "absent" };
const NEXT = { ".": "P", P: "D", D: "A", A: ".", T: "A" };

let open = null, day = 0;

const { start, show, told } = desk({
  home: "/chantiers/telephone/", cache: "jigi-works", keep, network,
  header: (found) => found.sheet,
  offered: (who) => who.sheets ?? [],
  title: (sheet) => `${sheet.crew}, feuille ${sheet.number}`,
  told: (sheet) => `${sheet.site} · ${sheet.title} · du ${words(sheet.days[0])} au ${words(sheet.last)}`,
  path: (id) => `feuilles/${id}/`,
  open: openSheet,
  body: (one) => ({ sheet: one.id, revision: one.revision, lines: one.marks }),
  answered: (answer) => answer.revision ? { revision: answer.revision } : null,
  drawn,
  one: "1 feuille à envoyer", many: (count) => `${count} feuilles à envoyer`,
  load: "Charger la feuille", here: "gardée sur ce téléphone", away: "pas encore sur ce téléphone",
  kept: "Feuille gardée sur ce téléphone : faites l’appel, même sans réseau.",
  another: "Une autre personne a saisi cette feuille sur ce téléphone et ne l’a pas envoyée : elle doit se connecter et l’envoyer d’abord.",
  leaving: (count) => `${count} feuilles ne sont pas encore envoyées. Elles restent sur ce téléphone, sans nom ; les listes sont effacées. Quitter ?`,
});

function openSheet(found) {
  open = found;
  if (!found) return;
  const at = found.sheet.days.indexOf(today());
  day = at < 0 ? 0 : at;
  $("#roll h1").textContent = `${found.sheet.crew}, feuille ${found.sheet.number}`;
  $("#roll .place").textContent = `${found.sheet.site} · ${found.sheet.title}`;
  $("#day").replaceChildren(...found.sheet.days.map((one, n) => new Option(words(one), n, false, n === day)));
  show("#roll");
  return drawn();
}

async function drawn() {
  if (!open) return;
  const { marks } = await keep.entry(open.sheet.id);
  $("#lines").replaceChildren(...open.lines.map((line) => {
    const made = $("#linerow").content.cloneNode(true).firstElementChild, sign = marks[line.n][day];
    made.querySelector("b").textContent = `${line.n}. ${line.name}`;
    const button = made.querySelector("button");
    button.textContent = WORDS[sign];
    button.setAttribute("aria-label", `${line.name} : ${WORDS[sign]}. Changer`);
    button.className = sign === "P" || sign === "T" ? "main" : "";
    button.onclick = async () => {
      const next = sign === "A" && open.task ? "T" : NEXT[sign === "T" ? "." : sign];
      await mark(line.n, sign === "T" ? "." : next);
    };
    return made;
  }));
  const counts = open.lines.map((line) => marks[line.n][day]);
  const said = (test, one, many = one) => { const count = counts.filter(test).length; return `${count} ${count > 1 ? many : one}`; };
  $("#count").textContent = [said((one) => "PDT".includes(one), "présent", "présents"), said((one) => one === "A", "absent", "absents"), said((one) => one === ".", "sans signe")].join(", ");
}

async function mark(line, sign) {
  await keep.mark(open.sheet.id, line, day, sign);
  await told();
  return drawn();
}

$("#day").onchange = () => { day = Number($("#day").value); drawn(); };
$("#allhere").onclick = async () => {
  const { marks } = await keep.entry(open.sheet.id);
  for (const line of open.lines) if (marks[line.n][day] === ".") await keep.mark(open.sheet.id, line.n, day, "P");
  await told();
  drawn();
};
start();
