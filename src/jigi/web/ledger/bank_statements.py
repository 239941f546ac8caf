"""The statements of an account at a bank: taking one, reading its lines, taking it back."""

from __future__ import annotations

from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse

from jigi.foundation.errors import JigiError
from jigi.foundation.models import User
from jigi.ledger.periods import holds_everywhere
from jigi.payments import bank_matching
from jigi.payments import bank_statements as payments
from jigi.payments.bank_models import BankAccount, BankLine, BankMatchLine, BankStatement
from jigi.payments.bank_state import visible_to
from jigi.web.account.step_up import require_proof
from jigi.web.formats import counted
from jigi.web.ledger.bank import seen_bank
from jigi.web.listing import Column, Filter, Listing
from jigi.web.payments.sight import person_with
from jigi.web.sent_table import sent_table
from jigi.web.submissions import KeyReused, carry_out

MOST_BYTES = 50 * 1024 * 1024
STATEMENTS = Listing(
    noun=("relevé", "relevés"),
    file_name="releves-bancaires",
    columns=(
        Column("au", "Au", lambda one: one.until_on, kind="day", sort="until_on"),
        Column("du", "Du", lambda one: one.from_on, kind="day", sort="from_on",
               link=lambda one: reverse("ledger_bank_statement", args=[one.pk])),
        Column("fichier", "Fichier", lambda one: one.file_name, sort="file_name",
               link=lambda one: reverse("ledger_bank_statement", args=[one.pk])),
        Column("ouverture", "Ouverture", lambda one: one.opening_xof, kind="xof"),
        Column("cloture", "Clôture", lambda one: one.closing_xof, kind="xof"),
        Column("lignes", "Nouvelles", lambda one: one.lines, kind="number", sort="lines"),
        Column("connues", "Déjà connues", lambda one: one.repeated, kind="number", sort="repeated"),
        Column("par", "Pris par", lambda one: str(one.made_by)),
        Column("etat", "État", lambda one: "retiré" if one.undone_at else "en vigueur"),
    ),
    order="-au",
    filters=(
        Filter("etat", "État", lambda rows, value: rows.filter(undone_at__isnull=value == "pris"),
               (("pris", "en vigueur"), ("retires", "retirés"))),
    ),
    empty="Aucun relevé de ce compte n’a encore été pris.",
)  # fmt: skip


def statements(request: HttpRequest, code: str) -> HttpResponseBase:
    """The statements of an account, with the form that takes one."""
    user, bank = person_with(request, "ledger.see"), seen_bank(request, code)
    if request.method == "POST":
        if not holds_everywhere(user, "ledger.keep"):
            raise Http404
        require_proof(request)
        try:
            carry_out(request, lambda: _take(request, bank, user))
        except KeyReused:
            raise
        except JigiError as error:
            return _page(request, bank, user, error)
        return redirect("ledger_bank", bank.code)
    return _page(request, bank, user)


def statement(request: HttpRequest, pk: int) -> HttpResponseBase:
    """One statement and its lines; posted, it is taken back."""
    user = person_with(request, "ledger.see")
    shown = BankStatement.objects.select_related("bank", "made_by", "undone_by").filter(
        pk=pk, bank__in=visible_to(user)
    ).first()  # fmt: skip
    if shown is None:
        raise Http404
    if request.method == "POST":
        if not holds_everywhere(user, "ledger.approve"):
            raise Http404
        require_proof(request)
        carry_out(request, lambda: _undo(request, shown, user))
        return redirect("ledger_bank_statements", shown.bank.code)
    lines = BankLine.objects.filter(statement=shown)
    context = {
        "statement": shown, "own": shown.made_by_id == user.pk,
        "undoes": shown.undone_at is None and holds_everywhere(user, "ledger.approve"),
        "matched": BankMatchLine.objects.filter(line__statement=shown, live=True).count(),
    }  # fmt: skip
    return _lines(shown).respond(request, lines, "ledger/bank_statement.html", context)


def _page(
    request: HttpRequest, bank: BankAccount, user: User, error: JigiError | None = None
) -> HttpResponseBase:  # fmt: skip
    context = {"bank": bank, "keeps": holds_everywhere(user, "ledger.keep"), "error": error, "limit": MOST_BYTES >> 20}
    found = bank.statements.select_related("made_by")
    response = STATEMENTS.respond(request, found, "ledger/bank_statements.html", context)
    if error is not None:
        response.status_code = 400
    return response


def _take(request: HttpRequest, bank: BankAccount, user: User) -> str:
    """Take the file of the form, then match what can be."""
    with sent_table(request.FILES.get("fichier"), what="le relevé", most_bytes=MOST_BYTES) as path:
        taken = payments.take(bank, path, by=user)
    if taken.known:
        return "Ce relevé est déjà connu : rien n’a changé."
    found = bank_matching.match_all(bank, by=user)
    new = counted(taken.lines, "ligne nouvelle", "lignes nouvelles")
    known = counted(taken.repeated, "déjà connue", "déjà connues")
    return f"{new}, {known} ; {counted(found.total, 'rapprochement trouvé', 'rapprochements trouvés')}."


def _undo(request: HttpRequest, shown: BankStatement, user: User) -> str:
    payments.undo(shown, by=user, reason=request.POST.get("motif", ""))
    return f"Relevé retiré : {shown}. Ses lignes ne comptent plus."


def _lines(shown: BankStatement) -> Listing:
    return Listing(
        noun=("ligne", "lignes"),
        file_name=f"releve-{shown.pk}",
        columns=(
            Column("ligne", "Ligne", lambda one: one.line, kind="number", sort="line"),
            Column("date", "Date", lambda one: one.booked_on, kind="day", sort="booked_on"),
            Column("libelle", "Libellé", lambda one: one.label),
            Column("reference", "Référence", lambda one: one.bank_reference),
            Column("notre", "Notre référence", lambda one: one.our_reference),
            Column("montant", "FCFA", lambda one: one.amount_xof, kind="xof", sort="amount_xof"),
        ),
        order="ligne",
        filters=(
            Filter("sens", "Sens", _of_side, (("recu", "reçu"), ("donne", "donné"))),
        ),
        empty="Ce relevé n’a apporté aucune ligne nouvelle.",
    )  # fmt: skip


def _of_side(rows: QuerySet[BankLine], value: str) -> QuerySet[BankLine]:
    return rows.filter(amount_xof__gt=0) if value == "recu" else rows.filter(amount_xof__lt=0)
