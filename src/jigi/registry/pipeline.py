"""Many acts on the register at once: the verbs of actions.py on homes held in memory, written together at the end.

    many = Many(homes, places, by=by)
    written = many.set_living(household, facts, reason="demande 12")
    many.write()
    told = [many.rows.numbered(one) for one in written]

A verb is Refused as its sibling would be, and then has changed nothing. The caller holds the households.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date

from django.db import connection

from jigi.foundation import audit
from jigi.foundation.errors import Refused
from jigi.foundation.models import User
from jigi.geography.access import communes_with, require
from jigi.geography.models import Area
from jigi.registry.actions import Facts, check_active, check_within, end, set_telephone
from jigi.registry.changing import RIGHT, bound, deserted, follow, follow_home, picture
from jigi.registry.models import Household, LivingConditions, Membership, Person
from jigi.registry.rows import TABLES, HeldRows, Written


@dataclass(eq=False)
class Home:
    """A household in memory, with memberships of it and its living conditions.

    `whole`: every present member is among them, so that what follows from the members can be told.
    """

    household: Household
    known: list[Membership]
    living: LivingConditions | None
    whole: bool = True

    @property
    def members(self) -> list[Membership]:
        """The present members, in the order of the roster."""
        return sorted((one for one in self.known if one.ended_on is None), key=lambda one: one.line)

    def member(self, person_id: int | None) -> Membership | None:
        return next((one for one in self.known if one.person_id == person_id and one.ended_on is None), None)


class Many:
    """The acts of one person on many homes."""

    def __init__(self, homes: Mapping[int, Home], places: Mapping[int, Area], *, by: User) -> None:
        self.homes, self._places, self._by = homes, places, by
        self.rows = HeldRows()
        self._communes = frozenset(Area.objects.filter(communes_with(by, RIGHT)).values_list("pk", flat=True))
        self._told: list[audit.Told] = []

    def places(self, numbers: Collection[int]) -> dict[int, Area]:
        return {number: self._places[number] for number in numbers}

    def know(self, done: Sequence[Written]) -> None:
        """Read the rows that acts wrote, for `undo`: those of the homes, then the others table by table."""
        if not done:
            return
        for home in self.homes.values():
            self._know_home(home)
        missing = {(one.table, one.row) for one in done if one.after is not None} - self.rows.known.keys()
        for name, model in TABLES.items():
            numbers = [number for table, number in missing if table == name]
            if numbers and name == "membership":
                self._know_former(numbers)
            elif numbers:
                found = model._default_manager.in_bulk(numbers)
                self.rows.known |= {(name, number): row for number, row in found.items()}

    def write(self) -> None:
        """Write what all the acts did, and its audit."""
        self.rows.write()
        follow_home(self.rows)
        connection.check_constraints()
        audit.record_many(self._told, by=self._by)

    # --- the verbs, as in actions.py --------------------------------------------------------------------------------

    def set_person(self, household: Household, person: Person, facts: Facts, *, reason: str) -> list[Written]:
        with self._act("set_person", household, reason) as (home, written):
            self.rows.update(self._member(home, person).person, facts)
        return written

    def set_living(self, household: Household, facts: Facts, *, reason: str) -> list[Written]:
        with self._act("set_living", household, reason) as (home, written):
            if home.living:
                self.rows.update(home.living, facts)
            else:
                day = home.household.collected_on
                home.living = LivingConditions(household=home.household, collected_on=day, **facts)
                self.rows.insert(home.living)
        return written

    def set_phone(
        self, household: Household, person: Person, number: str | None = None, *, owner: str | None = None,
        place: int = 0, reason: str,
    ) -> list[Written]:  # fmt: skip
        with self._act("change_phone", household, reason) as (home, written):
            holder = self._member(home, person).person
            held = sorted(holder.phones.all(), key=lambda phone: phone.pk)
            if number and any(phone.number == number for at, phone in enumerate(held) if at != place):
                raise bound("phone_once_per_person")
            set_telephone(self.rows, holder, held, number, owner, place)
        return written

    def end_membership(
        self, household: Household, person: Person, *, why: str, on: date, head: Person | None = None, reason: str
    ) -> list[Written]:
        assert head is None, "who succeeds a head is decided one by one"
        with self._act("end_membership", household, reason) as (home, written):
            member = self._member(home, person)
            if len(home.members) == 1:
                raise deserted()
            dies, born = why == Membership.End.DEATH, member.person.birth_date
            if dies and born and member.person.birth_precision == "day" and on < born:
                raise bound("person_dies_after_birth")
            end(self.rows, member, on=on, why=why)
            if dies:
                self.rows.update(member.person, {"died_on": on})
        return written

    def move(self, household: Household, commune: Area, village: Area | None, *, reason: str) -> list[Written]:
        check_within(commune, village)
        self._require(commune)
        with self._act("move_household", household, reason) as (home, written):
            place = {"commune_id": commune.pk, "village_id": village.pk if village else None}
            self.rows.update(home.household, place)
        return written

    def dissolve(self, household: Household, *, on: date, reason: str) -> list[Written]:
        with self._act("dissolve_household", household, reason) as (home, written):
            check_active(home.household)
            if late := [one for one in home.members if on < one.started_on]:
                end(self.rows, late[0], on=on, why=Membership.End.DISSOLVED)
            for member in home.members:
                end(self.rows, member, on=on, why=Membership.End.DISSOLVED)
            self.rows.update(home.household, {"status": Household.Status.DISSOLVED})
        return written

    def exit(self, household: Household, *, reason: str) -> list[Written]:
        with self._act("leave_register", household, reason) as (home, written):
            check_active(home.household)
            self.rows.update(home.household, {"status": Household.Status.LEFT})
        return written

    def undo(self, household: Household, done: Sequence[Written], *, reason: str) -> list[Written]:
        with self._act("undo_change", household, reason, back=done) as (_, written):
            self.rows.check_back(done)
            self.rows.put_back(done)
        return written

    # --- around each verb -------------------------------------------------------------------------------------------

    @contextmanager
    def _act(
        self, verb: str, household: Household, reason: str, back: Sequence[Written] = ()
    ) -> Iterator[tuple[Home, list[Written]]]:
        home, first = self.homes[household.pk], len(self.rows.written)
        written: list[Written] = []
        self._require(home.household.commune)
        before = picture(home.household, home.members, home.living) if home.whole else None
        yield home, written
        if before:
            now = picture(home.household, home.members, home.living)
            follow(self.rows, home.household, home.living, before, now, back)
        written += self.rows.written[first:]
        tables = sorted({one.table for one in written})
        told = audit.Told(verb, "household", household.pk, {}, {"tables": tables}, reason, (household.pk,))
        self._told.append(told)

    def _require(self, commune: Area) -> None:
        if commune.pk not in self._communes:
            require(self._by, RIGHT, areas=[commune])

    def _member(self, home: Home, person: Person) -> Membership:
        found = home.member(person.pk)
        if found is None:
            raise Refused(f"{person} n’est pas un membre présent de ce ménage", remedy="Rechargez la page du ménage.")
        return found

    def _know_home(self, home: Home) -> None:
        self.rows.known["household", home.household.pk] = home.household
        if home.living:
            self.rows.known["living", home.living.pk] = home.living
        for member in home.known:
            self._know_member(member)
            self.rows.known |= {("phone", phone.pk): phone for phone in member.person.phones.all()}

    def _know_former(self, numbers: Collection[int]) -> None:
        """Memberships that acts ended."""
        for member in Membership.objects.select_related("person").in_bulk(numbers).values():
            self._know_member(member)
            if home := self.homes.get(member.household_id):
                home.known.append(member)

    def _know_member(self, member: Membership) -> None:
        self.rows.known["membership", member.pk] = member
        self.rows.known["person", member.person_id] = member.person
