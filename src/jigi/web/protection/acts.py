"""What is done to a request: each act is a form that may be posted twice."""

from __future__ import annotations

from collections.abc import Callable

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from jigi.foundation.models import User
from jigi.protection import actions
from jigi.protection.models import DataRequest
from jigi.web.formats import counted
from jigi.web.protection.sight import protector, seen_request
from jigi.web.submissions import carry_out

Act = Callable[[DataRequest, str, User], str]


@require_POST
def act(request: HttpRequest, pk: int, verb: str) -> HttpResponse:
    """Accept, refuse, withdraw, answer, erase, or lift an opposition."""
    user, shown = protector(request), seen_request(request, pk)
    if verb not in ACTS:
        raise Http404
    carry_out(request, lambda: ACTS[verb](shown, request.POST.get("motif", ""), user))
    return redirect("data_request", pk)


def _accept(shown: DataRequest, said: str, by: User) -> str:
    actions.accept(shown, reason=said, by=by)
    if shown.kind == DataRequest.Kind.ERASURE:
        return "L’effacement est accepté. Il reste à faire, par une autre personne que vous : il est sans retour."
    return "La demande est acceptée : il reste à y répondre."


def _refuse(shown: DataRequest, said: str, by: User) -> str:
    actions.refuse(shown, reason=said, by=by)
    return "La demande est refusée. Dites le motif à la personne, et qu’elle peut saisir l’APDP."


def _withdraw(shown: DataRequest, said: str, by: User) -> str:
    actions.withdraw(shown, by=by)
    return "La demande est retirée."


def _lift(shown: DataRequest, said: str, by: User) -> str:
    actions.lift(shown, by=by)
    return "L’opposition est levée."


def _answer(shown: DataRequest, said: str, by: User) -> str:
    actions.answer(shown, answer=said, by=by)
    return "La réponse est gardée, et la demande est close."


def _erase(shown: DataRequest, said: str, by: User) -> str:
    rows = sum(actions.erase(shown, rsu_number=said, by=by).values())
    return f"Les données sont effacées ({counted(rows, 'ligne')}). Les comptes et les listes gelées restent entiers."


ACTS: dict[str, Act] = {
    "accept": _accept, "refuse": _refuse, "withdraw": _withdraw, "lift": _lift, "answer": _answer, "erase": _erase,
}  # fmt: skip
