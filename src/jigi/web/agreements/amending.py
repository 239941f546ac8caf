"""Amendments of an agreement: asked for with the signed document, confirmed or refused by another person."""

from __future__ import annotations

from datetime import date
from decimal import Decimal, InvalidOperation
from io import BytesIO

from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.dateparse import parse_date
from django.views.decorators.http import require_POST

from jigi.foundation import audit
from jigi.foundation.errors import InputError, Refused
from jigi.programmes import amendments
from jigi.programmes.amendments import ASK, CONFIRM, MOST_BYTES, Asked, Paper
from jigi.programmes.budget_file import read_table
from jigi.programmes.budget_rules import SaidBudget
from jigi.programmes.models import Agreement, AgreementDocument, Amendment
from jigi.programmes.terms import terms_on
from jigi.web.account.step_up import require_proof
from jigi.web.agreements.eligible import offered, typed, written
from jigi.web.agreements.sight import person, seen_agreement
from jigi.web.sent_table import sent_table
from jigi.web.submissions import carry_out

SUFFIX = {"application/pdf": "pdf", "image/jpeg": "jpg", "image/png": "png"}


def ask(request: HttpRequest, code: str) -> HttpResponseBase:
    """The form of an amendment; what was typed stays when it is refused, and nothing is written."""
    user, shown = person(request), seen_agreement(request, code)
    if not amendments.may(user, ASK, shown):
        raise Http404
    error: Refused | InputError | None = None
    if request.method == "POST":
        try:
            carry_out(request, lambda: _asked(request, shown))
            return redirect(reverse("agreement", args=[shown.code]) + "#avenants")
        except (Refused, InputError) as refused:
            error = refused
    said = request.POST if request.method == "POST" else written(shown)
    context = {
        "agreement": shown,
        "terms": terms_on(shown, date.max),
        "kinds": Amendment.Kind.choices,
        "said": said,
        "components": offered(shown),
        "chosen": said.getlist("composantes"),
        "error": error,
        "today": date.today().isoformat(),
    }
    return render(request, "agreements/amend.html", context, status=200 if error is None else 400)


@require_POST
def decide(request: HttpRequest, code: str, number: int) -> HttpResponse:
    """Confirm an amendment, or refuse it with the reason."""
    user, shown = person(request), seen_agreement(request, code)
    found = get_object_or_404(shown.amendments.all(), number=number)
    if not amendments.may(user, CONFIRM, shown):
        raise Http404
    require_proof(request)

    def act() -> str:
        if request.POST.get("decision") == "confirmer":
            amendments.confirm(found, by=user)
            return f"L’avenant {found.number} est confirmé : il est en vigueur."
        amendments.refuse(found, request.POST.get("motif", ""), by=user)
        return f"L’avenant {found.number} est refusé : la convention n’a pas changé."

    carry_out(request, act)
    return redirect(reverse("agreement", args=[shown.code]) + "#avenants")


@require_POST
def document(request: HttpRequest, code: str, pk: int) -> HttpResponseBase:
    """A signed document, to be kept: by a form, since each download leaves a row with the audit."""
    user, shown = person(request), seen_agreement(request, code)
    found = get_object_or_404(AgreementDocument, agreement=shown, pk=pk)

    def act() -> str:
        audit.record("export", "agreement", shown.code, by=user, after={"sha256": found.sha256})
        return ""

    carry_out(request, act, again="")
    name = f"{shown.code}-{found.pk}.{SUFFIX[found.kind]}"
    return FileResponse(BytesIO(found.content), as_attachment=True, filename=name, content_type=found.kind)


def _asked(request: HttpRequest, shown: Agreement) -> str:
    said = request.POST
    kind = said.get("objet", "")
    asked = Asked(
        kind, _day(said.get("cloture", "")), _number(said.get("montant", "")), _number(said.get("cours", "")),
        _day(said.get("date_cours", "")), typed(said, shown) if kind == Amendment.Kind.ELIGIBILITY else None,
        _budget(request, shown) if kind == Amendment.Kind.BUDGET else None,
    )  # fmt: skip
    signed_on = _day(said.get("signature", ""))
    if signed_on is None:
        raise Refused("Il manque la date de signature", remedy="Écrivez celle du document.")
    made = amendments.ask(
        shown, asked, signed_on=signed_on, reason=said.get("motif", ""), paper=_paper(request), by=person(request)
    )
    return f"L’avenant {made.number} est demandé : une autre personne le confirme."


def _budget(request: HttpRequest, shown: Agreement) -> SaidBudget:
    """The budget of the table that was sent."""
    granted_xof = terms_on(shown, date.max).amount_xof
    with sent_table(request.FILES.get("lignes"), what="les lignes du budget") as path:
        return read_table(path, granted_xof=granted_xof, strict="strict" in request.POST)


def _paper(request: HttpRequest) -> Paper:
    sent = request.FILES.get("document")
    if sent is None:
        raise Refused("Il manque le document signé", remedy="Joignez-le, en PDF, JPEG ou PNG.")
    if sent.size and sent.size > MOST_BYTES:
        raise Refused("Le document dépasse 5 Mo", remedy="Numérisez-le moins finement, ou coupez-le.")
    return Paper(sent.name or "document", sent.read())


def _day(text: str) -> date | None:
    if not text.strip():
        return None
    try:
        found = parse_date(text.strip())
    except ValueError:
        found = None
    if found is None or not 1990 <= found.year <= 2200:
        raise Refused(f"« {text[:20]} » n’est pas une date", remedy="Écrivez-la comme 2022-12-31.")
    return found


def _number(text: str) -> Decimal | None:
    """A number as people type it: « 54 400 000 », « 655,957 »."""
    bare = "".join(text.split()).replace(",", ".")
    if not bare:
        return None
    try:
        found = Decimal(bare)
    except InvalidOperation:
        found = Decimal("NaN")
    if not found.is_finite() or abs(found) >= 10**15 or found != round(found, 6):
        raise Refused(f"« {text[:30]} » n’est pas un nombre", remedy="Écrivez-le comme 54 400 000 ou 655,957.")
    return found
