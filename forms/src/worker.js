// The service worker: the page of questionnaires and its files open without network. It keeps nothing that a person wrote
// nor anything said of anybody: the page is the same for all, and fiches are in the safe (safe.js).
const STORE = "jigi-remplir";
const SHELL = "/questionnaires/remplir/";
const PATIENCE = 5000;

self.addEventListener("install", () => self.skipWaiting());
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));
self.addEventListener("fetch", (event) => {
  const { pathname } = new URL(event.request.url);
  if (event.request.mode === "navigate" && pathname.endsWith("/remplir/")) event.respondWith(page(event.request));
  else if (pathname.startsWith("/static/")) event.respondWith(file(event.request));
});

async function page(request) {
  const kept = await caches.match(SHELL);
  if (!kept) return fetch(request);
  const waited = new Promise((resolve) => setTimeout(() => resolve(null), PATIENCE));
  const found = await Promise.race([fetch(request).catch(() => null), waited]);
  return found && found.status < 500 ? found : kept.clone();
}

async function file(request) {
  return (await (await caches.open(STORE)).match(request)) ?? fetch(request);
}
