"""The statement: what was reserved, committed, spent and returned, by agreement, component, commune, agency or round.

It reads kept totals (jigi.payments.totals), never the lines: it costs the same behind a thousand lines or ten million.
Two sums hold in every row but those by agency, where a right may be paid by another agency than it was approved for:
reserved = left + with the agencies + spent + refunded; and, by agency too, committed = spent + unpaid + with them.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, fields
from typing import Any

from django.db.models import Q, QuerySet

from jigi.foundation.bulk import fetch_sql
from jigi.foundation.models import User
from jigi.geography.access import communes_with, postings_with
from jigi.geography.models import Area
from jigi.payments.models import Instruction, PaymentRound
from jigi.programmes import queries as programmes
from jigi.programmes.models import Agency, Agreement, Component, FundingLine

DIMENSIONS = {
    "convention": "convention", "programme": "programme et composante", "commune": "commune", "agence": "agence",
    "tour": "tour",
}  # fmt: skip


@dataclass(frozen=True)
class Chosen:
    """What a statement is about: keys of the dimensions, "" for all; an unknown or unseen one chooses nothing."""

    convention: str = ""
    programme: str = ""
    commune: str = ""
    agence: str = ""
    tour: str = ""


@dataclass(frozen=True)
class Row:
    """One value of a dimension and its money in francs; `rights` of the rounds that were approved."""

    key: str
    name: str
    above: str
    rights: int = 0
    reserved_xof: int = 0
    committed_xof: int = 0
    spent_xof: int = 0
    agency_xof: int = 0
    refunded_xof: int = 0
    left_xof: int = 0
    fees_xof: int = 0

    @property
    def unpaid_xof(self) -> int:
        """Handed to an agency, and come back unpaid."""
        return self.committed_xof - self.spent_xof - self.agency_xof


@dataclass(frozen=True)
class _Scope:
    agreements: QuerySet[Agreement]
    components: QuerySet[Component]
    communes: QuerySet[Area]
    agencies: QuerySet[Agency]
    rounds: QuerySet[PaymentRound]


def statement(chosen: Chosen, by: str, user: User) -> list[Row]:
    """The rows of a statement by one dimension, of what the person's postings open."""
    scope = _scope(chosen, user)
    facts: dict[str, Any] = {
        "by": by, "agreements": _numbers(scope.agreements), "components": _numbers(scope.components),
        "communes": _numbers(scope.communes), "agency": _one(scope.agencies, chosen.agence),
        "round": _one(scope.rounds, chosen.tour),
    }  # fmt: skip
    return [Row(**row) for row in fetch_sql("payments", "statement_totals", facts)]


def of_agency(agency: Agency, programmes_held: Iterable[str], by: str) -> list[Row]:
    """The rows of one agency, of all its places, in some programmes ("" is all): for who works there."""
    held = set(programmes_held)
    components = Component.objects.all() if "" in held else Component.objects.filter(programme__code__in=held)
    facts: dict[str, Any] = {
        "by": by, "agreements": _numbers(Agreement.objects.all()), "components": _numbers(components),
        "communes": _numbers(Area.objects.filter(level=Area.Level.COMMUNE)), "agency": agency.pk, "round": None,
    }  # fmt: skip
    return [Row(**row) for row in fetch_sql("payments", "statement_totals", facts)]


def total(rows: Iterable[Row]) -> Row:
    """The sum line of a statement."""
    found = list(rows)
    counted = [field.name for field in fields(Row) if field.type == "int"]
    return Row("", "", "", **{name: sum(getattr(row, name) for row in found) for name in counted})


def lines(chosen: Chosen, user: User) -> QuerySet[Instruction]:
    """The orders behind a statement: one for each time a right was asked of an agency."""
    scope = _scope(chosen, user)
    orders = Instruction.objects.filter(
        origin_round__in=scope.rounds.filter(status__in=("approved", "released", "closed")),
        component__in=scope.components, commune__in=scope.communes,
        funding_line__in=FundingLine.objects.filter(agreement__in=scope.agreements),
    )  # fmt: skip
    if chosen.agence:
        orders = orders.filter(agency__in=scope.agencies)
    return orders.select_related("household", "recipient", "agency", "commune", "origin_round", "payment_round")


def choices(user: User) -> dict[str, list[tuple[str, str]]]:
    """What can be chosen in each dimension, as key and label."""
    scope = _scope(Chosen(), user)
    communes = scope.communes.filter(pk__in=FundingLine.objects.values("communes__commune")).order_by("name")
    return {
        "convention": [(one.code, str(one)) for one in scope.agreements],
        "programme": [(str(one.pk), f"{one.programme.code} · {one.name}") for one in scope.components],
        "commune": [(area.code, area.name) for area in communes],
        "agence": [(one.code, one.name) for one in scope.agencies.order_by("name")],
        "tour": [(str(one.pk), f"{one.component.programme.code} · {one.label}") for one in scope.rounds.order_by("pk")],
    }


def _scope(chosen: Chosen, user: User) -> _Scope:
    agreements = programmes.agreements_visible_to(user)
    components = programmes.components_visible_to(user)
    held = postings_with(user, "ledger.see")
    if not any(not posting.programme_code for posting in held):
        components = components.filter(programme__code__in=[posting.programme_code for posting in held])
    communes = Area.objects.filter(communes_with(user, "ledger.see"))
    rounds = PaymentRound.objects.filter(component__in=components).select_related("component__programme")
    return _Scope(
        agreements.filter(code=chosen.convention) if chosen.convention else agreements,
        components.filter(_number(chosen.programme)) if chosen.programme else components,
        communes.filter(code=chosen.commune) if chosen.commune else communes,
        Agency.objects.filter(code=chosen.agence) if chosen.agence else Agency.objects.all(),
        rounds.filter(_number(chosen.tour)) if chosen.tour else rounds,
    )


def _number(key: str) -> Q:
    return Q(pk=int(key)) if key.isdecimal() and len(key) < 19 else Q(pk__in=[])


def _numbers(found: QuerySet[Any]) -> list[int]:
    return list(found.order_by().values_list("pk", flat=True))


def _one(found: QuerySet[Any], key: str) -> int | None:
    """The number of the one that is chosen; none is chosen: all; an unknown one: 0, which nothing has."""
    return (found.values_list("pk", flat=True).first() or 0) if key else None
