"""The budget of an agreement against what rounds take on it: line by line, year by year, from kept totals."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from jigi.foundation.bulk import fetch_sql
from jigi.foundation.errors import Refused
from jigi.foundation.fence import unfenced
from jigi.foundation.money import format_xof
from jigi.payments.models import PaymentRound
from jigi.programmes.models import Agreement, Budget

OUTSIDE = "hors budget"


@dataclass(frozen=True)
class Need:
    """What a round takes on a line in XOF; `line` is "" when no line of the budget pays it."""

    agreement: str
    strict: bool
    line: str
    label: str
    purpose: str
    year: int | None
    budget_xof: int
    needed_xof: int
    used_xof: int

    @property
    def over_xof(self) -> int:
        """By how much the line would be overspent; 0 when it is not."""
        return max(0, self.used_xof + self.needed_xof - self.budget_xof)

    @property
    def name(self) -> str:
        return self.line or OUTSIDE


@dataclass(frozen=True)
class Execution:
    """A line in XOF. `committed` is handed to an agency and not come back, what it spent included; of fees, what is
    committed and spent is not told apart by line: None.

    left = budget - (reserved - returned): what a new round may still take.
    """

    line_id: int | None
    code: str
    label: str
    purpose: str
    component: str
    year: int | None
    budget_xof: int
    reserved_xof: int
    committed_xof: int | None
    spent_xof: int | None
    returned_xof: int

    @property
    def left_xof(self) -> int:
        return self.budget_xof - self.reserved_xof + self.returned_xof


@dataclass(frozen=True)
class Charge:
    """What a round took on a line, in XOF."""

    round_id: int
    reserved_xof: int
    committed_xof: int | None
    spent_xof: int | None
    returned_xof: int


@unfenced
def needs(payment_round: PaymentRound) -> list[Need]:
    """The lines that the new rights of a round take on; fees on top are known once the rules of the round are fixed."""
    return [Need(**row) for row in fetch_sql("payments", "budget_needs", {"round": payment_round.pk})]


def overspent(payment_round: PaymentRound) -> list[Need]:
    """The lines that the round would overspend."""
    return [one for one in needs(payment_round) if one.over_xof]


def refuse_overspent(payment_round: PaymentRound) -> None:
    """Raise Refused when the round overspends a line of a budget that says so; others only tell it."""
    found = [one for one in overspent(payment_round) if one.strict]
    if not found:
        return
    first = found[0]
    raise Refused(
        f"La ligne « {first.name} » du budget de la convention {first.agreement} serait dépassée de"
        f" {format_xof(first.over_xof)}",
        why=f"Budget {format_xof(first.budget_xof)}, déjà pris {format_xof(first.used_xof)}, ce tour"
        f" {format_xof(first.needed_xof)}.",
        remedy="Réduisez le tour, ou demandez un avenant de budget sur la page de la convention.",
    )


@unfenced
def execution(agreement: Agreement, budget: Budget) -> list[Execution]:
    """Every line of a budget by year, then what rounds took that no line pays. One statement over kept totals."""
    facts: dict[str, Any] = {"agreement": agreement.pk, "budget": budget.pk}
    return [Execution(**row) for row in fetch_sql("payments", "budget_execution", facts)]


@unfenced
def rounds(agreement: Agreement, budget: Budget, line: Execution) -> list[Charge]:
    """The rounds behind a line."""
    facts = {"agreement": agreement.pk, "budget": budget.pk, "line": line.line_id, "purpose": line.purpose}
    return [Charge(**row) for row in fetch_sql("payments", "budget_rounds", facts)]


def total(lines: Iterable[Execution]) -> Execution:
    """The sum line; what is committed and spent is that of transfers."""
    found = list(lines)

    def summed(name: str) -> int:
        return sum(getattr(one, name) or 0 for one in found)

    sums = {name: summed(name) for name in ("budget_xof", "reserved_xof", "committed_xof", "spent_xof", "returned_xof")}
    return Execution(None, "", "", "", "", None, **sums)
