// What stays on the device: fiches and their files, encrypted; forms, in clear. docs/questionnaires.md says what guards the key.
const ROUNDS = 600000;
export const SHORTEST = 8;
const encode = (text) => new TextEncoder().encode(text);

let opened = null;

function base() {
  opened ??= new Promise((resolve, reject) => {
    const asked = indexedDB.open("jigi-remplir", 1);
    asked.onupgradeneeded = () => {
      const made = asked.result;
      made.createObjectStore("people", { keyPath: "username" });
      made.createObjectStore("forms", { keyPath: "key" });
      made.createObjectStore("fiches", { keyPath: "id" }).createIndex("owner", "owner");
      made.createObjectStore("files", { keyPath: ["fiche", "name"] });
    };
    asked.onsuccess = () => resolve(asked.result);
    asked.onerror = () => reject(asked.error);
  });
  return opened;
}

/** Run `act` on stores in one transaction, on the disk before it is said done; promises what its request gives. */
async function within(names, mode, act) {
  const transaction = (await base()).transaction(names, mode, { durability: "strict" });
  const asked = act(...[names].flat().map((name) => transaction.objectStore(name)));
  return new Promise((resolve, reject) => {
    transaction.oncomplete = () => resolve(asked?.result);
    // An error ends in this too, and only then does the transaction say which.
    transaction.onabort = () => reject(transaction.error);
  });
}

export const people = () => within("people", "readonly", (store) => store.getAll());
export const forms = () => within("forms", "readonly", (store) => store.getAll());
export const formOf = (key) => within("forms", "readonly", (store) => store.get(key));
export const keepForm = (form) => within("forms", "readwrite", (store) => store.put(form));
export const dropForm = (key) => within("forms", "readwrite", (store) => store.delete(key));

/** How many fiches of a person would be lost with their phrase: those that the server does not have. */
export async function countUnsent(person) {
  const found = await within("fiches", "readonly", (store) => store.index("owner").getAll(person.owner));
  return found.filter((fiche) => fiche.state !== "sent").length;
}

/** Forget a person on this device, with their fiches and their files, which nothing opens any more. */
export async function forget(person) {
  const ids = await within("fiches", "readonly", (store) => store.index("owner").getAllKeys(person.owner));
  await within(["people", "fiches", "files"], "readwrite", (people, fiches, files) => {
    people.delete(person.username);
    for (const id of ids) {
      fiches.delete(id);
      files.delete(filesIn(id));
    }
  });
}

const filesIn = (id) => IDBKeyRange.bound([id, ""], [id, "\uffff"]);

/** Make the safe of a person, under their phrase. */
export async function makeSafe(owner, username, phrase) {
  const salt = crypto.getRandomValues(new Uint8Array(16));
  const iv = crypto.getRandomValues(new Uint8Array(12));
  const key = await crypto.subtle.generateKey({ name: "AES-GCM", length: 256 }, true, ["encrypt", "decrypt"]);
  const wrapped = await crypto.subtle.wrapKey("raw", key, await drawn(phrase, salt, ROUNDS), { name: "AES-GCM", iv });
  const person = { username, owner, salt, iv, rounds: ROUNDS, wrapped };
  await within("people", "readwrite", (store) => store.add(person));
  return openSafe(person, phrase);
}

/** The safe of a person, opened; null when the phrase is not theirs. */
export async function openSafe(person, phrase) {
  try {
    const key = await crypto.subtle.unwrapKey(
      "raw", person.wrapped, await drawn(phrase, person.salt, person.rounds), { name: "AES-GCM", iv: person.iv },
      "AES-GCM", false, ["encrypt", "decrypt"],
    );
    return new Safe(person.owner, person.username, key);
  } catch {
    return null;
  }
}

async function drawn(phrase, salt, iterations) {
  const words = await crypto.subtle.importKey("raw", encode(phrase.normalize("NFC")), "PBKDF2", false, ["deriveKey"]);
  const how = { name: "PBKDF2", hash: "SHA-256", salt, iterations };
  return crypto.subtle.deriveKey(how, words, { name: "AES-GCM", length: 256 }, false, ["wrapKey", "unwrapKey"]);
}

/** One person's fiches, as long as the page is open: the key is in its memory only, and can't be taken out of it. */
class Safe {
  #key;

  constructor(owner, username, key) {
    Object.assign(this, { owner, username });
    this.#key = key;
  }

  /** What stands on the device without its answers: state, form, dates; the latest first. */
  async fiches() {
    const found = await within("fiches", "readonly", (store) => store.index("owner").getAll(this.owner));
    return found.sort((one, other) => other.changed - one.changed);
  }

  /** One of them as it stands now, whatever a list showed before. */
  fiche(id) {
    return within("fiches", "readonly", (store) => store.get(id));
  }

  /** Keep the answers of a fiche; `facts` is what is known of it without opening it. */
  async keep(facts, answers) {
    const sealed = await this.#seal(facts.id, encode(JSON.stringify(answers)));
    const kept = { ...facts, owner: this.owner, changed: Date.now(), sealed };
    await within("fiches", "readwrite", (store) => store.put(kept));
    return kept;
  }

  /** Note something of a fiche, its answers left as they are. */
  note(fiche, facts) {
    return within("fiches", "readwrite", (store) => store.put({ ...fiche, ...facts }));
  }

  async answers(fiche) {
    return JSON.parse(new TextDecoder().decode(await this.#unseal(fiche.id, fiche.sealed)));
  }

  /** The files of one fiche. */
  filesOf(id) {
    return {
      put: async (name, blob) => {
        const sealed = await this.#seal(`${id}/${name}`, await blob.arrayBuffer());
        await within("files", "readwrite", (store) => store.put({ fiche: id, name, type: blob.type, sealed }));
      },
      get: async (name) => {
        const kept = await within("files", "readonly", (store) => store.get([id, name]));
        return kept ? new Blob([await this.#unseal(`${id}/${name}`, kept.sealed)], { type: kept.type }) : null;
      },
      names: async () => (await within("files", "readonly", (store) => store.getAllKeys(filesIn(id)))).map(([, name]) => name),
    };
  }

  /** Forget the answers and the files of a fiche; `left` is what is still said of it, if anything. */
  async empty(fiche, left) {
    await within(["fiches", "files"], "readwrite", (fiches, files) => {
      files.delete(filesIn(fiche.id));
      if (left) fiches.put({ id: fiche.id, owner: this.owner, form: fiche.form, ...left });
      else fiches.delete(fiche.id);
    });
  }

  async #seal(name, content) {
    const iv = crypto.getRandomValues(new Uint8Array(12));
    return { iv, content: await crypto.subtle.encrypt(this.#bound(iv, name), this.#key, content) };
  }

  #unseal(name, { iv, content }) {
    return crypto.subtle.decrypt(this.#bound(iv, name), this.#key, content);
  }

  // What is sealed opens in its own place only: nothing can be put under another fiche's name.
  #bound(iv, name) {
    return { name: "AES-GCM", iv, additionalData: encode(`${this.owner} ${name}`) };
  }
}
