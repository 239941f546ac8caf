"""Findings: what an answer or a rule found wrong, until a person has dealt with it."""

from __future__ import annotations

from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.html import format_html
from django.views.decorators.http import require_POST

from jigi.foundation import audit
from jigi.foundation.models import User
from jigi.geography.access import can
from jigi.payments import queries as payments
from jigi.verification import actions, queries
from jigi.verification.models import Finding
from jigi.web.formats import counted
from jigi.web.listing import Column, Filter, Listing
from jigi.web.reader import user_of
from jigi.web.submissions import carry_out

FINDINGS = Listing(
    noun=("constat", "constats"),
    file_name="constats",
    columns=(
        Column("constat", "Constat", lambda one: one.get_rule_display(), sort="id",
               cell=lambda one: format_html('<a href="{}">{}</a>', reverse("finding", args=[one.pk]),
                                            one.get_rule_display())),
        Column("detail", "Ce qui est constaté", lambda one: one.says),
        Column("rsu", "N° RSU", lambda one: one.household.rsu),
        Column("commune", "Commune", lambda one: one.commune.name),
        Column("tour", "Tour", lambda one: one.payment_round.label,
               link=lambda one: reverse("payment_round", args=[one.payment_round_id])),
        Column("montant", "FCFA", lambda one: one.amount_xof, kind="xof"),
        Column("le", "Constaté le", lambda one: one.found_at, kind="moment", sort="found_at"),
        Column("fait", "Ce qui a été fait", lambda one: one.why),
    ),
    order="-le",
    filters=(
        Filter("regle", "Constat", lambda rows, code: rows.filter(rule=code), Finding.Rule.choices),
        Filter("etat", "État", lambda rows, code: rows.filter(closed_at__isnull=code == "attente"),
               [("attente", "à traiter"), ("traite", "traité")]),
        Filter("tour", "Tour", lambda rows, text: rows.filter(payment_round=int(text)) if text.isdecimal()
               and len(text) < 10 else rows.none(), placeholder="numéro du tour"),
    ),
    empty="Aucun constat. Ouvrez une vérification, ou cherchez les anomalies d’un tour.",
    subject=lambda one: one.household_id,
)  # fmt: skip


def findings(request: HttpRequest) -> HttpResponseBase:
    """The findings of the communes of the person."""
    user = _person(request)
    rows: QuerySet[Finding] = queries.findings_visible_to(user)
    return FINDINGS.respond(request, rows, "verification/findings.html")


def finding(request: HttpRequest, pk: int) -> HttpResponse:
    """One finding; posted, it is closed with what was done."""
    user = _person(request)
    shown = get_object_or_404(queries.findings_visible_to(user), pk=pk)
    if request.method == "POST":

        def act() -> str:
            actions.deal_with(shown, by=user, what=request.POST.get("fait", ""))
            return "Le constat est traité."

        carry_out(request, act)
        return redirect("finding", pk)
    audit.read("see", "finding", shown.pk, by=user, subjects=[shown.household_id])
    may = can(user, actions.RIGHT, areas=[shown.commune], programme=shown.component.programme.code)
    context = {"finding": shown, "may": may and not shown.closed_at, "opens": can(user, "registry.see")}
    return render(request, "verification/finding.html", context)


@require_POST
def look(request: HttpRequest, pk: int) -> HttpResponse:
    """Look for anomalies in a round."""
    user = _person(request)
    shown = get_object_or_404(payments.visible_to(user), pk=pk)

    def act() -> str:
        new = actions.find_anomalies(shown, by=user)
        return f"Anomalies cherchées : {counted(new, 'constat nouveau', 'constats nouveaux')}."

    carry_out(request, act)
    return redirect(f"{reverse('findings')}?tour={pk}&etat=attente")


def _person(request: HttpRequest) -> User:
    user = user_of(request)
    if not can(user, "payments.see"):
        raise Http404
    return user
