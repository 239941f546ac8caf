// What stays on the device of a cashier: the list of a day, until the day is over or they leave; what was recorded, until the
// server has it. A list is sealed under a key that the browser keeps and never gives out: a copy of its files opens nothing.
const encode = (value) => new TextEncoder().encode(JSON.stringify(value));
let opened = null;

function base() {
  opened ??= new Promise((resolve, reject) => {
    const asked = indexedDB.open("jigi-site", 1);
    asked.onupgradeneeded = () => {
      const made = asked.result;
      made.createObjectStore("device", { keyPath: "name" });
      made.createObjectStore("lists", { keyPath: "id" });
      made.createObjectStore("records", { keyPath: "number" }).createIndex("line", "line");
    };
    asked.onsuccess = () => resolve(asked.result);
    asked.onerror = () => reject(asked.error);
  });
  return opened;
}

/** Run `act` on stores in one transaction, on the disk before it is said done; promises what it returns. */
async function within(names, mode, act) {
  const transaction = (await base()).transaction(names, mode, { durability: "strict" });
  const answer = act(...[names].flat().map((name) => transaction.objectStore(name)));
  return new Promise((resolve, reject) => {
    transaction.oncomplete = () => resolve(answer instanceof IDBRequest ? answer.result : answer);
    transaction.onabort = () => reject(transaction.error);
  });
}

const kept = async (name) => (await within("device", "readonly", (store) => store.get(name)))?.value;

/** The number of this device, drawn once. */
export async function deviceNumber() {
  const drawn = crypto.randomUUID();
  await within("device", "readwrite", (store) => addOnce(store, "number", drawn));
  return kept("number");
}

/** The person whose lists are here: null when nobody's are. */
export const owner = async () => (await kept("owner")) ?? null;

async function key() {
  const drawn = await crypto.subtle.generateKey({ name: "AES-GCM", length: 256 }, false, ["encrypt", "decrypt"]);
  await within("device", "readwrite", (store) => addOnce(store, "key", drawn));
  return kept("key");
}

function addOnce(store, name, value) {
  store.get(name).onsuccess = (event) => event.target.result ?? store.put({ name, value });
}

/** Keep the list of a day, for one person; nobody else's stays. */
export async function keepList(person, list) {
  // What rain put off is paid later by the same list: it is kept from the day it was loaded.
  const now = new Date().toLocaleDateString("sv-SE");
  if ((await owner()) !== person) await forgetLists();
  const iv = crypto.getRandomValues(new Uint8Array(12));
  const sealed = await crypto.subtle.encrypt({ name: "AES-GCM", iv, additionalData: encode(list.day.id) }, await key(), encode(list));
  await within(["device", "lists"], "readwrite", (device, lists) => {
    device.put({ name: "owner", value: person });
    lists.put({ id: list.day.id, day: list.day.day > now ? list.day.day : now, iv, sealed });
  });
}

/** The lists that are here, opened. */
export async function lists() {
  const found = await within("lists", "readonly", (store) => store.getAll());
  const secret = found.length ? await key() : null;
  return Promise.all(found.map(async ({ id, iv, sealed }) =>
    JSON.parse(new TextDecoder().decode(await crypto.subtle.decrypt({ name: "AES-GCM", iv, additionalData: encode(id) }, secret, sealed)))));
}

/** Forget the lists of days before this one (ISO), or all; what waits to be sent stays: it names nobody. */
export function forgetLists(before = "9999") {
  return within(["lists", "device"], "readwrite", (store, device) => {
    store.openCursor().onsuccess = ({ target: { result: cursor } }) => {
      if (!cursor) return;
      if (cursor.value.day < before) cursor.delete();
      cursor.continue();
    };
    if (before === "9999") {
      device.delete("key");
      device.delete("owner");
    }
  });
}

/** Record a line as paid or absent. Within one transaction: of two at once, by two tabs, the second is told "paid". */
export async function record(fresh) {
  let why = "";
  await within("records", "readwrite", (store) => {
    store.index("line").getAll(fresh.line).onsuccess = ({ target: { result } }) => {
      if (result.some((one) => one.said === "paid")) why = "paid";
      else {
        // An absence that the server does not have yet gives way to who comes after all.
        for (const one of result.filter((one) => !one.sent && !one.leaving)) store.delete(one.number);
        store.add(fresh);
      }
    };
  });
  return why;
}

/** Take back a record that the server does not have; promises whether it was still here to take back. */
export async function undo(number) {
  let done = false;
  await within("records", "readwrite", (store) => {
    store.get(number).onsuccess = ({ target: { result } }) => {
      if (result && !result.sent && !result.leaving) {
        store.delete(number);
        done = true;
      }
    };
  });
  return done;
}

export const records = () => within("records", "readonly", (store) => store.getAll());

/** Note something of records, if they are still here. */
export function note(numbers, facts) {
  return within("records", "readwrite", (store) => {
    for (const number of numbers) {
      store.get(number).onsuccess = ({ target: { result } }) => result && store.put({ ...result, ...facts(result) });
    }
  });
}

/** Forget the records that the server has, of lines whose list is no longer here. */
export async function forgetSent(lines) {
  await within("records", "readwrite", (store) => {
    store.openCursor().onsuccess = ({ target: { result: cursor } }) => {
      if (!cursor) return;
      if (cursor.value.sent && !lines.has(cursor.value.line)) cursor.delete();
      cursor.continue();
    };
  });
}
