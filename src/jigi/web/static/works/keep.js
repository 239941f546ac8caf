// What stays on the phone: the roster of a sheet, sealed under a key that the browser never gives out, until it is sent or the
// person leaves; the marks that were entered, by number of line, which name nobody.
const encode = (value) => new TextEncoder().encode(JSON.stringify(value));
let opened = null;

function base() {
  opened ??= new Promise((resolve, reject) => {
    const asked = indexedDB.open("jigi-works", 1);
    asked.onupgradeneeded = () => {
      asked.result.createObjectStore("device", { keyPath: "name" });
      asked.result.createObjectStore("lists", { keyPath: "id" });
      asked.result.createObjectStore("grids", { keyPath: "id" });
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

/** The person whose sheets are here; null when nobody's are. */
export const owner = async () => (await kept("owner")) ?? null;

async function key() {
  const drawn = await crypto.subtle.generateKey({ name: "AES-GCM", length: 256 }, false, ["encrypt", "decrypt"]);
  await within("device", "readwrite", (store) => {
    store.get("key").onsuccess = (event) => event.target.result ?? store.put({ name: "key", value: drawn });
  });
  return kept("key");
}

/** Keep the roster of a sheet, for one person; nobody else's stays. What they entered and did not send stays as it is. */
export async function keepSheet(person, found) {
  if ((await owner()) !== person) await forget();
  const id = found.sheet.id, iv = crypto.getRandomValues(new Uint8Array(12));
  const sealed = await crypto.subtle.encrypt({ name: "AES-GCM", iv, additionalData: encode(id) }, await key(), encode(found));
  const marks = Object.fromEntries(found.lines.map((line) => [line.n, line.marks || ".".repeat(found.sheet.days.length)]));
  await within(["device", "lists", "grids"], "readwrite", (device, lists, grids) => {
    device.put({ name: "owner", value: person });
    lists.put({ id, iv, sealed });
    grids.get(id).onsuccess = ({ target: { result } }) => {
      if (!result?.waits) grids.put({ id, by: person, revision: found.revision, marks, waits: false, trouble: "" });
    };
  });
}

/** The sheets that are here, opened. */
export async function sheets() {
  const found = await within("lists", "readonly", (store) => store.getAll());
  const secret = found.length ? await key() : null;
  return Promise.all(found.map(async ({ id, iv, sealed }) =>
    JSON.parse(new TextDecoder().decode(await crypto.subtle.decrypt({ name: "AES-GCM", iv, additionalData: encode(id) }, secret, sealed)))));
}

/** Forget the rosters and the key; what waits to be sent stays, without a name. */
export function forget() {
  return within(["lists", "device"], "readwrite", (lists, device) => {
    lists.clear();
    device.delete("key");
    device.delete("owner");
  });
}

export const grids = () => within("grids", "readonly", (store) => store.getAll());
export const grid = (id) => within("grids", "readonly", (store) => store.get(id));

/** Write the mark of a line and a day; it waits to be sent from now on. */
export function mark(id, line, day, sign) {
  return within("grids", "readwrite", (store) => {
    store.get(id).onsuccess = ({ target: { result } }) => {
      const signs = [...result.marks[line]];
      signs[day] = sign;
      store.put({ ...result, marks: { ...result.marks, [line]: signs.join("") }, waits: true, trouble: "" });
    };
  });
}

/** Note what the server answered, unless the grid moved meanwhile (then only its revision). */
export function heard(sent, facts) {
  return within("grids", "readwrite", (store) => {
    store.get(sent.id).onsuccess = ({ target: { result } }) => {
      if (!result) return;
      const moved = JSON.stringify(result.marks) !== JSON.stringify(sent.marks);
      store.put({ ...result, ...facts, waits: moved || (facts.waits ?? result.waits) });
    };
  });
}
