"""Whom a person types for: a number, a card, a name whatever its spelling; and the persons of the register it finds.

Names are sought by the keys of their words (names.py), by steps of which the next is taken when those before have
found few: as typed, in the spellings of the reviewed files, with one letter wrong. Swapped names need no step:
every word is sought as a given name and as a surname.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache
from string import ascii_uppercase
from typing import Any, Literal

from django.db.models import F, Q, QuerySet

from jigi.foundation.bulk import fetch_sql
from jigi.foundation.keyring import vault
from jigi.foundation.models import User
from jigi.geography.access import communes_with, postings_with
from jigi.geography.models import Area
from jigi.registry import names
from jigi.registry.likeness import BIRTH_YEARS, LONG, Candidate, Likeness, Sought, likeness, slips
from jigi.registry.models import Identifier, Membership, Person, Phone

MOST_WORDS = 6
MOST_KEYS = 60
"""Keys of one side of a step: a word that stands in many rows of the files must not ask the index a thousand times."""
MOST_SLIPPED = 4
MOST_CANDIDATES = 200
MOST_IN_VILLAGES = 3_000
ENOUGH, FEW = 50, 20
"""From so many on, other spellings are not sought; from so many on, wrong letters are not."""
SHOWN = 50
SHOWN_FIELDS = (
    "relation", "ended_on", "end_reason",
    "person__given_names", "person__surname", "person__nickname", "person__sex", "person__birth_date",
    "person__birth_precision", "person__father_name", "person__mother_name", "person__died_on",
    "household__rsu_number", "household__head_name", "household__status", "household__commune__name",
    "household__village__name",
)  # fmt: skip

Kind = Literal["nothing", "rsu", "begins", "phone", "nina", "document", "name"]

_CARD = re.compile(r"(?<!\d)(\d{4})-?(\d{4})-?(\d{2})(?!\d)")
_AS_FRENCH = "RSU&"
"""How a card begins when a scanner set for an American keyboard types on a French one; its digits come as these."""
_DIGITS = str.maketrans("&é\"'(-è_çà", "1234567890")
_DOCUMENT = re.compile(r"(?=(?:\D*\d){3})[A-Z0-9]{5,24}")


@dataclass(frozen=True)
class Asked:
    """What was typed, understood: of which kind it is, and its digits or its text."""

    kind: Kind
    text: str


@dataclass(frozen=True)
class Wanted:
    """A search: the text, and what narrows it. `communes` and `villages` are numbers; None is everywhere one sees.

    Who died, and who left without living elsewhere, are sought too when `former`.
    """

    text: str = ""
    communes: frozenset[int] | None = None
    villages: frozenset[int] = frozenset()
    born: int | None = None
    sex: str = ""
    parent: str = ""
    former: bool = False


@dataclass(frozen=True)
class Match:
    """A person found, in the household where they live or did last, and why."""

    membership: Membership
    why: Likeness


@dataclass(frozen=True)
class Found:
    """The best matches, and whether there were more than could be weighed or shown."""

    matches: list[Match] = field(default_factory=list)
    more: bool = False


@dataclass(frozen=True)
class _Step:
    """A statement, the keys of surnames and of given names that it takes, and how many found make it needless."""

    statement: str
    surnames: list[str]
    given: list[str]
    unless: int = ENOUGH


@dataclass(frozen=True)
class _Where:
    """The places to seek in: those wanted among those one sees."""

    communes: frozenset[int] | None
    villages: frozenset[int]
    sex: str
    former: bool

    @property
    def most(self) -> int:
        """Persons that a step weighs: of a village, all who bear the name in its commune."""
        return MOST_IN_VILLAGES if self.villages else MOST_CANDIDATES

    def present(self, condition: Q) -> QuerySet[Membership]:
        """The present memberships that meet a condition, in these places."""
        return self._here(Membership.objects.filter(condition, ended_on__isnull=True))

    def members(self, condition: Q) -> QuerySet[Membership]:
        """The same; with `former`, where each person lives or did last, unless they went to live in another commune."""
        if not self.former:
            return self.present(condition)
        found = self._here(Membership.objects.filter(condition))
        if self.communes is not None:
            found = found.filter(person__commune__in=self.communes)
        latest = F("ended_on").desc(nulls_first=True)
        return found.order_by("person", latest, "shared", "-started_on", "-pk").distinct("person")

    def _here(self, found: QuerySet[Membership]) -> QuerySet[Membership]:
        if self.communes is not None:
            found = found.filter(household__commune__in=self.communes)
        if self.villages:
            found = found.filter(household__village__in=self.villages)
        if self.sex:
            found = found.filter(person__sex=self.sex)
        return found.select_related("person", "household__commune", "household__village").only(*SHOWN_FIELDS)


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
    if text.startswith(_AS_FRENCH):
        text = text.translate(_DIGITS)
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
    where = _where(wanted, by)
    if asked.kind in ("phone", "nina", "document"):
        return _of_number(asked, where)
    if asked.kind in ("rsu", "begins"):
        return _of_household(asked, where)
    keys = name_keys(asked.text) if asked.kind == "name" else []
    sought = Sought(tuple(keys), tuple(name_keys(wanted.parent)), wanted.born)
    if not keys and not (wanted.villages and sought.parent):
        return Found()
    return _of_name(sought, where)


def _of_name(sought: Sought, where: _Where) -> Found:
    found: dict[int, Match] = {}
    more = False
    for step in _steps(sought.keys):
        if len(found) >= step.unless:
            break
        rows = fetch_sql("registry", step.statement, _facts(sought, where, step))
        more = more or len(rows) >= where.most
        numbers = {row["id"] for row in rows} - found.keys()
        members = where.members(Q(person__in=numbers)) if numbers else ()
        found |= {one.membership.person_id: one for one in _weighed(sought, members)}
    ranked = sorted(found.values(), key=_order)
    return Found(ranked[:SHOWN], more or len(ranked) > SHOWN)


def _steps(typed: Sequence[str]) -> Iterator[_Step]:
    """All the names typed, then two of them, then their spellings, then one letter wrong in one or the other, then
    two in a long name of the reviewed files."""
    if not typed:
        yield _Step("find_in_place", [], [])
        return
    statement = "find_by_one_name" if len(typed) == 1 else "find_by_names"
    spelt = _spelt(typed)
    if len(typed) > 2:
        yield _Step("find_by_all_names", spelt, spelt)
    yield _Step(statement, list(typed), list(typed))
    yield _Step(statement, spelt, spelt)
    wrong = _wrong(spelt)
    yield _Step(statement, spelt, wrong, FEW)
    if len(typed) == 1:
        return
    yield _Step(statement, wrong, spelt, FEW)
    if meant := _twice_wrong(typed):
        yield _Step(statement, spelt, meant, FEW)
        yield _Step(statement, meant, spelt, FEW)


def _wrong(spelt: Sequence[str]) -> list[str]:
    """Keys with one letter wrong, of the first of these; and the spellings of the names that those may stand for."""
    wrong = frozenset().union(*map(slips, spelt[:MOST_SLIPPED]))
    meant = frozenset().union(*(names.known().alike[key] for key in wrong & names.known().alike.keys()))
    return sorted((wrong | meant) - set(spelt))


def _twice_wrong(typed: Sequence[str]) -> list[str]:
    """The known long names two letters away from one typed, with their spellings."""
    slipped = frozenset().union(*({key} | slips(key) for key in typed[:MOST_SLIPPED] if len(key) >= LONG))
    meant = frozenset().union(*(_known_by_slip().get(slip, frozenset()) for slip in slipped))
    return _spelt(sorted(meant - set(typed)))


@cache
def _known_by_slip() -> dict[str, frozenset[str]]:
    """The long names of the files by each key one letter away."""
    found: dict[str, set[str]] = defaultdict(set)
    for name in names.known().alike:
        if len(name) >= LONG:
            for slip in slips(name):
                found[slip].add(name)
    return {slip: frozenset(meant) for slip, meant in found.items()}


def _facts(sought: Sought, where: _Where, step: _Step) -> dict[str, Any]:
    return {
        "communes": sorted(where.communes) if where.communes is not None else None,
        "born": sought.born, "years": BIRTH_YEARS, "sex": where.sex, "parents": _spelt(sought.parent),
        "surnames": step.surnames, "given": step.given, "most": where.most,
    }  # fmt: skip


def _where(wanted: Wanted, by: User) -> _Where:
    return _Where(_communes(wanted, by), wanted.villages, wanted.sex, wanted.former)


def _communes(wanted: Wanted, by: User) -> frozenset[int] | None:
    """The communes to seek in, among those one sees; None for a whole country, which needs no list."""
    levels = {posting.area.level for posting in postings_with(by, "registry.see")}
    if Area.Level.COUNTRY in levels:
        return wanted.communes
    seen = frozenset(Area.objects.filter(communes_with(by, "registry.see")).values_list("pk", flat=True))
    return seen if wanted.communes is None else seen & wanted.communes


def _weighed(sought: Sought, memberships: Iterable[Membership]) -> Iterator[Match]:
    for one in memberships:
        if why := likeness(sought, candidate(one.person), names.known().spellings):
            yield Match(one, why)


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


def _of_number(asked: Asked, where: _Where) -> Found:
    said = {"phone": "téléphone", "nina": "NINA", "document": "numéro de document"}[asked.kind]
    persons = list(Person.objects.filter(holding(asked)).values_list("pk", flat=True)[: SHOWN + 1])
    found = [Match(one, Likeness(100, (said,))) for one in where.members(Q(person__in=persons))]
    if asked.kind == "phone":
        found += _of_household(Asked("begins", asked.text), where).matches
    return Found(sorted(found, key=_order)[:SHOWN], len(persons) > SHOWN)


def _of_household(asked: Asked, where: _Where) -> Found:
    """The heads of the households of which the RSU number begins so."""
    interval = Q(household__rsu_number__gte=asked.text, household__rsu_number__lt=asked.text + ":")
    heads = where.present(interval & Q(relation=Membership.Relation.HEAD))
    rows = list(heads.order_by("household__rsu_number")[: SHOWN + 1])
    said = "n° RSU" if asked.kind == "rsu" else f"n° RSU commençant par {asked.text}"
    return Found([Match(one, Likeness(100, (said,))) for one in rows[:SHOWN]], len(rows) > SHOWN)


def _order(match: Match) -> tuple[int, bool, str, str, int]:
    person = match.membership.person
    return -match.why.points, match.membership.ended_on is not None, person.surname, person.given_names, person.pk


def _spelt(typed: Iterable[str]) -> list[str]:
    """The keys typed first, then those of their other spellings."""
    typed = list(typed)
    others = sorted(frozenset().union(*map(names.known().spellings, typed)) - set(typed))
    return [*typed, *others][:MOST_KEYS]


def _second(keys: list[str]) -> Q:
    return Q(other_key__in=keys) & ~Q(other_key="") | Q(nickname_key__in=keys) & ~Q(nickname_key="")
