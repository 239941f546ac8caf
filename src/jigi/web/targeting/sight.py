"""What a person sees of targeting: campaigns, communes and villages of their posting; the rest is a 404."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby

from django.http import Http404, HttpRequest
from django.shortcuts import get_object_or_404

from jigi.foundation.models import User
from jigi.geography.access import can, communes_with
from jigi.geography.models import Area
from jigi.targeting import queries
from jigi.targeting.models import TargetingRound


@dataclass(frozen=True)
class Village:
    """A village of a campaign with its quota and what came of it."""

    area: Area
    population: int | None
    poverty_rate: float | None
    places: int
    households: int
    listed: int
    selected: int


@dataclass(frozen=True)
class Sums:
    """Villages added up: of a commune, of a campaign."""

    villages: int
    places: int
    households: int
    listed: int
    selected: int


def person(request: HttpRequest) -> User:
    """Who is signed in, when they see targeting somewhere; Http404 otherwise."""
    assert isinstance(request.user, User)
    if not can(request.user, "targeting.see"):
        raise Http404
    return request.user


def seen_round(request: HttpRequest, pk: int) -> TargetingRound:
    """The campaign of this number, when the person sees one of its communes; Http404 otherwise."""
    found = queries.visible_to(person(request)).select_related("formula", "made_by", "frozen_by")
    return get_object_or_404(found, pk=pk)


def communes_of(shown: TargetingRound, user: User) -> list[Area]:
    """The communes of a campaign that the person sees, by cercle and name."""
    seen = communes_with(user, "targeting.see", programme=shown.programme_code)
    found = Area.objects.filter(seen, pk__in=shown.communes.values("commune"))
    return list(found.select_related("parent").order_by("parent__name", "parent_id", "name"))


def villages_of(shown: TargetingRound, communes: list[Area]) -> dict[int, list[Village]]:
    """The villages of some communes of a campaign, by the commune's number."""
    rows = queries.villages_of(shown)
    areas = Area.objects.filter(parent__in=communes).in_bulk([row["village_id"] for row in rows])
    villages = [
        Village(
            areas[row["village_id"]], row["population"], row["poverty_rate"], row["places"],
            row["households"], row["listed"], row["selected"],
        )
        for row in rows
        if row["village_id"] in areas
    ]  # fmt: skip
    villages.sort(key=lambda one: (one.area.parent_id or 0, one.area.name, one.area.pk))
    return {pk: list(group) for pk, group in groupby(villages, key=lambda one: one.area.parent_id or 0)}


def sums(villages: list[Village]) -> Sums:
    """The total line of some villages."""
    return Sums(
        len(villages), sum(one.places for one in villages), sum(one.households for one in villages),
        sum(one.listed for one in villages), sum(one.selected for one in villages),
    )  # fmt: skip
