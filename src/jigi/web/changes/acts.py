"""What is done to a request: each act is a form that may be posted twice."""

from __future__ import annotations

from collections.abc import Callable

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from jigi.changes import actions, evidence
from jigi.changes.models import MOST_BYTES, ChangeRequest
from jigi.foundation.errors import Refused
from jigi.foundation.models import User
from jigi.web.changes.sight import changer, seen_change
from jigi.web.formats import counted
from jigi.web.submissions import carry_out

Act = Callable[[HttpRequest, ChangeRequest, User], str]


@require_POST
def act(request: HttpRequest, pk: int, verb: str) -> HttpResponse:
    """Submit, withdraw, refresh, decide, refuse, counter, or join a paper."""
    user, shown = changer(request), seen_change(request, pk)
    if verb not in ACTS:
        raise Http404
    carry_out(request, lambda: ACTS[verb](request, shown, user))
    return redirect("change", pk)


def _submit(request: HttpRequest, shown: ChangeRequest, by: User) -> str:
    actions.submit(shown, by=by)
    return "La demande est soumise : une autre personne la vérifie avant qu’elle touche le registre."


def _withdraw(request: HttpRequest, shown: ChangeRequest, by: User) -> str:
    actions.withdraw(shown, by=by)
    return "La demande est retirée : le registre n’a pas changé."


def _refresh(request: HttpRequest, shown: ChangeRequest, by: User) -> str:
    count = actions.refresh(shown, by=by)
    renewed = counted(count, "fait actualisé", "faits actualisés")
    return f"La demande part maintenant du registre d’aujourd’hui : {renewed}."


def _decide(request: HttpRequest, shown: ChangeRequest, by: User) -> str:
    said = request.POST
    refused = {
        item.pk: said.get(f"motif-{item.pk}", "") for item in shown.items.all() if said.get(f"fait-{item.pk}") == "non"
    }
    made = actions.decide(shown, refused=refused, reason=said.get("motif", "").strip(), by=by)
    if made.status == "refused":
        return "La demande est refusée : le registre n’a pas changé."
    return "La demande est appliquée : le registre a changé, et son passé est gardé."


def _refuse(request: HttpRequest, shown: ChangeRequest, by: User) -> str:
    actions.refuse(shown, reason=request.POST.get("motif", ""), by=by)
    return "La demande est refusée : le registre n’a pas changé."


def _counter(request: HttpRequest, shown: ChangeRequest, by: User) -> str:
    made = actions.counter(shown, reason=request.POST.get("motif", ""), by=by)
    return f"La contre-demande {made.pk} attend une autre personne, qui la vérifie."


def _attach(request: HttpRequest, shown: ChangeRequest, by: User) -> str:
    sent = request.FILES.get("piece")
    if sent is None:
        raise Refused("Aucune pièce n’est choisie", remedy="Choisissez un PDF ou une image.")
    if sent.size and sent.size > MOST_BYTES:
        raise Refused("La pièce dépasse 5 Mo", remedy="Photographiez-la moins grande, ou coupez le document.")
    evidence.attach(shown, name=sent.name or "pièce", content=sent.read(), by=by)
    return "La pièce est jointe."


ACTS: dict[str, Act] = {
    "soumettre": _submit, "retirer": _withdraw, "actualiser": _refresh, "decider": _decide, "refuser": _refuse,
    "defaire": _counter, "joindre": _attach,
}  # fmt: skip
