"""A file into its staging table: each row converted as it streams through, what is doubtful set aside."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from collections.abc import Mapping as Dictionary
from dataclasses import dataclass
from hashlib import blake2b
from typing import IO

from jigi.foundation.bulk import copy_lines
from jigi.foundation.errors import InputError
from jigi.foundation.tabular import Table
from jigi.intake.conversion import NULL, Column, Doubt, SecretColumn, column_of, escaped, of_target
from jigi.intake.mapping import BY_LINE, Filling, Mapping, Roster
from jigi.intake.targets import KEY, ROSTER_LINE

# Small, so that PostgreSQL loads a chunk while the next one is being made.
_ROWS_PER_CHUNK = 400
_MOST_SHOWN = 500
MOST_COLUMN = 120
"""Letters of a wrong cell that a problem keeps: enough to find it."""
PROBLEM_COLUMNS = (
    "of_member",
    "line",
    "key",
    "column_name",
    "value",
    "severity",
    "code",
    "message",
    "remedy",
)  # fmt: skip

Progress = Callable[[int, int], None]


@dataclass(frozen=True)
class Plan:
    """What is taken from each row: the key, then columns in the order they are staged."""

    table: str
    key_at: int | None
    key: Column
    columns: tuple[tuple[Column, int, str], ...]
    """Conversion, position of the cell, name of the file's column."""
    staged: tuple[str, ...]
    constants: tuple[str, ...]
    numbered: bool
    """Whether the rows of one key are numbered as they come."""


@dataclass(frozen=True)
class Changes:
    """What a review has changed of the files: cells by row, and the interviews that it keeps out."""

    cells: Dictionary[tuple[bool, int], Dictionary[str, str]]
    """(whether of the file of members, line) -> column -> value."""
    aside: frozenset[str]

    def applied(self, table: Table, plan: Plan) -> Iterator[tuple[int, list[str]]]:
        """The rows of a file, changed."""
        if not self.cells and not self.aside:
            yield from table
            return
        # A correction names its column as the problem did, cut.
        places = {name[:MOST_COLUMN]: at for at, name in enumerate(table.header)}
        of_member = plan.table == "stage_member"
        for line, cells in table:
            for column, value in self.cells.get((of_member, line), {}).items():
                if column in places:
                    cells[places[column]] = value
            if plan.key_at is None or cells[plan.key_at] not in self.aside:
                yield line, cells


NO_CHANGES = Changes({}, frozenset())


class Problems:
    """The doubts met while reading, kept in a temporary file until COPY is free to load them."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file

    def add(self, of_member: bool, line: int, key: str, column: str, value: str, doubt: Doubt) -> None:
        said = (
            key,
            escaped(column),
            escaped(value[:_MOST_SHOWN]),
            doubt.severity,
            doubt.code,
            doubt.message,
            doubt.remedy,
        )
        cells = ["t" if of_member else "f", str(line), *said[:5], *map(escaped, said[5:])]
        self._file.write(("\t".join(cells) + "\n").encode())

    def load(self) -> None:
        """COPY them into stage_problem."""
        self._file.seek(0)
        copy_lines("stage_problem", PROBLEM_COLUMNS, iter(lambda: self._file.read(1 << 20), b""))


def household_plan(table: Table, mapping: Mapping) -> Plan:
    """The plan of the file of households; InputError when it lacks a column of the mapping."""
    return _plan(table, "stage_household", mapping.key, (*mapping.interview, *mapping.living), "")


def member_plan(table: Table, roster: Roster) -> Plan:
    """The plan of the file of members."""
    return _plan(table, "stage_member", roster.key, roster.fillings, roster.line)


def stage(table: Table, plan: Plan, problems: Problems, progress: Progress, changes: Changes = NO_CHANGES) -> int:
    """COPY a table, as a review has changed it, into its staging table; returns the rows read."""
    copy_lines(plan.table, ("line", "key", "digest", *plan.staged), _chunks(table, plan, problems, progress, changes))
    return table.rows_read


def _plan(table: Table, staging: str, key: str, fillings: Sequence[Filling], roster_line: str) -> Plan:
    wanted = [name for name in (key, roster_line, *(filling.column for filling in fillings)) if name]
    table.require(*dict.fromkeys(name for name in wanted if name != BY_LINE))
    places = {name: at for at, name in enumerate(table.header)}
    constants = [filling.value for filling in fillings if filling.value]
    columns: list[tuple[Column, int, str]] = []
    staged: list[str] = []
    secrets: list[str] = []
    if roster_line:
        columns.append((of_target(ROSTER_LINE), places[roster_line], roster_line))
        staged.append("roster_line")
    for filling in fillings:
        at = len(places) + constants.index(filling.value) if filling.value else places[filling.column]
        columns.append((column_of(filling), at, filling.column))
        staged += _staged_names(filling.name)
        secrets += [filling.name] if isinstance(columns[-1][0], SecretColumn) else []
    numbered = staging == "stage_member" and not roster_line
    if numbered:
        staged.append("roster_line")
    # After everything else: what is sealed has no part in the digest of a row.
    staged += secrets
    key_at = None if key == BY_LINE else places[key]
    return Plan(
        staging, key_at, of_target(KEY), tuple(columns), tuple(staged), tuple(constants), numbered
    )  # fmt: skip


def _staged_names(name: str) -> list[str]:
    renamed = {
        "village": ["village_code"],
        "commune": ["commune_code"],
        "stay_village": ["stay_village_code"],
        "stay_commune": ["stay_commune_code"],
        "birth_date": ["birth_date", "birth_said"],
        "phone": ["phone_index"],
        "nina": ["nina_index", "nina_start", "nina_said"],
    }
    return renamed.get(name, [name])


def _chunks(table: Table, plan: Plan, problems: Problems, progress: Progress, changes: Changes) -> Iterator[bytes]:
    rows: list[str] = []
    for row in _rows(table, plan, problems, changes):
        rows.append(row)
        if len(rows) == _ROWS_PER_CHUNK:
            yield "".join(rows).encode()
            rows.clear()
            progress(*table.progress)
    yield "".join(rows).encode()


def _rows(table: Table, plan: Plan, problems: Problems, changes: Changes) -> Iterator[str]:
    """One line of COPY per row: line, key, a digest of what follows, the converted cells, the sealed values."""
    converted = [(column, at) for column, at, _ in plan.columns]
    secrets = [(column, at) for column, at in converted if isinstance(column, SecretColumn)]
    seen: Counter[str] = Counter()
    for line, cells in changes.applied(table, plan):
        cells += plan.constants
        fields = [column[cells[at]] for column, at in converted]
        key = str(line) if plan.key_at is None else plan.key[cells[plan.key_at]]
        try:
            body = "\t".join(fields)  # type: ignore[arg-type]
            head = "\t" + key  # type: ignore[operator]
        except TypeError:
            # A doubt among them: joining texts is the cheapest way to notice, on the one row in a thousand.
            key, body = _doubtful(table, plan, problems, line, cells, key, fields)
            head = "\t" + key
        if plan.numbered:
            seen[head] += 1
            body += f"\t{seen[head]}"
        digest = int.from_bytes(blake2b(body.encode(), digest_size=8).digest(), "big", signed=True)
        for column, at in secrets:
            body += f"\t{column.sealed[cells[at]]}"
        yield f"{line}{head}\t{digest}\t{body}\n"


def _doubtful(
    table: Table,
    plan: Plan,
    problems: Problems,
    line: int,
    cells: Sequence[str],
    key: str | Doubt,
    fields: Sequence[str | Doubt],
) -> tuple[str, str]:
    """Set the doubts of a row aside; its key and body as they are loaded."""
    of_member = plan.table == "stage_member"
    known_key = NULL if isinstance(key, Doubt) else key
    if isinstance(key, Doubt) and plan.key_at is not None:
        named = table.header[plan.key_at]
        problems.add(of_member, line, "", named, cells[plan.key_at], key)
    copied = []
    for field, (conversion, at, column) in zip(fields, plan.columns, strict=True):
        if isinstance(field, Doubt):
            problems.add(
                of_member, line, "" if known_key == NULL else known_key, column, conversion.shown(cells[at]), field
            )
            copied.append(field.copied)
        else:
            copied.append(field)
    return known_key, "\t".join(copied)


def refuse_without_rows(table: Table) -> None:
    """A file with a header and nothing under it is a mistake, not an empty import."""
    if table.header_only:
        raise InputError(
            "Le fichier n’a qu’un en-tête : aucune ligne à importer",
            file=table.file,
            remedy="Vérifiez que l’export est complet",
        )
