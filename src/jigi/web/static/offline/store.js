// What stays on a device of the pages that work without network: lists, sealed under a key that the browser keeps and never gives
// out (a copy of its files opens nothing), until they are sent or the person leaves; what was entered, which names nobody.
const encode = (value) => new TextEncoder().encode(JSON.stringify(value));

/** A store of this name on the device; `make` creates what it holds beside `device` (the key, whose it is) and `lists`. */
export function store(name, make) {
  let opened = null;

  function base() {
    opened ??= new Promise((resolve, reject) => {
      const asked = indexedDB.open(name, 1);
      asked.onupgradeneeded = () => {
        asked.result.createObjectStore("device", { keyPath: "name" });
        asked.result.createObjectStore("lists", { keyPath: "id" });
        make(asked.result);
      };
      asked.onsuccess = () => resolve(asked.result);
      asked.onerror = () => reject(asked.error);
    });
    return opened;
  }

  /** Run `act` on stores in one transaction, on the disk before it is said done; promises what it returns. */
  async function within(names, mode, act) {
    const transaction = (await base()).transaction(names, mode, { durability: "strict" });
    const answer = act(...[names].flat().map((one) => transaction.objectStore(one)));
    return new Promise((resolve, reject) => {
      transaction.oncomplete = () => resolve(answer instanceof IDBRequest ? answer.result : answer);
      transaction.onabort = () => reject(transaction.error);
    });
  }

  const kept = async (one) => (await within("device", "readonly", (device) => device.get(one)))?.value;

  /** What the device keeps under a name: `value`, unless something is kept already. */
  async function once(one, value) {
    await within("device", "readwrite", (device) => {
      device.get(one).onsuccess = (event) => event.target.result ?? device.put({ name: one, value });
    });
    return kept(one);
  }

  const key = async () => once("key", await crypto.subtle.generateKey({ name: "AES-GCM", length: 256 }, false, ["encrypt", "decrypt"]));

  /** The person whose lists are here; null when nobody's are. */
  const owner = async () => (await kept("owner")) ?? null;

  /** The row of a list: its content sealed, bound to its place. */
  async function sealed(id, content, facts) {
    const iv = crypto.getRandomValues(new Uint8Array(12));
    return { id, ...facts, iv, sealed: await crypto.subtle.encrypt({ name: "AES-GCM", iv, additionalData: encode(id) }, await key(), encode(content)) };
  }

  /** The lists that are here, opened. */
  async function lists() {
    const found = await within("lists", "readonly", (rows) => rows.getAll());
    const secret = found.length ? await key() : null;
    return Promise.all(found.map(async ({ id, iv, sealed }) =>
      JSON.parse(new TextDecoder().decode(await crypto.subtle.decrypt({ name: "AES-GCM", iv, additionalData: encode(id) }, secret, sealed)))));
  }

  return { within, once, owner, sealed, lists };
}

/** A store of lists of which each has one entry (in the store `entries`): what was entered of it, until the server has it. */
export function listsWithEntries(name, entries) {
  const here = store(name, (base) => base.createObjectStore(entries, { keyPath: "id" }));
  const { within, owner, sealed, lists } = here;

  /** Keep a list for one person, nobody else's stays; its entry begins as `first`, unless something was entered here. */
  async function keep(person, id, content, first) {
    if ((await owner()) !== person) await forget();
    const row = await sealed(id, content);
    await within(["device", "lists", entries], "readwrite", (device, rows, entered) => {
      device.put({ name: "owner", value: person });
      rows.put(row);
      entered.get(id).onsuccess = ({ target: { result } }) => {
        if (!result?.waits && !result?.draft) entered.put({ id, by: person, waits: false, trouble: "", ...first });
      };
    });
  }

  /** Forget the lists and the key; what waits to be sent stays, without a name. */
  function forget() {
    return within(["lists", "device"], "readwrite", (rows, device) => {
      rows.clear();
      device.delete("key");
      device.delete("owner");
    });
  }

  const all = () => within(entries, "readonly", (entered) => entered.getAll());
  const entry = (id) => within(entries, "readonly", (entered) => entered.get(id));

  /** Write what `made` says of the entry as it is. */
  function change(id, made) {
    return within(entries, "readwrite", (entered) => {
      entered.get(id).onsuccess = ({ target: { result } }) => entered.put({ ...result, moves: (result.moves ?? 0) + 1, trouble: "", ...made(result) });
    });
  }

  /** Note what the server answered (facts, or what makes them of the entry as it is); what was entered since it left waits still. */
  function heard(sent, facts) {
    return within(entries, "readwrite", (entered) => {
      entered.get(sent.id).onsuccess = ({ target: { result } }) => {
        if (!result) return;
        const moved = result.moves !== sent.moves, heard = typeof facts === "function" ? facts(result) : facts;
        entered.put({ ...result, ...heard, waits: moved ? result.waits : (heard.waits ?? result.waits), draft: moved && result.draft });
      };
    });
  }

  return { owner, keep, forget, lists, all, entry, change, heard };
}
