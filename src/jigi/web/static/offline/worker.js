// The service worker of a page that works without network: it opens without it, with its files. It keeps nothing said of anybody:
// the page is the same for all, and the lists are in the device's own store (store.js). The server writes SHELL and STORE above.
const PATIENCE = 5000;

self.addEventListener("install", () => self.skipWaiting());
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));
self.addEventListener("fetch", (event) => {
  const { pathname } = new URL(event.request.url);
  if (event.request.mode === "navigate" && pathname === SHELL) event.respondWith(page(event.request));
  else if (pathname.startsWith("/static/")) event.respondWith(file(event.request));
});

async function page(request) {
  const kept = await caches.match(SHELL, { cacheName: STORE });
  if (!kept) return fetch(request);
  const waited = new Promise((resolve) => setTimeout(() => resolve(null), PATIENCE));
  const found = await Promise.race([fetch(request).catch(() => null), waited]);
  return found && found.status < 500 ? found : kept.clone();
}

async function file(request) {
  return (await (await caches.open(STORE)).match(request)) ?? fetch(request);
}
