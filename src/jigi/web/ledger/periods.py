"""/comptabilite/periodes/: closing a period of accounts, and reopening it by two persons."""

from __future__ import annotations

from datetime import date

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.dateparse import parse_date

from jigi.foundation.errors import Refused
from jigi.foundation.models import User
from jigi.ledger import periods as ledger
from jigi.ledger.models import Closing
from jigi.ledger.periods import holds_everywhere
from jigi.web.account.step_up import require_proof
from jigi.web.payments.sight import person_with
from jigi.web.submissions import carry_out


def periods(request: HttpRequest) -> HttpResponse:
    """The closed periods; posted, one more is closed."""
    user = person_with(request, "ledger.see")
    if request.method == "POST":
        if not holds_everywhere(user, "ledger.keep"):
            raise Http404
        require_proof(request)
        carry_out(request, lambda: _close(request, user))
        return redirect("ledger_periods")
    closings = Closing.objects.select_related("closed_by", "reopen_asked_by", "reopened_by").order_by(
        "-starts_on", "-pk"
    )
    context = {
        "closings": closings,
        "keeps": holds_everywhere(user, "ledger.keep"),
        "approves": holds_everywhere(user, "ledger.approve"),
        "user": user,
    }
    return render(request, "ledger/periods.html", context)


def reopen(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask that a period be reopened, or grant what another person asked."""
    user = person_with(request, "ledger.see")
    closing = Closing.objects.select_related("reopen_asked_by").filter(pk=pk).first()
    if closing is None or not (holds_everywhere(user, "ledger.keep") or holds_everywhere(user, "ledger.approve")):
        raise Http404
    if request.method == "POST":
        require_proof(request)
        carry_out(request, lambda: _reopen(request, closing, user))
        return redirect("ledger_periods")
    return render(request, "ledger/reopen.html", {"closing": closing, "own": closing.reopen_asked_by_id == user.pk})


def _close(request: HttpRequest, user: User) -> str:
    closing = ledger.close_period(_day(request, "du"), _day(request, "au"), by=user)
    return f"Période close : {closing}. Plus rien n’y passe."


def _reopen(request: HttpRequest, closing: Closing, user: User) -> str:
    if closing.reopen_asked_by_id is None:
        ledger.ask_reopening(closing, by=user, reason=request.POST.get("motif", ""))
        return "Réouverture demandée : une autre personne doit l’accorder."
    ledger.reopen(closing, by=user)
    return f"Période rouverte : {closing}."


def _day(request: HttpRequest, name: str) -> date:
    try:
        found = parse_date(request.POST.get(name, ""))
    except ValueError:
        found = None
    if found is None:
        raise Refused("Une date manque, ou n’existe pas", remedy="Donnez le premier et le dernier jour de la période.")
    return found
