"""/paiements/: the list of rounds."""

from __future__ import annotations

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponseBase
from django.urls import reverse
from django.utils.html import format_html

from jigi.geography.access import can
from jigi.payments import queries
from jigi.payments.models import PaymentRound
from jigi.payments.states import ROUND
from jigi.web.formats import day
from jigi.web.listing import Column, Filter, Listing
from jigi.web.payments.sight import person_with

Rounds = QuerySet[PaymentRound]

TONES = {"frozen": "wait", "approved": "wait", "released": "info", "closed": "ok", "cancelled": "bad"}


def chip(payment_round: PaymentRound) -> str:
    """The state of a round, coloured by what it means."""
    tone = TONES.get(payment_round.status, "")
    return format_html('<span class="chip {}">{}</span>', tone, payment_round.get_status_display())


def page_of(payment_round: PaymentRound) -> str:
    return reverse("payment_round", args=[payment_round.pk])


def paying_days(payment_round: PaymentRound) -> str:
    """« paiement du 6 au 24 février 2017 »; empty when the days are not said."""
    first, last = payment_round.pays_from, payment_round.pays_until
    if first is None:
        return ""
    if last is None:
        return f"paiement à partir du {day(first)}"
    start = day(first)
    if (first.year, first.month) == (last.year, last.month):
        start = start.split()[0]
    elif first.year == last.year:
        start = start.rsplit(" ", 1)[0]
    return f"paiement du {start} au {day(last)}"


COLUMNS = (
    Column("tour", "Tour", lambda r: r.label, sort="label", link=page_of),
    Column(
        "composante",
        "Programme et composante",
        lambda r: f"{r.component.programme.name} · {r.component.name}",
        sort="component__programme__name",
    ),
    Column("echeance", "Échéance", lambda r: r.term, kind="number", sort="term"),
    Column("droits", "Droits", lambda r: r.entitlements, kind="number", sort="entitlements"),
    Column("rappels", "Rappels", lambda r: r.arrears, kind="number", sort="arrears"),
    Column("montant", "À payer (FCFA)", lambda r: r.total_xof, kind="xof"),
    Column("etat", "État", lambda r: r.get_status_display(), sort="status", cell=chip),
    Column("ouvert", "Ouvert le", lambda r: r.made_at, kind="day", sort="made_at"),
)


def rounds(request: HttpRequest) -> HttpResponseBase:
    """The rounds of the person's places and programmes, the last opened first."""
    user = person_with(request, "payments.see")
    visible = queries.visible_to(user)
    context = {
        "may_open": can(user, "payments.prepare"),
        "may_see_returns": queries.sees_returns(user),
    }
    return _listing(visible).respond(request, visible, "payments/rounds.html", context)


def _listing(visible: Rounds) -> Listing:
    known = visible.order_by("component__programme__name").values_list(
        "component__programme__code", "component__programme__name"
    )
    return Listing(
        noun=("tour de paiement", "tours de paiement"),
        file_name="tours-de-paiement",
        columns=COLUMNS,
        order="-ouvert",
        filters=(
            Filter("programme", "Programme", _of_programme, list(known.distinct())),
            Filter("etat", "État", _in_state, ROUND.choices),
            Filter("echeance", "Échéance", _of_term, placeholder="numéro, de 1 à 36"),
        ),
        empty="Aucun tour de paiement dans votre affectation.",
    )


def _of_programme(found: Rounds, code: str) -> Rounds:
    return found.filter(component__programme__code=code)


def _in_state(found: Rounds, status: str) -> Rounds:
    return found.filter(status=status)


def _of_term(found: Rounds, text: str) -> Rounds:
    return found.filter(term=int(text)) if text.isascii() and text.isdigit() and len(text) < 5 else found.none()
