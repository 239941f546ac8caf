"""The page of one run, which follows the work while it goes on."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render

from jigi.foundation.models import Run, User
from jigi.geography.access import can
from jigi.geography.models import Area
from jigi.intake import queries as intake
from jigi.intake.states import BATCH
from jigi.payments import queries as payments
from jigi.payments.states import ROUND as PAYMENT_ROUND
from jigi.targeting import queries as targeting
from jigi.targeting.states import ROUND as TARGETING_ROUND
from jigi.web.nouns import page_of
from jigi.web.reader import rights_of, user_of


def execution(request: HttpRequest, pk: int) -> HttpResponse:
    """One run: progress, steps with their rows and seconds, checks."""
    run = get_object_or_404(Run.objects.prefetch_related("steps", "checks").select_related("by"), pk=pk)
    rights = rights_of(request)
    country = Area.objects.filter(level=Area.Level.COUNTRY)
    noun, _, number = run.subject.partition(":")
    user = user_of(request)
    if run.by_id != user.pk and not can(user, "audit.see", areas=country) and not _sees(user, noun, number):
        raise Http404
    context = {
        "run": run,
        "steps": run.steps.all(),
        "checks": run.checks.all(),
        "seconds": sum(step.seconds for step in run.steps.all()),
        "subject_page": page_of(noun, number, rights),
    }
    return render(request, "executions/execution.html", context)


def _sees(user: User, noun: str, number: str) -> bool:
    """Who sees the thing sees the work done on it; other work is for who asked for it, and the auditor."""
    return noun in _VISIBLE and number.isdigit() and _VISIBLE[noun](user).filter(pk=int(number)).exists()


_VISIBLE: dict[str, Callable[[User], QuerySet[Any]]] = {
    PAYMENT_ROUND.noun: payments.visible_to,
    TARGETING_ROUND.noun: targeting.visible_to,
    BATCH.noun: intake.visible_to,
}
