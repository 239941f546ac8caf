"""Applications from a file, CSV or XLSX: one line each, its plan month by month.

Good lines enter, wrong ones come back with their line, column and what to do; a line that is here already changes
nothing. A file is judged and written in a fixed number of statements.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from django.db import transaction

from jigi.delivery.contracts.access import require_operator
from jigi.delivery.grants.applications import (
    LARGEST_XOF,
    Asked,
    activities_of,
    check_call,
    keep_many,
    members_of,
    plan_faults,
)
from jigi.delivery.grants.models import GrantApplicant, GrantCall, GrantChoice
from jigi.foundation.cells import as_integer
from jigi.foundation.errors import Refused
from jigi.foundation.fence import unfenced
from jigi.foundation.models import User
from jigi.foundation.tabular import Table
from jigi.registry.models import Household, Membership
from jigi.registry.names import keys
from jigi.registry.rsu import digits_of

COLUMNS = ("numero_rsu", "activite", "description", "recettes", "depenses")
OPTIONAL = ("porteur", "apport_fcfa", "revenu_mensuel_fcfa", "groupement", "membres")
MOST_LINES = 20_000
REJECTS_HEADER = ("ligne", "colonne", "valeur", "constat", "que faire")
_APART = re.compile(r"\s*[;|]\s*")


@dataclass(frozen=True)
class Fault:
    """What is wrong with a line: where, and what to do."""

    line: int
    column: str
    value: str
    what: str
    remedy: str

    @property
    def cells(self) -> tuple[str, ...]:
        """As a line of the file of rejects."""
        return str(self.line), self.column, self.value, self.what, self.remedy


@dataclass
class Taken:
    """What a file did: lines read, applications received, lines that were here already, faults of the others."""

    read: int = 0
    received: int = 0
    known: int = 0
    faults: list[Fault] = field(default_factory=list)

    @property
    def held(self) -> int:
        return len({one.line for one in self.faults})


class _Wrong(Exception):
    """The fault of a cell, raised where it is found."""

    def __init__(self, column: str, what: str, remedy: str, value: str = "") -> None:
        super().__init__(what)
        self.column, self.what, self.remedy, self.value = column, what, remedy, value


@dataclass(frozen=True)
class _Ground:
    """What the lines of a file are judged by."""

    households: Mapping[str, Household]
    members: Mapping[int, list[Membership]]
    activities: Mapping[str, GrantChoice]


@unfenced
@transaction.atomic
def take(call: GrantCall, table: Table, *, by: User) -> Taken:
    """Receive the applications of a file. Raises Refused without the right in every commune of the call, or when the
    call takes none; InputError for a file without its columns."""
    for place in call.communes.select_related("commune"):
        require_operator(by, call.contract, place.commune)
    check_call(call)
    table.require(*COLUMNS)
    lines = [(line, dict(zip(table.header, cells, strict=True))) for line, cells in table]
    if len(lines) > MOST_LINES:
        raise Refused(f"Ce fichier a plus de {MOST_LINES} lignes", remedy="Coupez-le en plusieurs.")
    return _take(call, lines, by)


def _take(call: GrantCall, lines: Sequence[tuple[int, dict[str, str]]], by: User) -> Taken:
    ground, taken, good = _ground(call, lines), Taken(read=len(lines)), []
    for line, cells in lines:
        try:
            good.append((line, _asked(cells, ground)))
        except _Wrong as wrong:
            value = wrong.value or cells.get(wrong.column, "")
            taken.faults.append(Fault(line, wrong.column, value[:80], wrong.what, wrong.remedy))
    kept = _new(call, good, taken)
    taken.received = len(keep_many(call, kept, by=by)) if kept else 0
    return taken


def _new(call: GrantCall, good: Sequence[tuple[int, Asked]], taken: Taken) -> list[Asked]:
    """Those whose households are in no live application, here or on an earlier line."""
    asked = {household.pk for _, one in good for household, _ in one.everyone}
    live = dict(
        GrantApplicant.objects.filter(component=call.component_id, live=True, household__in=asked).values_list(
            "household", "application__call"
        )
    )
    seen: Counter[int] = Counter()
    kept = []
    for line, one in good:
        numbers = [household.pk for household, _ in one.everyone]
        if live.get(one.household.pk) == call.pk and not seen[one.household.pk]:
            taken.known += 1
        elif any(number in live or seen[number] for number in numbers):
            taken.faults.append(
                Fault(line, "numero_rsu", one.household.rsu, "Un de ces ménages a déjà une candidature en cours",
                      "Un ménage dépose une candidature, seul ou dans un groupement.")
            )  # fmt: skip
        else:
            kept.append(one)
        seen.update(numbers)
    return kept


def _ground(call: GrantCall, lines: Sequence[tuple[int, dict[str, str]]]) -> _Ground:
    said = {digits_of(number) for _, cells in lines for number in _numbers(cells)}
    # Where the call is, alone: a file does not say which numbers are elsewhere in the country.
    places = call.communes.values("commune")
    households = {one.rsu_number: one for one in Household.objects.filter(rsu_number__in=said, commune__in=places)}
    return _Ground(households, members_of([one.pk for one in households.values()]), _by_word(activities_of(call)))


def _by_word(activities: Mapping[str, GrantChoice]) -> dict[str, GrantChoice]:
    """Activities by their code and by their French words, whatever the case."""
    words = {one.name.casefold(): one for one in activities.values()}
    return words | {code.casefold(): one for code, one in activities.items()}


def _numbers(cells: Mapping[str, str]) -> list[str]:
    return [cells["numero_rsu"], *(one for one in _APART.split(cells.get("membres", "")) if one)]


def _asked(cells: Mapping[str, str], ground: _Ground) -> Asked:
    household = _household("numero_rsu", cells["numero_rsu"], ground)
    activity = ground.activities.get(cells["activite"].strip().casefold())
    if activity is None:
        names = ", ".join(sorted({one.code for one in ground.activities.values()}))
        raise _Wrong("activite", "Ce n’est pas une activité de l’appel", f"Écrivez l’une de : {names}")
    asked = Asked(
        household=household, applicant=_person(household, cells.get("porteur", ""), ground).person,
        activity=activity.code, description=cells["description"],
        incomes_xof=_francs_by_month("recettes", cells), expenses_xof=_francs_by_month("depenses", cells),
        own_xof=_francs("apport_fcfa", cells) or 0, income_before_xof=_francs("revenu_mensuel_fcfa", cells),
        group_name=cells.get("groupement", ""),
    )  # fmt: skip
    if not asked.description.strip():
        raise _Wrong("description", "Il manque la description de l’activité", "Dites en une phrase ce qui sera fait.")
    for what, remedy in plan_faults(asked.incomes_xof, asked.expenses_xof):
        raise _Wrong("depenses", what, remedy)
    return _with_members(asked, cells, ground)


def _with_members(asked: Asked, cells: Mapping[str, str], ground: _Ground) -> Asked:
    numbers = [one for one in _APART.split(cells.get("membres", "")) if one]
    if bool(numbers) != bool(asked.group_name.strip()):
        raise _Wrong("membres", "Un groupement a un nom et des membres", "Donnez les deux, ou aucun des deux.")
    others = [_household("membres", number, ground) for number in numbers]
    if len({one.pk for one in (asked.household, *others)}) <= len(others):
        raise _Wrong("membres", "Un ménage est nommé deux fois", "Nommez chaque ménage une fois.")
    members = [(one, _person(one, "", ground, "membres").person) for one in others]
    return replace(asked, members=members)


def _household(column: str, said: str, ground: _Ground) -> Household:
    found = ground.households.get(digits_of(said))
    if found is None:
        raise _Wrong(
            column, "Aucun ménage d’une commune de l’appel n’a ce numéro RSU",
            "Recopiez celui de la carte ou de la fiche.", said,
        )  # fmt: skip
    if found.status != Household.Status.ACTIVE:
        raise _Wrong(column, "Ce ménage n’est plus au registre", "Choisissez un ménage actif.", said)
    return found


def _person(household: Household, name: str, ground: _Ground, column: str = "porteur") -> Membership:
    """The member of this name; without one, who receives for the household, else its head."""
    members = ground.members[household.pk]
    if not name.strip():
        usual = [one for one in members if one.role == "recipient"] or [
            one for one in members if one.relation == "head"
        ]
        if not usual:
            raise _Wrong(column, "Ce ménage n’a ni allocataire ni chef présent", "Nommez le porteur.")
        return usual[0]
    found = [one for one in members if keys(str(one.person)) == keys(name)]
    if len(found) != 1:
        names = ", ".join(str(one.person) for one in members)
        raise _Wrong(column, "Ce n’est pas le nom d’un membre présent du ménage", f"Membres : {names}")
    return found[0]


def _francs(column: str, cells: Mapping[str, str]) -> int | None:
    said = cells.get(column, "")
    return _number(column, said) if said else None


def _francs_by_month(column: str, cells: Mapping[str, str]) -> list[int]:
    """« 10 000; 12 000; 9 000 »: a month each."""
    return [_number(column, one) for one in _APART.split(cells[column].strip("; |")) if one]


def _number(column: str, said: str) -> int:
    try:
        value = as_integer(said)
    except ValueError as error:
        raise _Wrong(column, f"« {said[:40]} » {error}", "Écrivez des francs entiers : 10 000") from None
    if not 0 <= value <= LARGEST_XOF:
        raise _Wrong(column, "Le montant va de 0 à un milliard", "Corrigez le montant.")
    return value
