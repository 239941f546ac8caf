"""What may be asked of payments."""

from __future__ import annotations

from collections.abc import Iterable

from django.db.models import Count, Q, QuerySet, Sum

from jigi.foundation.models import User
from jigi.geography.access import communes_with, postings_with
from jigi.geography.models import Area
from jigi.payments import pipeline
from jigi.payments.models import Entitlement, Instruction, PaymentRound, ReturnLine


def visible_to(user: User) -> QuerySet[PaymentRound]:
    """The rounds that touch a commune, in a programme, where the user may see payments."""
    condition = Q(pk__in=[])
    for posting in postings_with(user, "payments.see"):
        seen = Q(communes__commune__path__startswith=posting.area.path)
        if posting.programme_code:
            seen &= Q(component__programme__code=posting.programme_code)
        condition |= seen
    rounds = PaymentRound.objects.filter(condition).distinct()
    return rounds.select_related("component__programme").order_by("-term", "-id")


def instructions_visible_to(user: User, payment_round: PaymentRound) -> QuerySet[Instruction]:
    """The orders of a round in the communes where the user may see payments."""
    programme = payment_round.component.programme.code
    communes = Area.objects.filter(communes_with(user, "payments.see", programme=programme))
    found = Instruction.objects.filter(payment_round=payment_round, commune__in=communes)
    return found.select_related("household", "recipient", "agency", "commune").order_by("id")


def awaiting(user: User) -> dict[str, QuerySet[PaymentRound]]:
    """The rounds that wait for something this user may do, by the verb of what is to be done."""
    verbs = {
        "freeze": ("payments.prepare", "prepared"),
        "approve": ("payments.approve", "frozen"),
        "release": ("payments.release", "approved"),
        "reconcile": ("payments.reconcile", "released"),
    }
    waiting = {}
    for verb, (right, status) in verbs.items():
        programmes = [posting.programme_code for posting in postings_with(user, right)]
        rounds = visible_to(user).filter(status=status) if programmes else PaymentRound.objects.none()
        if programmes and "" not in programmes:
            rounds = rounds.filter(component__programme__code__in=programmes)
        if verb in ("approve", "release"):
            rounds = rounds.exclude(made_by=user).exclude(frozen_by=user)
        if verb == "release":
            rounds = rounds.exclude(approved_by=user)
        waiting[verb] = rounds
    return waiting


def verify_hash(payment_round: PaymentRound) -> bool:
    """Whether the list as it stands has the hash it was frozen with."""
    return pipeline.list_hash(payment_round) == payment_round.list_hash


def exceptions(rounds: Iterable[PaymentRound] | None = None) -> QuerySet[ReturnLine]:
    """Lines of returns that wait for a person's decision."""
    lines = ReturnLine.objects.filter(outcome__in=ReturnLine.EXCEPTIONS, resolved_at__isnull=True)
    if rounds is not None:
        lines = lines.filter(Q(origin_round_id__in=[r.pk for r in rounds]) | Q(origin_round_id__isnull=True))
    return lines.select_related("return_file__agency").order_by("id")


def settlement(payment_round: PaymentRound) -> dict[str, dict[str, int]]:
    """Orders and francs of a round by what became of them: paid, absent, refused, open..."""
    rows = (
        Instruction.objects.filter(payment_round=payment_round)
        .values("status")
        .annotate(orders=Count("id"), amount_xof=Sum("amount_xof"))
    )
    return {row["status"]: {"orders": row["orders"], "amount_xof": row["amount_xof"]} for row in rows}


def by_commune(payment_round: PaymentRound) -> QuerySet[Instruction, dict[str, object]]:
    """Per commune and agency: households, orders, francs, paid."""
    return (
        Instruction.objects.filter(payment_round=payment_round)
        .values("commune_id", "commune__name", "commune__code", "agency__name")
        .annotate(
            orders=Count("id"),
            amount_xof=Sum("amount_xof"),
            paid=Count("id", filter=Q(status="paid")),
            paid_xof=Sum("amount_xof", filter=Q(status="paid"), default=0),
        )
        .order_by("commune__name", "agency__name")
    )


def owed(component_id: int) -> dict[str, int]:
    """Entitlements in arrears of a component: how many, how much."""
    found = Entitlement.objects.filter(component_id=component_id, status="owed")
    return found.aggregate(entitlements=Count("id"), amount_xof=Sum("amount_xof", default=0))
