"""Figures of places: households, enrolled, paid; by commune for the country, by village inside a commune.

Those of all communes are read once in a minute and shared by the pages; each person is then shown only the
communes where they hold the right to see them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields

from django.db.models import Count, Q, Sum

from jigi.enrolment.models import Enrolment
from jigi.foundation.fence import unfenced
from jigi.foundation.models import User
from jigi.geography.access import communes_with
from jigi.geography.models import Area
from jigi.payments.models import Entitlement
from jigi.registry import queries as registry
from jigi.web.kept import kept

FRESH_SECONDS = 60


@dataclass(frozen=True)
class Figures:
    """What is known of a place; None is « not for this person », which is not zero."""

    households: int | None = None
    members: int | None = None
    enrolled: int | None = None
    paid: int | None = None
    paid_xof: int | None = None
    to_review: int | None = None

    def __add__(self, other: Figures) -> Figures:
        return Figures(*(_sum(getattr(self, f.name), getattr(other, f.name)) for f in fields(self)))


RIGHTS = {
    "households": "registry.see",
    "members": "registry.see",
    "enrolled": "programmes.see",
    "paid": "payments.see",
    "paid_xof": "payments.see",
    "to_review": "registry.see",
}


def figures_by_commune() -> dict[int, Figures]:
    """The figures of every commune that has some, whoever asks."""
    return kept("figures_by_commune", _read_by_commune, seconds=FRESH_SECONDS)


def parts_figures(area: Area, parts: Iterable[Area], user: User) -> dict[int, Figures]:
    """The figures of the parts of an area, as far as the person may see them."""
    if area.level == Area.Level.COMMUNE:
        seen = _seen_fields([area], user)
        return _by_village(area, parts, seen[area.pk])
    communes = list(Area.objects.filter(version=area.version_id, level="commune", path__startswith=area.path))
    seen = _seen_fields(communes, user)
    known = figures_by_commune()
    found = {part.pk: Figures() for part in parts}
    part_of = {part.path: part.pk for part in parts}
    depth = area.path.count("/") + 1
    for commune in communes:
        path = "/".join(commune.path.split("/")[:depth]) + "/"
        if path in part_of and seen[commune.pk]:
            shown = _only(known.get(commune.pk, _ZERO), seen[commune.pk])
            found[part_of[path]] += shown
    return found


def village_figures(village: Area, user: User) -> Figures:
    """The figures of one village, as far as the person may see its commune."""
    assert village.parent is not None
    return _by_village(village.parent, [village], _seen_fields([village.parent], user)[village.parent.pk])[village.pk]


_ZERO = Figures(0, 0, 0, 0, 0, 0)


def _read_by_commune() -> dict[int, Figures]:
    counts = registry.counts_by_commune()
    enrolled = _enrolled("commune_id", Q())
    paid = _paid("commune_id", Q())
    return _joined(counts, enrolled, paid)


def _by_village(commune: Area, villages: Iterable[Area], seen: frozenset[str]) -> dict[int, Figures]:
    if not seen:
        return {village.pk: Figures() for village in villages}
    here = Q(commune=commune)
    known = _joined(
        registry.counts_by_village(commune),
        _enrolled("village_id", here),
        _paid("enrolment__village_id", here),
    )
    return {village.pk: _only(known.get(village.pk, _ZERO), seen) for village in villages}


@unfenced
def _enrolled(place: str, condition: Q) -> dict[int, int]:
    """Households enrolled at some time, those that have left included."""
    rows = Enrolment.objects.filter(condition).order_by().values_list(place)
    return dict(rows.annotate(Count("household", distinct=True)))


@unfenced
def _paid(place: str, condition: Q) -> dict[int, tuple[int, int]]:
    """Households paid at least once and the francs they received."""
    rows = Entitlement.objects.filter(condition, status=Entitlement.Status.PAID).order_by().values_list(place)
    found = rows.annotate(Count("household", distinct=True), Sum("amount_xof"))
    return {pk: (households, int(total)) for pk, households, total in found}


def _joined(
    counts: Mapping[int, registry.Counts], enrolled: Mapping[int, int], paid: Mapping[int, tuple[int, int]]
) -> dict[int, Figures]:
    places = {*counts, *enrolled, *paid} - {None}
    none = registry.Counts()
    return {
        pk: Figures(
            counts.get(pk, none).households, counts.get(pk, none).members, enrolled.get(pk, 0),
            *paid.get(pk, (0, 0)), counts.get(pk, none).to_review,
        )
        for pk in places
    }  # fmt: skip


def _seen_fields(communes: Iterable[Area], user: User) -> dict[int, frozenset[str]]:
    """The figures that a person may see of each commune."""
    numbers = [commune.pk for commune in communes]
    seen: dict[int, set[str]] = {pk: set() for pk in numbers}
    for right in set(RIGHTS.values()):
        allowed = Area.objects.filter(communes_with(user, right), pk__in=numbers).values_list("pk", flat=True)
        for pk in allowed:
            seen[pk] |= {name for name, needed in RIGHTS.items() if needed == right}
    return {pk: frozenset(names) for pk, names in seen.items()}


def _only(figures: Figures, seen: frozenset[str]) -> Figures:
    return Figures(*(getattr(figures, f.name) if f.name in seen else None for f in fields(figures)))


def _sum(one: int | None, other: int | None) -> int | None:
    return other if one is None else one if other is None else one + other


def total(figures: Iterable[Figures]) -> Figures:
    """The sum of figures; what nobody may see stays unknown."""
    whole = Figures()
    for one in figures:
        whole += one
    return whole
