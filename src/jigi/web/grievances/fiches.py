"""/plaintes/fiches/: what telephones of the field sent and that could not be taken, to correct or to set aside."""

from __future__ import annotations

from collections.abc import Callable

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST

from jigi.foundation.models import User
from jigi.grievances import collected
from jigi.grievances.models import Arrival, ArrivalFault
from jigi.web.grievances.sight import person
from jigi.web.submissions import carry_out

SHOWN = 50


def listed(request: HttpRequest) -> HttpResponse:
    """Those to correct, the oldest first: what is wrong, never what was told."""
    held = collected.held_visible_to(person(request))[:SHOWN]
    fiches = [
        (one, [(fault, collected.QUESTIONS.get(fault.question, "")) for fault in _faults(one)],
         collected.correctable(one).items())
        for one in held
    ]  # fmt: skip
    return render(request, "grievances/fiches.html", {"fiches": fiches})


@require_POST
def act(request: HttpRequest, pk: int, verb: str) -> HttpResponse:
    """Correct an answer and try again, or set the questionnaire aside."""
    user = person(request)
    one = get_object_or_404(collected.held_visible_to(user), pk=pk)
    if verb not in ACTS:
        raise Http404
    carry_out(request, lambda: ACTS[verb](request, one, user))
    return redirect("grievance_fiches")


def _correct(request: HttpRequest, one: Arrival, by: User) -> str:
    done = collected.correct(one, request.POST.get("question", ""), request.POST.get("valeur", ""), by=by)
    return "C’est corrigé : la plainte est prise." if done else "C’est noté. Il reste quelque chose à corriger."


def _drop(request: HttpRequest, one: Arrival, by: User) -> str:
    collected.drop(one, request.POST.get("motif", ""), by=by)
    return "La fiche est écartée."


def _faults(one: Arrival) -> list[ArrivalFault]:
    return [fault for fault in one.faults.all() if fault.what]


ACTS: dict[str, Callable[[HttpRequest, Arrival, User], str]] = {"corriger": _correct, "ecarter": _drop}
