"""Whether the agreements of a round may finance it: what they finance is signed, and the database holds to it too."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from jigi.foundation.bulk import fetch_sql
from jigi.foundation.errors import Refused
from jigi.payments.models import PaymentRound
from jigi.programmes.eligible_rules import REMEDY, WHY, sentence

MOST_NAMED = 5


def refuse_ineligible_payers(payment_round: PaymentRound, communes: Collection[int]) -> None:
    """Raise Refused when agreements that are to pay some communes (by number) may not finance the round's term."""
    period = payment_round.component.period(payment_round.term)
    facts: dict[str, Any] = {
        "round": payment_round.pk, "communes": list(communes), "period_start": period.start, "period_end": period.end,
    }  # fmt: skip
    _refuse(payment_round, fetch_sql("payments", "ineligible_payers", facts))


def refuse_ineligible_rights(payment_round: PaymentRound) -> None:
    """Raise Refused when an agreement may not finance rights of a list: an amendment came since it was prepared."""
    _refuse(payment_round, fetch_sql("payments", "ineligible_rights", {"round": payment_round.pk}))


def _refuse(payment_round: PaymentRound, found: list[dict[str, Any]]) -> None:
    if not found:
        return
    first, component = found[0], payment_round.component
    alike = [
        row["commune"] for row in found if (row["agreement"], row["reason"]) == (first["agreement"], first["reason"])
    ]
    named = ", ".join(alike[:MOST_NAMED]) + ("…" if len(alike) > MOST_NAMED else "")
    raise Refused(
        sentence(
            first["reason"], agreement=first["agreement"], component=f"{component.programme.code}.{component.code}",
            commune=named, period=component.period(payment_round.term),
        ),
        why=f"Communes de ce tour qu’elle paierait : {named}. {WHY}", remedy=REMEDY,
    )  # fmt: skip
