"""The page of one run, which follows the work while it goes on."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render

from jigi.foundation.models import Run
from jigi.web.nouns import NOUNS, page_of
from jigi.web.reader import rights_of, user_of


def execution(request: HttpRequest, pk: int) -> HttpResponse:
    """One run: progress, steps with their rows and seconds, checks."""
    run = get_object_or_404(Run.objects.prefetch_related("steps", "checks").select_related("by"), pk=pk)
    rights = rights_of(request)
    noun, _, number = run.subject.partition(":")
    if run.by_id != user_of(request).pk and not rights & {_right_to(noun), "audit.see"}:
        raise Http404
    context = {
        "run": run,
        "steps": run.steps.all(),
        "checks": run.checks.all(),
        "seconds": sum(step.seconds for step in run.steps.all()),
        "subject_page": page_of(noun, number, rights),
    }
    return render(request, "executions/execution.html", context)


def _right_to(noun: str) -> str:
    """Who sees the thing sees the work done on it; other work is for who asked for it, and the auditor."""
    return NOUNS[noun].right if noun in NOUNS else ""
