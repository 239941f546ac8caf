"""The approvals of a frozen list: how many were fixed when it was sent, who has given one, who is still awaited."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Exists, OuterRef, Q

from jigi.foundation.errors import Refused
from jigi.foundation.models import User
from jigi.geography.access import postings_with
from jigi.geography.roles import roles
from jigi.payments.bands import RIGHT, approvers, bands
from jigi.payments.models import Approval, ApprovalNeed, PaymentRound


@dataclass(frozen=True)
class Slot:
    """An approval that a frozen list needs, and the one that was given (None: awaited)."""

    need: ApprovalNeed
    given: Approval | None

    @property
    def title(self) -> str:
        """« Coordonnateur régional », or who may approve at all."""
        return roles()[self.need.role].title if self.need.role else "Une personne qui approuve les tours"


def fix(payment_round: PaymentRound, frozen_at: datetime) -> None:
    """Write how many approvals the list about to be frozen needs, from its total: they don't change afterwards."""
    asked = approvers(bands(), payment_round.component.programme.code, payment_round.total_xof)
    ApprovalNeed.objects.bulk_create(
        ApprovalNeed(payment_round=payment_round, frozen_at=frozen_at, position=position, role=role)
        for position, role in enumerate(asked, start=1)
    )


def slots(payment_round: PaymentRound) -> list[Slot]:
    """The approvals that the frozen list of a round needs, in the order of the bands; none before the freeze."""
    if payment_round.frozen_at is None:
        return []
    needs = ApprovalNeed.objects.filter(payment_round=payment_round, frozen_at=payment_round.frozen_at)
    given = {one.need_id: one for one in Approval.objects.filter(need__in=needs).select_related("by")}
    return [Slot(need, given.get(need.pk)) for need in needs.order_by("position")]


def why_not(payment_round: PaymentRound, user: User) -> str:
    """Why this person's approval isn't one that the list still needs; "" when it is."""
    found = slots(payment_round)
    if any(slot.given and slot.given.by_id == user.pk for slot in found):
        return "Vous avez déjà approuvé ce tour : une autre personne doit l’approuver aussi."
    if _fitting(found, payment_round, user) is None:
        awaited = ", ".join(slot.title for slot in found if slot.given is None)
        return f"Ce tour attend encore : {awaited}. Votre affectation n’en est pas."
    return ""


def give(payment_round: PaymentRound, *, by: User) -> int:
    """Record a person's approval of the frozen list; returns how many are still awaited. Raises Refused."""
    if reason := why_not(payment_round, by):
        raise Refused(reason, why="Le nombre et les rôles ont été fixés au gel, selon le montant.")
    found = slots(payment_round)
    need = _fitting(found, payment_round, by)
    assert need is not None, "why_not says when there is none"
    Approval.objects.create(need=need, payment_round=payment_round, list_hash=payment_round.list_hash, by=by)
    return sum(slot.given is None for slot in found) - 1


def has_approved(payment_round: PaymentRound, user: User) -> bool:
    """Whether a person gave one of the approvals of the list as it is frozen."""
    return any(slot.given and slot.given.by_id == user.pk for slot in slots(payment_round))


def awaited_of(user: User) -> Q:
    """Frozen rounds that still need an approval which this person's roles could give."""
    own = {"", *(posting.role for posting in postings_with(user, RIGHT))}
    needs = ApprovalNeed.objects.filter(payment_round=OuterRef("pk"), frozen_at=OuterRef("frozen_at"))
    given = Approval.objects.filter(need__payment_round=OuterRef("pk"), need__frozen_at=OuterRef("frozen_at"), by=user)
    return Q(Exists(needs.filter(role__in=own, approval__isnull=True))) & ~Q(Exists(given))


def approved_by(user: User) -> Q:
    """Rounds of whose frozen list this person gave an approval."""
    given = Approval.objects.filter(need__payment_round=OuterRef("pk"), need__frozen_at=OuterRef("frozen_at"), by=user)
    return Q(Exists(given))


def _fitting(found: list[Slot], payment_round: PaymentRound, user: User) -> ApprovalNeed | None:
    """The awaited approval that a person may give: that of their role first, so that the open one stays for others."""
    programme = payment_round.component.programme.code
    own = {posting.role for posting in postings_with(user, RIGHT, programme=programme)}
    awaited = [slot.need for slot in found if slot.given is None]
    fitting = [need for need in awaited if need.role in own] + [need for need in awaited if not need.role]
    return next(iter(fitting), None)
