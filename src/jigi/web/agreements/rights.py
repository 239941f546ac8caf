"""What an agreement owes and has paid, folded by round or by commune."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from jigi.foundation.models import User
from jigi.geography.access import communes_with
from jigi.geography.models import Area
from jigi.payments import queries as payments
from jigi.payments.models import PaymentRound
from jigi.payments.queries import Rights


@dataclass(frozen=True)
class Row:
    """A round or a commune with its rights and francs; `above` is its programme or its cercle."""

    pk: int
    code: str
    name: str
    above: str
    rights: int
    amount_xof: int
    paid: int
    paid_xof: int
    owed_xof: int
    returned_xof: int


def by_round(rights: Iterable[Rights], user: User) -> list[Row]:
    """The rounds that the person sees, the first term first. Their figures are of all communes."""
    groups = _grouped(rights, "round_id")
    rounds = payments.visible_to(user).filter(pk__in=groups).order_by("component", "term", "sequence")
    return [_row(one.pk, "", one.label, _component(one), groups[one.pk]) for one in rounds]


def by_commune(rights: Iterable[Rights], user: User) -> list[Row]:
    """The communes where the person may see accounts, by cercle and name."""
    groups = _grouped(rights, "commune_id")
    communes = Area.objects.filter(communes_with(user, "ledger.see"), pk__in=groups)
    ordered = communes.select_related("parent").order_by("parent__name", "name")
    return [
        _row(area.pk, area.code, area.name, area.parent.name if area.parent else "", groups[area.pk])
        for area in ordered
    ]


def total(rows: Iterable[Row]) -> Row:
    """The sum line of a table."""
    found = list(rows)
    sums = {name: sum(getattr(row, name) for row in found) for name in _COUNTED}
    return Row(0, "", "", "", **sums)


_COUNTED = ("rights", "amount_xof", "paid", "paid_xof", "owed_xof", "returned_xof")


def _grouped(rights: Iterable[Rights], key: str) -> dict[int, list[Rights]]:
    groups: dict[int, list[Rights]] = defaultdict(list)
    for one in rights:
        groups[getattr(one, key)].append(one)
    return groups


def _row(pk: int, code: str, name: str, above: str, rights: list[Rights]) -> Row:
    return Row(pk, code, name, above, **{field: sum(getattr(one, field) for one in rights) for field in _COUNTED})


def _component(one: PaymentRound) -> str:
    return f"{one.component.programme.name} · {one.component.name}"
