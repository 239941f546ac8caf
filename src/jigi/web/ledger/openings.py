"""/comptabilite/reprise/: opening balances, sent by one person, read by both, confirmed by another."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from jigi.foundation.errors import InputError
from jigi.foundation.models import User
from jigi.ledger import opening_requests as ledger
from jigi.ledger.models import Account, OpeningRequest
from jigi.ledger.openings import COLUMNS, NATURES, Balance
from jigi.ledger.periods import holds_everywhere
from jigi.web.account.step_up import require_proof
from jigi.web.payments.sight import person_with
from jigi.web.sent_table import sent_table
from jigi.web.submissions import carry_out

WORDS = dict(Account.Kind.choices)


def openings(request: HttpRequest) -> HttpResponse:
    """The requests, those that wait first; posted, a file is sent, or told what is wrong at which line."""
    user = person_with(request, "ledger.see")
    error: InputError | None = None
    if request.method == "POST":
        if not holds_everywhere(user, "ledger.keep"):
            raise Http404
        require_proof(request)
        made: list[OpeningRequest] = []
        try:
            if carry_out(request, lambda: _asked(request, user, made)):
                return redirect("ledger_opening", made[0].pk)
            return redirect("ledger_openings")
        except InputError as refused:
            error = refused
    found = OpeningRequest.objects.select_related("asked_by", "decided_by", "taken").defer("content")
    context = {
        "requests": sorted(found.order_by("-pk"), key=lambda one: one.decided_at is not None), "error": error,
        "keeps": holds_everywhere(user, "ledger.keep"), "everywhere": _everywhere(user),
        "columns": ", ".join(COLUMNS), "natures": ", ".join(NATURES),
    }  # fmt: skip
    return render(request, "ledger/openings.html", context, status=200 if error is None else 400)


def opening(request: HttpRequest, pk: int) -> HttpResponse:
    """What one file would open, or opened, account by account; posted, it is confirmed or refused."""
    user = person_with(request, "ledger.see")
    shown = OpeningRequest.objects.select_related("asked_by", "decided_by", "taken").filter(pk=pk).first()
    if shown is None or not _everywhere(user):
        raise Http404
    own = shown.asked_by_id == user.pk
    decides = holds_everywhere(user, "ledger.approve") or (own and holds_everywhere(user, "ledger.keep"))
    if request.method == "POST":
        if not decides:
            raise Http404
        require_proof(request)
        carry_out(request, lambda: _decided(request, shown, user))
        return redirect("ledger_opening", shown.pk)
    context = {"opening": shown, "own": own, "decides": decides, **_previewed(shown)}
    return render(request, "ledger/opening.html", context)


def _everywhere(user: User) -> bool:
    """Whether a person sees the accounts of the whole country: a file may speak of any agreement."""
    return holds_everywhere(user, "ledger.see")


def _asked(request: HttpRequest, user: User, made: list[OpeningRequest]) -> str:
    with sent_table(request.FILES.get("fichier"), what="le fichier des soldes") as path:
        made.append(ledger.ask(path, by=user))
    return "Reprise demandée : relisez-la, une autre personne la confirme."


def _decided(request: HttpRequest, shown: OpeningRequest, user: User) -> str:
    if request.POST.get("decision") == "confirmer":
        taken = ledger.confirm(shown, by=user)
        return f"Reprise confirmée : {taken.balances} soldes sont dans les comptes."
    ledger.refuse(shown, request.POST.get("motif", ""), by=user)
    return "Reprise refusée : rien n’est entré dans les comptes."


def _previewed(shown: OpeningRequest) -> dict[str, Any]:
    """The balances of a request that waits, or why the accounts no longer let them in."""
    if shown.decided_at is not None:
        return {"funds": []}
    try:
        found = ledger.preview(shown)
    except InputError as error:
        return {"funds": [], "error": error}
    return {
        "funds": [
            (fund, [(one, WORDS[one.kind]) for one in lines], _spread_xof(lines)) for fund, lines in found.items()
        ]
    }


def _spread_xof(lines: list[Balance]) -> int:
    """What the donor gave, that the other accounts hold."""
    return -sum(one.balance_xof for one in lines if one.kind == Account.Kind.DONOR)
