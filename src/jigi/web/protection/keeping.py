"""/protection/conservation/: the rules of retention, what they would do, proposed by one person, applied by another."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST

from jigi.foundation import runs
from jigi.foundation.models import User
from jigi.geography.access import require
from jigi.geography.models import Area
from jigi.protection import jobs, retention
from jigi.protection.actions import RIGHT
from jigi.protection.models import RetentionProposal
from jigi.protection.states import RETENTION
from jigi.web.formats import counted
from jigi.web.protection.sight import protector
from jigi.web.submissions import carry_out


def retention_page(request: HttpRequest) -> HttpResponse:
    """The rules with what each would do today; the proposal that waits, and those of before."""
    user, waiting = _national(request), retention.waiting()
    found = retention.preview(waiting.as_of if waiting else None)
    context = {
        "rules": [(due, waiting.counts.get(due.rule.code) if waiting else None) for due in found],
        "rows": sum(due.rows for due in found),
        "waiting": waiting,
        "own": waiting is not None and waiting.made_by_id == user.pk,
        "runs": runs.of_subject(f"{RETENTION.noun}:{waiting.pk}") if waiting else [],
        "past": RetentionProposal.objects.exclude(status="proposed").select_related("made_by", "decided_by")
        .order_by("-pk")[:12],
        "today": timezone.localdate(),
    }  # fmt: skip
    return render(request, "protection/retention.html", context)


@require_POST
def propose(request: HttpRequest) -> HttpResponse:
    """Propose to apply the rules as of today."""
    user = _national(request)

    def do() -> str:
        made = retention.propose(by=user)
        rows = sum(made.counts.values())
        return f"Proposé : {counted(rows, 'ligne')}. Rien n’est fait tant qu’une autre personne ne l’applique pas."

    carry_out(request, do)
    return redirect("retention")


@require_POST
def act(request: HttpRequest, pk: int, verb: str) -> HttpResponse:
    """Apply or give up a proposal; a large one is left to the worker."""
    user = _national(request)
    proposal = get_object_or_404(RetentionProposal, pk=pk)
    if verb not in ("apply", "drop"):
        raise Http404

    def do() -> str:
        if verb == "drop":
            retention.drop(proposal, by=user)
            return "La proposition est abandonnée : rien n’a changé."
        if jobs.is_large(proposal):
            jobs.enqueue(proposal, by=user)
            return "C’est demandé. Le travail attend son tour : vous pouvez quitter cette page."
        done = retention.apply(proposal, by=user)
        return f"C’est fait : {counted(sum(done.applied.values()), 'ligne')}."

    carry_out(request, do)
    return redirect("retention")


def _national(request: HttpRequest) -> User:
    """Rules are those of the whole country: so is the right to apply them."""
    user = protector(request)
    require(user, RIGHT, areas=Area.objects.filter(level=Area.Level.COUNTRY))
    return user
