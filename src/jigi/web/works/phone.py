"""/chantiers/telephone/: the grid of a sheet on a phone, which works without network once it was opened.

The page is the same for all and names nobody. What it asks of the server is here: which sheets a person may enter, the
roster of one, and that it takes what was entered.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.middleware.csrf import get_token
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from jigi.delivery.contracts.access import may_operate
from jigi.delivery.works import queries, rules
from jigi.delivery.works import sheets as timesheet
from jigi.delivery.works.models import SheetEntry, Timesheet
from jigi.foundation.errors import JigiError
from jigi.foundation.models import User
from jigi.web import offline
from jigi.web.account.step_up import require_proof
from jigi.web.middleware import status_of
from jigi.web.works.sight import person, seen_sheet

MOST_SHEETS = 40


def desk(request: HttpRequest) -> HttpResponse:
    """The page itself, which names nobody."""
    person(request)
    said = {"heading": "Appel d’un chantier", "none": "Aucune feuille n’est en saisie sur vos chantiers."}
    return render(request, "works/phone.html", said)


def who(request: HttpRequest) -> JsonResponse:
    """Who is signed in, the token of their next post, and the open sheets that they may enter."""
    user = person(request)
    found = queries.sheets_visible_to(user).filter(status="open").order_by("-first_day", "worksite", "number")
    shown = [
        _sheet(one) for one in found[:MOST_SHEETS] if may_operate(user, one.worksite.contract, one.worksite.commune)
    ]
    return JsonResponse({"user": user.pk, "token": get_token(request), "sheets": shown})


def roster(request: HttpRequest, pk: int) -> JsonResponse:
    """The lines of a sheet for a phone to keep: numbers and names, what the person entered already, nothing else."""
    user = person(request)
    require_proof(request, back=reverse("works_phone"))
    shown = get_object_or_404(queries.sheets_visible_to(user).filter(status="open"), pk=pk)
    own = SheetEntry.objects.filter(timesheet=shown, by=user).first()
    kept = timesheet.grid_of(own)
    people = queries.roster(shown, verb="export", by=user)
    lines = [{"n": one["number"], "name": one["name"], "marks": kept.get(one["number"], "")} for one in people]
    task = bool(shown.worksite.task_rate_xof)
    return JsonResponse({"sheet": _sheet(shown), "lines": lines, "revision": own.revision if own else 0, "task": task})


@require_POST
def send(request: HttpRequest) -> JsonResponse:
    """Take what a phone entered of a sheet. Sent again after an answer was lost, it changes nothing."""
    try:
        pk, revision, grid = _read(offline.sent(request))
        shown = seen_sheet(request, pk)
        kept = _kept(shown, revision, grid, person(request))
    except JigiError as error:
        return JsonResponse({"said": str(error)}, status=status_of(error))
    return JsonResponse({"revision": kept.revision, "hand": kept.hand})


@login_not_required
def worker(request: HttpRequest) -> HttpResponse:
    """The service worker, at an address from which it serves this page and nothing else."""
    return offline.worker(reverse("works_phone"), "jigi-works")


def _kept(shown: Timesheet, revision: int, grid: Mapping[int, str], user: User) -> SheetEntry:
    own = SheetEntry.objects.filter(timesheet=shown, by=user).first()
    if own is not None and own.revision == revision + 1 and timesheet.grid_of(own) == grid:
        return own  # the answer was lost on the way
    return timesheet.enter(shown, grid, revision=revision, source=SheetEntry.Source.PHONE, by=user)


def _sheet(one: Timesheet) -> dict[str, Any]:
    days = [one.first_day + timedelta(days=n) for n in range(one.days)]
    return {
        "id": one.pk, "number": one.number, "site": one.worksite.code, "title": one.worksite.title,
        "crew": one.crew.name, "last": days[-1].isoformat(), "days": [day.isoformat() for day in days],
    }  # fmt: skip


def _read(body: bytes) -> tuple[int, int, dict[int, str]]:
    """The sheet, the revision that the phone knew, and its grid. Raises InputError for anything else."""
    try:
        sent = json.loads(body)
        pk, revision, lines = sent["sheet"], sent["revision"], sent["lines"]
        grid = {int(number): marks for number, marks in lines.items()}
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        raise offline.unreadable() from None
    known = all(isinstance(marks, str) and len(marks) <= rules.MOST_DAYS and 0 < n < 1_000 for n, marks in grid.items())
    if type(pk) is not int or type(revision) is not int or not 0 < pk < 2**63 or not 0 <= revision < 2**31 or not known:
        raise offline.unreadable()
    return pk, revision, grid
