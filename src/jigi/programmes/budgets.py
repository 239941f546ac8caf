"""Budgets of agreements: written whole by their file or their amendments, read as they stand on a day."""

from __future__ import annotations

from datetime import date

from django.db import transaction
from django.db.models import F, Q

from jigi.foundation.errors import Refused
from jigi.foundation.money import format_xof
from jigi.programmes.budget_models import Budget, BudgetLine
from jigi.programmes.budget_rules import Purpose, SaidBudget, SaidLine, mistake
from jigi.programmes.definition import AgreementDefinition
from jigi.programmes.models import Agreement, Amendment
from jigi.programmes.wholes import said_whole_later


def in_force(agreement: Agreement, day: date) -> Budget | None:
    """The budget of an agreement on a day: that of the last amendment that was confirmed, else what was signed."""
    signed = Q(amendment__isnull=True)
    confirmed = Q(amendment__decision__confirmed=True, amendment__signed_on__lte=day)
    return agreement.budgets.filter(signed | confirmed).order_by(F("amendment__number").desc(nulls_last=True)).first()


def said_by(budget: Budget) -> SaidBudget:
    """A budget as it was written, its lines by year and code."""
    lines = budget.lines.order_by("year", "code", "pk")
    return SaidBudget(
        tuple(
            SaidLine(one.code, one.label, Purpose(one.purpose), one.component, one.year, one.amount_xof)
            for one in lines
        ),
        budget.strict,
    )


@transaction.atomic
def write(agreement: Agreement, said: SaidBudget, amendment: Amendment | None = None) -> Budget:
    """Write a budget, whole; it must be within what the agreement grants when it comes into force."""
    said_whole_later("budget_is_said_whole", "budget_line_is_of_a_whole")
    made = Budget.objects.create(
        agreement=agreement, amendment=amendment, strict=said.strict, lines_count=len(said.lines),
        total_xof=said.total_xof,
    )  # fmt: skip
    BudgetLine.objects.bulk_create(
        BudgetLine(
            budget=made, code=one.code, label=one.label, purpose=one.purpose.value, component=one.component,
            year=one.year, amount_xof=one.amount_xof,
        )
        for one in said.lines
    )  # fmt: skip
    return made


def sign(agreement: Agreement, described: AgreementDefinition) -> None:
    """Write the budget of a file, once; a file that says another one later is refused (an amendment is due)."""
    if described.budget is None:
        return
    signed = agreement.budgets.filter(amendment__isnull=True).first()
    if signed is None:
        write(agreement, described.budget.said)
    elif _ordered(said_by(signed)) != _ordered(described.budget.said):
        raise described.budget.place.error(
            "", f"La convention {described.code} existe avec un autre budget", why="Ce qui est signé ne se réécrit pas",
            remedy="Remettez ce qui était écrit, et demandez un avenant de budget sur la page de la convention",
        )  # fmt: skip


def refuse_beyond(said: SaidBudget, granted_xof: int) -> None:
    """Raise Refused when a budget contradicts itself, or is more than an agreement grants."""
    if wrong := mistake(said.lines, granted_xof):
        raise Refused(wrong.what, remedy=f"{wrong.remedy}.")


def refuse_smaller(agreement: Agreement, granted_xof: int) -> None:
    """Raise Refused when an agreement is about to grant less than its budget."""
    budget = in_force(agreement, date.max)
    if budget and budget.total_xof > granted_xof:
        raise Refused(
            f"Le budget de la convention ({format_xof(budget.total_xof)}) dépasserait son montant",
            why=f"Elle serait de {format_xof(granted_xof)}.", remedy="Faites d’abord confirmer un avenant de budget.",
        )  # fmt: skip


def _ordered(said: SaidBudget) -> tuple[bool, frozenset[SaidLine]]:
    return said.strict, frozenset(said.lines)
