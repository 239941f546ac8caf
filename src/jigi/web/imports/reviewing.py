"""The review of a batch: an interview with what is wrong in it, corrected, left out or sent back; the batch decided."""

from __future__ import annotations

from collections.abc import Callable

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.http import require_POST

from jigi.foundation import audit
from jigi.foundation.models import User
from jigi.geography.access import require
from jigi.intake import queries, reviewing
from jigi.intake.models import Batch, Correction, Problem, SetAside
from jigi.intake.pipeline import RIGHT, UNDER_REVIEW
from jigi.intake.states import BATCH
from jigi.web.formats import counted
from jigi.web.imports.listing import SET_ASIDE
from jigi.web.reader import user_of
from jigi.web.submissions import carry_out

MOST_PROBLEMS = 200


def interview(request: HttpRequest, pk: int) -> HttpResponse:
    """One interview of a batch: its problems, what was corrected, and what may be decided about it."""
    user, key = _importer(request), request.GET.get("fiche", "")
    one = _batch(user, pk)
    problems = list(one.problems.filter(key=key).order_by("of_member", "line", "pk")[:MOST_PROBLEMS]) if key else []
    corrections = list(one.corrections.filter(key=key).select_related("made_by").order_by("-pk"))
    aside = one.set_aside.filter(key=key).select_related("made_by").first()
    if not (problems or corrections or aside):
        raise Http404
    audit.read("see", BATCH.noun, one.pk, by=user, subjects=[], after={"line": problems[0].line if problems else None})
    context = {
        "batch": one,
        "key": key,
        "problems": problems,
        "corrections": corrections,
        "aside": aside,
        "open": one.asks_review and one.status == Batch.Status.CHECKED,
        "closed": one.status not in UNDER_REVIEW,
    }
    return render(request, "imports/interview.html", context)


@require_POST
def correct(request: HttpRequest, pk: int) -> HttpResponse:
    """Give another value to the cell of a problem."""
    user = _importer(request)
    problem = get_object_or_404(Problem, pk=pk, batch__in=queries.visible_to(user))

    def act() -> str:
        reviewing.correct(problem, request.POST.get("valeur", ""), by=user, reason=request.POST.get("motif", ""))
        return f"« {problem.column} » est corrigée : contrôlez de nouveau le lot quand vous aurez fini."

    carry_out(request, act)
    return _to_interview(problem.batch_id, problem.key)


@require_POST
def take_back(request: HttpRequest, pk: int) -> HttpResponse:
    """Take a correction away."""
    user = _importer(request)
    correction = get_object_or_404(Correction, pk=pk, batch__in=queries.visible_to(user))

    def act() -> str:
        reviewing.take_back(correction, by=user)
        return "La correction est retirée : contrôlez de nouveau le lot."

    carry_out(request, act)
    return redirect("batch", correction.batch_id)


@require_POST
def set_aside(request: HttpRequest, pk: int) -> HttpResponse:
    """Leave an interview out, or send it back to who collected it."""
    user, key, kind = _importer(request), request.POST.get("fiche", ""), request.POST.get("decision", "")
    one = _batch(user, pk)
    if kind not in SetAside.Kind.values:
        raise Http404

    def act() -> str:
        made = reviewing.set_aside(one, key, kind, by=user, reason=request.POST.get("motif", ""))
        return f"La fiche est {made.get_kind_display()} : elle ne sera pas versée avec ce lot."

    carry_out(request, act)
    return _to_interview(pk, key)


@require_POST
def take_in(request: HttpRequest, pk: int) -> HttpResponse:
    """Put an interview back into its batch."""
    user = _importer(request)
    aside = get_object_or_404(SetAside, pk=pk, batch__in=queries.visible_to(user))

    def act() -> str:
        reviewing.take_in(aside, by=user)
        return "La fiche est de nouveau dans le lot."

    carry_out(request, act)
    return _to_interview(aside.batch_id, aside.key)


def set_aside_list(request: HttpRequest, pk: int) -> HttpResponseBase:
    """The interviews that a review set aside, by enumerator: to print and to hand over."""
    one = _batch(_importer(request), pk)
    found = one.set_aside.select_related("made_by")
    return SET_ASIDE.respond(request, found, "imports/set_aside.html", {"batch": one})


@require_POST
def decide(request: HttpRequest, pk: int, verb: str) -> HttpResponse:
    """Check again, declare reviewed, merge or refuse a batch."""
    user = _importer(request)
    one = _batch(user, pk)
    if verb not in ACTS:
        raise Http404
    carry_out(request, lambda: ACTS[verb](one, request.POST.get("motif", ""), user))
    return redirect("batch", pk)


def _check_again(one: Batch, reason: str, by: User) -> str:
    done = reviewing.check_again(one, by=by)
    return f"Le lot est contrôlé de nouveau : {counted(done.households_held, 'fiche retenue', 'fiches retenues')}."


def _review(one: Batch, reason: str, by: User) -> str:
    reviewing.review(one, by=by)
    return "Le lot est déclaré relu : il peut être versé."


def _merge(one: Batch, reason: str, by: User) -> str:
    done = reviewing.merge(one, by=by)
    return f"{counted(done.households_merged, 'fiche versée', 'fiches versées')} au registre."


def _refuse(one: Batch, reason: str, by: User) -> str:
    reviewing.refuse(one, by=by, reason=reason)
    return "Le lot est refusé : rien n’a été versé, ses fichiers sont effacés."


ACTS: dict[str, Callable[[Batch, str, User], str]] = {
    "check_again": _check_again, "review": _review, "merge": _merge, "refuse": _refuse,
}  # fmt: skip


def _to_interview(pk: int, key: str) -> HttpResponse:
    return redirect(f"{reverse('batch_interview', args=[pk])}?{urlencode({'fiche': key})}")


def _batch(user: User, pk: int) -> Batch:
    return get_object_or_404(queries.visible_to(user).select_related("made_by", "reviewed_by"), pk=pk)


def _importer(request: HttpRequest) -> User:
    user = user_of(request)
    require(user, RIGHT)
    return user
