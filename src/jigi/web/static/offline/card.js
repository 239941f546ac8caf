// A card: its code read (« JIGI1… », see enrolment/card_rules.py), its signature checked by the public key, without network.
const LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
const SIGNED = "jigi-carte-1";
const bytes = (hex) => Uint8Array.from(hex.match(/../g), (pair) => parseInt(pair, 16));
const hex = (content) => Array.from(content, (one) => one.toString(16).padStart(2, "0")).join("");

function base32(text) {
  let bits = 0, held = 0;
  const found = [];
  for (const letter of text) {
    const value = LETTERS.indexOf(letter);
    if (value < 0) return null;
    held = ((held << 5) | value) & 0xfff;
    bits += 5;
    if (bits >= 8) found.push((held >> (bits -= 8)) & 0xff);
  }
  return new Uint8Array(found);
}

/** Whether this browser checks signatures of Ed25519. */
export async function checksSignatures() {
  try {
    await crypto.subtle.importKey("raw", new Uint8Array(32), "Ed25519", false, ["verify"]);
    return true;
  } catch {
    return false;
  }
}

/** What was read or typed: { rsu }, { number, means }, or { wrong } in French. `keys` are public keys by number. */
export async function understood(text, keys) {
  const said = text.trim().toUpperCase();
  const digits = said.replace(/^RSU1:/, "").replace(/[\s.\-/]/g, "");
  if (/^\d{10}$/.test(digits)) return Number(BigInt(digits) % 97n) === 1 ? { rsu: digits } : { wrong: "Ce numéro RSU est mal copié : ses deux derniers chiffres ne vont pas avec les autres." };
  if (said.startsWith("JIGI1")) return signed(base32(said.slice(5)), keys);
  const typed = said.replace(/[\s-]/g, "");
  const content = typed.length === 13 ? base32(typed) : null;
  if (content?.length === 8) return { number: hex(content), means: "code" };
  return { wrong: "Ceci n’est ni une carte du programme, ni son code, ni un numéro RSU." };
}

async function signed(content, keys) {
  const forged = { wrong: "Ce code n’est pas celui d’une carte du programme : demandez une pièce d’identité." };
  const key = content?.length === 73 ? keys[content[0]] : null;
  if (!key) return forged;
  if (!(await checksSignatures())) return { wrong: "Ce navigateur ne sait pas vérifier une carte. Mettez-le à jour, ou tapez le code de la carte." };
  const known = await crypto.subtle.importKey("raw", bytes(key), "Ed25519", false, ["verify"]);
  const part = new Uint8Array([...new TextEncoder().encode(SIGNED), ...content.slice(0, 9)]);
  const holds = await crypto.subtle.verify("Ed25519", known, content.slice(9), part);
  return holds ? { number: hex(content.slice(1, 9)), means: "card" } : forged;
}

/** Whether the camera of this device can read cards in this browser. */
export async function camera() {
  if (!("BarcodeDetector" in window) || !navigator.mediaDevices?.getUserMedia) return false;
  return (await BarcodeDetector.getSupportedFormats()).includes("qr_code");
}

/** Show the camera in `video` until it reads a code or `signal` aborts; promises the text, null when it was stopped. */
async function scan(video, signal) {
  const stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: "environment" } });
  try {
    video.srcObject = stream;
    await video.play();
    const detector = new BarcodeDetector({ formats: ["qr_code"] });
    while (!signal.aborted) {
      const [found] = await detector.detect(video);
      if (found?.rawValue) return found.rawValue;
      await new Promise((resolve) => setTimeout(resolve, 150));
    }
    return null;
  } finally {
    for (const track of stream.getTracks()) track.stop();
    video.srcObject = null;
  }
}

/** Let `button` open the camera in `view` and stop it; what it reads goes to `found`, and that it can't be opened to `failed`. */
export function scanner(button, view, found, failed) {
  const said = button.textContent;
  let scanning = null;
  button.onclick = async () => {
    if (scanning) return scanning.abort();
    scanning = new AbortController();
    button.textContent = "Arrêter la caméra";
    view.hidden = false;
    try {
      const text = await scan(view, scanning.signal);
      if (text) await found(text);
    } catch {
      failed("La caméra ne s’ouvre pas : permettez-la dans le navigateur, ou tapez le code.");
    } finally {
      scanning = null;
      view.hidden = true;
      button.textContent = said;
    }
  };
  return { stop: () => scanning?.abort() };
}
