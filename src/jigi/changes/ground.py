"""The households that requests stand on, as they are now: what each item's `before` is compared with."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import Prefetch, Q, QuerySet

from jigi.changes.facts import input_of, present, present_secret
from jigi.foundation.bulk import among
from jigi.registry.models import Health, Household, LivingConditions, Membership, Person
from jigi.registry.pipeline import Home


@dataclass(eq=False)
class Ground(Home):
    """A household with its present members, their documents, telephones and health, and its living conditions."""

    def on_line(self, line: int) -> Membership | None:
        return next((one for one in self.members if one.line == line), None)

    def fact(self, code: str, person_id: int | None) -> Any:
        """What the register holds now of a fact, as JSON; None of a member who is none any more."""
        one = input_of(code)
        member = self.member(person_id)
        if one.table in ("household", "living"):
            return present(one, self.household if one.table == "household" else self.living)
        if member is None:
            return None
        if one.table in ("phone", "document"):
            return present_secret(one, member.person)
        rows = {"person": member.person, "membership": member, "health": getattr(member.person, "health", None)}
        return present(one, rows[one.table])

    def rests(self, kind: str, person_id: int | None, said: dict[str, Any], other: Household | None) -> dict[str, Any]:
        """What an operation rests on: it is refused when this is no longer so."""
        member = self.member(person_id)
        found: dict[str, Any] = {"état": self.household.status}
        if person_id:
            found["place"] = [member.relation, member.unit, member.role] if member else None
        if other:
            found["autre ménage"] = other.status
        if kind == "head":
            found["chef"] = next((one.person_id for one in self.members if one.relation == "head"), None)
        if kind == "recipient" and member:
            found["tenu par"] = next(
                (
                    one.person_id
                    for one in self.members
                    if (one.unit, one.role) == (member.unit, said["membership.role"])
                ),
                None,
            )
        if kind == "split":
            chosen = {number: self.member(number) for number in said["op.leaving"]}
            found["partants"] = {str(number): one.relation if one else None for number, one in chosen.items()}
        if kind == "move":
            found["lieu"] = [self.household.commune_id, self.household.village_id]
        if kind == "arrival" and said.get("op.found"):
            home = Membership.objects.filter(person=said["op.found"], ended_on__isnull=True, shared=False).first()
            found["vit chez"] = home.household_id if home else None
        return found


def ground_of(household: Household, *, held: bool = False) -> Ground:
    """The ground of one household; `held` locks it until the transaction ends."""
    if held:
        Household.objects.select_for_update().get(pk=household.pk)
    return grounds([household.pk])[household.pk]


def grounds(
    numbers: Iterable[int], *, lines: Collection[int] | None = None, persons: Collection[int] | None = None
) -> dict[int, Ground]:
    """The grounds of households by number, in as many statements whatever their number. For acts: health is read.

    Where `lines` or `persons` are given, the members of these lines and these persons are read alone.
    """
    wanted = set(numbers)
    households = Household.objects.filter(pk__in=among(wanted)).select_related("commune", "village")
    living = {one.household_id: one for one in LivingConditions.objects.filter(household__in=among(wanted))}
    members: dict[int, list[Membership]] = {number: [] for number in wanted}
    whole = lines is None and persons is None
    for member in _members(wanted, None if whole else Q(line__in=lines or ()) | Q(person__in=among(persons or ()))):
        members[member.household_id].append(member)
    return {one.pk: Ground(one, members[one.pk], living.get(one.pk), whole) for one in households}


def _members(wanted: Collection[int], chosen: Q | None) -> QuerySet[Membership]:
    persons = Person.objects.prefetch_related("identifiers", "phones", Prefetch("health", Health.objects.all()))
    found = Membership.objects.filter(household__in=among(wanted), ended_on__isnull=True)
    if chosen is not None:
        found = found.filter(chosen)
    return found.order_by("line").prefetch_related(Prefetch("person", persons))
