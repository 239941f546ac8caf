"""The orders that a waiting line may speak of, the likeliest first, for a person to choose."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from django.db.models import Q, QuerySet

from jigi.foundation.models import User
from jigi.payments import corrections
from jigi.payments.models import Instruction, ReturnLine
from jigi.registry.search import Wanted, find

MOST = 9
"""As many as there are digits to choose one with."""

NAMED = 20
"""Persons of a name whose orders are looked at."""


@dataclass(frozen=True)
class Suggestion:
    """An order, how likely it is (0 to 100), what speaks for it, and why it can't be chosen (empty: it can)."""

    order: Instruction
    score: int
    reasons: tuple[str, ...]
    refusal: str


def suggestions(line: ReturnLine, *, by: User) -> list[Suggestion]:
    """At most MOST orders of the line's agency, in the communes that the person sees."""
    best: dict[tuple[int, int], tuple[int, tuple[str, ...], Instruction]] = {}
    for order, points, reason in _found(line, by):
        score, reasons = _weighed(line, order, points, reason)
        key = (order.pk, order.origin_round_id)
        if key not in best or best[key][0] < score:
            best[key] = (score, reasons, order)
    ranked = sorted(
        best.values(), key=lambda one: (-one[0], one[2].status != "open", one[2].origin_round_id, one[2].pk)
    )
    return [Suggestion(order, score, said, corrections.why_not(line, order)) for score, said, order in ranked[:MOST]]


def _found(line: ReturnLine, by: User) -> Iterator[tuple[Instruction, int, str]]:
    orders = _orders(line)
    if line.instruction_id:
        for order in orders.filter(pk=line.instruction_id, origin_round=line.origin_round_id):
            yield order, 100, "désigné par la ligne"
    if near := _near(line.reference):
        for order in orders.filter(origin_round=near[0], entitlement_id=near[1])[:MOST]:
            yield order, 80, "référence proche"
    if line.rsu_read:
        for order in orders.filter(household__rsu_number=line.rsu_read)[: 2 * MOST]:
            yield order, 80, "numéro RSU"
    if line.name_read:
        yield from _of_name(line, orders, by)


def _of_name(line: ReturnLine, orders: QuerySet[Instruction], by: User) -> Iterator[tuple[Instruction, int, str]]:
    matches = find(Wanted(text=line.name_read), by=by).matches[:NAMED]
    likest = max((match.why.points for match in matches), default=0)
    likeness = {match.membership.person_id: 70 * match.why.points // max(1, likest) for match in matches}
    for order in orders.filter(recipient__in=likeness)[: NAMED * MOST]:
        yield order, likeness[order.recipient_id], "nom"


def _orders(line: ReturnLine) -> QuerySet[Instruction]:
    of_agency = Instruction.objects.filter(agency=line.return_file.agency_id)
    living = Q(payment_round__status__in=("released", "closed")) & ~Q(status__in=("held", "reversed"))
    related = of_agency.filter(living).select_related("recipient", "household__village", "commune", "payment_round")
    return related.order_by("-payment_round", "pk")


def _weighed(line: ReturnLine, order: Instruction, points: int, reason: str) -> tuple[int, tuple[str, ...]]:
    reasons = [reason]
    village = order.household.village.name if order.household.village else ""
    if line.village_read and line.village_read.casefold() == village.casefold():
        points, reasons = points + 15, [*reasons, "village"]
    if line.amount_xof == order.amount_xof:
        points, reasons = points + 15, [*reasons, "montant"]
    return min(points, 100), tuple(reasons)


def _near(reference: str) -> tuple[int, int] | None:
    """The round and the right that a reference names, whatever its check digits."""
    parts = reference.split("-")
    if len(parts) < 2 or not all(part.isascii() and part.isdigit() and len(part) < 16 for part in parts[:2]):
        return None
    return int(parts[0]), int(parts[1])
