"""Many requests decided together, as actions.decide would one by one: as many statements whatever their number.

The kinds of TOGETHER are decided in memory and written set-wise (registry/pipeline.py). What asks more of the
database than rows of its own household (a new head, another household, a document that has one holder) is `parted`
from them, with all that touches the same household, and decided one by one; so are two requests about the telephones
of one member, whose places follow from the rows that the first writes.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from typing import Any

from django.db import connection, transaction
from django.db.models import Count
from django.utils import timezone

from jigi.changes import actions
from jigi.changes.applying import Applied, apply, at_first, done_by, reason_of
from jigi.changes.ground import Ground, grounds
from jigi.changes.models import ChangeItem, ChangeRequest
from jigi.changes.states import CHANGE
from jigi.foundation import audit
from jigi.foundation.audit import Told
from jigi.foundation.bulk import among, copy_rows, run_sql
from jigi.foundation.errors import Raced, Refused
from jigi.foundation.fence import unfenced
from jigi.foundation.keyring import vault
from jigi.foundation.models import User
from jigi.geography.access import communes_with
from jigi.geography.models import Area
from jigi.registry.models import Household, Membership
from jigi.registry.pipeline import Many
from jigi.registry.rows import Written

TOGETHER = frozenset({"contact", "dwelling", "identity", "death", "departure", "move", "exit", "dissolve"})
OF_MEMBERS = frozenset({"identity", "death", "departure", "dissolve"})
"""Those after which the household says something else of its members: all of them are read."""

Left = list[tuple[ChangeRequest, str]]


class _Register(Many):
    """The register, for requests of files: what is undone is a request of such a file too."""

    def put_back(self, request: ChangeRequest, items: Sequence[ChangeItem]) -> Applied:
        return at_first(items, self.undo(request.household, done_by(request, items), reason=reason_of(request)))


class HalfDone(Exception):
    """A request was refused once a part of it stood in memory: nothing of the others was written either."""

    def __init__(self, households: frozenset[int]) -> None:
        self.households = households
        super().__init__(sorted(households))


@unfenced
def parted(numbers: Sequence[int]) -> tuple[list[ChangeRequest], list[ChangeRequest]]:
    """The submitted requests that are decided together, and those that are decided one by one; each by their line."""
    asked = ChangeRequest.objects.filter(pk__in=among(numbers), status="submitted").select_related("undoes")
    requests = list(asked.order_by("line", "pk"))
    apart = {one.household_id for one in requests if _kind(one) not in TOGETHER or one.other_id}
    items = ChangeItem.objects.filter(request__in=among(one.pk for one in requests))
    apart |= set(items.filter(code__startswith="document.").values_list("request__household", flat=True))
    phones = items.filter(code__startswith="phone.").values("person")
    twice = phones.annotate(asked=Count("request", distinct=True)).filter(asked__gt=1).values("person")
    apart |= set(items.filter(person__in=twice).values_list("request__household", flat=True))
    persons = items.filter(person__isnull=False).values("person")
    shared = Membership.objects.filter(person__in=persons, ended_on__isnull=True)
    lives = shared.filter(shared=True).values("person")
    apart |= set(items.filter(person__in=lives).values_list("request__household", flat=True))
    heads = shared.filter(relation=Membership.Relation.HEAD).values("person")
    leaving = items.filter(code__in=("death", "departure"), person__in=heads)
    apart |= set(leaving.values_list("request__household", flat=True))
    return (
        [one for one in requests if one.household_id not in apart],
        [one for one in requests if one.household_id in apart],
    )


@unfenced
@transaction.atomic
def decide(numbers: Sequence[int], *, by: User) -> tuple[int, Left]:
    """Apply requests of TOGETHER in the order of their file, by another than who made them.

    Returns how many were applied, and why others were left: as actions.decide would refuse them. HalfDone names the
    households of those that must be decided one by one.
    """
    requests = _held(numbers)
    register = _Register(_grounds(requests), _places(requests), by=by)
    register.know([written for one in requests if one.undoes for written in done_by(one, list(one.items.all()))])
    communes = frozenset(Area.objects.filter(communes_with(by, actions.CHECK)).values_list("pk", flat=True))
    applied: list[tuple[ChangeRequest, Applied]] = []
    left: Left = []
    half: set[int] = set()
    for request in requests:
        before = len(register.rows.written)
        try:
            applied.append((request, _applied(request, register, communes, by)))
        except Refused as refused:
            left.append((request, str(refused)))
            if len(register.rows.written) > before:
                half.add(request.household_id)
    if half:
        raise HalfDone(frozenset(half))
    register.write()
    _sign(applied, register, by)
    return len(applied), left


def _applied(request: ChangeRequest, register: _Register, communes: frozenset[int], by: User) -> Applied:
    if request.made_by_id == by.pk or request.household.commune_id not in communes:
        actions.require_checker(request, by)
    CHANGE.check(request, "approve")
    items = list(request.items.all())
    if not items:
        raise Refused("Cette demande ne change rien", remedy="Refusez-la avec un motif.")
    ground = register.homes[request.household_id]
    assert isinstance(ground, Ground)
    actions.check_current(request, items, ground)
    return apply(request, items, register)


def _sign(applied: Sequence[tuple[ChangeRequest, Applied]], register: _Register, by: User) -> None:
    """Keep what was written with the items, and who approved."""
    if not applied:
        return
    _keep_done((pair for _, pairs in applied for pair in pairs), register)
    approved = [request.pk for request, _ in applied]
    _move("approve", approved, checked_by=by, checked_at=timezone.now(), decision="")
    undone = [request.undoes for request, _ in applied if request.undoes]
    _move("undo", [one.pk for one in undone])
    told = [_told("approve", request, "submitted") for request, _ in applied]
    told += [
        _told("undo", request.undoes, request.undoes.status, f"demande {request.pk}")
        for request, _ in applied
        if request.undoes
    ]
    audit.record_many(told, by=by)


def _keep_done(pairs: Iterable[tuple[ChangeItem, list[Written]]], register: _Register) -> None:
    rows = [(item.pk, [register.rows.numbered(one).told() for one in written]) for item, written in pairs]
    sealed = vault().seal_many("change", (json.dumps(done, ensure_ascii=False) for _, done in rows))
    staged = ((number, seal) for (number, _), seal in zip(rows, sealed, strict=True))
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS stage_done")
        cursor.execute("CREATE TEMPORARY TABLE stage_done (item_id bigint, sealed bytea) ON COMMIT DROP")
        copy_rows("stage_done", ("item_id", "sealed"), staged)
        cursor.execute("ANALYZE stage_done")
    run_sql("changes", "keep_done")


def _move(verb: str, numbers: Sequence[int], **fields: Any) -> None:
    step = CHANGE.transition(verb)
    moved = ChangeRequest.objects.filter(pk__in=among(numbers), status__in=step.sources).update(
        status=step.target, **fields
    )
    if moved != len(numbers):
        raise Raced("Quelqu’un a décidé de ces demandes avant vous", remedy="Rechargez la page.")


def _told(verb: str, request: ChangeRequest, before: str, reason: str = "") -> Told:
    after = {"status": CHANGE.transition(verb).target}
    return Told(verb, CHANGE.noun, request.pk, {"status": before}, after, reason, (request.household_id,))


def _held(numbers: Sequence[int]) -> list[ChangeRequest]:
    """The requests as they are, in the order of their file, their households locked first."""
    concerned = ChangeRequest.objects.filter(pk__in=among(numbers))
    households = Household.objects.select_for_update().filter(pk__in=concerned.values("household")).order_by("pk")
    list(households.values_list("pk", flat=True))
    held = ChangeRequest.objects.select_for_update(of=("self",)).filter(pk__in=among(numbers)).order_by("line", "pk")
    related = held.select_related("household__commune", "made_by", "undoes")
    return list(related.prefetch_related("items__person", "undoes__items"))


def _grounds(requests: Sequence[ChangeRequest]) -> dict[int, Ground]:
    whole = {one.household_id for one in requests if _kind(one) in OF_MEMBERS}
    others = {one.household_id for one in requests} - whole
    persons = {item.person_id for one in requests for item in one.items.all() if item.person_id}
    return grounds(whole) | grounds(others, persons=persons)


def _places(requests: Sequence[ChangeRequest]) -> dict[int, Area]:
    """The places that households move to."""
    moves = [item.after for one in requests if one.kind == "move" for item in one.items.all()]
    return Area.objects.in_bulk({place for said in moves for place in said.values() if place})


def _kind(request: ChangeRequest) -> str:
    return request.undoes.kind if request.undoes else request.kind
