"""What a household received, from every scheme and from Jigi's own rounds, told together."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from django.db.models import QuerySet
from django.urls import reverse
from django.utils import timezone

from jigi.payments.models import Instruction
from jigi.registry.models import Household
from jigi.schemes import queries
from jigi.schemes.models import Benefit

MOST_SHOWN = 100


@dataclass(frozen=True)
class Receipt:
    """One thing received: from whom, what, when, for whom; `url` is the page of the scheme or the round."""

    source: str
    nature: str
    amount_xof: int | None
    measure: str
    since: date
    until: date | None
    person: str = ""
    url: str = ""


@dataclass(frozen=True)
class Source:
    """All that one scheme or component gave: how many times, for how many francs, from the first day to the last.

    `last` is None while something it gave still runs.
    """

    name: str
    natures: str
    times: int
    amount_xof: int
    first: date
    last: date | None


@dataclass(frozen=True)
class Received:
    """By source, and one by one (the latest first, the last hundred)."""

    sources: list[Source]
    receipts: list[Receipt]
    cut: int


def received(household: Household, *, with_schemes: bool, with_payments: bool) -> Received:
    """What the household received, and those that were merged into it, as far as the person may see it."""
    parts = queries.made_of(household).values("pk")
    found = [
        *(_given(Benefit.objects.filter(household__in=parts)) if with_schemes else ()),
        *(
            _paid(Instruction.objects.filter(household__in=parts, status=Instruction.Status.PAID))
            if with_payments
            else ()
        ),
    ]
    found.sort(key=lambda one: one.since, reverse=True)
    return Received(_by_source(found), found[:MOST_SHOWN], max(len(found) - MOST_SHOWN, 0))


def _given(benefits: QuerySet[Benefit]) -> Iterator[Receipt]:
    for one in benefits.select_related("scheme", "person"):
        yield Receipt(
            one.scheme.name, one.get_nature_display(), one.amount_xof, one.measure, one.given_from, one.given_to,
            str(one.person or ""), reverse("scheme", args=[one.scheme.code]),
        )  # fmt: skip


def _paid(orders: QuerySet[Instruction]) -> Iterator[Receipt]:
    for one in orders.select_related("payment_round__component__programme", "recipient"):
        component = one.payment_round.component
        on = one.settled_on or timezone.localdate(one.payment_round.released_at)
        yield Receipt(
            f"{component.programme.name} · {component.name}", Benefit.Nature.CASH.label, one.amount_xof, "", on, on,
            str(one.recipient), reverse("payment_round", args=[one.payment_round_id]),
        )  # fmt: skip


def _by_source(receipts: list[Receipt]) -> list[Source]:
    """The sources, the one that gave last before the others."""
    groups: dict[str, list[Receipt]] = defaultdict(list)
    for one in receipts:
        groups[one.source].append(one)
    return [
        Source(
            name, ", ".join(sorted({one.nature for one in group})), len(group),
            sum(one.amount_xof or 0 for one in group), min(one.since for one in group),
            _last([one.until for one in group]),
        )
        for name, group in groups.items()
    ]  # fmt: skip


def _last(days: Sequence[date | None]) -> date | None:
    known = [day for day in days if day]
    return max(known) if len(known) == len(days) else None
