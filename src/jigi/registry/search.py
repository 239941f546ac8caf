"""Whom a person types for: a number, a card, a name whatever its spelling; and the persons of the register it finds.

Names are sought by the keys of their words (names.py), by three steps of which the next is taken when the one before
has found few: as typed, in the spellings of the reviewed files, with one letter wrong. Swapped names need no step:
every word is sought as a given name and as a surname.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from string import ascii_uppercase
from typing import Any, Literal

from django.db.models import Q, QuerySet

from jigi.foundation.bulk import fetch_sql
from jigi.foundation.keyring import vault
from jigi.foundation.models import User
from jigi.geography.access import communes_with, postings_with
from jigi.geography.models import Area
from jigi.registry import names
from jigi.registry.likeness import BIRTH_YEARS, Candidate, Likeness, Sought, likeness, slips
from jigi.registry.models import Identifier, Membership, Person, Phone

MOST_WORDS = 6
MOST_KEYS = 60
"""Keys of one side of a step: a word that stands in many rows of the files must not ask the index a thousand times."""
MOST_SLIPPED = 8
MOST_CANDIDATES = 300
MOST_IN_VILLAGES = 3_000
ENOUGH = 50
SHOWN = 50

Kind = Literal["nothing", "rsu", "begins", "phone", "nina", "document", "name"]

_CARD = re.compile(r"(?<!\d)(\d{4})-?(\d{4})-?(\d{2})(?!\d)")
_DOCUMENT = re.compile(r"(?=(?:\D*\d){3})[A-Z0-9]{5,24}")


@dataclass(frozen=True)
class Asked:
    """What was typed, understood: of which kind it is, and its digits or its text."""

    kind: Kind
    text: str


@dataclass(frozen=True)
class Wanted:
    """A search: the text, and what narrows it. `communes` and `villages` are numbers; None is everywhere one sees."""

    text: str = ""
    communes: frozenset[int] | None = None
    villages: frozenset[int] = frozenset()
    born: int | None = None
    sex: str = ""
    parent: str = ""


@dataclass(frozen=True)
class Match:
    """A person found, in the household where they live, and why."""

    membership: Membership
    why: Likeness


@dataclass(frozen=True)
class Found:
    """The best matches, and whether there were more than could be weighed or shown."""

    matches: list[Match] = field(default_factory=list)
    more: bool = False


def understood(text: str) -> Asked:
    """Ten digits are an RSU number (fewer: its beginning), eight a telephone (with or without 223), fourteen with or
    without a letter a NINA, the text of a card its RSU number, other digits with letters a document; the rest a name.
    """
    bare = re.sub(r"[\s.\-/]", "", text).upper()
    digits = bare.removeprefix("+")
    if not bare:
        return Asked("nothing", "")
    if re.fullmatch(r"\d{14}[A-Z]?", bare):
        return Asked("nina", bare)
    if re.fullmatch(r"(?:00)?223\d{8}", digits):
        return Asked("phone", digits[-8:])
    if re.fullmatch(r"\d{1,10}", digits):
        return Asked({8: "phone", 10: "rsu"}.get(len(digits), "begins"), digits)  # type: ignore[arg-type]
    if card := on_card(text):
        return Asked("rsu", card)
    return Asked("document", bare) if _DOCUMENT.fullmatch(bare) else Asked("name", text)


def on_card(text: str) -> str:
    """The RSU number inside what a card's square says, an address or a text; "" when its check digits are wrong."""
    numbers = ("".join(found.groups()) for found in _CARD.finditer(text))
    return next((number for number in numbers if int(number) % 97 == 1), "")


def name_keys(text: str) -> list[str]:
    """The keys of the words of a name, without titles and particles unless there is nothing else."""
    typed = list(dict.fromkeys(names.keys(re.sub(r"[^\w\s'’\-]|[\d_]", " ", text))))[:MOST_WORDS]
    return [key for key in typed if key not in names.known().small] or typed


def named(text: str) -> Q:
    """The condition on persons of a name in any of its spellings and any order."""
    typed = name_keys(text)
    keys = _spelt(typed)
    if len(typed) == 1:
        return Q(surname_key__in=keys) | Q(given_key__in=keys) | _second(keys)
    return Q(surname_key__in=keys) & (Q(given_key__in=keys) | _second(keys))


def holding(asked: Asked) -> Q:
    """The condition on persons of a document or a telephone."""
    if asked.kind == "phone":
        return Q(pk__in=Phone.objects.filter(number_index=vault().index("phone", asked.text)).values("person"))
    # An index is of a whole number: without its letter, the 26 that a NINA may be are sought.
    whole = [asked.text]
    if asked.kind == "nina" and not asked.text[-1].isalpha():
        whole = [asked.text + letter for letter in ascii_uppercase]
    indexes = list(vault().index_many("document", whole))
    kinds = ["nina"] if asked.kind == "nina" else list(Identifier.Kind.values)
    return Q(pk__in=Identifier.objects.filter(kind__in=kinds, value_index__in=indexes).values("person"))


def find(wanted: Wanted, *, by: User) -> Found:
    """The persons one may see whom a search finds, the likest first, at most 50.

    Nothing typed finds nobody, unless a village and a parent are named.
    """
    asked = understood(wanted.text)
    if asked.kind in ("phone", "nina", "document"):
        return _of_number(asked, wanted, by)
    if asked.kind in ("rsu", "begins"):
        return _of_household(asked, wanted, by)
    keys = name_keys(asked.text) if asked.kind == "name" else []
    sought = Sought(tuple(keys), tuple(name_keys(wanted.parent)), wanted.born)
    if not keys and not (wanted.villages and sought.parent):
        return Found()
    return _of_name(sought, wanted, by)


def _of_name(sought: Sought, wanted: Wanted, by: User) -> Found:
    found: dict[int, Match] = {}
    more = False
    facts = _facts(sought, wanted, by)
    for statement, surnames, given in _steps(sought.keys):
        rows = fetch_sql("registry", statement, facts | {"surnames": surnames, "given": given})
        more = more or len(rows) >= facts["most"]
        numbers = {row["id"] for row in rows} - found.keys()
        found |= {one.membership.person_id: one for one in _weighed(sought, _living(numbers, wanted, by))}
        if len(found) >= ENOUGH:
            break
    ranked = sorted(found.values(), key=_order)
    return Found(ranked[:SHOWN], more or len(ranked) > SHOWN)


def _steps(typed: Sequence[str]) -> Iterator[tuple[str, list[str], list[str]]]:
    """The statement of each step, with the keys of surnames and of given names that it takes."""
    if not typed:
        yield "find_in_place", [], []
        return
    statement = "find_by_one_name" if len(typed) == 1 else "find_by_names"
    spelt = _spelt(typed)
    yield statement, list(typed), list(typed)
    if set(spelt) != set(typed):
        yield statement, spelt, spelt
    wrong = _wrong(spelt)
    yield statement, spelt, wrong
    if len(typed) > 1:
        yield statement, wrong, spelt


def _wrong(spelt: Sequence[str]) -> list[str]:
    """Keys with one letter wrong, of the first of these; and the spellings of the names that those may stand for."""
    wrong = frozenset().union(*map(slips, spelt[:MOST_SLIPPED]))
    meant = frozenset().union(*(names.known().alike[key] for key in wrong & names.known().alike.keys()))
    return sorted((wrong | meant) - set(spelt))


def _facts(sought: Sought, wanted: Wanted, by: User) -> dict[str, Any]:
    communes = _communes(wanted, by)
    return {
        "communes": sorted(communes) if communes is not None else None,
        "born": sought.born, "years": BIRTH_YEARS, "sex": wanted.sex, "parents": _spelt(sought.parent),
        "most": MOST_IN_VILLAGES if wanted.villages else MOST_CANDIDATES,
    }  # fmt: skip


def _communes(wanted: Wanted, by: User) -> frozenset[int] | None:
    """The communes to seek in, among those one sees; None for a whole country, which needs no list."""
    if wanted.communes is None and any(
        posting.area.level == Area.Level.COUNTRY for posting in postings_with(by, "registry.see")
    ):
        return None
    seen = frozenset(Area.objects.filter(communes_with(by, "registry.see")).values_list("pk", flat=True))
    return seen if wanted.communes is None else seen & wanted.communes


def _living(persons: Iterable[int], wanted: Wanted, by: User) -> QuerySet[Membership]:
    """The present memberships of these persons in the places wanted, among those one sees."""
    return _present(Q(person__in=list(persons)), wanted, by)


def _present(condition: Q, wanted: Wanted, by: User) -> QuerySet[Membership]:
    present = Membership.objects.filter(condition, ended_on__isnull=True)
    if (communes := _communes(wanted, by)) is not None:
        present = present.filter(household__commune__in=communes)
    if wanted.villages:
        present = present.filter(household__village__in=wanted.villages)
    if wanted.sex:
        present = present.filter(person__sex=wanted.sex)
    return present.select_related("person", "household__commune", "household__village")


def _weighed(sought: Sought, memberships: Iterable[Membership]) -> Iterator[Match]:
    for one in memberships:
        if (why := likeness(sought, candidate(one.person), names.known().spellings)) and _has_parent(sought, why):
            yield Match(one, why)


def _has_parent(sought: Sought, why: Likeness) -> bool:
    return not sought.parent or any(reason.startswith(("mère", "père")) for reason in why.reasons)


def candidate(person: Person) -> Candidate:
    """A person as `likeness` weighs them."""
    said = f"{person.given_names} {person.surname} {person.nickname}"
    written = re.split(r"[\s\-.,/]+", said.strip())
    return Candidate(
        names=tuple((keys[0], word) for word in written if (keys := names.keys(word))),
        nickname=person.nickname,
        born=person.birth_date.year if person.birth_date else None,
        about=person.birth_precision == Person.BirthPrecision.ABOUT,
        father=person.father_name,
        mother=person.mother_name,
        father_keys=tuple(names.keys(person.father_name)),
        mother_keys=tuple(names.keys(person.mother_name)),
    )


def _of_number(asked: Asked, wanted: Wanted, by: User) -> Found:
    said = {"phone": "téléphone", "nina": "NINA", "document": "numéro de document"}[asked.kind]
    persons = list(Person.objects.filter(holding(asked)).values_list("pk", flat=True)[: SHOWN + 1])
    found = [Match(one, Likeness(100, (said,))) for one in _living(persons, wanted, by)]
    if asked.kind == "phone":
        found += _of_household(Asked("begins", asked.text), wanted, by).matches
    return Found(sorted(found, key=_order)[:SHOWN], len(persons) > SHOWN)


def _of_household(asked: Asked, wanted: Wanted, by: User) -> Found:
    """The heads of the households of which the RSU number begins so."""
    interval = Q(household__rsu_number__gte=asked.text, household__rsu_number__lt=asked.text + ":")
    heads = _present(interval & Q(relation=Membership.Relation.HEAD), wanted, by)
    rows = list(heads.order_by("household__rsu_number")[: SHOWN + 1])
    said = "n° RSU" if asked.kind == "rsu" else f"n° RSU commençant par {asked.text}"
    return Found([Match(one, Likeness(100, (said,))) for one in rows[:SHOWN]], len(rows) > SHOWN)


def _order(match: Match) -> tuple[int, str, str, int]:
    person = match.membership.person
    return -match.why.points, person.surname, person.given_names, person.pk


def _spelt(typed: Iterable[str]) -> list[str]:
    """The keys typed first, then those of their other spellings."""
    typed = list(typed)
    others = sorted(frozenset().union(*map(names.known().spellings, typed)) - set(typed))
    return [*typed, *others][:MOST_KEYS]


def _second(keys: list[str]) -> Q:
    return Q(other_key__in=keys) & ~Q(other_key="") | Q(nickname_key__in=keys) & ~Q(nickname_key="")
