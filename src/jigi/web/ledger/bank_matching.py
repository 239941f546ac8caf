"""Matching the lines of a bank with the entries of the ledger: by the machine, by a person, explained, undone."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse

from jigi.foundation.errors import JigiError
from jigi.foundation.models import User
from jigi.ledger.periods import holds_everywhere
from jigi.payments import bank_matching as payments
from jigi.payments import bank_operations
from jigi.payments.bank_models import BankAccount, BankMatch, BankOperation
from jigi.payments.bank_state import visible_to
from jigi.web.account.step_up import require_proof
from jigi.web.formats import counted, xof
from jigi.web.ledger.bank import SIDES, seen_bank
from jigi.web.listing import Column, Filter, Listing
from jigi.web.payments.sight import person_with
from jigi.web.submissions import KeyReused, carry_out

SHOWN = 200
"""Lines of a side on the page: a search finds the others."""
MATCHES = Listing(
    noun=("rapprochement", "rapprochements"),
    file_name="rapprochements-bancaires",
    columns=(
        Column("numero", "N°", lambda one: one.pk, kind="number", sort="id",
               link=lambda one: reverse("ledger_bank_match", args=[one.pk])),
        Column("fait", "Fait le", lambda one: one.made_at, kind="moment", sort="made_at"),
        Column("par", "Reconnu par", lambda one: one.get_how_display()),
        Column("qui", "Fait par", lambda one: str(one.made_by)),
        Column("montant", "FCFA à la banque", lambda one: sum(m.line.amount_xof for m in one.matched_lines.all()),
               kind="xof"),
        Column("etat", "État", lambda one: _said(one)),
    ),
    order="-numero",
    filters=(
        Filter("par", "Reconnu par", lambda rows, value: rows.filter(how=value), BankMatch.How.choices),
        Filter("etat", "État", lambda rows, value: rows.filter(**_STATES[value]),
               (("tient", "tient"), ("attend", "attend une approbation"), ("defait", "défait"))),
    ),
    empty="Rien n’est encore rapproché sur ce compte.",
)  # fmt: skip
_STATES: dict[str, dict[str, object]] = {
    "tient": {"undone_at": None},
    "attend": {"undone_at": None, "operation__isnull": False, "operation__entry": None},
    "defait": {"undone_at__isnull": False},
}


def matching(request: HttpRequest, code: str) -> HttpResponseBase:
    """What is open on both sides; posted, what is ticked is matched, or explained, or the machine looks again."""
    user, bank = person_with(request, "ledger.keep"), seen_bank(request, code)
    if not holds_everywhere(user, "ledger.keep"):
        raise Http404
    if request.method == "POST":
        require_proof(request)
        try:
            carry_out(request, lambda: _act(request, bank, user))
        except KeyReused:
            raise
        except JigiError as error:
            return _page(request, bank, error)
        return redirect("ledger_bank_matching", bank.code)
    return _page(request, bank)


def matches(request: HttpRequest, code: str) -> HttpResponseBase:
    """The matches of an account."""
    bank = seen_bank(request, code)
    found = BankMatch.objects.filter(bank=bank).select_related("made_by", "operation")
    return MATCHES.respond(
        request, found.prefetch_related("matched_lines__line"), "ledger/bank_matches.html", {"bank": bank}
    )


def match(request: HttpRequest, pk: int) -> HttpResponseBase:
    """One match, both sides; posted, it is undone, or the operation that explains it is approved."""
    user = person_with(request, "ledger.see")
    found = BankMatch.objects.filter(pk=pk, bank__in=visible_to(user)).select_related("bank", "made_by", "undone_by")
    shown = found.first()
    if shown is None:
        raise Http404
    operation = BankOperation.objects.filter(match=shown).select_related("made_by", "approved_by").first()
    if request.method == "POST":
        approving = request.POST.get("action") == "approuver"
        if not holds_everywhere(user, "ledger.approve" if approving else "ledger.keep") or (
            approving and operation is None
        ):
            raise Http404
        require_proof(request)
        carry_out(request, lambda: _decide(request, shown, operation if approving else None, user))
        return redirect("ledger_bank_match", shown.pk)
    context = {
        "match": shown, "operation": operation, "own": operation is not None and operation.made_by_id == user.pk,
        "waits": operation is not None and operation.entry_id is None and shown.undone_at is None,
        "lines": shown.matched_lines.select_related("line__statement").order_by("line__booked_on", "pk"),
        "items": shown.matched_items.select_related("entry", "debit", "credit").order_by("entry__accounted_on", "pk"),
        "undoes": shown.undone_at is None and holds_everywhere(user, "ledger.keep"),
        "approves": holds_everywhere(user, "ledger.approve"),
    }  # fmt: skip
    return render(request, "ledger/bank_match.html", context)


def _page(request: HttpRequest, bank: BankAccount, error: JigiError | None = None) -> HttpResponseBase:
    word = request.GET.get("q", "").strip().casefold()
    ticked = {*request.POST.getlist("ligne"), *request.POST.getlist("ecriture")}
    found = [
        one for one in payments.outstanding(bank)
        if word in f"{one.label} {one.reference} {xof(one.amount_xof)} {one.amount_xof}".casefold() or one.key in ticked
    ]  # fmt: skip
    sides = [
        (side, SIDES[side], name, of[:SHOWN], len(of))
        for side, name in (("bank", "ligne"), ("ledger", "ecriture"))
        for of in [[one for one in found if one.side == side]]
    ]
    context = {
        "bank": bank, "sides": sides, "ticked": ticked, "error": error, "kinds": BankOperation.Kind.choices,
        "q": request.GET.get("q", ""), "shown": SHOWN, "chosen_kind": request.POST.get("nature", ""),
        "document": request.POST.get("piece", ""), "anything": bool(found),
    }  # fmt: skip
    return render(request, "ledger/bank_matching.html", context, status=400 if error else 200)


def _act(request: HttpRequest, bank: BankAccount, user: User) -> str:
    lines, items = request.POST.getlist("ligne"), request.POST.getlist("ecriture")
    match request.POST.get("action"):
        case "chercher":
            found = payments.match_all(bank, by=user)
            return f"{counted(found.total, 'rapprochement trouvé', 'rapprochements trouvés')}."
        case "expliquer":
            kind, document = request.POST.get("nature", ""), request.POST.get("piece", "")
            made = bank_operations.explain(bank, lines, items, kind, document, by=user)
            return f"Écart de {xof(made.amount_xof)} FCFA expliqué : une autre personne doit l’approuver."
    payments.match(bank, lines, items, by=user)
    return "Rapproché : les deux côtés sont égaux au franc."


def _decide(request: HttpRequest, shown: BankMatch, operation: BankOperation | None, user: User) -> str:
    if operation is not None:
        bank_operations.approve(operation, by=user)
        return f"Opération approuvée et passée : {xof(operation.amount_xof)} FCFA."
    payments.undo(shown, by=user, reason=request.POST.get("motif", ""))
    return "Rapprochement défait : ce qu’il tenait est de nouveau en suspens."


def _said(one: BankMatch) -> str:
    if one.undone_at:
        return "défait"
    operation = getattr(one, "operation", None)
    return "attend une approbation" if operation and operation.entry_id is None else "tient"
