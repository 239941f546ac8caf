"""The API of agencies' machines: a token acts for one person in one agency, by the same acts as the page.

JSON in French names, as in the files; document.py is its contract.
"""

from __future__ import annotations

from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse

from jigi.payments import agency_desk, agency_tokens, batches, replies
from jigi.payments.agency_desk import PAGE_ORDERS
from jigi.payments.agency_models import AgencyToken, ResultBatch
from jigi.payments.models import PaymentRound
from jigi.web.agency import body, told
from jigi.web.agency.document import DOCUMENT
from jigi.web.agency.door import answered, for_agencies

PAGE_ROUNDS = 50


@for_agencies("GET")
def home(request: HttpRequest, token: AgencyToken) -> dict[str, Any]:
    """For whom the token acts, until when, and where to go on."""
    return {
        "agence": token.agency.code,
        "nom": token.agency.name,
        "personne": token.user.full_name,
        "jeton": {"usage": token.label, "vaut_jusqu_au": token.expires_at},
        "appels_par_minute": agency_tokens.CALLS_A_MINUTE,
        "lignes_par_lot": batches.MOST_LINES,
        "tours": reverse("agences_api_rounds"),
        "document": reverse("agences_api_document"),
    }


@login_not_required
def document(request: HttpRequest) -> HttpResponse:
    """The contract, for whoever writes such a machine."""
    return answered(DOCUMENT)


@for_agencies("GET")
def rounds(request: HttpRequest, token: AgencyToken) -> dict[str, Any]:
    """The rounds that have orders for the agency, the last opened first; one page at a time."""
    seen = agency_desk.rounds_of(token.user, token.agency).order_by("-id")
    if after := body.after(request):
        seen = seen.filter(pk__lt=after)
    page = list(seen[: PAGE_ROUNDS + 1])
    shown = page[:PAGE_ROUNDS]
    address = reverse("agences_api_rounds")
    return {
        "tours": told.rounds(shown, token.agency),
        "suite": f"{address}?apres={shown[-1].pk}" if len(page) > PAGE_ROUNDS else None,
    }


@for_agencies("GET")
def payment_round(request: HttpRequest, token: AgencyToken, pk: int) -> dict[str, Any]:
    """One of them."""
    return _told(_round(token, pk), token)


@for_agencies("GET")
def orders(request: HttpRequest, token: AgencyToken, pk: int) -> dict[str, Any]:
    """A page of the agency's orders of a round, in the order that its hash follows."""
    shown = _round(token, pk)
    page = agency_desk.order_page(shown, token.agency, by=token.user, after=body.after(request))
    address = reverse("agences_api_orders", args=[pk])
    return {
        "tour": pk,
        "ordres": [told.order(one) for one in page],
        "suite": f"{address}?apres={page[-1].id}" if len(page) == PAGE_ORDERS else None,
    }


@for_agencies("POST")
def accept(request: HttpRequest, token: AgencyToken, pk: int) -> dict[str, Any]:
    """Take the orders of a round, declared by count, total and hash."""
    shown = _round(token, pk)
    replies.accept_declared(shown, token.agency, body.declared(body.read(request)), by=token.user)
    return _told(shown, token)


@for_agencies("POST")
def refuse(request: HttpRequest, token: AgencyToken, pk: int) -> dict[str, Any]:
    """Refuse them, and say why."""
    shown = _round(token, pk)
    said = body.read(request)
    replies.refuse(shown, token.agency, by=token.user, reason=body.text(said, "motif", most=300, needed=True))
    return _told(shown, token)


@for_agencies("POST")
def results(request: HttpRequest, token: AgencyToken, pk: int) -> dict[str, Any]:
    """Take a batch of results; the same again answers the same."""
    shown = _round(token, pk)
    said = body.read(request)
    code = body.text(said, "lot", most=64, needed=True)
    given, _ = batches.give(shown, token.agency, code, body.results(said), by=token.user)
    return told.batch(given)


@for_agencies("GET")
def batch(request: HttpRequest, token: AgencyToken, code: str) -> dict[str, Any]:
    """What became of a batch."""
    if not batches.CODE.fullmatch(code):
        raise Http404
    seen = ResultBatch.objects.filter(
        agency=token.agency, code=code, payment_round__in=agency_desk.rounds_of(token.user, token.agency)
    )
    found = seen.select_related("return_file").first()
    if found is None:
        raise Http404
    return told.batch(found)


def _round(token: AgencyToken, pk: int) -> PaymentRound:
    found = agency_desk.rounds_of(token.user, token.agency).filter(pk=pk).first()
    if found is None:
        raise Http404
    return found


def _told(shown: PaymentRound, token: AgencyToken) -> dict[str, Any]:
    return told.rounds([shown], token.agency)[0]
