// What plain pages can't do: print on a click, not send a form twice, follow long work. All works without it.
document.addEventListener("click", (event) => {
  if (event.target.closest("[data-print]")) window.print();
});
document.addEventListener("submit", (event) => {
  if (event.target.method !== "post" || "download" in event.target.dataset) return;
  const button = event.submitter;
  // After the submission has been built, or the button's own value would be left out.
  setTimeout(() => { if (button) { button.disabled = true; button.dataset.label = button.textContent; button.textContent = "En cours…"; } });
});
// « / » goes to the search, as long as nothing is being typed elsewhere.
document.addEventListener("keydown", (event) => {
  const search = document.querySelector("form[role=search] input");
  if (event.key !== "/" || !search || event.ctrlKey || event.metaKey || event.target.closest("input, textarea, select")) return;
  event.preventDefault();
  search.select();
  search.focus();
});
// Where the page says a key beside a thing, the key does it: a button is pressed, a link followed, a field entered.
document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.target.closest("input, textarea, select")) return;
  const place = document.querySelector(`[data-key="${CSS.escape(event.key)}"]`);
  if (!place) return;
  event.preventDefault();
  if (place.matches("a, button")) place.click(); else place.focus();
});
addEventListener("pageshow", () => {
  for (const button of document.querySelectorAll("button[data-label]")) { button.disabled = false; button.textContent = button.dataset.label; }
});
async function follow() {
  const place = document.querySelector("[data-follow]");
  if (!place) return;
  try {
    const answer = await fetch(location.href, { headers: { Accept: "text/html" } });
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const fresh = page.getElementById(place.id);
    if (answer.ok && fresh) place.replaceWith(fresh);
  } catch { /* the link dropped: ask again later */ }
  setTimeout(follow, 2000);
}
setTimeout(follow, 2000);
// A count follows what is chosen: the page is asked for with it, and its count alone put in place. Without this, a button.
let counting = 0;
async function recount(form) {
  const asked = ++counting, place = document.getElementById("compte");
  const chosen = new URLSearchParams(new FormData(form));
  try {
    const answer = await fetch(`${form.action.split("?")[0]}?${chosen}`, { headers: { Accept: "text/html" } });
    const fresh = new DOMParser().parseFromString(await answer.text(), "text/html").getElementById("compte");
    if (answer.ok && fresh && asked === counting) place.replaceWith(fresh);
  } catch { /* the link dropped: the button counts */ }
}
document.addEventListener("change", (event) => {
  const form = event.target.closest("form[data-count]");
  if (form) recount(form);
});
