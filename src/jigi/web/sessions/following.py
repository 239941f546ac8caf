"""How far a household, a village and a contract have come."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render

from jigi.delivery.sessions import queries
from jigi.delivery.sessions.appeals import findings_visible_to
from jigi.foundation.errors import Refused
from jigi.geography.models import Area
from jigi.registry import queries as registry
from jigi.web.sessions.sight import follower, seen_contract


def household(request: HttpRequest, pk: int) -> HttpResponse:
    """The modules of a household: offered in its village, attended anywhere, by a mother; what was found against it."""
    user = follower(request)
    one = registry.visible_to(user).select_related("commune", "village").filter(pk=pk).first()
    if one is None:
        raise Http404
    try:
        rows = queries.progress_of_household(one, by=user)
    except Refused:
        raise Http404 from None
    context = {
        "one": one, "rows": rows, "sessions": queries.sessions_of_household(one, by=user),
        "findings": findings_visible_to(user).filter(household=one).order_by("-pk"),
        "attended": sum(row["attended"] for row in rows), "done": sum(row["attended"] > 0 for row in rows),
        "by_mother": sum(row["by_mother"] for row in rows),
    }  # fmt: skip
    return render(request, "sessions/household.html", context)


def village(request: HttpRequest, pk: int) -> HttpResponse:
    """The modules of a village: planned, held, not held, who came."""
    user = follower(request)
    one = get_object_or_404(Area.objects.select_related("parent"), pk=pk, level=Area.Level.VILLAGE)
    if not queries.visible_to(user).filter(village=one).exists():
        raise Http404
    context = {
        "one": one, "rows": queries.progress_of_village(one, by=user),
        "coming": queries.visible_to(user).filter(village=one, status="planned").order_by("planned_on")[:20],
    }  # fmt: skip
    return render(request, "sessions/village.html", context)


def contract(request: HttpRequest, pk: int) -> HttpResponse:
    """A contract against its targets, and commune by commune."""
    one = seen_contract(request, pk)
    communes = Area.objects.filter(pk__in=one.communes.values("commune")).order_by("name")
    context = {
        "one": one, "done": queries.done(one), "targets": queries.progress_of_contract(one),
        "communes": [(place, queries.done(one, commune=place)) for place in communes[:60]],
        "reached": queries.reach_of_campaigns(one), "campaigns": one.campaigns.filter(withdrawn_at=None).count(),
    }  # fmt: skip
    return render(request, "sessions/contract.html", context)
