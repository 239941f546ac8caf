"""The sensitive complaints: a plain list, neither printed nor exported nor searched, for two named roles."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from jigi.grievances import queries, trail
from jigi.web.complaints import chip
from jigi.web.grievances.listing import due
from jigi.web.grievances.sight import person

MOST = 200


def cases(request: HttpRequest) -> HttpResponse:
    """The latest of them; each one shown is noted as read, in its own table."""
    user = person(request, queries.SENSITIVE)
    found = queries.sensitive_visible_to(user).select_related("category", "commune", "assigned_to")
    shown = list(found.order_by("status", "due_on", "-pk")[:MOST])
    trail.read_apart(shown, by=user)
    context = {"rows": [(one, chip(one), due(one)) for one in shown], "most": MOST, "cut": len(shown) == MOST}
    return render(request, "grievances/sensitive.html", context)
