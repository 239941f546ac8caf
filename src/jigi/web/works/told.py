"""What works hold about a household, as its personal report tells it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from django.db.models import Count, Q, Sum

from jigi.delivery.works.models import Presence, WageLine, WorkAccident, WorkApplication, Worker
from jigi.web.formats import day, xof

TABLES = frozenset(
    f"delivery.{name}" for name in ("WorkApplication", "Worker", "WageLine", "Presence", "WorkCount", "WorkAccident")
)
HEADER = ("Chantier", "Qui", "Quoi")


def rows(household: int, persons: Sequence[int]) -> Iterable[list[str]]:
    """Applications, the days worked and their wages, accidents; of the household, or of its persons."""
    of = Q(household=household) | Q(person__in=persons)
    asked = WorkApplication.objects.filter(of).select_related("worksite", "person").order_by("pk")
    for one in asked:
        yield [str(one.worksite), str(one.person), f"candidature n° {one.number}, {one.get_status_display()}"]
    for worker in Worker.objects.filter(of).select_related("worksite", "person", "crew").order_by("pk"):
        live = Presence.objects.filter(worker=worker, undone_by=None)
        told = live.aggregate(days=Count("pk"), half_days=Sum("half_days"))
        wages = worker_wages(worker)
        until = f" au {day(worker.ends_on)} ({worker.end_reason})" if worker.ends_on else ""
        yield [
            str(worker.worksite), str(worker.person),
            f"{worker.crew}, du {day(worker.starts_on)}{until} : {told['days']} présences,"
            f" {(told['half_days'] or 0) / 2:g} jours, {xof(wages)} FCFA".replace(".", ","),
        ]  # fmt: skip
    for accident in WorkAccident.objects.filter(of).select_related("worksite", "person").order_by("pk"):
        said = f"accident le {day(accident.day)} : {accident.description} ; soins : {accident.first_aid}"
        yield [str(accident.worksite), str(accident.person), said]


def worker_wages(worker: Worker) -> int:
    """The francs of the approved sheets of a worker."""
    kept = WageLine.objects.filter(worker=worker, timesheet__status="approved")
    return kept.aggregate(sum=Sum("amount_xof"))["sum"] or 0
