// What the page of distributions keeps: the list of a village, sealed; what was handed out, by number of line.
const { listsWithEntries } = await import(document.getElementById("part-store").href);
export const { owner, keep, forget, lists, all, entry, change, heard } = listsWithEntries("jigi-nutrition", "handed");

/** Keep the list of a village. What was handed out by it here and not sent stays as it is. */
export function keepList(person, found) {
  return keep(person, found.stop.id, found, { given: {} });
}
