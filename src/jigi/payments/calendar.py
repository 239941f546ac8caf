"""The calendar of a component: which term of which commune is where, and what holds one back.

The terms of a commune are released and closed in their order; catch-up rounds are beside it. A suspended commune is in
no round (suspensions.py).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from jigi.foundation import audit
from jigi.foundation.bulk import fetch_sql
from jigi.foundation.errors import Refused
from jigi.foundation.fence import unfenced
from jigi.foundation.models import User
from jigi.geography.models import Area
from jigi.payments import suspensions
from jigi.payments.models import PaymentRound, RoundCommune
from jigi.payments.states import ROUND
from jigi.programmes.models import Component


@dataclass(frozen=True)
class Earlier:
    """A term of a commune that is not closed, and its round."""

    commune: str
    term: int
    round_id: int
    label: str


@unfenced
def earlier_open(payment_round: PaymentRound) -> list[Earlier]:
    """What a term round waits for: the earlier terms of its communes that are not closed. None for a catch-up."""
    return [Earlier(**row) for row in fetch_sql("payments", "earlier_open", {"round": payment_round.pk})]


def why_out_of_turn(payment_round: PaymentRound) -> str:
    """Why a round can't be released or closed yet; "" when its turn has come."""
    waiting = earlier_open(payment_round)
    if not waiting:
        return ""
    first = waiting[0]
    more = len({one.commune for one in waiting}) - 1
    others = f" et {more} autre{'s' if more > 1 else ''} commune{'s' if more > 1 else ''}" if more else ""
    return f"L’échéance {first.term} de {first.commune}{others} n’est pas close (« {first.label} »)."


def refuse_out_of_turn(payment_round: PaymentRound) -> None:
    """Raise Refused when an earlier term of one of the round's communes is open."""
    if reason := why_out_of_turn(payment_round):
        raise Refused(
            reason.removesuffix("."), why="Les échéances d’une commune se paient et se closent dans leur ordre.",
            remedy="Clôturez d’abord l’échéance précédente, ou annulez son tour.",
        )  # fmt: skip


def refuse_suspended(component: Component, communes: Sequence[Area]) -> None:
    """Raise Refused when a commune is suspended today."""
    names = [one.commune.name for one in suspensions.in_force(component, communes)]
    if names:
        raise Refused(
            f"Suspendue : {', '.join(names[:5])}{'…' if len(names) > 5 else ''}",
            why="Une commune suspendue n’entre dans aucun tour. Son droit reste : l’échéance lui sera ouverte ensuite.",
            remedy="Laissez-la hors du tour ; si la liste est déjà préparée, renvoyez-la et préparez-la de nouveau.",
        )


def leave_out_suspended(payment_round: PaymentRound, *, by: User) -> list[str]:
    """Take the communes suspended since the opening out of a draft round: their term is free again. Returns names."""
    own = Area.objects.filter(pk__in=payment_round.communes.values("commune"))
    suspended = [one.commune for one in suspensions.in_force(payment_round.component, list(own))]
    if not suspended:
        return []
    if len(suspended) == own.count():
        refuse_suspended(payment_round.component, suspended)
    payment_round.communes.filter(commune__in=suspended).delete()
    facts = {"communes": [area.code for area in suspended]}
    audit.record(
        "leave_out", ROUND.noun, payment_round.pk, by=by, after=facts,
        reason=f"commune suspendue : {', '.join(area.name for area in suspended)}"[:500],
    )  # fmt: skip
    return [area.name for area in suspended]


def terms(component: Component) -> dict[int, dict[int, PaymentRound]]:
    """The live round of each term, by commune: `terms(component)[commune_id][term]`."""
    found: dict[int, dict[int, PaymentRound]] = defaultdict(dict)
    rows = RoundCommune.objects.filter(component=component, live=True, sequence=1)
    for row in rows.select_related("payment_round"):
        found[row.commune_id][row.term] = row.payment_round
    return found


def catch_ups(component: Component) -> dict[int, int]:
    """How many catch-up rounds each commune has had: they are outside its terms."""
    found: dict[int, int] = defaultdict(int)
    live = RoundCommune.objects.filter(component=component, live=True, sequence__gt=1)
    for commune in live.values_list("commune_id", flat=True):
        found[commune] += 1
    return found
