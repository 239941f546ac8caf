"""/chantiers/<n>/faire/: the verbs of a worksite, each one form."""

from __future__ import annotations

from collections.abc import Callable

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from jigi.delivery.works import actions, hiring, sheets
from jigi.delivery.works.models import WorkDraw, Worksite
from jigi.foundation.errors import Refused
from jigi.foundation.models import User
from jigi.web.formats import counted
from jigi.web.reader import number_in
from jigi.web.submissions import carry_out
from jigi.web.works.sight import day_in, person, seen_worksite, whole

Verb = Callable[[HttpRequest, Worksite, User], str]


@require_POST
def act(request: HttpRequest, pk: int, verb: str) -> HttpResponse:
    """Do one thing to a worksite."""
    shown, user = seen_worksite(request, pk), person(request)
    done = VERBS.get(verb)
    if done is None:
        raise Http404
    carry_out(request, lambda: done(request, shown, user))
    return redirect("worksite", pk)


def _reason(request: HttpRequest) -> str:
    return request.POST.get("motif", "")


def _approve(request: HttpRequest, shown: Worksite, user: User) -> str:
    actions.approve(shown, by=user)
    return "Le chantier est approuvé : la liste des candidats est ouverte."


def _again(request: HttpRequest, shown: Worksite, user: User) -> str:
    actions.propose_again(shown, reason=_reason(request), by=user)
    return "La proposition est reprise : elle se corrige, puis s’examine de nouveau."


def _close(request: HttpRequest, shown: Worksite, user: User) -> str:
    method = request.POST.get("methode", "")
    if method not in WorkDraw.Method.values:
        raise Refused("Tirage ou classement ?", remedy="Choisissez une méthode.")
    made = hiring.close_list(shown, method, by=user)
    return f"La liste est close : {counted(made.applicants, 'candidat')}. Affichez son empreinte avant le tirage."


def _reopen(request: HttpRequest, shown: Worksite, user: User) -> str:
    hiring.reopen_list(shown, reason=_reason(request), by=user)
    return "La liste est rouverte."


def _draw(request: HttpRequest, shown: Worksite, user: User) -> str:
    hiring.draw(shown, request.POST.get("graine", ""), request.POST.get("temoins", ""), by=user)
    return "La liste est tirée : chacun peut vérifier son rang."


def _hire(request: HttpRequest, shown: Worksite, user: User) -> str:
    size = whole(request, "taille", "Taille des équipes", 100) or hiring.CREW_SIZE
    count = hiring.hire(shown, starts_on=day_in(request, "du"), crew_size=size, by=user)
    return f"{counted(count, 'travailleur embauché', 'travailleurs embauchés')}."


def _start(request: HttpRequest, shown: Worksite, user: User) -> str:
    actions.start(shown, by=user)
    return "Le chantier est ouvert : les feuilles de présence se saisissent."


def _finish(request: HttpRequest, shown: Worksite, user: User) -> str:
    actions.finish(shown, by=user)
    return "Le chantier est achevé."


def _resume(request: HttpRequest, shown: Worksite, user: User) -> str:
    actions.resume(shown, reason=_reason(request), by=user)
    return "Le chantier reprend."


def _cancel(request: HttpRequest, shown: Worksite, user: User) -> str:
    actions.cancel(shown, reason=_reason(request), by=user)
    return "Le chantier est annulé."


def _sheet(request: HttpRequest, shown: Worksite, user: User) -> str:
    crew = shown.crews.filter(pk=number_in(request.POST.get("equipe", ""))).first()
    if crew is None:
        raise Refused("De quelle équipe ?", remedy="Choisissez une des équipes du chantier.")
    made = sheets.open_sheet(crew, day_in(request, "du"), whole(request, "jours", "Jours", 99), by=user)
    return f"La feuille {made.number} de {crew} est ouverte."


VERBS: dict[str, Verb] = {
    "approuver": _approve, "reprendre": _again, "clore-liste": _close, "rouvrir-liste": _reopen, "tirer": _draw,
    "embaucher": _hire, "ouvrir": _start, "achever": _finish, "continuer": _resume, "annuler": _cancel,
    "feuille": _sheet,
}  # fmt: skip
