// One fiche being filled: the form engine over it, its answers kept at every change, its end checked.
import { Form } from "enketo-core";
import events from "enketo-core/src/js/event";
import { files } from "./files.js";

const FULL = "Cet appareil n’a plus de place : la fiche n’est pas gardée. Effacez-y des photos ou des films, puis recommencez.";

/** Fill a fiche: `started` when it shows, `ended` when it is left (false) or finished (true). */
export function filling({ place, safe, form, facts, answers }) {
  const held = safe.filesOf(facts.id);
  files.of(held);
  const view = place.querySelector(".form-wrapper");
  view.querySelector("form.or")?.remove();
  view.prepend(document.createRange().createContextualFragment(form.html));
  const engine = new Form(withoutSubmission(view.querySelector("form.or")), {
    modelStr: form.model, instanceStr: answers?.xml, submitted: false, external: [],
    session: { deviceid: "navigateur", username: safe.username },
  }, {});
  const troubles = engine.init();
  const keeper = keeping({ safe, facts, held }, engine, place.querySelector(".kept"));
  const html = engine.view.html;
  html.addEventListener(events.DataUpdate().type, keeper.changed);
  for (const type of [events.AddRepeat().type, events.RemoveRepeat().type]) html.addEventListener(type, () => nameButtons(html));
  nameButtons(html);
  place.querySelector(".troubles").hidden = !troubles.length;
  place.querySelector(".troubles small").textContent = troubles.join(" ");
  tell(place, "");
  place.querySelector(".pager").hidden = !engine.pages.active;
  const started = keeper.changed();
  const ended = new Promise((end) => {
    place.querySelector(".leave").onclick = async () => ((await keeper.changed()) ? end(false) : tell(place, FULL));
    place.querySelector(".finish").onclick = async (event) => {
      event.target.disabled = true;
      const isRight = await finish(engine, keeper, place).finally(() => { event.target.disabled = false; });
      if (isRight) end(true);
    };
  }).then((isDone) => {
    engine.resetView().remove();
    return isDone;
  });
  return { started, ended };
}

/** The engine would forbid the submission by an attribute, which the page's policy refuses: by a listener, then. */
function withoutSubmission(html) {
  html.addEventListener("submit", (event) => event.preventDefault());
  html.setAttribute = (name, value) => name !== "onsubmit" && Element.prototype.setAttribute.call(html, name, value);
  return html;
}

/** Check everything; keep the fiche as finished, or lead to the first answer to correct. */
async function finish(engine, keeper, place) {
  if (!(await engine.validate())) {
    const wrong = place.querySelectorAll(".invalid-required, .invalid-constraint, .invalid-value");
    tell(place, wrong.length === 1 ? "Une réponse est à corriger." : `${wrong.length} réponses sont à corriger.`);
    wrong[0]?.scrollIntoView({ block: "center" });
    wrong[0]?.querySelector("input:not(.hide), select, textarea, button")?.focus({ preventScroll: true });
    return false;
  }
  engine.view.html.dispatchEvent(events.BeforeSave());
  const isKept = await keeper.finished();
  tell(place, isKept ? "" : FULL);
  return isKept;
}

/** Writes to the safe what the form holds: one writing at a time, and once more when something changed meanwhile.
 *  `changed` and `finished` promise whether it is kept. */
function keeping({ safe, facts, held }, engine, told) {
  let running = null;
  let again = false;
  let isOver = false;
  const write = async (state, xml) => {
    // The engine says that an answer changed before it marks it as the name of a file: those held here are looked for too.
    const marked = [...xml.matchAll(/type="file"[^>]*>([^<]+)</g)].map((match) => match[1]);
    const named = (await held.names()).filter((name) => xml.includes(`>${name}<`));
    const answers = { xml, files: [...new Set([...marked, ...named])], label: engine.instanceName ?? "" };
    await safe.keep({ ...facts, state, said: state === "draft" ? facts.said : "" }, answers);
    told.textContent = `Gardé à ${new Date().toLocaleTimeString("fr-FR", { hour: "2-digit", minute: "2-digit" })}`;
  };
  const changed = () => {
    if (isOver) return Promise.resolve(true);
    if (running) {
      again = true;
      return running;
    }
    running = (async () => {
      do {
        again = false;
        await write("draft", engine.getDataStr());
      } while (again && !isOver);
      return true;
    })().catch(() => {
      told.textContent = FULL;
      return false;
    }).finally(() => { running = null; });
    return running;
  };
  const finished = async () => {
    isOver = true;
    await running;
    try {
      await write("ready", engine.getDataStr({ irrelevant: false }));
      return true;
    } catch {
      isOver = false;
      return false;
    }
  };
  return { changed, finished };
}

/** The engine draws its buttons without words. */
function nameButtons(html) {
  for (const button of html.querySelectorAll(".add-repeat-btn")) {
    button.textContent = `Ajouter : ${titleOf(button)}`;
  }
  for (const button of html.querySelectorAll(".repeat-buttons .remove")) {
    const number = button.closest(".or-repeat")?.querySelector(":scope > .repeat-number")?.textContent ?? "";
    button.textContent = `Retirer : ${titleOf(button)} ${number}`.trim();
  }
}

const titleOf = (button) => button.closest(".or-group")?.querySelector(":scope > :is(h2, h3, h4)")?.textContent ?? "une ligne";

function tell(place, text) {
  const told = place.querySelector(".told");
  told.textContent = text;
  told.hidden = !text;
}
