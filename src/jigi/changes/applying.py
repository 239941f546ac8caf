"""How an accepted item becomes a verb of the register."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from functools import partial
from typing import Any

from jigi.changes.facts import columns, input_of, place_of
from jigi.changes.models import ChangeItem, ChangeRequest
from jigi.foundation.errors import Refused
from jigi.foundation.models import User
from jigi.geography.models import Area
from jigi.registry import actions as registry
from jigi.registry.models import Household, Membership, Person
from jigi.registry.rows import Written

Register = Any
"""What has the verbs of the register, by one person: `Singly`, or many acts together (pipeline.py)."""

Said = dict[str, Any]
Applied = list[tuple[ChangeItem, list[Written]]]
Groups = dict[tuple[str, int | None], list[ChangeItem]]
"""The items of one row, by its table and its person."""

Operation = Callable[[Register, ChangeRequest, ChangeItem], list[Written]]


class Singly:
    """The verbs of the register, one act at a time, by one person."""

    def __init__(self, by: User) -> None:
        self._by = by

    def __getattr__(self, verb: str) -> Callable[..., list[Written]]:
        return partial(getattr(registry, verb), by=self._by)

    def places(self, numbers: Collection[int]) -> dict[int, Area]:
        return Area.objects.in_bulk(numbers)

    def put_back(self, request: ChangeRequest, items: Sequence[ChangeItem]) -> Applied:
        """All the items in one act: columns that a constraint binds go back together."""
        done = done_by(request, items)
        made = [written.row for written in done if written.table == "household"]
        concerned = {request.household_id, *([request.other_id] if request.other_id else []), *made}
        concerned |= {
            row["household_id"] for one in done if one.table == "membership" for row in (one.before, one.after)
            if row and "household_id" in row
        }  # fmt: skip
        households = Household.objects.filter(pk__in=concerned | _homes(done))
        return at_first(items, self.undo(list(households), done, reason=reason_of(request)))


def apply(request: ChangeRequest, items: Sequence[ChangeItem], register: Register) -> Applied:
    """Carry out the accepted items of a request, in order; each with what was written for it."""
    if request.undoes:
        return register.put_back(request, items)
    if request.asks and request.asks.operation:
        return [(item, _OPERATIONS[request.kind](register, request, item)) for item in items]
    return _set(register, request, items)


def at_first(items: Sequence[ChangeItem], written: list[Written]) -> Applied:
    """What was written for all the items at once goes with the first."""
    return [(item, written if number == 0 else []) for number, item in enumerate(items)]


def reason_of(request: ChangeRequest) -> str:
    """What the register's own rows of the audit say: which request it was."""
    return f"demande {request.pk}"


def done_by(request: ChangeRequest, items: Sequence[ChangeItem]) -> list[Written]:
    """What the request that this one undoes wrote for these items."""
    assert request.undoes
    undone = {(one.code, one.person_id): one for one in request.undoes.items.all() if one.decision == "accepted"}
    originals = sorted((undone[one.code, one.person_id] for one in items), key=lambda one: one.position)
    return [written for one in originals for written in one.written]


def _homes(done: Sequence[Written]) -> set[int]:
    rows = [one.row for one in done if one.table == "membership"]
    return set(Membership.objects.filter(pk__in=rows).values_list("household_id", flat=True))


def _set(register: Register, request: ChangeRequest, items: Sequence[ChangeItem]) -> Applied:
    """Facts of one row are set together; what is derived of them goes with the first."""
    groups: Groups = {}
    for item in items:
        one = input_of(item.code)
        apart = {"document": item.code, "phone": f"phone.{place_of(one)}"}.get(one.table, one.table)
        groups.setdefault((apart, item.person_id), []).append(item)
    applied: Applied = []
    for (table, _), group in _ordered(groups):
        written = _set_row(register, request, table.partition(".")[0], group)
        said = {name for item in group for name in columns(input_of(item.code), item.after)}
        applied += [(item, _part(item, written, said if item is group[0] else None)) for item in group]
    return applied


def _set_row(register: Register, request: ChangeRequest, table: str, group: Sequence[ChangeItem]) -> list[Written]:
    facts: Said = {}
    for item in group:
        facts |= columns(input_of(item.code), item.after)
    household = request.household
    said: Said = {"reason": reason_of(request)}
    if table == "household":
        return register.set_household(household, facts, **said)
    if table == "living":
        return register.set_living(household, facts, **said)
    person = group[0].person
    assert person
    if table == "person":
        return register.set_person(household, person, facts, **said)
    if table == "membership":
        return register.set_membership(household, person, facts, **said)
    if table == "health":
        return register.set_health(household, person, facts, seen_on=request.effective_on, **said)
    if table == "phone":
        return register.set_phone(household, person, **_telephone(group), **said)
    value = str(group[0].after or "")
    return register.set_document(household, person, group[0].code.partition(".")[2], value, **said)


def _ordered(groups: Groups) -> list[tuple[tuple[str, int | None], list[ChangeItem]]]:
    """The second telephone first where the first goes: it would take its place."""
    goes = any(item.code == "phone.number" and not item.after for group in groups.values() for item in group)
    return sorted(groups.items(), key=lambda of: of[0][0], reverse=goes)


def _telephone(group: Sequence[ChangeItem]) -> Said:
    """The number, its owner and which telephone it is, of what a request says of one."""
    said: Said = {"place": place_of(input_of(group[0].code))}
    for item in group:
        is_owner = input_of(item.code).type == "choice"
        said["owner" if is_owner else "number"] = item.after or ("self" if is_owner else "")
    return said


def _part(item: ChangeItem, written: Sequence[Written], said: set[str] | None) -> list[Written]:
    """What was written for one fact: its columns of the row; the first, which knows what all `said`, takes the rest."""
    names = set(columns(input_of(item.code), item.after))
    found: list[Written] = []
    for one in written:
        if one.derived or one.before is None or one.after is None or input_of(item.code).table in ("phone", "document"):
            found += [one] if said is not None else []
        elif mine := names & set(one.after) | (set(one.after) - said if said is not None else set()):
            found.append(one.of(mine))
    return found


# --- operations -----------------------------------------------------------------------------------------------------


def _birth(register: Register, request: ChangeRequest, item: ChangeItem) -> list[Written]:
    facts, place = _split(item.after)
    return register.add_person(
        request.household, facts, relation="child", on=request.effective_on, reason=reason_of(request), **place
    )


def _arrival(register: Register, request: ChangeRequest, item: ChangeItem) -> list[Written]:
    facts, place = _split(item.after)
    known: Said = {"on": request.effective_on, "reason": reason_of(request)}
    if found := item.after.get("op.found"):
        return register.start_membership(request.household, _person(found), **place, **known)
    return register.add_person(request.household, facts, **place, **known)


def _end(why: str) -> Operation:
    def ended(register: Register, request: ChangeRequest, item: ChangeItem) -> list[Written]:
        assert item.person
        head = item.after.get("op.head")
        return register.end_membership(
            request.household, item.person, why=why, on=request.effective_on, head=_person(head) if head else None,
            reason=reason_of(request),
        )  # fmt: skip

    return ended


def _marriage(register: Register, request: ChangeRequest, item: ChangeItem) -> list[Written]:
    assert item.person and request.other
    head = item.after.get("op.head")
    return register.start_membership(
        request.other, item.person, relation="spouse", spouse_rank=item.after.get("membership.spouse_rank"),
        on=request.effective_on, successor=_person(head) if head else None, reason=reason_of(request),
    )  # fmt: skip


def _split_household(register: Register, request: ChangeRequest, item: ChangeItem) -> list[Written]:
    leaving = list(Person.objects.filter(pk__in=item.after["op.leaving"]).order_by("pk"))
    return register.split(
        request.household, leaving, _person(item.after["op.new_head"]), on=request.effective_on,
        reason=reason_of(request),
    )  # fmt: skip


def _merge(register: Register, request: ChangeRequest, item: ChangeItem) -> list[Written]:
    assert request.other
    return register.merge(request.household, request.other, on=request.effective_on, reason=reason_of(request))


def _head(register: Register, request: ChangeRequest, item: ChangeItem) -> list[Written]:
    said = item.after
    return register.change_head(
        request.household, _person(said["op.head"]), former_relation=said["membership.relation"],
        reason=reason_of(request),
    )  # fmt: skip


def _recipient(register: Register, request: ChangeRequest, item: ChangeItem) -> list[Written]:
    assert item.person
    role = item.after["membership.role"]
    return register.change_recipient(request.household, item.person, role=role, reason=reason_of(request))


def _move(register: Register, request: ChangeRequest, item: ChangeItem) -> list[Written]:
    places = register.places([place for place in item.after.values() if place])
    village = item.after.get("op.village")
    return register.move(
        request.household, places[item.after["op.commune"]], places[village] if village else None,
        reason=reason_of(request),
    )  # fmt: skip


def _ending(register: Register, request: ChangeRequest, item: ChangeItem) -> list[Written]:
    household = request.household
    said: Said = {"reason": reason_of(request)}
    if request.kind == "exit":
        return register.exit(household, **said)
    act = register.dissolve if request.kind == "dissolve" else register.reopen
    return act(household, on=request.effective_on, **said)


_OPERATIONS: dict[str, Operation] = {
    "birth": _birth, "arrival": _arrival, "death": _end("death"), "departure": _end("departure"),
    "marriage": _marriage, "split": _split_household, "merge": _merge, "head": _head, "recipient": _recipient,
    "move": _move, "exit": _ending, "dissolve": _ending, "reopen": _ending,
}  # fmt: skip


def _split(said: Said) -> tuple[Said, Said]:
    """Facts of the person, and of the place in the household; what was not said is left to the register."""
    facts: Said = {}
    place: Said = {}
    for code, value in said.items():
        one = input_of(code)
        if value is not None and one.table in ("person", "membership"):
            (facts if one.table == "person" else place).update(columns(one, value))
    return facts, place


def _person(number: int) -> Person:
    found = Person.objects.filter(pk=number).first()
    if found is None:
        raise Refused("Cette personne n’est plus au registre", remedy="Retirez la demande et faites-en une autre.")
    return found
