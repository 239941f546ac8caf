"""/resultats/instantanes/: what was counted and when, who signed it, what is said of it, the yearly statement."""

from __future__ import annotations

from datetime import date
from io import BytesIO

from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST

from jigi.foundation import audit, runs
from jigi.foundation.errors import Refused
from jigi.foundation.models import User
from jigi.results import actions, jobs, queries
from jigi.results.docx import MEDIA_TYPE, docx
from jigi.results.models import Snapshot
from jigi.results.pages import pdf
from jigi.results.report import statement
from jigi.web.paper.press import pdf_response
from jigi.web.reader import number_in
from jigi.web.results.sight import may, of_country, reader, seen_snapshot
from jigi.web.submissions import carry_out

MOST_LISTED = 200


def listed(request: HttpRequest) -> HttpResponse:
    user = reader(request)
    found = queries.snapshots_visible_to(user)[:MOST_LISTED]
    context = {"snapshots": found, "may": may(user), "this_year": timezone.localdate().year,
               "waiting": jobs.waiting(), "runs": runs.of_subject(actions.TAKING)[:3]}  # fmt: skip
    return render(request, "results/snapshots.html", context)


def shown(request: HttpRequest, pk: int) -> HttpResponse:
    snapshot = seen_snapshot(request, pk)
    user = reader(request)
    context = {
        "snapshot": snapshot, "may": may(user), "signature": getattr(snapshot, "signature", None),
        "own": snapshot.taken_by_id == user.pk or user.pk in actions.hands_of(snapshot),
        "comments": snapshot.comments.select_related("by").order_by("pk"), "indicators": queries.in_order(),
        "loaded": queries.visible_to(user, snapshot).filter(loaded=True).count(),
        "withdrawn": queries.withdrawn_since(snapshot, user),
        "history": audit.history("results_snapshot", pk),
    }  # fmt: skip
    return render(request, "results/snapshot.html", context)


@require_POST
def take(request: HttpRequest) -> HttpResponse:
    """Ask the worker to count a year: the page shows how far it is."""
    user = reader(request)

    def act() -> str:
        year = number_in(request.POST.get("annee", ""))
        last = actions.last_day(year, by=user, until=_day(request.POST.get("jour", "")))
        jobs.enqueue(year, last, by=user, now=timezone.now())
        return f"Le calcul de {year} est demandé : l’instantané paraît dans la liste dès qu’il est fait."

    carry_out(request, act)
    return redirect("results_snapshots")


@require_POST
def sign(request: HttpRequest, pk: int) -> HttpResponse:
    snapshot, user = seen_snapshot(request, pk), reader(request)

    def act() -> str:
        actions.sign(snapshot, request.POST.get("texte", ""), by=user)
        return "Instantané signé."

    carry_out(request, act)
    return redirect("results_snapshot", pk)


@require_POST
def comment(request: HttpRequest, pk: int) -> HttpResponse:
    snapshot, user = seen_snapshot(request, pk), reader(request)

    def act() -> str:
        actions.comment(snapshot, request.POST.get("texte", ""), by=user, indicator=request.POST.get("indicateur", ""))
        return "Commentaire gardé."

    carry_out(request, act)
    return redirect("results_snapshot", pk)


def paper(request: HttpRequest, pk: int) -> HttpResponse:
    """The statement as a PDF."""
    snapshot = _whole(request, pk, "pdf")
    return pdf_response(_name(snapshot), pdf(statement(snapshot)))


def text(request: HttpRequest, pk: int) -> FileResponse:
    """The statement for a word processor."""
    snapshot = _whole(request, pk, "docx")
    content = BytesIO(docx(statement(snapshot)))
    return FileResponse(content, as_attachment=True, filename=f"{_name(snapshot)}.docx", content_type=MEDIA_TYPE)


def _whole(request: HttpRequest, pk: int, kind: str) -> Snapshot:
    """A snapshot, for who sees the results of the whole country: the statement tells all of it."""
    snapshot, user = seen_snapshot(request, pk), reader(request)
    if not of_country(user, actions.SEE):
        raise Http404
    _noted(snapshot, user, kind)
    return snapshot


def _noted(snapshot: Snapshot, user: User, kind: str) -> None:
    audit.record("print", "results_snapshot", snapshot.pk, by=user, after={"file": kind})


def _name(snapshot: Snapshot) -> str:
    return f"situation-{snapshot.year}-instantane-{snapshot.pk}"


def _day(text: str) -> date | None:
    if not text:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise Refused(f"« {text[:20]} » n’est pas un jour", remedy="Écrivez-le comme 2018-06-30.") from None
