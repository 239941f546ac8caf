"""What may be asked of results: the figures of a person's places, and the rows behind them that they may see."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Q, QuerySet

from jigi.foundation.bulk import fetch_sql
from jigi.foundation.models import User
from jigi.geography.access import communes_with, postings_with
from jigi.geography.models import Area
from jigi.results import pipeline
from jigi.results.actions import SEE
from jigi.results.framework import FORMULAS, framework
from jigi.results.models import Figure, Snapshot, Value, Withdrawal
from jigi.results.pipeline import Row
from jigi.results.rules import Counted, Indicator

OWN_PLACES = ("region", "commune", "commune_quarter", "region_kind")
"""Dimensions that stand in a place: the others are the country's, shown to who sees all of it."""


def snapshots_visible_to(user: User) -> QuerySet[Snapshot]:
    """Every snapshot, for who may see results somewhere; none otherwise."""
    found = Snapshot.objects.select_related("taken_by", "signature__by").order_by("-until", "-pk")
    return found if postings_with(user, SEE) else found.none()


def visible_to(user: User, snapshot: Snapshot) -> QuerySet[Value]:
    """The figures of a snapshot: all of them from the country, those of one's regions and communes from below."""
    condition = Q(pk__in=[])
    for posting in postings_with(user, SEE, programme=""):  # a figure is of every programme
        if posting.area.level == Area.Level.COUNTRY:
            condition = Q()
            break
        condition |= Q(area__path__startswith=posting.area.path)
    return Value.objects.filter(condition, snapshot=snapshot).select_related("area")


def latest(user: User, year: int | None = None) -> Snapshot | None:
    """The snapshot to show: the last one of the year, or of all years."""
    found = snapshots_visible_to(user)
    return (found.filter(until__year=year) if year else found).first()


def places_of(user: User) -> list[Area]:
    """Where this person sees results: the country first, then their regions or communes."""
    held = [posting.area for posting in postings_with(user, SEE)]
    if any(one.level == Area.Level.COUNTRY for one in held):
        country = next(one for one in held if one.level == Area.Level.COUNTRY)
        regions = Area.objects.filter(
            level=Area.Level.REGION, path__startswith=country.path, version=country.version_id
        )
        return [country, *regions.order_by("name")]
    condition = Q(pk__in=[])
    for one in held:
        condition |= Q(path__startswith=one.path, level__in=("region", "commune"))
    return list(Area.objects.filter(condition).order_by("path")) if held else []


def headline(values: QuerySet[Value], place: Area) -> dict[str, Value]:
    """The figure of each indicator in a place: the country as a whole, a region, a commune."""
    if place.level == Area.Level.COUNTRY:
        return {one.indicator: one for one in values.filter(dimension="")}
    return {one.indicator: one for one in values.filter(dimension=place.level, area=place)}


def figure_of(figures: Sequence[Value], **key: str) -> Value | None:
    """The one figure that stands at these dimensions."""
    return next((one for one in figures if all(getattr(one, name) == value for name, value in key.items())), None)


@dataclass(frozen=True)
class Behind:
    """What stands behind a figure, for one person: a page of rows, and what all those they may see amount to."""

    rows: list[Row]
    counted: Counted
    next_after: int | None


def behind(indicator: Indicator, snapshot: Snapshot, place: Area, *, by: User, after: int, most: int) -> Behind:
    """The rows behind an indicator in a place. They are read in the person's own scope: the database shows no other,
    and these are further kept to the communes where they hold the right of such rows.
    """
    communes = communes_seen(by, indicator, place)
    rows = pipeline.listed(
        indicator, snapshot.since, snapshot.until, communes=communes, after=after, most=most + 1
    )  # fmt: skip
    counted = pipeline.counted_in(indicator, snapshot.since, snapshot.until, communes)
    return Behind(rows[:most], counted, rows[most - 1].unit if len(rows) > most else None)


def may_see_rows(user: User, indicator: Indicator) -> bool:
    return bool(postings_with(user, FORMULAS[indicator.formula].right))


def communes_seen(user: User, indicator: Indicator, place: Area) -> list[int] | None:
    """The communes of a place where a person may see such rows; None (all, and what has none) from the country."""
    held = postings_with(user, FORMULAS[indicator.formula].right)
    everywhere = any(one.area.level == Area.Level.COUNTRY and not one.programme_code for one in held)
    if place.level == Area.Level.COUNTRY and everywhere:
        return None
    right = FORMULAS[indicator.formula].right
    found = Area.objects.filter(communes_with(user, right), path__startswith=place.path)
    return list(found.values_list("pk", flat=True))


def series(user: User, indicator: Indicator, place: Area) -> list[tuple[int, Value]]:
    """The figure of an indicator in a place, year by year, of the last snapshot of each."""
    last: dict[int, Snapshot] = {}
    for one in snapshots_visible_to(user).order_by("until", "pk"):
        last[one.year] = one
    found = []
    for year, snapshot in sorted(last.items()):
        value = headline(visible_to(user, snapshot).filter(indicator=indicator.code), place).get(indicator.code)
        if value is not None:
            found.append((year, value))
    return found


def agreement_names(codes: set[str]) -> dict[str, str]:
    """The donors of agreements, by code; a code that no agreement bears is its own name."""
    rows = fetch_sql("results", "agreements", {"codes": sorted(codes)})
    return {code: code for code in codes} | {row["code"]: row["name"] for row in rows}


def figures_visible_to(user: User, year: int | None = None) -> QuerySet[Figure]:
    """The figures that files gave, the newest file first: of one's places, all of them from the country."""
    condition = Q(pk__in=[])
    for posting in postings_with(user, SEE, programme=""):
        if posting.area.level == Area.Level.COUNTRY:
            condition = Q()
            break
        condition |= Q(area__path__startswith=posting.area.path)
    found = Figure.objects.filter(condition, **({"year": year} if year else {}))
    return found.select_related("area", "file__loaded_by", "withdrawal__by").order_by("-file_id", "line")


def withdrawn_since(snapshot: Snapshot, user: User) -> QuerySet[Withdrawal]:
    """The figures that a person sees, that a snapshot may have taken and that were withdrawn after it."""
    taken = snapshot.values.filter(loaded=True)
    found = Withdrawal.objects.filter(
        figure__in=figures_visible_to(user, snapshot.year).values("pk"),
        figure__indicator__in=taken.values("indicator"), figure__file__loaded_at__lte=snapshot.taken_at,
        at__gt=snapshot.taken_at,
    )  # fmt: skip
    return found.select_related("figure__area", "by").order_by("pk")


def loaded_years() -> list[int]:
    """The years of which files gave figures."""
    return sorted(set(Figure.objects.values_list("year", flat=True)))


def in_order() -> list[Indicator]:
    return list(framework().indicators.values())
