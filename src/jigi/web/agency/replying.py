"""An agency takes the orders of a round, or refuses them and says why."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from jigi.foundation.errors import Refused
from jigi.payments import replies
from jigi.web.account.step_up import require_proof
from jigi.web.agency.sight import own_round
from jigi.web.formats import counted
from jigi.web.reader import number_in
from jigi.web.submissions import carry_out


@require_POST
def accept(request: HttpRequest, code: str, pk: int) -> HttpResponse:
    """Take the orders as a file declared them."""
    user, agency, shown = own_round(request, code, pk)
    require_proof(request)
    file = shown.order_files.filter(agency=agency, pk=number_in(request.POST.get("fichier", ""))).first()

    def act() -> str:
        if file is None:
            raise Refused(
                "Aucun fichier d’ordres n’est choisi", why="On accepte ce qu’un fichier déclare.",
                remedy="Prenez d’abord le fichier d’ordres, puis acceptez-le.",
            )  # fmt: skip
        reply = replies.accept(file, by=user)
        return f"{counted(reply.lines, 'ordre accepté', 'ordres acceptés')} : vous pouvez en donner les résultats."

    carry_out(request, act)
    return redirect("agency_round", agency.code, shown.pk)


@require_POST
def refuse(request: HttpRequest, code: str, pk: int) -> HttpResponse:
    """Refuse the orders of a round, with the reason."""
    user, agency, shown = own_round(request, code, pk)
    require_proof(request)

    def act() -> str:
        replies.refuse(shown, agency, by=user, reason=request.POST.get("motif", ""))
        return "Ordres refusés : qui libère les tours est prévenu."

    carry_out(request, act)
    return redirect("agency_round", agency.code, shown.pk)
