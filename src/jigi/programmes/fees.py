"""What an agency takes for a payment: the rule that applies, and the fee of an amount. Pure; SQL says the same."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal


@dataclass(frozen=True)
class Tariff:
    """A rule of fees; `area_path`, `programme` are None where it is for all, `valid_until` without end."""

    number: int
    agency: int
    area_path: str | None
    programme: int | None
    valid_from: date
    valid_until: date | None
    fixed_xof: int
    per_mille: Decimal
    least_xof: int | None
    most_xof: int | None


def fee_xof(tariff: Tariff, amount_xof: int) -> int:
    """The fee of one payment in whole francs, halves rounded up."""
    share = (amount_xof * tariff.per_mille / 1000).quantize(Decimal(1), rounding=ROUND_HALF_UP)
    fee = max(tariff.fixed_xof + int(share), tariff.least_xof or 0)
    return fee if tariff.most_xof is None else min(fee, tariff.most_xof)


def applicable(
    tariffs: Iterable[Tariff], *, agency: int, commune_path: str, programme: int, day: date
) -> Tariff | None:
    """The most specific of the tariffs in force: the nearest area, then the programme; None when none applies."""
    found = [
        one
        for one in tariffs
        if one.agency == agency
        and one.valid_from <= day
        and (one.valid_until is None or day <= one.valid_until)
        and one.programme in (None, programme)
        and (one.area_path is None or commune_path.startswith(one.area_path))
    ]
    return max(found, key=_nearness, default=None)


def _nearness(one: Tariff) -> tuple[int, bool, int]:
    return len(one.area_path or ""), one.programme is not None, one.number
