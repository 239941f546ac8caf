"""All responses with their delays: each step, the day it was done, and how late it was."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from jigi.response import promise_rules as rules
from jigi.response import timeline
from jigi.response.promise import promise
from jigi.response.queries import visible_to
from jigi.web.response.sight import chip, reader

MOST = 200


def shown(request: HttpRequest) -> HttpResponse:
    """The responses of the latest signals."""
    known = list(visible_to(reader(request)).exclude(status="cancelled").order_by("-signalled_on", "-pk")[:MOST])
    lines = timeline.timelines(known)
    rows = [(one, chip(one), lines[one.pk], rules.stuck(lines[one.pk])) for one in known]
    return render(request, "response/delays.html", {"rows": rows, "promise": promise()})
