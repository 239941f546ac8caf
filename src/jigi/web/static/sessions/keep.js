// What the page of sessions keeps: the list of a session, sealed; the roll that was called, by number of household.
const { listsWithEntries } = await import(document.getElementById("part-store").href);
export const { owner, keep, forget, lists, all, entry, change, heard } = listsWithEntries("jigi-sessions", "rolls");

/** Keep the list of a session. A roll that was begun here and not sent stays as it is. */
export function keepList(person, found) {
  return keep(person, found.session.id, found, { day: "", place: "", facilitator: "", men: "", women: "", came: {}, cards: [], totals: null });
}
