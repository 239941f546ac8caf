"""Who is helped twice for the same need in the same period: schemes and our own components are givers alike."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet

from jigi.foundation.bulk import fetch_sql
from jigi.foundation.fence import unfenced
from jigi.registry.models import Household
from jigi.schemes.models import Scheme
from jigi.schemes.queries import Period


@dataclass(frozen=True)
class Doubled:
    """Of the households of a commune helped for a need: how many, and how many by two givers or more."""

    branch: str
    commune_id: int
    helped: int
    twice: int

    @property
    def need(self) -> str:
        """« transferts monétaires »."""
        return str(Scheme.Branch(self.branch).label)


@unfenced
def by_need_and_place(communes: Iterable[int], period: Period) -> list[Doubled]:
    """Where some are helped twice, the most first; no household leaves."""
    return [Doubled(**row) for row in fetch_sql("payments", "helped_twice_by_place", _facts(communes, period))]


def households(branch: str, communes: Iterable[int], period: Period) -> QuerySet[Household]:
    """The households helped twice for a need, among the benefits and payments that the reader's scope shows."""
    rows = fetch_sql("payments", "helped_twice", {**_facts(communes, period), "branch": branch})
    return Household.objects.filter(pk__in=[row["id"] for row in rows])


def _facts(communes: Iterable[int], period: Period) -> dict[str, Any]:
    return {"communes": list(communes), "since": period.since, "until": period.until}
