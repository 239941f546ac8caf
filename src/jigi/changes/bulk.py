"""Many requests by one file, one a line: read and weighed on the register, shown, then kept as requests to check.

The statements do not depend on the number of lines: households, members and documents are read together, requests
and items are written together.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from hashlib import sha256
from pathlib import Path

from django.db import transaction
from django.utils import timezone

from jigi.changes import actions
from jigi.changes.facts import by_label, folded, input_of
from jigi.changes.ground import Ground, grounds
from jigi.changes.models import ChangeBulk, ChangeRequest
from jigi.changes.rules import KINDS, Kind
from jigi.foundation import audit
from jigi.foundation.cells import as_date
from jigi.foundation.errors import Refused
from jigi.foundation.fence import unfenced
from jigi.foundation.keyring import vault
from jigi.foundation.models import User
from jigi.foundation.tabular import Limits, Table, open_table
from jigi.geography.access import communes_with, require
from jigi.geography.models import Area
from jigi.registry.models import Household, Identifier

COLUMNS = ("numéro RSU", "nature", "membre", "champ", "valeur", "date d’effet", "motif")
KINDS_BY_FILE = (
    "death", "departure", "recipient", "identity", "contact", "place", "dwelling", "exit", "dissolve", "reopen",
)  # fmt: skip
"""Kinds that one line can say; the others need several facts, another household, or the right to see health."""
MOST_ROWS = 5_000
MOST_DECIDED = 500
"""Requests of a file that are decided in one go; the page says how many are left."""


@dataclass(frozen=True)
class Problem:
    """What is wrong on a line, in which column, and what to do."""

    line: int
    column: str
    value: str
    message: str


@dataclass(frozen=True)
class Good:
    """A line that can become a request."""

    line: int
    kind: Kind
    ground: Ground
    items: actions.Items
    effective_on: date
    reason: str


@dataclass(frozen=True)
class Reading:
    """What a file holds: the lines that may be asked, and those to correct."""

    file_name: str
    file_hash: str
    good: list[Good]
    problems: list[Problem]

    @property
    def rows(self) -> int:
        return len(self.good) + len({problem.line for problem in self.problems})


class _Wrong(Exception):
    def __init__(self, column: str, message: str) -> None:
        self.column, self.message = column, message
        super().__init__(message)


@unfenced
def read(path: Path, *, by: User) -> Reading:
    """Read a file of changes; nothing is written. InputError when it is not such a table."""
    require(by, actions.ASK)
    with open_table(path, limits=Limits(max_rows=MOST_ROWS)) as table:
        places = _places(table)
        rows = [(line, {name: cells[at] for name, at in zip(COLUMNS, places, strict=True)}) for line, cells in table]
    weigh = _Weighing(rows, by)
    good: list[Good] = []
    problems: list[Problem] = []
    for line, said in rows:
        try:
            good.append(weigh.good(line, said))
        except _Wrong as wrong:
            problems.append(Problem(line, wrong.column, said.get(wrong.column, ""), wrong.message))
    return Reading(path.name[:200], sha256(path.read_bytes()).hexdigest(), good, problems)


@unfenced
@transaction.atomic
def take(reading: Reading, *, by: User) -> ChangeBulk:
    """Keep the good lines as requests to check. The same file of the same person comes once."""
    require(by, actions.ASK, areas={good.ground.household.commune for good in reading.good})
    if ChangeBulk.objects.filter(file_hash=reading.file_hash, made_by=by).exists():
        raise Refused("Ce fichier est déjà venu", remedy="Ouvrez-le dans la liste des demandes.")
    bulk = ChangeBulk.objects.create(
        file_name=reading.file_name, file_hash=reading.file_hash, rows=reading.rows, made_by=by
    )
    made = ChangeRequest.objects.bulk_create(_request(bulk, good, by) for good in reading.good)
    actions.write_items([(request, good.items) for request, good in zip(made, reading.good, strict=True)])
    numbers = sorted({request.household_id for request in made})
    after = {"file": bulk.file_name, "rows": len(made), "file_hash": bulk.file_hash}
    audit.record("submit", "change_bulk", bulk.pk, by=by, after=after, subjects=numbers)
    return bulk


def decide(requests: Sequence[ChangeRequest], *, by: User) -> tuple[int, list[tuple[ChangeRequest, str]]]:
    """Apply the first requests of a selection, each by itself; returns how many, and why others were left."""
    require(by, actions.CHECK)
    applied, left = 0, []
    for request in requests[:MOST_DECIDED]:
        try:
            actions.decide(request, by=by)
            applied += 1
        except Refused as refused:
            left.append((request, str(refused)))
    return applied, left


def _places(table: Table) -> tuple[int, ...]:
    """Where the columns stand, whatever the case and the apostrophe; InputError naming those missing."""
    named = {folded(name): position for position, name in enumerate(table.header)}
    if all(folded(name) in named for name in COLUMNS):
        return tuple(named[folded(name)] for name in COLUMNS)
    return table.require(*COLUMNS)


def _request(bulk: ChangeBulk, good: Good, by: User) -> ChangeRequest:
    return ChangeRequest(
        kind=good.kind.code, household=good.ground.household, effective_on=good.effective_on, reason=good.reason,
        fact_source=ChangeRequest.Source.FILE, status="submitted", made_by=by, bulk=bulk, line=good.line,
    )  # fmt: skip


class _Weighing:
    """The lines of a file on the register: everything they name is read once."""

    def __init__(self, rows: Sequence[tuple[int, dict[str, str]]], by: User) -> None:
        numbers = {_digits(said["numéro RSU"]) for _, said in rows}
        households = Household.objects.filter(rsu_number__in=numbers).values_list("rsu_number", "pk")
        self._numbers = dict(households)
        self._grounds = grounds(self._numbers.values())
        self._communes = set(Area.objects.filter(communes_with(by, actions.ASK)).values_list("pk", flat=True))
        ninas = sorted({_bare(said["membre"]) for _, said in rows if not _is_line(_bare(said["membre"]))} - {""})
        indexes = dict(zip(vault().index_many("document", ninas), ninas, strict=True))
        held = Identifier.objects.filter(kind="nina", value_index__in=list(indexes))
        self._ninas = {indexes[bytes(index)]: person for index, person in held.values_list("value_index", "person")}
        self._seen: set[tuple[str, str, str]] = set()

    def good(self, line: int, said: dict[str, str]) -> Good:
        """The line as a request. Raises _Wrong with the column to correct."""
        ground, kind = self._ground(said), _kind(said)
        person = self._member(said, ground) if kind.member else None
        typed = self._typed(said, kind, ground)
        effective_on, reason = _day(said), said["motif"].strip()
        if len(reason) < 3:
            raise _Wrong("motif", "Le motif manque : écrivez-le en quelques mots.")
        fact = (ground.household.rsu_number, str(person or kind.code), next(iter(typed), kind.code))
        if fact in self._seen:
            raise _Wrong("champ", "Une autre ligne du fichier change le même fait : gardez-en une.")
        try:
            items = actions.items_of(kind, ground, person, typed, None)
        except Refused as refused:
            raise _Wrong("valeur", str(refused)) from None
        self._seen.add(fact)
        return Good(line, kind, ground, items, effective_on, reason)

    def _ground(self, said: dict[str, str]) -> Ground:
        number = self._numbers.get(_digits(said["numéro RSU"]))
        ground = self._grounds.get(number) if number else None
        if ground is None or ground.household.commune_id not in self._communes:
            raise _Wrong("numéro RSU", "Ce ménage n’est pas au registre dans vos communes : relisez ses dix chiffres.")
        if ground.household.is_erased:
            raise _Wrong("numéro RSU", "Les données de ce ménage sont effacées.")
        return ground

    def _member(self, said: dict[str, str], ground: Ground) -> int:
        text = _bare(said["membre"])
        member = ground.on_line(int(text)) if _is_line(text) else ground.member(self._ninas.get(text))
        if member is None:
            raise _Wrong("membre", "Aucun membre présent n’a cette ligne ou ce NINA dans ce ménage.")
        return member.person_id

    def _typed(self, said: dict[str, str], kind: Kind, ground: Ground) -> dict[str, str]:
        if not said["champ"].strip():
            if kind.codes and not kind.operation:
                labels = ", ".join(input_of(code).label for code in kind.codes[:6])
                raise _Wrong("champ", f"Le champ manque. Pour cette nature : {labels}…")
            return {}
        found = by_label(said["champ"], among=kind.codes)
        if found is None:
            labels = ", ".join(input_of(code).label for code in kind.codes)
            raise _Wrong("champ", f"Ce champ n’est pas de cette nature. Les siens : {labels or 'aucun'}.")
        value = said["valeur"]
        if found.type == "member":
            member = ground.on_line(int(value)) if _is_line(value.strip()) else None
            if member is None:
                raise _Wrong("valeur", "Donnez la ligne d’un membre présent.")
            value = str(member.person_id)
        return {found.code: value}


def _kind(said: dict[str, str]) -> Kind:
    asked = folded(said["nature"])
    for code in KINDS_BY_FILE:
        if asked in (code, folded(KINDS[code].title)):
            return KINDS[code]
    titles = ", ".join(KINDS[code].title for code in KINDS_BY_FILE)
    raise _Wrong("nature", f"Cette nature ne vient pas par fichier. Écrivez une de celles-ci : {titles}.")


def _day(said: dict[str, str]) -> date:
    try:
        found = as_date(said["date d’effet"])
    except ValueError as error:
        raise _Wrong("date d’effet", f"La date {error}. Écrivez par exemple 31/01/2026.") from None
    if found.precision != "day" or not actions.EARLIEST <= found.day <= timezone.localdate():
        raise _Wrong("date d’effet", "La date d’effet est un jour entier, passé, et après 2010.")
    return found.day


def _is_line(text: str) -> bool:
    """Whether a text is the line of a member: « ² » is a digit to Python, and no number."""
    return text.isascii() and text.isdigit() and len(text) < 4


def _digits(text: str) -> str:
    # A spreadsheet takes the zeros that a number begins with.
    digits = "".join(filter(str.isdecimal, text))
    return digits.zfill(10) if digits else ""


def _bare(text: str) -> str:
    return "".join(filter(str.isalnum, text)).upper()
