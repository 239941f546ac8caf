"""Where an arm takes households, and how many people are in need there."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from django.db.models import Q, Sum

from jigi.geography.models import Area
from jigi.geography.queries import under
from jigi.programmes.models import Component
from jigi.response.models import Activation
from jigi.shocks.models import SignalValue

IN_NEED = "ch_phase35"
"""The signal of people in phases 3 to 5 of the Cadre Harmonisé."""


def kept_communes(activation: Activation, component: Component | None = None) -> list[Area]:
    """The communes of the places that the decision keeps; only those of a component, when one is given."""
    within = Q(pk__in=[])
    for place in activation.areas.filter(kept=True).select_related("area"):
        within |= under(place.area)
    found = Area.objects.filter(within, level=Area.Level.COMMUNE)
    if component:
        found = found.filter(pk__in=component.communes.values("commune"))
    return list(found.select_related("parent").order_by("code"))


def cercles_of(communes: Iterable[Area]) -> list[Area]:
    """The cercles of some communes, by code."""
    return sorted({one.parent for one in communes if one.parent}, key=lambda area: area.code)


def people_in_need(activation: Activation, cercles: Sequence[Area]) -> dict[int, int]:
    """By cercle's number, people in phases 3 to 5: as the decision wrote it, else the latest figure known by its day.

    A cercle of which nothing is known is left out.
    """
    written = activation.areas.filter(area__in=cercles, in_need__isnull=False)
    found = {number: people or 0 for number, people in written.values_list("area_id", "in_need")}
    values = SignalValue.objects.filter(
        signal=IN_NEED, area__in=cercles, superseded_by__isnull=True, published_on__lte=activation.starts_on
    )
    latest = values.order_by("published_on", "ends_on", "pk").values_list("area_id", "value")
    return {number: round(value) for number, value in latest} | found


def shares_in_need(activation: Activation, communes: Sequence[Area]) -> dict[str, float]:
    """By cercle's code, the share of its people in phases 3 to 5 (0 to 1), for the quotas of villages.

    Where no cercle has a figure the answer is empty. Among cercles with figures, one without has no share: no place is
    given there on no ground. A population that the division lacks is the sum of the villages'.
    """
    cercles = cercles_of(communes)
    needs = people_in_need(activation, cercles)
    people = {area.pk: area.population or _people(area) for area in cercles}
    return {
        area.code: min(1.0, needs[area.pk] / people[area.pk]) if people[area.pk] and area.pk in needs else 0.0
        for area in cercles
        if needs
    }


def _people(area: Area) -> int:
    villages = Area.objects.filter(under(area), level=Area.Level.VILLAGE)
    return villages.aggregate(people=Sum("population"))["people"] or 0
