"""What a played chain amounts to, read back from the database: counters that never share a name."""

from __future__ import annotations

from typing import Any

from django.db.models import Count, Sum

from jigi.demo.chain import Played
from jigi.enrolment.models import Enrolment
from jigi.foundation.money import format_xof, spaced
from jigi.ledger.queries import accounts_of, prove
from jigi.payments.models import Entitlement, Instruction
from jigi.programmes.models import Component
from jigi.registry.models import Household
from jigi.targeting.models import ListedHousehold, Result


def figures(component: Component, played: Played) -> dict[str, Any]:
    """The figures of a chain, as one JSON object; amounts in XOF, seconds by step."""
    rights = Entitlement.objects.filter(component=component)
    orders = Instruction.objects.filter(payment_round__component=component)
    late = orders.filter(kind="arrears", status="paid")
    back = rights.filter(status="returned")
    proof = prove()
    error = played.error
    lines = component.funding_lines.select_related("agreement").order_by("rank")
    return {
        "programme": component.programme.code,
        "households": Household.objects.count(),
        "listed": ListedHousehold.objects.filter(targeting_round=played.targeting_round).count(),
        "selected": Result.objects.filter(targeting_round=played.targeting_round, selected=True).count(),
        "enrolled": Enrolment.objects.filter(component=component).count(),
        "exited": Enrolment.objects.filter(component=component, status="exited").count(),
        "rounds": component.rounds.filter(status="closed").count(),
        "entitlements": rights.count(),
        "entitlements_xof": _sum(rights),
        "paid": rights.filter(status="paid").count(),
        "paid_xof": _sum(rights.filter(status="paid")),
        "paid_households": rights.filter(status="paid").aggregate(n=Count("household_id", distinct=True))["n"],
        "arrears": late.count(),
        "arrears_xof": _sum(late),
        "owed": rights.filter(status="owed").count(),
        "returned": back.count(),
        "returned_xof": _sum(back),
        "agreements": [_agreement(line) for line in lines],
        "ledger_balance_xof": proof.sum_xof,
        "ledger_balanced": proof.balanced,
        "targeting_error": {
            "missed": round(error.missed, 4), "not_listed": round(error.not_listed, 4),
            "at_random": round(error.at_random, 4),
        } if error else None,
        "seconds": played.seconds,
        "seconds_total": round(sum(played.seconds.values()), 1),
    }  # fmt: skip


def sentences(found: dict[str, Any]) -> list[str]:
    """The same, for a person."""
    missed = found["targeting_error"]
    lines = [
        f"{spaced(found['households'])} ménages enregistrés, {spaced(found['listed'])} listés par les comités,"
        f" {spaced(found['selected'])} retenus, {spaced(found['enrolled'])} inscrits.",
        f"{spaced(found['entitlements'])} droits en {found['rounds']} tours : {format_xof(found['entitlements_xof'])}.",
        f"{spaced(found['paid'])} droits payés à {spaced(found['paid_households'])} ménages :"
        f" {format_xof(found['paid_xof'])},"
        f" dont {spaced(found['arrears'])} rappels ({format_xof(found['arrears_xof'])}).",
        f"{spaced(found['returned'])} droits jamais réclamés, rendus aux conventions :"
        f" {format_xof(found['returned_xof'])}.",
    ]
    lines += [
        f"  {a['agreement']} : versé {format_xof(a['paid_xof'])}, disponible {format_xof(a['available_xof'])}."
        for a in found["agreements"]
    ]
    balance = "équilibré, chaque solde égal à ses mouvements" if found["ledger_balanced"] else "FAUX"
    lines.append(f"Grand livre : {balance}.")
    if missed:
        lines.append(
            f"Erreur de ciblage : {missed['missed']:.0%} des ménages les plus pauvres ne sont pas retenus"
            f" ({missed['not_listed']:.0%} n’étaient pas listés) ; le hasard en manquerait {missed['at_random']:.0%}."
        )
    return lines


def _agreement(line: Any) -> dict[str, Any]:
    balances = {a.kind: 0 for a in accounts_of(line.agreement.code)}
    for account in accounts_of(line.agreement.code):
        balances[account.kind] += account.balance_xof
    return {
        "agreement": line.agreement.code, "donor": line.agreement.donor, "amount_xof": line.agreement.amount_xof,
        **{f"{kind}_xof": balances.get(kind, 0) for kind in ("available", "programme", "agency", "paid")},
    }  # fmt: skip


def _sum(rows: Any) -> int:
    return int(rows.aggregate(total=Sum("amount_xof"))["total"] or 0)
