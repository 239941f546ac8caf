"""What may be asked of the requests to change the register: those one sees, that wait, that touch the same fact."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.db.models.functions import JSONObject
from psycopg.types.json import Jsonb

from jigi.changes.actions import ASK, CHECK, places, present
from jigi.changes.facts import renewing
from jigi.changes.ground import ground_of
from jigi.changes.models import ChangeBulk, ChangeItem, ChangeRequest
from jigi.changes.rules import Kind
from jigi.changes.states import APPLIED, OPEN
from jigi.foundation import audit
from jigi.foundation.bulk import fetch_sql
from jigi.foundation.fence import unfenced
from jigi.foundation.models import User
from jigi.geography.access import can, communes_with, require
from jigi.geography.models import Area
from jigi.registry import queries as registry
from jigi.registry.freshness import Freshness, Seen, first_valid
from jigi.registry.freshness import Kind as FactKind
from jigi.registry.models import Household


def visible_to(user: User) -> QuerySet[ChangeRequest]:
    """The requests about households of the communes where a person asks for changes or checks them."""
    return ChangeRequest.objects.filter(_within(user, ASK) | _within(user, CHECK))


def awaiting(user: User) -> QuerySet[ChangeRequest]:
    """The requests of others that this person may check, oldest first."""
    mine = Q(made_by=user)
    return ChangeRequest.objects.filter(_within(user, CHECK), status="submitted").exclude(mine).order_by("pk")


def drafts(user: User) -> QuerySet[ChangeRequest]:
    """What this person has written down and not submitted, oldest first."""
    return ChangeRequest.objects.filter(_within(user, ASK), status="draft", made_by=user).order_by("pk")


def conflicts(request: ChangeRequest) -> list[ChangeRequest]:
    """The other open requests that touch a fact, a member or the whole of the same household, oldest first."""
    numbers = [n for n in (request.household_id, request.other_id) if n]
    others = ChangeRequest.objects.filter(status__in=("draft", "submitted")).exclude(pk=request.pk)
    near = others.filter(Q(household__in=numbers) | Q(other__in=numbers)).prefetch_related("items").order_by("pk")
    mine = {_touched(request, item) for item in request.items.all()}
    return [one for one in near if mine & {_touched(one, item) for item in one.items.all()} or _whole(request, one)]


@unfenced
def facts_now(kind: Kind, household: Household, person: int | None, *, by: User) -> dict[str, Any]:
    """What the register holds of the facts that a kind may change, but telephones and documents; audited for health.

    For who asks such changes of this household.
    """
    require(by, ASK, areas=[household.commune])
    if kind.right:
        require(by, kind.right, areas=[household.commune])
        audit.read(
            "reveal", "household", household.pk, by=by, subjects=[household.pk], reason=f"changement : {kind.title}"
        )
    if kind.operation:
        return {}
    ground = ground_of(household)
    plain = [code for code in kind.codes if not code.startswith(("phone.", "document."))]
    return {code: ground.fact(code, person) for code in plain}


@unfenced
def stale(request: ChangeRequest) -> frozenset[int]:
    """The items of an open request whose fact is no longer what it was: no value leaves here."""
    if not request.is_open:
        return frozenset()
    ground = ground_of(request.household)
    return frozenset(item.pk for item in request.items.all() if present(request, item, ground) != item.before)


def disputed(bulk: ChangeBulk) -> frozenset[int]:
    """The open requests of a file that have `conflicts`, in one statement."""
    facts = {"bulk": bulk.pk, "open": list(OPEN), "whole": sorted(WHOLE), "same": Jsonb(SAME)}
    return frozenset(row["id"] for row in fetch_sql("changes", "disputed", facts))


def renewals(household: Household) -> list[tuple[str, Seen]]:
    """What applied changes told anew of a household, kind of fact by kind: `newer` of registry.queries.facts_of.

    A change that was undone says nothing any more.
    """
    items = _renewing(household.pk).select_related("request__made_by").order_by("request_id")
    return [(renewing()[item.code], _seen(item.request)) for item in items]


def with_renewals(households: QuerySet[Household]) -> QuerySet[Household]:
    """The same households, each with `renewed`: the codes and days that `days_renewed` reads, in the same statement."""
    told = _renewing(OuterRef("pk")).values(told=JSONObject(code="code", on="request__effective_on"))
    return households.annotate(renewed=ArraySubquery(told))


def days_renewed(household: Household) -> list[tuple[str, Seen]]:
    """The renewals of a household of `with_renewals`, by their day alone."""
    told: list[dict[str, str]] = getattr(household, "renewed")  # noqa: B009
    return [(renewing()[one["code"]], Seen(date.fromisoformat(one["on"]))) for one in told]


def aged(kind: FactKind, state: Freshness, today: date) -> Q:
    """The condition on households whose facts of an ageing kind are STALE or SOON, as facts_of says with renewals."""
    assert kind.life.months and state in (Freshness.STALE, Freshness.SOON)
    stale = registry.aged(kind, Freshness.STALE, today)
    valid = _renewed_since(kind, first_valid(today, kind.life.months))
    if state is Freshness.STALE:
        return stale & ~valid
    fresh = _renewed_since(kind, first_valid(today, kind.life.months - kind.life.soon))
    return (registry.aged(kind, state, today) | stale & valid) & ~fresh


def may_check(user: User, request: ChangeRequest) -> bool:
    """Whether this person holds what checking a request asks, whoever made it."""
    right = request.right
    if request.other_id and request.other is None:  # a household that this person does not see
        return False
    areas = places(request)
    return can(user, CHECK, areas=areas) and (not right or can(user, right, areas=areas))


def _renewing(household: Any) -> QuerySet[ChangeItem]:
    """The accepted items of applied requests about a household that tell a kind of fact anew."""
    concerned = Q(request__household=household) | Q(request__other=household)
    return ChangeItem.objects.filter(
        concerned, request__status__in=APPLIED, request__undoes__isnull=True, decision="accepted", code__in=renewing()
    )


def _renewed_since(kind: FactKind, day: date) -> Q:
    codes = [code for code, renewed in renewing().items() if renewed == kind.code]
    return Q(Exists(_renewing(OuterRef("pk")).filter(code__in=codes, request__effective_on__gte=day)))


def _seen(request: ChangeRequest) -> Seen:
    who = request.made_by.full_name or request.made_by.username if request.made_by else ""
    return Seen(request.effective_on, f"demande de changement n° {request.pk}", collector=who)


def _within(user: User, right: str) -> Q:
    return Q(household__commune__in=Area.objects.filter(communes_with(user, right)).values("pk"))


def _touched(request: ChangeRequest, item: ChangeItem) -> tuple[int, int, str]:
    return (request.household_id, item.person_id or 0, SAME.get(item.code, item.code))


def _whole(one: ChangeRequest, other: ChangeRequest) -> bool:
    """Whether one of two requests changes the household as a whole: it meets everything asked of it."""
    return bool({one.kind, other.kind} & WHOLE)


WHOLE = {"merge", "split", "dissolve", "exit", "reopen"}
SAME = {"death": "leaves", "departure": "leaves", "marriage": "leaves", "recipient": "membership.role"}
"""Operations that touch one fact under several names."""
