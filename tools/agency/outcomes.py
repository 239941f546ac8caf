"""What happens to each payee, drawn from the seed and the reference: the same whatever the file's order."""

from __future__ import annotations

import hashlib
import struct
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import NamedTuple

from tools.agency.orders import Order

PAID, ABSENT, REFUSED, REVERSED = "PAYE", "ABSENT", "REFUSE", "ANNULE"
# An answer to a line of the order, rather than disorder added to the answers.
OWN_KINDS = ("answer", "wrong_amount")
_AWAY = "absent le jour de la paie"
_REASONS = ("pièce d’identité non conforme", "compte inexistant", "numéro non attribué")
_WRONG_BY_XOF = (-5000, -1000, 5000)


@dataclass(frozen=True)
class Habits:
    """How often each thing happens, as shares of the order's lines (of the paid ones for the last two)."""

    absent: float = 0.05
    refused: float = 0.005
    duplicates: float = 0.002
    unknown: float = 0.002
    late: float = 0.01
    wrong_amount: float = 0.001
    reversed: float = 0.001


class Answer(NamedTuple):
    """One line of the return. `kind` says why it is there: an answer, or some disorder added to it."""

    kind: str
    reference: str
    status: str
    amount_xof: int
    day: date
    reason: str = ""
    agency_reference: str = ""
    late: bool = False


def answers(order: Order, habits: Habits, seed: int, closing: date) -> Iterator[Answer]:
    """Everything the return says because of one line: its answer, then its reversal, copy, or an intruder.

    `closing` is the last day of payment; late lines are dated up to 15 days after it.
    """
    draws = _draws(seed, order.reference)
    first = _first(order, habits, draws, closing)
    yield first
    if first.status == PAID and draws[3] < habits.reversed:
        yield first._replace(kind="reversed", status=REVERSED, reason="erreur de caisse")
    if draws[4] < habits.duplicates:
        yield first._replace(kind="repeated")
    if draws[5] < habits.unknown:
        stray = int(draws[6] * 1_000_000)
        yield first._replace(
            kind="unknown",
            reference=f"X{stray:06}",
            status=PAID,
            agency_reference=f"AGX{stray:06}",
            reason="",
        )


def _first(order: Order, habits: Habits, draws: Sequence[float], closing: date) -> Answer:
    late = draws[1] < habits.late
    day = closing + timedelta(days=1 + int(draws[7] * 15) if late else -int(draws[7] * 10))
    amount_xof = order.amount_xof
    if draws[0] < habits.absent:
        return Answer("answer", order.reference, ABSENT, amount_xof, day, _AWAY, late=late)
    if draws[0] < habits.absent + habits.refused:
        reason = _REASONS[int(draws[6] * len(_REASONS))]
        return Answer("answer", order.reference, REFUSED, amount_xof, day, reason, late=late)
    kind = "answer"
    if draws[2] < habits.wrong_amount:
        kind, wrong = "wrong_amount", amount_xof + _WRONG_BY_XOF[int(draws[6] * len(_WRONG_BY_XOF))]
        amount_xof = wrong if wrong > 0 else amount_xof + 5000
    own = f"AG{int(draws[0] * 2**40):010X}"
    return Answer(kind, order.reference, PAID, amount_xof, day, "", own, late)


def _draws(seed: int, reference: str) -> Sequence[float]:
    """Eight independent numbers in [0, 1), belonging to this reference under this seed."""
    digest = hashlib.blake2b(f"{seed}:{reference}".encode()).digest()
    return [number / 2**64 for number in struct.unpack(">8Q", digest)]
