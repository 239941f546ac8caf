"""The figures of a component: enrolments by commune, orders by round; as far as a person may see them.

Rows by commune are read once in a minute whoever asks; each person is then counted the communes of their
postings only.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Count, Q, Sum

from jigi.enrolment.models import Enrolment
from jigi.foundation.fence import unfenced
from jigi.foundation.models import User
from jigi.geography.access import communes_with
from jigi.geography.models import Area
from jigi.payments.models import Entitlement, Instruction, PaymentRound
from jigi.programmes.models import Component
from jigi.web.kept import kept

FRESH_SECONDS = 60


@dataclass(frozen=True)
class CommuneLine:
    """A commune of a component: households enrolled (of which active), payments and francs they received."""

    commune: Area
    enrolled: int = 0
    active: int = 0
    payments: int = 0
    paid_xof: int = 0
    owed_xof: int = 0
    returned_xof: int = 0


@dataclass(frozen=True)
class RoundLine:
    """A round: its orders, those paid, those given back to the fund; the others were not paid this time."""

    payment_round: PaymentRound
    orders: int = 0
    paid: int = 0
    paid_xof: int = 0
    open: int = 0
    returned: int = 0

    @property
    def unpaid(self) -> int:
        """Answered and not paid: absent, refused, without answer, reversed."""
        return self.orders - self.paid - self.open


@dataclass(frozen=True)
class ComponentFigures:
    """All that the dashboard shows of a component, in the communes that the person sees."""

    component: Component
    communes: list[CommuneLine]
    rounds: list[RoundLine]

    def total(self, name: str) -> int:
        return sum(getattr(line, name) for line in self.communes)

    @property
    def enrolled(self) -> int:
        return self.total("enrolled")

    @property
    def active(self) -> int:
        return self.total("active")

    @property
    def payments(self) -> int:
        return self.total("payments")

    @property
    def paid_xof(self) -> int:
        return self.total("paid_xof")

    @property
    def owed_xof(self) -> int:
        return self.total("owed_xof")

    @property
    def returned_xof(self) -> int:
        return self.total("returned_xof")

    @property
    def closed(self) -> int:
        """Rounds that are closed, catch-up rounds included."""
        return sum(line.payment_round.status == "closed" for line in self.rounds)


@dataclass(frozen=True)
class _Rows:
    """Counts by commune, whoever asks: `enrolled` by status, `rights` by round and status, `orders` too."""

    enrolled: list[tuple[int, str, int]]
    rights: list[tuple[int, int, str, int, int]]
    orders: list[tuple[int, int, str, int, int]]


def figures_of(component: Component, user: User) -> ComponentFigures:
    """The figures of a component where the person may see it; payments where they may see payments."""
    programme = component.programme.code
    seen = _communes(communes_with(user, "programmes.see", programme=programme), component)
    paid_seen = _communes(communes_with(user, "payments.see", programme=programme), component)
    rows = kept(f"component:{component.pk}", lambda: _read(component), seconds=FRESH_SECONDS)
    return ComponentFigures(component, _commune_lines(rows, seen, paid_seen), _round_lines(rows, component, paid_seen))


def _communes(seen: Q, component: Component) -> dict[int, Area]:
    found = Area.objects.filter(seen, pk__in=component.communes.values("commune"))
    return {area.pk: area for area in found.select_related("version", "parent__parent").order_by("code")}


@unfenced
def _read(component: Component) -> _Rows:
    enrolled = Enrolment.objects.filter(component=component).order_by()
    rights = Entitlement.objects.filter(component=component).order_by()
    orders = Instruction.objects.filter(payment_round__component=component).order_by()
    place = ("payment_round_id", "commune_id", "status")
    return _Rows(
        list(enrolled.values_list("commune_id", "status").annotate(Count("pk"))),
        list(rights.values_list(*place).annotate(Count("pk"), Sum("amount_xof"))),
        list(orders.values_list(*place).annotate(Count("pk"), Sum("amount_xof"))),
    )


def _commune_lines(rows: _Rows, seen: dict[int, Area], paid_seen: Iterable[int]) -> list[CommuneLine]:
    sums: dict[int, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    for commune, status, count in rows.enrolled:
        sums[commune]["enrolled"] += count
        if status == "active":
            sums[commune]["active"] += count
    for _, commune, status, count, amount_xof in rows.rights:
        if commune in paid_seen and status in _FRANCS:
            sums[commune][_FRANCS[status]] += int(amount_xof)
            sums[commune]["payments"] += count if status == Entitlement.Status.PAID else 0
    return [CommuneLine(area, **sums[pk]) for pk, area in seen.items()]


_FRANCS = {"paid": "paid_xof", "owed": "owed_xof", "returned": "returned_xof"}


def _round_lines(rows: _Rows, component: Component, seen: Iterable[int]) -> list[RoundLine]:
    sums: dict[int, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    for number, commune, status, count, amount_xof in rows.orders:
        if commune in seen:
            sums[number]["orders"] += count
            if status == Instruction.Status.PAID:
                sums[number]["paid"] += count
                sums[number]["paid_xof"] += int(amount_xof)
            elif status == Instruction.Status.OPEN:
                sums[number]["open"] += count
    for number, commune, status, count, _ in rows.rights:
        if commune in seen and status == Entitlement.Status.RETURNED:
            sums[number]["returned"] += count
    rounds = PaymentRound.objects.filter(component=component, pk__in=sums).exclude(status="cancelled")
    return [RoundLine(one, **sums[one.pk]) for one in rounds.order_by("term", "sequence", "pk")]
