"""How the register changes: facts set, members who come and go, households that move, split, merge, end and come back.

Each verb is one transaction. It returns what it wrote, row by row, which `undo` puts back. Facts are named by
column (`given_names`, `commune_id`); their values are those of the models.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import date
from functools import wraps
from typing import Any, ParamSpec

from django.db import transaction
from django.db.models import Max

from jigi.foundation.errors import Refused
from jigi.foundation.fence import unfenced
from jigi.foundation.models import User
from jigi.geography.access import require
from jigi.geography.models import Area
from jigi.registry.changing import RIGHT, changing, fresh_number
from jigi.registry.models import Health, Household, Identifier, LivingConditions, Membership, Person, Phone
from jigi.registry.rows import Rows, Written

P = ParamSpec("P")
Facts = Mapping[str, Any]
SPLIT = "scission"


def _verb(act: Callable[P, list[Written]]) -> Callable[P, list[Written]]:
    """An act of one transaction that sees every row its checks must weigh."""

    @wraps(act)
    def done(*args: P.args, **options: P.kwargs) -> list[Written]:
        with transaction.atomic():
            return act(*args, **options)

    return unfenced(done)


@_verb
def set_household(household: Household, facts: Facts, *, by: User, reason: str = "") -> list[Written]:
    """Set facts of a household: where it stays, its situation, its position."""
    with changing("set_household", household, by=by, reason=reason) as rows:
        rows.update(_held(household), facts)
    return rows.written


@_verb
def set_person(household: Household, person: Person, facts: Facts, *, by: User, reason: str = "") -> list[Written]:
    """Set facts of a member: identity, parents, schooling, occupation."""
    member = membership(household, person)
    with changing("set_person", household, by=by, reason=reason) as rows:
        rows.update(member.person, facts)
    return rows.written


@_verb
def set_membership(household: Household, person: Person, facts: Facts, *, by: User, reason: str = "") -> list[Written]:
    """Set facts of a member's place in the household: relation, unit, absence, a life shared with another household."""
    with changing("set_membership", household, by=by, reason=reason) as rows:
        rows.update(membership(household, person), facts)
    return rows.written


@_verb
def set_living(household: Household, facts: Facts, *, by: User, reason: str = "") -> list[Written]:
    """Set facts of the living conditions."""
    with changing("set_living", household, by=by, reason=reason) as rows:
        found = LivingConditions.objects.filter(household=household).first()
        if found:
            rows.update(found, facts)
        else:
            rows.insert(LivingConditions(household=household, collected_on=household.collected_on, **facts))
    return rows.written


@_verb
def set_phone(
    household: Household,
    person: Person,
    number: str | None = None,
    *,
    owner: str | None = None,
    place: int = 0,
    by: User,
    reason: str = "",
) -> list[Written]:
    """Make a number the first telephone of a member (`place` 0) or the second; "" takes it away, None changes whose it
    is alone. The others they have stay. Without `owner` it stays whose it was; a new one is the member's own."""
    membership(household, person)
    with changing("change_phone", household, by=by, reason=reason) as rows:
        set_telephone(rows, person, list(Phone.objects.filter(person=person).order_by("pk")), number, owner, place)
    return rows.written


@_verb
def set_document(
    household: Household, person: Person, kind: str, value: str, *, by: User, reason: str = ""
) -> list[Written]:
    """Make a number the document of this kind of a member; "" leaves them without."""
    membership(household, person)
    with changing("set_document", household, by=by, reason=reason) as rows:
        found = Identifier.objects.filter(person=person, kind=kind).order_by("pk").first()
        set_secret(rows, found, Identifier(person=person, kind=kind), {"value": value}, bool(value))
    return rows.written


@_verb
def set_health(
    household: Household, person: Person, facts: Facts, *, seen_on: date, by: User, reason: str = ""
) -> list[Written]:
    """Set what is known of a member's health, and when it was seen: the caller has asked the right to know it."""
    membership(household, person)
    with changing("set_health", household, by=by, reason=reason) as rows:
        if found := Health.objects.filter(person=person).first():
            rows.update(found, {**facts, "collected_on": max(seen_on, found.collected_on)})
        else:
            rows.insert(Health(person=person, collected_on=seen_on, **facts))
    return rows.written


@_verb
def add_person(
    household: Household, facts: Facts, *, relation: str, on: date, by: User, reason: str = "", **place: Any
) -> list[Written]:
    """A person new to the register becomes a member: a birth, an arrival. `place`: unit, spouse_rank, shared."""
    check_active(household)
    with changing("add_person", household, by=by, reason=reason) as rows:
        person = Person(commune_id=household.commune_id, **facts)
        rows.insert(person)
        _join(rows, household, person, relation=relation, on=on, **place)
    return rows.written


@_verb
def start_membership(
    household: Household, person: Person, *, relation: str, on: date, successor: Person | None = None, by: User,
    reason: str = "", **place: Any,
) -> list[Written]:  # fmt: skip
    """A person of the register becomes a member; where they lived until then they leave that day, unless `shared`.

    `successor` becomes the head there when the one who leaves was.
    """
    check_active(household)
    if person.died_on:
        raise Refused(f"{person} est décédé le {person.died_on:%d/%m/%Y}", remedy="Corrigez d’abord le décès.")
    left = None if place.get("shared") else _present(person)
    concerned = [household, *([left.household] if left else [])]
    with changing("start_membership", *concerned, by=by, reason=reason) as rows:
        if left:
            why = Membership.End.MARRIAGE if relation == Membership.Relation.SPOUSE else Membership.End.DEPARTURE
            end(rows, left, on=on, why=why)
            if left.relation == Membership.Relation.HEAD:
                _succeed(rows, left.household, successor)
        _join(rows, household, person, relation=relation, on=on, **place)
    return rows.written


@_verb
def end_membership(
    household: Household, person: Person, *, why: str, on: date, head: Person | None = None, by: User, reason: str = ""
) -> list[Written]:
    """A member leaves, or dies; `head` is the new head when the one who leaves was.

    A death ends a life shared with other households too; where the person was head, they are succeeded there first.
    """
    member = membership(household, person)
    dies = why == Membership.End.DEATH
    shared = list(_lives(person).exclude(pk=member.pk)) if dies else []
    with changing("end_membership", household, *(one.household for one in shared), by=by, reason=reason) as rows:
        if dies:
            rows.update(member.person, {"died_on": on})
        for one in (member, *shared):
            end(rows, one, on=on, why=why)
            if one.relation == Membership.Relation.HEAD:
                _succeed(rows, one.household, head if one is member else None)
    return rows.written


@_verb
def change_head(
    household: Household, head: Person, *, former_relation: str, by: User, reason: str = ""
) -> list[Written]:
    """Another member becomes head; the former one takes `former_relation`. Other relations stay as they were said."""
    with changing("change_head", household, by=by, reason=reason) as rows:
        former = _open(household).filter(relation=Membership.Relation.HEAD).first()
        if former:
            rows.update(former, {"relation": former_relation, "spouse_rank": None})
        _succeed(rows, household, head)
    return rows.written


@_verb
def change_recipient(
    household: Household, person: Person, *, role: str = Membership.Role.RECIPIENT, by: User, reason: str = ""
) -> list[Written]:
    """A member becomes recipient or alternate of their unit, in the place of who was."""
    member = membership(household, person)
    with changing("change_recipient", household, by=by, reason=reason) as rows:
        for former in _open(household).filter(unit=member.unit, role=role).exclude(pk=member.pk):
            rows.update(former, {"role": Membership.Role.NONE})
        rows.update(member, {"role": role})
    return rows.written


@_verb
def move(household: Household, commune: Area, village: Area | None, *, by: User, reason: str = "") -> list[Written]:
    """Register a household elsewhere, with its members; the right is needed where it was and where it goes."""
    check_within(commune, village)
    require(by, RIGHT, areas=[commune])
    with changing("move_household", household, by=by, reason=reason) as rows:
        rows.update(_held(household), {"commune_id": commune.pk, "village_id": village.pk if village else None})
    return rows.written


@_verb
def split(
    household: Household, persons: Collection[Person], head: Person, *, on: date, by: User, reason: str = ""
) -> list[Written]:
    """Some members form a household of their own, with a number of its own, in the same place."""
    check_active(household)
    leaving = [membership(household, person) for person in persons]
    if head.pk not in {member.person_id for member in leaving}:
        raise Refused("Le chef du nouveau ménage est un de ceux qui partent", remedy="Choisissez-le parmi eux.")
    with changing("split_household", household, by=by, reason=reason) as rows:
        new = _split_off(household, head, size=len(leaving), on=on)
        rows.insert(new)
        heads = [member for member in leaving if member.relation == Membership.Relation.HEAD]
        if heads:
            raise Refused("Le chef reste dans son ménage", remedy="Changez d’abord de chef, puis demandez la scission.")
        for line, member in enumerate(leaving, 1):
            end(rows, member, on=on, why=Membership.End.SPLIT)
            relation = _relation_to(head, member.person)
            place = {"role": member.role, "unit": member.unit, "absent": member.absent, "shared": member.shared}
            place["absent_since"] = member.absent_since
            _join(rows, new, member.person, relation=relation, on=on, line=line, **place)
    return rows.written


@_verb
def merge(
    household: Household, into: Household, *, on: date, relation: str = "other_kin", by: User, reason: str = ""
) -> list[Written]:
    """A household joins another: its members become members there, its number stays and leads to the other."""
    check_active(household)
    check_active(into)
    if household.pk == into.pk:
        raise Refused("Un ménage ne fusionne pas avec lui-même", remedy="Donnez le numéro de l’autre ménage.")
    with changing("merge_household", household, into, by=by, reason=reason) as rows:
        joining = list(_open(household))
        units = (_open(into).aggregate(most=Max("unit"))["most"] or 1) if any(m.role for m in joining) else 0
        for member in joining:
            end(rows, member, on=on, why=Membership.End.MERGE)
            _join(
                rows, into, member.person, relation=relation, on=on, role=member.role, unit=member.unit + units,
                shared=member.shared, absent=member.absent, absent_since=member.absent_since,
            )  # fmt: skip
        rows.update(_held(household), {"status": Household.Status.MERGED, "merged_into_id": into.pk})
    return rows.written


@_verb
def dissolve(household: Household, *, on: date, by: User, reason: str = "") -> list[Written]:
    """A household ends: nobody is a member any more. Its size stays what it was."""
    check_active(household)
    with changing("dissolve_household", household, by=by, reason=reason) as rows:
        for member in _open(household):
            end(rows, member, on=on, why=Membership.End.DISSOLVED)
        rows.update(_held(household), {"status": Household.Status.DISSOLVED})
    return rows.written


_KEPT = ("role", "unit", "line", "spouse_rank", "absent", "absent_since", "shared")
"""What a membership that begins again keeps of the former."""


@_verb
def reopen(household: Household, *, on: date, by: User, reason: str = "") -> list[Written]:
    """A household that was dissolved or had left comes back.

    After a dissolution its last members come too, but those who live elsewhere by now; a shared life is taken up again.
    """
    if household.status not in (Household.Status.DISSOLVED, Household.Status.LEFT):
        raise Refused("Seul un ménage dissous ou sorti du registre revient", remedy="Un ménage fusionné se scinde.")
    with changing("reopen_household", household, by=by, reason=reason) as rows:
        # The members of a household that left stayed its own.
        last_ones = _last_members(household) if household.status == Household.Status.DISSOLVED else []
        rows.update(_held(household), {"status": Household.Status.ACTIVE})
        for last in last_ones:
            if last.shared or not _present(last.person):
                place = {name: getattr(last, name) for name in _KEPT}
                _join(rows, household, last.person, relation=last.relation, on=on, **place)
    return rows.written


@_verb
def exit(household: Household, *, by: User, reason: str = "") -> list[Written]:
    """A household leaves the register; its members stay known as its own."""
    check_active(household)
    with changing("leave_register", household, by=by, reason=reason) as rows:
        rows.update(_held(household), {"status": Household.Status.LEFT})
    return rows.written


@_verb
def undo(households: Collection[Household], done: Sequence[Written], *, by: User, reason: str = "") -> list[Written]:
    """Put back what an act wrote, exactly; Raced where the register is no longer as that act left it."""
    with changing("undo_change", *households, by=by, reason=reason, back=done) as rows:
        rows.put_back(done)
    return rows.written


def membership(household: Household, person: Person) -> Membership:
    """The open membership of a person in a household; Refused when they are no member of it."""
    found = _open(household).filter(person=person).first()
    if found is None:
        raise Refused(f"{person} n’est pas un membre présent de ce ménage", remedy="Rechargez la page du ménage.")
    return found


def _open(household: Household) -> Any:
    return (
        Membership.objects.filter(household=household, ended_on__isnull=True).select_related("person").order_by("line")
    )


def _lives(person: Person) -> Any:
    """Every household where a person lives now."""
    return Membership.objects.filter(person=person, ended_on__isnull=True).select_related("household", "person")


def _present(person: Person) -> Membership | None:
    """Where a person lives now, apart from a life that is declared shared."""
    found: Membership | None = _lives(person).filter(shared=False).first()
    return found


def _held(household: Household) -> Household:
    return Household.objects.get(pk=household.pk)


def _last_members(household: Household) -> list[Membership]:
    """The living whom the last dissolution sent away, by the last membership of each: who left before is not theirs."""
    past = household.memberships.select_related("person").order_by("ended_on", "pk")
    last = {one.person_id: one for one in past}.values()
    sent = [one for one in last if one.end_reason == Membership.End.DISSOLVED]
    day = max((one.ended_on for one in sent if one.ended_on), default=None)
    living = (one for one in sent if one.ended_on == day and not one.person.died_on)
    return sorted(living, key=lambda one: one.line)


def _join(rows: Rows, household: Household, person: Person, *, relation: str, on: date, **place: Any) -> None:
    place.setdefault("line", (household.memberships.aggregate(last=Max("line"))["last"] or 0) + 1)
    rows.insert(Membership(household=household, person=person, relation=relation, started_on=on, **place))


def end(rows: Rows, member: Membership, *, on: date, why: str) -> None:
    """End a membership; Refused before the day it started."""
    if on < member.started_on:
        raise Refused(
            f"{member.person} est membre de ce ménage depuis le {member.started_on:%d/%m/%Y}, pas avant",
            remedy="Corrigez la date d’effet.",
        )
    rows.update(member, {"ended_on": on, "end_reason": why})


def _succeed(rows: Rows, household: Household, head: Person | None) -> None:
    others = _open(household)
    if not others:
        return
    if head is None:
        raise Refused("Le chef part : qui lui succède ?", remedy="Choisissez le nouveau chef parmi les membres.")
    rows.update(membership(household, head), {"relation": Membership.Relation.HEAD, "spouse_rank": None})


def set_telephone(
    rows: Rows, person: Person, held: Sequence[Phone], number: str | None, owner: str | None, place: int
) -> None:
    """Set the telephone at a place among those held, in their order."""
    found = held[place] if place < len(held) else None
    owner = owner or (found.owner if found else Phone.Owner.SELF)
    if number is None and found is None:
        raise Refused("Ce membre n’a pas ce téléphone", remedy="Donnez d’abord son numéro.")
    facts = {"owner": owner} if number is None else {"number": number, "owner": owner}
    set_secret(rows, found, Phone(person=person, owner=owner), facts, number != "")


def set_secret(rows: Rows, found: Any, fresh: Any, facts: Facts, wanted: bool) -> None:
    """Set the telephone or document `found`; insert `fresh` where there is none, delete it when none is wanted."""
    if found and wanted:
        rows.update(found, facts)
    elif found:
        rows.delete(found)
    elif wanted:
        for name, value in facts.items():
            setattr(fresh, name, value)
        rows.insert(fresh)


def _relation_to(head: Person, person: Person) -> str:
    """What the register knows of a person's link with a new head: their child, or a relative."""
    if person.pk == head.pk:
        return Membership.Relation.HEAD
    own = head.pk in (person.father_id, person.mother_id)
    return Membership.Relation.CHILD if own else Membership.Relation.OTHER_KIN


def _split_off(household: Household, head: Person, *, size: int, on: date) -> Household:
    number = fresh_number()
    return Household(
        rsu_number=number, commune_id=household.commune_id, village_id=household.village_id,
        stay_commune_id=household.stay_commune_id, stay_village_id=household.stay_village_id,
        stayed_since=household.stayed_since, situation=household.situation, head_name=str(head)[:120], size=size,
        split_from=household, source=SPLIT, source_key=number, content_hash=b"", collected_on=on,
    )  # fmt: skip


def check_within(commune: Area, village: Area | None) -> None:
    """Refused for a village of another commune."""
    if village and village.parent_id != commune.pk:
        raise Refused(
            f"{village} n’est pas dans la commune {commune}", remedy="Choisissez un village de cette commune."
        )


def check_active(household: Household) -> None:
    """Refused for a household that has ended or left the register."""
    if household.status != Household.Status.ACTIVE:
        raise Refused(
            f"Le ménage {household.rsu} est {household.get_status_display()} : il ne change plus ainsi",
            remedy="Demandez d’abord son retour, s’il est dissous ou sorti du registre.",
        )
