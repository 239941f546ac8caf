"""Many requests by one file, one a line: read and weighed on the register, shown, kept as requests, decided, undone.

The statements do not depend on the lines of a slice: households, members and documents are read together, requests
and items are written together, and decided together (pipeline.py) but for kinds that are decided one by one. A line
that names another place or a person elsewhere (a move, an arrival, a parent) costs a reading of its own.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from hashlib import sha256
from itertools import islice
from pathlib import Path
from typing import TypeVar

from django.db import DataError, IntegrityError, transaction
from django.utils import timezone

from jigi.changes import actions, pipeline
from jigi.changes.facts import Input, by_label, folded, input_of
from jigi.changes.ground import Ground, grounds
from jigi.changes.models import ChangeBulk, ChangeRequest
from jigi.changes.pipeline import Left
from jigi.changes.rules import COUNTER, KINDS, Kind
from jigi.changes.states import APPLIED
from jigi.foundation import audit, runs
from jigi.foundation.bulk import run_sql
from jigi.foundation.cells import as_date
from jigi.foundation.errors import Raced, Refused
from jigi.foundation.fence import unfenced
from jigi.foundation.keyring import vault
from jigi.foundation.models import User
from jigi.foundation.tabular import Limits, Table, open_table
from jigi.geography.access import communes_with, require
from jigi.geography.models import Area
from jigi.registry.models import Household, Identifier, Membership

T = TypeVar("T")
REQUIRED = ("numéro RSU", "nature", "date d’effet", "motif")
OPTIONAL = ("membre", "champ", "valeur", "autre ménage")
COLUMNS = ("numéro RSU", "nature", "membre", "champ", "valeur", "date d’effet", "motif")
"""Those of a file that changes one fact a line; a field may also have a column of its own, by its name."""

KINDS_BY_FILE = tuple(code for code, kind in KINDS.items() if not kind.right)
"""All kinds but those whose facts ask a right to be seen: a reason is given for each household."""

OF_NAMED_MEMBERS = frozenset({"contact", "identity", "place", "dwelling", "stay", "exit", "move", "dissolve", "reopen"})
"""Kinds that are weighed on the members they name alone."""

MOST_ROWS = 100_000
READ_AT_ONCE = 5_000
SLICE = 10_000
"""Requests decided in one transaction; the next go on where the work stopped."""


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
    household: Household
    member: str
    other: Household | None
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
    good: list[Good] = []
    problems: list[Problem] = []
    seen: set[tuple[str, ...]] = set()
    with open_table(path, limits=Limits(max_rows=MOST_ROWS)) as table:
        places = _places(table)
        rows = ((line, {name: cells[at] for name, at in places.items()}) for line, cells in table)
        for part in _parts(rows, READ_AT_ONCE):
            weigh = _Weighing(part, by, seen)
            for line, said in part:
                try:
                    good.append(weigh.good(line, said))
                except _Wrong as wrong:
                    problems.append(Problem(line, wrong.column, said.get(wrong.column, ""), wrong.message))
    return Reading(path.name[:200], sha256(path.read_bytes()).hexdigest(), good, problems)


@unfenced
@transaction.atomic
def take(reading: Reading, *, by: User) -> ChangeBulk:
    """Keep the good lines as requests to check. The same file of the same person comes once."""
    others = {good.other.commune for good in reading.good if good.other}
    require(by, actions.ASK, areas={good.household.commune for good in reading.good} | others)
    if ChangeBulk.objects.filter(file_hash=reading.file_hash, made_by=by).exists():
        raise Refused("Ce fichier est déjà venu", remedy="Ouvrez-le dans la liste des demandes.")
    bulk = ChangeBulk.objects.create(
        file_name=reading.file_name, file_hash=reading.file_hash, rows=reading.rows, made_by=by
    )
    _keep(bulk, [(_request(bulk, good, by), good.items) for good in reading.good], by)
    return bulk


def decide(numbers: Sequence[int], *, by: User) -> tuple[int, Left]:
    """Apply submitted requests of files; returns how many, and why others were left, which is kept with them.

    Those that can be are decided together; what the database refuses of them is found out one by one.
    """
    require(by, actions.CHECK)
    together, apart = pipeline.parted(numbers)
    applied, left, others = _together(together, by=by)
    for request in sorted(apart + others, key=lambda one: (one.line or 0, one.pk)):
        try:
            actions.decide(request, by=by)
            applied += 1
        except Refused as refused:
            left.append((request, str(refused)))
    left.sort(key=lambda pair: pair[0].line or 0)
    _leave(left, by=by)
    return applied, left


def _together(requests: list[ChangeRequest], *, by: User) -> tuple[int, Left, list[ChangeRequest]]:
    """How many were applied together, those that were left and why, and those to decide one by one."""
    try:
        return (*pipeline.decide([one.pk for one in requests], by=by), [])
    except pipeline.HalfDone as half:
        rest = [one for one in requests if one.household_id not in half.households]
        applied, left, others = _together(rest, by=by)
        return applied, left, others + [one for one in requests if one.household_id in half.households]
    except (IntegrityError, DataError, Raced):
        return 0, [], requests


def approve(bulk: ChangeBulk, numbers: Sequence[int], *, by: User) -> int:
    """Apply any number of requests of a file, slice by slice: what is done stays done when the work stops."""
    applied = 0
    subject, title = f"change_bulk:{bulk.pk}", f"Approbation de {bulk.file_name}"
    with runs.start("changes.approve", title[:200], by=by, subject=subject) as work, work.step("Demandes") as step:
        for done, part in enumerate(_parts(iter(numbers), SLICE)):
            work.progress(done * SLICE, len(numbers))
            applied += decide(part, by=by)[0]
        step.rows_in, step.rows_out = len(numbers), applied
    return applied


@unfenced
@transaction.atomic
def counter(bulk: ChangeBulk, *, reason: str, by: User) -> ChangeBulk:
    """Ask that all that was applied of a file be undone: a counter-request for each, kept as a file to check."""
    why = actions.said(reason, "le motif de la contre-demande")
    requests = _to_undo(bulk)
    if not requests:
        raise Refused(
            "Rien de ce fichier n’est à défaire", why="Rien n’en est appliqué, ou tout a déjà sa contre-demande.",
            remedy="Ouvrez les contre-demandes depuis la liste des changements.",
        )  # fmt: skip
    require(by, actions.ASK, areas={place for one in requests for place in actions.places(one)})
    said = f"{bulk.file_hash} {[one.pk for one in requests]}"
    made = ChangeBulk.objects.create(
        file_name=f"Défaire {bulk.file_name}"[:200], file_hash=sha256(said.encode()).hexdigest(), rows=len(requests),
        made_by=by,
    )  # fmt: skip
    _keep(made, [(_counter(made, one, why, by), actions.turned(one)) for one in reversed(requests)], by)
    return made


def _to_undo(bulk: ChangeBulk) -> list[ChangeRequest]:
    """What is applied of a file and has no counter-request, in the order of the file."""
    bulk = ChangeBulk.objects.select_for_update().get(pk=bulk.pk)
    applied = bulk.requests.filter(status__in=APPLIED, undoes__isnull=True)
    waiting = ChangeRequest.objects.filter(undoes__in=applied).exclude(status__in=("refused", "withdrawn"))
    free = applied.exclude(pk__in=waiting.values("undoes")).order_by("line")
    return list(free.select_related("household__commune", "other__commune").prefetch_related("items"))


def _keep(bulk: ChangeBulk, asked: Sequence[tuple[ChangeRequest, actions.Items]], by: User) -> None:
    for line, (request, _) in enumerate(asked, 1):
        request.line = request.line or line
    made = ChangeRequest.objects.bulk_create([request for request, _ in asked], batch_size=SLICE)
    actions.write_items([(request, items) for request, (_, items) in zip(made, asked, strict=True)])
    after = {"file": bulk.file_name, "rows": len(made), "file_hash": bulk.file_hash}
    numbers = sorted({number for request in made for number in actions.subjects(request)})
    audit.record("submit", "change_bulk", bulk.pk, by=by, after=after, subjects=numbers)


@unfenced
def _leave(left: Left, *, by: User) -> None:
    """Keep with the requests that could not be applied why they were not."""
    require(by, actions.CHECK)
    if left:
        numbers, whys = [one.pk for one, _ in left], [why[: actions.LONGEST] for _, why in left]
        run_sql("changes", "leave", {"numbers": numbers, "whys": whys})


def _parts(rows: Iterable[T], size: int) -> Iterator[list[T]]:
    rows = iter(rows)
    while part := list(islice(rows, size)):
        yield part


def _places(table: Table) -> dict[str, int]:
    """Where the columns stand, whatever the case and the apostrophe; InputError naming those missing."""
    named = {folded(name): position for position, name in enumerate(table.header)}
    if any(folded(name) not in named for name in REQUIRED):
        table.require(*REQUIRED)
    known = {name: named.pop(folded(name)) for name in (*REQUIRED, *OPTIONAL) if folded(name) in named}
    return {table.header[position]: position for position in named.values()} | known


def _request(bulk: ChangeBulk, good: Good, by: User) -> ChangeRequest:
    return ChangeRequest(
        kind=good.kind.code, household=good.household, other=good.other, effective_on=good.effective_on,
        reason=good.reason, fact_source=ChangeRequest.Source.FILE, status="submitted", made_by=by, bulk=bulk,
        line=good.line,
    )  # fmt: skip


def _counter(bulk: ChangeBulk, request: ChangeRequest, reason: str, by: User) -> ChangeRequest:
    return ChangeRequest(
        kind=COUNTER, household=request.household, other=request.other, effective_on=request.effective_on,
        reason=reason, fact_source=request.fact_source, status="submitted", made_by=by, bulk=bulk, undoes=request,
    )  # fmt: skip


class _Weighing:
    """The lines of a part of a file on the register: everything they name is read once."""

    def __init__(self, rows: Sequence[tuple[int, dict[str, str]]], by: User, seen: set[tuple[str, ...]]) -> None:
        self._seen, self._visible = seen, actions.seen_by(by)
        self._communes = set(Area.objects.filter(communes_with(by, actions.ASK)).values_list("pk", flat=True))
        named = {_digits(said.get(column, "")) for _, said in rows for column in ("numéro RSU", "autre ménage")}
        self._numbers = dict(Household.objects.filter(rsu_number__in=named).values_list("rsu_number", "pk"))
        members = {_bare(said.get("membre", "")) for _, said in rows}
        ninas = sorted(text for text in members if text and not _is_line(text))
        indexes = dict(zip(vault().index_many("document", ninas), ninas, strict=True))
        held = Identifier.objects.filter(kind="nina", value_index__in=list(indexes))
        self._ninas = {indexes[bytes(index)]: person for index, person in held.values_list("value_index", "person")}
        asked = {folded(said["nature"]) for _, said in rows}
        if all(folded(kind.title) not in asked and kind.code not in asked for kind in _OF_ALL_MEMBERS):
            lines = {int(text) for text in members if _is_line(text)}
            self._grounds = grounds(self._numbers.values(), lines=lines, persons=self._ninas.values())
        else:
            self._grounds = grounds(self._numbers.values())

    def good(self, line: int, said: dict[str, str]) -> Good:
        """The line as a request. Raises _Wrong with the column to correct."""
        ground, kind = self._ground(said["numéro RSU"], "numéro RSU"), _kind(said)
        member = self._member(said.get("membre", ""), ground) if kind.member else None
        other = self._ground(said.get("autre ménage", ""), "autre ménage").household if kind.other else None
        typed = self._typed(said, kind, ground)
        effective_on, reason = _day(said), said["motif"].strip()
        if len(reason) < 3:
            raise _Wrong("motif", "Le motif manque : écrivez-le en quelques mots.")
        facts = self._facts(kind, ground, member, typed)
        try:
            who = member.person_id if member else None
            items = actions.items_of(kind, ground, who, typed, other, seen=self._visible)
        except Refused as refused:
            raise _Wrong("valeur", str(refused)) from None
        self._seen |= facts
        name = str(member.person) if member else ""
        return Good(line, kind, ground.household, name, other, items, effective_on, reason[: actions.LONGEST])

    def _facts(
        self, kind: Kind, ground: Ground, member: Membership | None, typed: dict[str, str]
    ) -> set[tuple[str, ...]]:
        """What a line changes: no other line of the file does."""
        about = (ground.household.rsu_number, str(member.person_id) if member else "", kind.code)
        if kind.code in ("birth", "arrival"):
            facts = {(*about, *sorted(typed.values()))}
        else:
            facts = {(*about, code) for code in typed} or {about}
        if facts & self._seen:
            raise _Wrong("champ", "Une autre ligne du fichier change le même fait : gardez-en une.")
        return facts

    def _ground(self, text: str, column: str) -> Ground:
        number = self._numbers.get(_digits(text))
        ground = self._grounds.get(number) if number else None
        if ground is None or ground.household.commune_id not in self._communes:
            raise _Wrong(column, "Ce ménage n’est pas au registre dans vos communes : relisez ses dix chiffres.")
        if ground.household.is_erased:
            raise _Wrong(column, "Les données de ce ménage sont effacées.")
        return ground

    def _member(self, text: str, ground: Ground) -> Membership:
        text = _bare(text)
        member = ground.on_line(int(text)) if _is_line(text) else ground.member(self._ninas.get(text))
        if member is None:
            raise _Wrong("membre", "Aucun membre présent n’a cette ligne ou ce NINA dans ce ménage.")
        return member

    def _typed(self, said: dict[str, str], kind: Kind, ground: Ground) -> dict[str, str]:
        """What the line says, by input: in « champ » and « valeur », and in the columns that bear a field's name."""
        typed: dict[str, str] = {}
        for name, value in said.items():
            if name not in (*REQUIRED, *OPTIONAL) and value.strip() and (found := by_label(name, among=kind.codes)):
                typed[found.code] = _value(found, value, ground)
        if champ := said.get("champ", "").strip():
            one = by_label(champ, among=kind.codes)
            if one is None:
                labels = ", ".join(input_of(code).label for code in kind.codes)
                raise _Wrong("champ", f"Ce champ n’est pas de cette nature. Les siens : {labels or 'aucun'}.")
            typed[one.code] = _value(one, said.get("valeur", ""), ground)
        if not typed and kind.codes and not kind.operation:
            labels = ", ".join(input_of(code).label for code in kind.codes[:6])
            raise _Wrong("champ", f"Le champ manque. Pour cette nature : {labels}…")
        return typed


def _value(one: Input, text: str, ground: Ground) -> str:
    """What was typed; members are named by their line, and asked for by their number."""
    if one.type not in ("member", "members"):
        return text
    lines = [part.strip() for part in text.split(",")]
    members = [ground.on_line(int(line)) if _is_line(line) else None for line in lines]
    if not all(members):
        raise _Wrong("valeur", "Donnez la ligne d’un membre présent.")
    return ",".join(str(member.person_id) for member in members if member)


_OF_ALL_MEMBERS = tuple(kind for kind in KINDS.values() if kind.code not in OF_NAMED_MEMBERS)


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
