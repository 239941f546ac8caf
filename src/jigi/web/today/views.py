"""« Aujourd’hui »: what needs me, and the long work that goes on."""

from __future__ import annotations

from datetime import timedelta

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from jigi.foundation.models import Run, User
from jigi.web.reader import postings_of, user_of
from jigi.web.today.needs import needs_of

FAILURES_SHOWN_FOR = timedelta(days=7)
MOST_RUNS = 10


def today(request: HttpRequest) -> HttpResponse:
    """The first page after signing in."""
    context = {
        "needs": needs_of(request),
        "runs": _runs_of(user_of(request)),
        "day": timezone.localdate(),
        "posted": bool(postings_of(request)),
    }
    return render(request, "today/today.html", context)


def _runs_of(user: User) -> list[Run]:
    """The person's work that goes on, or failed these days."""
    recent = timezone.now() - FAILURES_SHOWN_FOR
    mine = Run.objects.filter(by=user).order_by("-id")
    going = mine.filter(status=Run.Status.RUNNING)
    failed = mine.filter(status=Run.Status.FAILED, finished_at__gte=recent)
    return list((going | failed)[:MOST_RUNS])
