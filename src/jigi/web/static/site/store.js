// What stays on the device of a cashier: the list of a day, until the day is over or they leave; what was recorded, until the
// server has it.
const { store } = await import(document.getElementById("part-kept").href);
const { within, once, owner, sealed, lists } = store("jigi-site", (base) => base.createObjectStore("records", { keyPath: "number" }).createIndex("line", "line"));
export { owner, lists };

/** The number of this device, drawn once. */
export const deviceNumber = () => once("number", crypto.randomUUID());

/** Keep the list of a day, for one person; nobody else's stays. */
export async function keepList(person, list) {
  // What rain put off is paid later by the same list: it is kept from the day it was loaded.
  const now = new Date().toLocaleDateString("sv-SE");
  if ((await owner()) !== person) await forgetLists();
  const row = await sealed(list.day.id, list, { day: list.day.day > now ? list.day.day : now });
  await within(["device", "lists"], "readwrite", (device, rows) => {
    device.put({ name: "owner", value: person });
    rows.put(row);
  });
}

/** Forget the lists of days before this one (ISO), or all; what waits to be sent stays: it names nobody. */
export function forgetLists(before = "9999") {
  return within(["lists", "device"], "readwrite", (rows, device) => {
    rows.openCursor().onsuccess = ({ target: { result: cursor } }) => {
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
