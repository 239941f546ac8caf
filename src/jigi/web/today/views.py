"""« Aujourd’hui »: what needs me, and the long work that goes on."""

from __future__ import annotations

from datetime import timedelta

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from jigi.foundation.models import Run, User
from jigi.geography.queries import postings_in_force, rights_given
from jigi.web.today.needs import needs_of

FAILURES_SHOWN_FOR = timedelta(days=7)
MOST_RUNS = 10


def today(request: HttpRequest) -> HttpResponse:
    """The first page after signing in."""
    user = request.user
    assert isinstance(user, User)
    postings = postings_in_force(user)
    context = {
        "needs": needs_of(user, rights_given(postings)),
        "runs": _runs_of(user),
        "day": timezone.localdate(),
        "posted": bool(postings),
    }
    return render(request, "today/today.html", context)


def _runs_of(user: User) -> list[Run]:
    """The person's work that goes on, or failed these days."""
    recent = timezone.now() - FAILURES_SHOWN_FOR
    mine = Run.objects.filter(by=user).order_by("-id")
    going = mine.filter(status=Run.Status.RUNNING)
    failed = mine.filter(status=Run.Status.FAILED, finished_at__gte=recent)
    return list((going | failed)[:MOST_RUNS])
