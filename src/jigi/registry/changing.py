"""Around every verb that changes the register: households held, right asked, what follows from the members, audit."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from django.db import DataError, IntegrityError, connection

from jigi.foundation import audit
from jigi.foundation.bulk import fetch_sql, run_sql
from jigi.foundation.errors import Refused
from jigi.foundation.models import User
from jigi.geography.access import require
from jigi.registry.models import Household, LivingConditions, Membership
from jigi.registry.rows import Rows, Written
from jigi.registry.rules import COUNTS, HEAD, Composition, Member, composed, followed

RIGHT = "changes.approve"
OF_LIVING = {
    "household_size": "size", "children_under_5": "children_under_5", "children_under_15": "children_under_15",
    "wives": "wives", "head_sex": "head_sex", "head_age": "head_age",
}  # fmt: skip
OF_HOUSEHOLD = {"size": "size", "head_name": "head_name"}

SENTENCES = {
    "membership_no_two_homes": "Cette personne vivrait le même jour dans deux ménages",
    "membership_one_household_at_a_time": "Cette personne vit déjà dans un autre ménage",
    "membership_once_in_a_household": "Cette personne est déjà membre de ce ménage",
    "membership_one_head": "Ce ménage a déjà un chef",
    "membership_one_recipient": "Cette unité a déjà un allocataire",
    "membership_ends_after_start": "La fin serait avant le début",
    "person_dies_after_birth": "Le décès serait avant la naissance",
    "identifier_one_holder": "Ce document est déjà celui d’une autre personne",
    "phone_once_per_person": "Cette personne a déjà ce téléphone",
    "household_stay_has_commune": "Un séjour ailleurs a une commune de séjour",
    "household_has_members": "Un ménage a au moins un membre",
}


@dataclass(frozen=True)
class Picture:
    """A household before an act: its state, what its members show, what it says of them."""

    active: bool
    composition: Composition
    said: dict[str, dict[str, Any]]


@contextmanager
def changing(
    verb: str, *households: Household, by: User, reason: str = "", back: Sequence[Written] = ()
) -> Iterator[Rows]:
    """Hold these households, require the right in their communes, and let what is written be followed and audited.

    Their size, their head's name and the living conditions that count members move as the members do; who changes
    household, or whose household moves, takes its commune. What the database refuses is said in French.
    """
    held = list(Household.objects.select_for_update().filter(pk__in={h.pk for h in households}).order_by("pk"))
    communes = {one.commune_id: one.commune for one in held}
    require(by, RIGHT, areas=communes.values())
    rows, pictures = Rows(), {one.pk: _picture(one) for one in held}
    try:
        yield rows
        follow_home(rows)
        for number, picture in pictures.items():
            _follow(rows, number, picture, back)
        connection.check_constraints()
    except IntegrityError as error:
        raise _refused(error) from error
    except DataError as error:
        raise Refused("Une valeur est trop longue ou hors de ses bornes", remedy="Raccourcissez-la.") from error
    tables = sorted({one.table for one in rows.written})
    for one in held:
        audit.record(
            verb, "household", one.pk, by=by, reason=reason, after={"tables": tables}, subjects=[one.pk]
        )  # fmt: skip


def fresh_number() -> str:
    """The next RSU number."""
    number: str = fetch_sql("registry", "fresh_number")[0]["number"]
    return number


def picture(one: Household, present: Sequence[Membership], living: LivingConditions | None) -> Picture:
    """A household as its present members, in the order of the roster, show it."""
    members = [Member(str(m.person), m.person.sex, m.person.birth_date, m.relation) for m in present]
    seen_on = living.collected_on if living and living.collected_on else one.collected_on
    said = {"household": {name: getattr(one, name) for name in OF_HOUSEHOLD}}
    if living:
        said["living"] = {name: getattr(living, name) for name in OF_LIVING}
    return Picture(one.status == Household.Status.ACTIVE, composed(members, seen_on), said)


def follow(
    rows: Rows, one: Household, living: LivingConditions | None, before: Picture, now: Picture,
    back: Sequence[Written] = (),
) -> None:  # fmt: skip
    """Move what a household and its living conditions say of the members as these did; `back` is what is undone."""
    if now.active and not now.composition.size:
        raise deserted()
    for table, row, columns in (("household", one, OF_HOUSEHOLD), ("living", living, OF_LIVING)):
        if row is None:
            continue
        facts = (
            _followed(now.said[table], columns, before, now) if now.active and not (back and not before.active) else {}
        )
        for undone in back:
            if undone.derived and undone.table == table and undone.row == row.pk and undone.before and undone.after:
                facts |= {
                    name: value
                    for name, value in undone.before.items()
                    if before.said.get(table, {}).get(name) == undone.after[name]
                }
        rows.update(row, facts, derived=True)


def _picture(one: Household) -> Picture:
    present = Membership.objects.filter(household=one, ended_on__isnull=True).select_related("person").order_by("line")
    return picture(one, list(present), LivingConditions.objects.filter(household=one).first())


def _follow(rows: Rows, number: int, before: Picture, back: Sequence[Written]) -> None:
    one = Household.objects.filter(pk=number).first()
    if one is not None:
        living = LivingConditions.objects.filter(household=one).first()
        follow(rows, one, living, before, _picture(one), back)


def _followed(said: dict[str, Any], columns: dict[str, str], before: Picture, now: Picture) -> dict[str, Any]:
    """What the household says, after its members changed; all of it anew when it comes back to life."""
    facts: dict[str, Any] = {}
    for name, source in columns.items():
        was, is_now = getattr(before.composition, source), getattr(now.composition, source)
        if not before.active:
            facts[name] = is_now
        elif source in COUNTS:
            facts[name] = followed(said[name], was, is_now)
        elif source in HEAD and was != is_now and is_now is not None:
            facts[name] = is_now
    if "size" in facts:
        facts["size"] = max(1, facts["size"])
    return {name: value for name, value in facts.items() if value is not None}


def follow_home(rows: Rows) -> None:
    """Whoever changed household, and the members of a household that moved, take the commune where they live."""
    members = [one.row for one in rows.written if one.table == "membership" and one.after is not None]
    gone = [
        one.before["person_id"] for one in rows.written if one.table == "membership" and not one.after and one.before
    ]
    moved = [one.row for one in rows.written if one.table == "household" and "commune_id" in (one.after or {})]
    persons = set(Membership.objects.filter(pk__in=members).values_list("person_id", flat=True)) | set(gone)
    persons |= set(Membership.objects.filter(household__in=moved).values_list("person_id", flat=True))
    if persons:
        run_sql("registry", "follow_home", {"persons": sorted(persons)})


def deserted() -> Refused:
    """Nobody would be left in a household."""
    return Refused(
        "Il ne resterait aucun membre dans ce ménage", remedy="Demandez plutôt sa dissolution ou sa sortie du registre."
    )


def bound(constraint: str) -> Refused:
    """What a constraint of SENTENCES says in French."""
    return Refused(SENTENCES[constraint], remedy="Corrigez la demande, ou changez d’abord l’autre fait.")


def _refused(error: IntegrityError) -> Refused:
    name = getattr(getattr(error.__cause__, "diag", None), "constraint_name", "") or ""
    if name in SENTENCES:
        return bound(name)
    return Refused(
        "Le registre refuse ce changement",
        why="Autre chose s’appuie encore sur ce qui serait changé : une inscription, une personne, une autre demande.",
        remedy="Changez d’abord ce qui en dépend.",
    )
