// What the page of timesheets keeps: the roster of a sheet, sealed; the marks that were entered, by number of line.
const { listsWithEntries } = await import(document.getElementById("part-store").href);
export const { owner, keep, forget, lists, all, entry, change, heard } = listsWithEntries("jigi-works", "grids");

/** Keep the roster of a sheet. What was entered of it and not sent stays as it is. */
export function keepList(person, found) {
  const marks = Object.fromEntries(found.lines.map((line) => [line.n, line.marks || ".".repeat(found.sheet.days.length)]));
  return keep(person, found.sheet.id, found, { revision: found.revision, marks });
}

/** Write the mark of a line and a day; it waits to be sent from now on. */
export function mark(id, line, day, sign) {
  return change(id, ({ marks }) => {
    const signs = [...marks[line]];
    signs[day] = sign;
    return { marks: { ...marks, [line]: signs.join("") }, waits: true };
  });
}
