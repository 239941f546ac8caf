// The pieces that stand over a plain control: a list searched by typing, a photograph, a position, a month, a year.
import Autocomplete from "enketo-core/src/widget/select-autocomplete/autocomplete";
import Widget from "enketo-core/src/js/widget";
import { files } from "./files.js";
import { shrunk } from "./pictures.js";

const made = (html) => document.createRange().createContextualFragment(html).firstElementChild;

/** Stands beside the engine's own control, which it hides and whose value it writes. */
class Beside extends Widget {
  _init() {
    this.element.classList.add("hide");
    this.piece = made(`<span class="widget">${this.constructor.html}</span>`);
    this.element.after(this.piece);
    for (const control of this.controls) control.disabled = this.props.readonly;
    this.listen();
    this.update();
  }
  get controls() {
    return this.piece.querySelectorAll("input, button");
  }
  disable() {
    for (const control of this.controls) control.disabled = true;
  }
  enable() {
    for (const control of this.controls) control.disabled = this.props.readonly;
  }
  say(text) {
    this.piece.querySelector("output").textContent = text;
  }
}

/** A month or a year, kept as the first of its days. */
class Part extends Beside {
  listen() {
    const input = this.piece.querySelector("input");
    input.addEventListener("change", (event) => {
      event.stopPropagation();
      this.originalInputValue = input.value ? `${input.value}${this.constructor.rest}` : "";
    });
  }
  update() {
    const text = this.originalInputValue;
    this.piece.querySelector("input").value = text ? text.slice(0, -this.constructor.rest.length) : "";
  }
}

class Month extends Part {
  static selector = ".question.or-appearance-month-year input[data-type-xml=date]";
  static html = '<input type="month" class="ignore">';
  static rest = "-01";
}

class Year extends Part {
  static selector = ".question.or-appearance-year input[data-type-xml=date]";
  static html = '<input type="number" class="ignore" min="1900" max="2100" inputmode="numeric">';
  static rest = "-01-01";
}

class Position extends Beside {
  static selector = ".question input[data-type-xml=geopoint]";
  static html = '<button type="button" class="ignore">Prendre la position</button> <output></output>';
  listen() {
    this.piece.querySelector("button").addEventListener("click", () => this.take());
  }
  update() {
    const [latitude, longitude, , accuracy] = this.originalInputValue.split(" ");
    this.say(longitude ? `${latitude} ; ${longitude}, à ${Math.round(accuracy)} m près` : "");
  }
  take() {
    if (!navigator.geolocation) return this.say("Cet appareil ne donne pas sa position.");
    this.say("Recherche du signal… Restez dehors.");
    navigator.geolocation.getCurrentPosition((found) => this.keep(found.coords), (error) => this.say(
      error.code === error.PERMISSION_DENIED
        ? "L’appareil refuse sa position à ce site : permettez-la dans ses réglages, ou passez."
        : "Pas de signal : avancez à ciel ouvert et reprenez, ou passez.",
    ), { enableHighAccuracy: true, timeout: 60000, maximumAge: 0 });
  }
  keep({ latitude, longitude, altitude, accuracy }) {
    this.originalInputValue = `${latitude.toFixed(6)} ${longitude.toFixed(6)} ${(altitude ?? 0).toFixed(1)} ${accuracy.toFixed(1)}`;
    this.update();
  }
}

class Picture extends Beside {
  static selector = ".question input[data-accept]";
  static html =
    '<input type="file" class="ignore"> <output></output><img alt="" hidden><button type="button" class="ignore" hidden>Retirer</button>';
  listen() {
    const input = this.piece.querySelector("input");
    input.accept = this.element.dataset.accept;
    input.addEventListener("change", (event) => {
      event.stopPropagation();
      if (input.files[0]) this.keep(input.files[0]).catch(() => this.say("Ce fichier n’a pas pu être gardé : recommencez."));
    });
    this.piece.querySelector("button").addEventListener("click", () => this.write(""));
  }
  async keep(file) {
    const { blob, extension } = await shrunk(file);
    if (blob.size > 10 * 1024 * 1024) return this.say("Ce fichier dépasse 10 Mo : prenez-en un plus petit.");
    const name = `${crypto.randomUUID().slice(0, 13)}.${extension}`;
    await files.put(name, blob);
    this.write(name);
  }
  write(name) {
    this.originalInputValue = name;
    this.update();
  }
  async update() {
    const name = this.originalInputValue;
    const blob = name ? await files.get(name) : null;
    const image = this.piece.querySelector("img");
    this.say(!name ? "" : blob ? "Gardé sur cet appareil." : "Le fichier manque : reprenez-le.");
    this.piece.querySelector("button").hidden = !name;
    image.hidden = !blob?.type.startsWith("image/");
    if (!image.hidden) image.src = await addressOf(blob);
  }
}

// The page's policy shows `data:` pictures, not `blob:` ones.
const addressOf = (blob) => new Promise((resolve) => {
  const reader = new FileReader();
  reader.addEventListener("load", () => resolve(reader.result));
  reader.readAsDataURL(blob);
});

export default [Autocomplete, Month, Year, Position, Picture];
