"""The story of a household: all that happened to it, in sentences, day by day, the latest first.

What changed comes from the past of the register, who did it and why from the audit row of the same transaction. Of a
number, a position or somebody's health the story says that it changed, never what it was.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from itertools import groupby
from typing import Any

from django.db.models import F, Q
from django.utils import timezone

from jigi.foundation import audit
from jigi.foundation.models import AuditEvent, User
from jigi.registry.forms import CAME, GONE, Change, changes_of, health_changes
from jigi.registry.models import Household, Identifier, Membership, Person, Phone
from jigi.web.formats import day
from jigi.web.households.history import PAYMENTS, PROGRAMMES, REGISTER, Event
from jigi.web.households.wording import STATUS, Line, Names, lines, names_in
from jigi.web.nouns import noun_word, verb_word

VISIT, MEMBERS, NUMBERS, LIVING, HEALTH = "visite", "membres", "numeros", "conditions", "sante"
KINDS = (
    (VISIT, "visites"),
    (REGISTER, "fiche du ménage"),
    (MEMBERS, "membres"),
    (NUMBERS, "documents et téléphones"),
    (LIVING, "conditions de vie"),
    (HEALTH, "santé"),
    (PROGRAMMES, "ciblage et programmes"),
    (PAYMENTS, "paiements"),
)
NO_TRACE = "sans auteur connu"
ABOUT_VISIT = ("collected_on", "source_key", "source", "collector", "status", "merged_into_id")


@dataclass(frozen=True)
class Entry:
    """One sentence: of which kind, of which member (None: of the household), with what changed."""

    kind: str
    text: str
    person: int | None = None
    lines: tuple[Line, ...] = ()
    detail: str = ""
    url: str = ""
    good: bool = False


@dataclass(frozen=True)
class Act:
    """What one act did: when (None: the hour says nothing), by whom, why."""

    on: date
    at: datetime | None
    who: str
    why: str
    entries: tuple[Entry, ...]

    @property
    def good(self) -> bool:
        return any(entry.good for entry in self.entries)


@dataclass(frozen=True)
class Day:
    """The acts of one day, the latest first."""

    on: date
    acts: tuple[Act, ...]


def acts(household: Household, *, by: User) -> list[Act]:
    """What was done to the household's rows, the latest first."""
    told: dict[datetime, list[Entry]] = defaultdict(list)
    whys: dict[datetime, str] = {}
    changes, of_health = changes_of(household), health_changes(household, by=by)
    names = names_in(changes, [person for person, _, _ in of_health], by=by)
    came = {(one.at, one.row.person_id) for one in changes if one.kind == CAME and isinstance(one.row, Membership)}
    for change in changes:
        if not _is_of_who_came(change, came):
            told[change.at].append(_entry(change, names))
            whys[change.at] = change.act or whys.get(change.at, "")
    for person, at, act in of_health:
        if (at, person) not in came:
            told[at].append(Entry(HEALTH, f"{names.of_person(person)}\u00a0: santé notée", person))
            whys[at] = act or whys.get(at, "")
    authors = _authors(household, list(told))
    return [_act(at, told[at], authors.get(at, []), whys.get(at, "")) for at in sorted(told, reverse=True)]


def days(found: Sequence[Act], events: Iterable[Event], *, kind: str = "", person: int | None = None) -> list[Day]:
    """The story, of one kind and of one member when asked, grouped by day."""
    whole = [*found, *(_happened(event) for event in events)]
    kept = [cut for act in whole if (cut := _cut(act, kind, person)).entries]
    kept.sort(key=lambda act: act.on, reverse=True)  # of a day, acts first, in their order; then what has no hour
    return [Day(on, tuple(of)) for on, of in groupby(kept, key=lambda act: act.on)]


def members_of(household: Household) -> list[Person]:
    """The members of now, then those of before, whom the reader sees: what the story may be asked of."""
    places = Membership.objects.filter(household=household).select_related("person")
    ordered = places.order_by(F("ended_on").desc(nulls_first=True), "line")
    return list({one.person_id: one.person for one in ordered}.values())


def _is_of_who_came(change: Change, came: set[tuple[datetime, int]]) -> bool:
    """Whether a change is told already by the arrival of a member: what was written with it."""
    is_number = change.kind == CAME and isinstance(change.row, (Identifier, Phone))
    return is_number and (change.at, change.row.person_id) in came


def _cut(act: Act, kind: str, person: int | None) -> Act:
    kept = (one for one in act.entries if kind in ("", one.kind) and person in (None, one.person))
    return replace(act, entries=tuple(kept))


def _happened(event: Event) -> Act:
    entry = Entry(event.kind, event.text, detail=event.detail, url=event.url, good=event.good)
    return Act(event.on, None, "", "", (entry,))


def _act(at: datetime, entries: list[Entry], rows: list[AuditEvent], act: str) -> Act:
    """An act under the names of its audit rows; without any, under its own."""
    done = dict.fromkeys(f"{verb_word(one.verb, one.noun)}{_on_what(one)}" for one in rows)
    by = dict.fromkeys(str(one.by or "système") for one in rows)
    reasons = dict.fromkeys(one.reason for one in rows if one.reason)
    named = verb_word(act.rpartition(".")[2]) if act else ""
    who = " · ".join([", ".join(by) or NO_TRACE, *(done or ([named] if named else []))])
    return Act(timezone.localdate(at), at, who, " · ".join(reasons), tuple(entries))


def _on_what(row: AuditEvent) -> str:
    return "" if row.noun == "household" else f" ({noun_word(row.noun)} {row.object_id})"


def _authors(household: Household, instants: list[datetime]) -> dict[datetime, list[AuditEvent]]:
    """The audit rows of the transactions that changed the household."""
    about = Q(noun="household", object_id=str(household.pk)) | Q(subjects__contains=[household.pk]) | Q(subjects=[])
    rows = AuditEvent.objects.filter(about, at__in=instants).exclude(verb__in=audit.READINGS)
    found = defaultdict(list)
    for row in rows.select_related("by").order_by("id"):
        found[row.at].append(row)
    return found


def _entry(change: Change, names: Names) -> Entry:
    return _OF[change.row._meta.model_name.removeprefix("past")](change, names)


def _of_household(change: Change, names: Names) -> Entry:
    changed = lines(change, names, leave=ABOUT_VISIT)
    if "status" in change.columns:
        return Entry(REGISTER, f"Ménage {_status(change.row, names)}", lines=changed)
    if "collected_on" in change.columns:
        seen = f"Nouvelle visite du ménage, le {day(change.row.collected_on)}"
        by = f"enquêteur {change.row.collector}" if change.row.collector else ""
        return Entry(VISIT, seen, lines=changed, detail=by)
    return Entry(REGISTER, "Fiche du ménage modifiée", lines=changed)


def _status(row: Any, names: Names) -> str:
    return f"fusionné dans {names.of(Household, row.merged_into_id)}" if row.merged_into_id else STATUS[row.status]


def _of_membership(change: Change, names: Names) -> Entry:
    row, who = change.row, names.of_person(change.row.person_id)
    if change.kind == CAME:
        text = f"{who} rejoint le ménage, depuis le {day(row.started_on)}"
        return Entry(MEMBERS, text, row.person_id, detail=row.get_relation_display(), good=True)
    if change.kind == GONE:
        return Entry(MEMBERS, f"{who}\u00a0: retrait de la liste des membres", row.person_id)
    if row.ended_on and "ended_on" in change.columns:
        end = f" ({row.get_end_reason_display()})" if row.end_reason else ""
        return Entry(MEMBERS, f"{who} n’est plus membre depuis le {day(row.ended_on)}{end}", row.person_id)
    return Entry(MEMBERS, f"{who}\u00a0: place dans le ménage modifiée", row.person_id, lines(change, names))


def _of_person(change: Change, names: Names) -> Entry:
    row, who = change.row, names.of_person(change.row.id)
    died = f"décès le {day(row.died_on)}" if row.died_on and "died_on" in change.columns else "fiche modifiée"
    return Entry(MEMBERS, f"{who}\u00a0: {died}", row.id, lines(change, names, leave=("commune_id", "died_on")))


def _of_number(change: Change, names: Names, what: str) -> Entry:
    done = {CAME: "ajouté", GONE: "retiré"}.get(change.kind, "modifié")
    number = change.row.person_id
    return Entry(NUMBERS, f"{names.of_person(number)}\u00a0: {what} {done}", number, lines(change, names))


def _of_identifier(change: Change, names: Names) -> Entry:
    return _of_number(change, names, f"document ({change.row.get_kind_display()})")


def _of_phone(change: Change, names: Names) -> Entry:
    return _of_number(change, names, "téléphone")


def _of_living(change: Change, names: Names) -> Entry:
    text = "Conditions de vie effacées" if change.kind == GONE else "Conditions de vie notées"
    return Entry(LIVING, text, lines=lines(change, names, leave=("collected_on", "survey", "survey_key")))


_OF: dict[str, Callable[[Change, Names], Entry]] = {
    "household": _of_household, "membership": _of_membership, "person": _of_person, "identifier": _of_identifier,
    "phone": _of_phone, "livingconditions": _of_living,
}  # fmt: skip
