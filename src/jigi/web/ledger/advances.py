"""/comptabilite/avances/: advances to agencies, what is due from and to each, and clearing."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponseBase
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from jigi.foundation.errors import Refused
from jigi.foundation.models import User
from jigi.foundation.money import format_xof
from jigi.ledger.periods import holds_everywhere
from jigi.payments import advances as payments
from jigi.programmes import queries as programmes
from jigi.programmes.models import Advance, Agency
from jigi.web.account.step_up import require_proof
from jigi.web.ledger.fees import day_of
from jigi.web.ledger.sheets import exported
from jigi.web.payments.sight import person_with
from jigi.web.submissions import carry_out

HEADERS = (
    "Convention", "Agence", "Engagé", "Payé", "Avancé", "Apuré", "Dû par l’agence", "30 jours au plus", "31 à 90 jours",
    "Plus de 90 jours", "Dû à l’agence",
)  # fmt: skip


def advances(request: HttpRequest) -> HttpResponseBase:
    """The balances by agreement and agency, and the advances; posted, one more is proposed."""
    user = person_with(request, "ledger.see")
    seen = programmes.agreements_visible_to(user)
    if request.method == "POST":
        if not holds_everywhere(user, "ledger.keep"):
            raise Http404
        require_proof(request)
        carry_out(request, lambda: _propose(request, user))
        return redirect("ledger_advances")
    balances = payments.balances(seen.values_list("pk", flat=True))
    rows = (
        (b.agreement, b.agency, b.committed_xof, b.paid_xof, b.advanced_xof, b.cleared_xof, b.open_xof, b.recent_xof,
         b.aging_xof, b.old_xof, b.owed_to_agency_xof)
        for b in balances
    )  # fmt: skip
    if file := exported(request, "avances-agences", HEADERS, rows, by=user):
        return file
    made = Advance.objects.filter(agreement__in=seen).select_related("agreement", "agency", "made_by", "approved_by")
    context = {
        "balances": balances, "advances": made.order_by("-paid_on", "-pk"), "agreements": seen,
        "agencies": Agency.objects.order_by("name"), "keeps": holds_everywhere(user, "ledger.keep"),
        "approves": holds_everywhere(user, "ledger.approve"), "user": user,
    }  # fmt: skip
    return render(request, "ledger/advances.html", context)


def approve(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Look at an advance that waits, and approve it."""
    user = person_with(request, "ledger.approve")
    seen = Advance.objects.filter(agreement__in=programmes.agreements_visible_to(user))
    advance = seen.select_related("agreement", "agency", "made_by").filter(pk=pk).first()
    if advance is None:
        raise Http404
    if request.method == "POST":
        require_proof(request)
        carry_out(request, lambda: _approve(advance, user))
        return redirect("ledger_advances")
    return render(request, "ledger/advance.html", {"advance": advance, "own": advance.made_by_id == user.pk})


@require_POST
def withdraw(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Take back an advance that one entered and nobody has approved."""
    user = person_with(request, "ledger.keep")
    seen = Advance.objects.filter(agreement__in=programmes.agreements_visible_to(user))
    advance = seen.filter(pk=pk).first()
    require_proof(request)
    carry_out(request, lambda: _withdrawn(advance, user))
    return redirect("ledger_advances")


def clear(request: HttpRequest, code: str, agency: str) -> HttpResponseBase:
    """Clear the advances of an agency by what it has paid."""
    user = person_with(request, "ledger.keep")
    agreement = programmes.agreements_visible_to(user).filter(code=code).first()
    paid_by = Agency.objects.filter(code=agency).first()
    if agreement is None or paid_by is None:
        raise Http404
    if request.method == "POST":
        require_proof(request)
        carry_out(request, lambda: _cleared(payments.clear(agreement, paid_by, by=user)))
        return redirect("ledger_advances")
    due = next((one for one in payments.balances([agreement.pk]) if one.agency_id == paid_by.pk), None)
    return render(request, "ledger/clear.html", {"agreement": agreement, "agency": paid_by, "due": due})


def _propose(request: HttpRequest, user: User) -> str:
    agreement = programmes.agreements_visible_to(user).filter(code=request.POST.get("convention", "")).first()
    agency = Agency.objects.filter(code=request.POST.get("agence", "")).first()
    day, written = day_of(request, "date"), "".join(request.POST.get("montant", "").split())
    if agreement is None or agency is None or day is None:
        raise Refused("Il manque la convention, l’agence ou la date du virement", remedy="Remplissez les trois.")
    if not (written.isdecimal() and len(written) < 16):
        raise Refused(f"« {written} » n’est pas un montant", remedy="Écrivez un nombre entier de francs.")
    payments.propose(
        agreement, agency, int(written), reference=request.POST.get("reference", ""), paid_on=day,
        document=request.POST.get("piece", ""), decision=request.POST.get("decision", ""), by=user,
    )  # fmt: skip
    return "Avance saisie : une autre personne doit l’approuver."


def _withdrawn(advance: Advance | None, user: User) -> str:
    if advance is None:
        raise Refused("Cette avance est déjà retirée", remedy="Rechargez la page.")
    payments.withdraw(advance, by=user)
    return "Avance retirée : elle n’attend plus d’approbation."


def _approve(advance: Advance, user: User) -> str:
    payments.approve(advance, by=user)
    return f"Avance approuvée : {format_xof(advance.amount_xof)}."


def _cleared(moved_xof: int) -> str:
    if not moved_xof:
        return "Rien à apurer : l’agence n’a rien payé de plus depuis le dernier apurement."
    return f"Avances apurées : {format_xof(moved_xof)}."
