"""What agencies' machines are told of rounds, orders and batches, by the names of document.py."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db.models import Count
from django.urls import reverse

from jigi.payments import agency_desk
from jigi.payments.agency_desk import Figures, Order
from jigi.payments.agency_models import AgencyReply, ResultBatch
from jigi.payments.models import PaymentRound, ReturnLine
from jigi.programmes.models import Agency

STATES = {
    "open": "en_attente", "paid": "paye", "partial": "paye_en_partie", "absent": "absent", "refused": "refuse",
    "unanswered": "sans_reponse", "reversed": "annule",
}  # fmt: skip
ROUNDS = {"released": "libere", "closed": "clos"}
KINDS = {"right": "droit", "arrears": "rappel"}
VERDICTS = {"accepted": "acceptes", "refused": "refuses"}
OUTCOMES = {
    "paid": "paye", "absent": "absent", "refused": "refuse", "reversed": "annule", "repeated": "repetee",
    "unknown": "reference_inconnue", "other_agency": "reference_inconnue", "wrong_amount": "montant_different",
    "unreadable": "illisible", "conflict": "contredit_un_resultat", "undone": "defaite",
}  # fmt: skip
"""An order of another agency is unknown to this one."""


def rounds(shown: Sequence[PaymentRound], agency: Agency) -> list[dict[str, Any]]:
    """Rounds with the figures of an agency and its live reply."""
    figures = agency_desk.figures(shown, agency)
    live = AgencyReply.objects.filter(payment_round__in=shown, agency=agency, reopened_at__isnull=True)
    replies = {one.payment_round_id: one for one in live.select_related("by")}
    return [_round(one, figures[one.pk], replies.get(one.pk)) for one in shown]


def order(one: Order) -> dict[str, Any]:
    return {
        "reference": one.reference,
        "numero_rsu": one.rsu,
        "allocataire": one.recipient,
        "telephone": one.phone,
        "compte": one.account,
        "site_de_paiement": one.pay_point,
        "montant_fcfa": one.amount_xof,
        "nature": KINDS[one.kind],
        "etat": STATES[one.status],
        "paye_le": one.settled_on,
    }


def batch(given: ResultBatch) -> dict[str, Any]:
    """A batch, what its lines became, and its exceptions by line."""
    file = given.return_file
    counted = file.return_lines.values_list("outcome").annotate(lines=Count("id")).order_by("outcome")
    outcomes: dict[str, int] = {}
    for outcome, lines in counted:
        outcomes[OUTCOMES[outcome]] = outcomes.get(OUTCOMES[outcome], 0) + lines
    waiting = file.return_lines.filter(outcome__in=ReturnLine.EXCEPTIONS).order_by("line")
    return {
        "lot": given.code,
        "tour": given.payment_round_id,
        "empreinte": given.body_hash,
        "donne_le": given.at,
        "etat": "defait" if file.undone_at else "pris",
        "lignes": file.lines,
        "payes": file.paid,
        "paye_fcfa": file.paid_xof,
        "non_payes": file.unpaid,
        "issues": outcomes,
        "exceptions": [
            {
                "ligne": one.line,
                "reference": one.reference,
                "issue": OUTCOMES[one.outcome],
                "pourquoi": agency_desk.why_of(one),
                "decision": one.resolution or None,
            }
            for one in waiting
        ],
    }


def _round(one: PaymentRound, figures: Figures, reply: AgencyReply | None) -> dict[str, Any]:
    return {
        "tour": one.pk,
        "intitule": one.label,
        "programme": one.component.programme.code,
        "composante": one.component.code,
        "etat": ROUNDS[one.status],
        "libere_le": one.released_at,
        "ordres": figures.orders,
        "total_fcfa": figures.total_xof,
        "payes": figures.paid,
        "paye_fcfa": figures.paid_xof,
        "non_payes": figures.unpaid,
        "sans_reponse": figures.open,
        "reponse": _reply(reply) if reply else None,
        "adresse_ordres": reverse("agences_api_orders", args=[one.pk]),
    }


def _reply(reply: AgencyReply) -> dict[str, Any]:
    return {
        "verdict": VERDICTS[reply.verdict],
        "par": reply.by.full_name,
        "le": reply.at,
        "ordres": reply.lines,
        "total_fcfa": reply.total_xof,
        "empreinte": reply.orders_hash or None,
        "motif": reply.reason or None,
    }
