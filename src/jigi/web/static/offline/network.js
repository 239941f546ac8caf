// What the pages that work without network share: asking the server with patience, and staying here when it is gone.
const PATIENCE = 20000;

/** What the server answers to `home` + `path`, posting `body` if there is one; null without network; `proof` when it asks who it is. */
export async function ask(home, path, token, body) {
  const signal = AbortSignal.timeout(PATIENCE);
  const headers = { Accept: "application/json", ...(body && { "Content-Type": "application/json", "X-CSRFToken": token ?? "" }) };
  try {
    const answer = await fetch(home + path, { method: body ? "POST" : "GET", headers, body: body && JSON.stringify(body), signal });
    const json = answer.headers.get("content-type")?.startsWith("application/json");
    if (answer.redirected && !json) return { proof: answer.url.includes("/compte/"), status: 403 };
    return { status: answer.status, ...(json && (await answer.json())) };
  } catch {
    return null;
  }
}

/** Keep the page at `home` and its files in a cache of this name, and no file of a version before. */
export async function stay(home, name) {
  try {
    await navigator.serviceWorker.register(`${home}hors-ligne.js`, { scope: home });
    const kept = await caches.open(name);
    const needed = [home, ...[...document.querySelectorAll("link[href*='/static/'], script[src]")].map((one) => one.href || one.src)];
    await Promise.all(needed.map((one) => kept.add(new Request(one, { cache: "no-cache" }))));
    for (const one of await kept.keys()) if (!needed.some((url) => new URL(url, location).href === one.url)) await kept.delete(one);
    navigator.storage?.persist?.();
    document.body.dataset.ready = "yes";
  } catch { /* no network now, or a browser that keeps nothing: the page says what it has */ }
}
