"""Direct beneficiaries of a year over all components, each household and person counted once.

World Bank's usual core indicator (direct project beneficiaries, of which women): the persons who live in a household
that was paid, worked, granted or came to a session, and the persons who received a ration.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.db import transaction

from jigi.foundation.bulk import fetch_sql, give_memory
from jigi.foundation.fence import unfenced

SORTS = {
    "regular": "Transferts monétaires", "emergency": "Transferts d’urgence", "sessions": "Mesures d’accompagnement",
    "nutrition": "Paquet nutritionnel préventif", "works": "Travaux (HIMO)", "grants": "Subventions (AGR)",
    "": "Toutes les composantes, chacun compté une fois",
}  # fmt: skip


@dataclass(frozen=True)
class Beneficiaries:
    """Households and persons that a component served, of whom women; the sort "" is all of them, without doubles."""

    sort: str
    households: int
    persons: int
    women: int

    @property
    def title(self) -> str:
        return SORTS[self.sort]


@unfenced
def beneficiaries(year: int, communes: Iterable[int] | None = None) -> list[Beneficiaries]:
    """The figures of a year in some communes (None: the country; an empty list is no commune), all of them last."""
    facts = {
        "since": date(year, 1, 1), "until": date(year, 12, 31),
        "communes": None if communes is None else list(communes),
    }  # fmt: skip
    with transaction.atomic():
        give_memory()
        return [Beneficiaries(**row) for row in fetch_sql("monitoring", "beneficiaries", facts)]
