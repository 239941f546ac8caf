// Leaving takes from this browser the lists that a cashier or a foreman kept to work without network (site/store.js,
// works/keep.js); what waits to be sent stays.
document.addEventListener("submit", async (event) => {
  if (event.target.getAttribute("action") !== "/deconnexion/" || !window.indexedDB) return;
  event.preventDefault();
  await Promise.all(["jigi-site", "jigi-works"].map(emptied));
  HTMLFormElement.prototype.submit.call(event.target);
});

function emptied(name) {
  return new Promise((go) => {
    const asked = indexedDB.open(name);
    asked.onupgradeneeded = () => asked.transaction.abort();
    asked.onerror = go;
    asked.onsuccess = () => {
      const done = asked.result.transaction(["lists", "device"], "readwrite");
      done.objectStore("lists").clear();
      for (const kept of ["key", "owner"]) done.objectStore("device").delete(kept);
      done.oncomplete = done.onabort = go;
    };
  });
}
