"""The report of a response, to be printed: what was decided, what it reached and cost, its days, what was learnt."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from jigi.response import queries, timeline
from jigi.web.reader import rights_of
from jigi.web.response.households import OPENS
from jigi.web.response.sight import chip, reader, seen
from jigi.web.response.views import arms, longest, rounds

DECIDED = ("active", "closed")


def shown(request: HttpRequest, pk: int) -> HttpResponse:
    """The figures of a response that was decided, by region and cercle; of one in force, as they are today."""
    one, user = seen(request, pk), reader(request)
    if one.status not in DECIDED:
        raise Http404
    lines = timeline.of(one)
    communes = queries.by_commune(one)
    context: dict[str, Any] = {
        "one": one, "chip": chip(one), "total": queries.total(place.figures for place in communes),
        "regions": queries.grouped(communes, "region"), "cercles": queries.grouped(communes, "cercle"),
        "coverage": queries.coverage(one, communes), "lines": lines, "longest": longest(lines),
        "ceiling": queries.ceiling(one),
        "households": reverse("response_households", args=[one.pk]) if OPENS in rights_of(request) else "",
        "arms": arms(one), "rounds": rounds(one, user),
        "lessons": one.lessons.filter(withdrawn_at=None).select_related("made_by").order_by("pk"),
    }  # fmt: skip
    return render(request, "response/report.html", context)
