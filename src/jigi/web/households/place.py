"""The places that a person names to narrow what is shown of the register."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Q

from jigi.geography import queries as geography
from jigi.geography.models import Area


@dataclass(frozen=True)
class Place:
    """Numbers of communes (those under a wider place) and of villages, and of the communes of these."""

    communes: frozenset[int] = frozenset()
    villages: frozenset[int] = frozenset()
    communes_of_villages: frozenset[int] = frozenset()

    @property
    def communes_to_read(self) -> frozenset[int]:
        return self.communes | self.communes_of_villages


def named_so(text: str) -> Place:
    """What a name or a code designates in the division in use; nothing when nothing is so called."""
    version = geography.version_in_use()
    areas = geography.designated(text, version) if version else []
    villages = [area for area in areas if area.level == Area.Level.VILLAGE]
    condition = Q(pk__in=[])
    for area in areas:
        if area.level != Area.Level.VILLAGE:
            condition |= geography.under(area)
    communes = Area.objects.filter(condition, level=Area.Level.COMMUNE).values_list("pk", flat=True)
    return Place(
        frozenset(communes),
        frozenset(village.pk for village in villages),
        frozenset(village.parent_id for village in villages if village.parent_id),
    )
