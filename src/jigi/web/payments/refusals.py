"""What agencies refused of a round, and the way to offer it to them again."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_POST

from jigi.foundation.models import User
from jigi.geography.access import can
from jigi.geography.models import Area
from jigi.payments import agency_desk, replies
from jigi.payments.models import PaymentRound
from jigi.web.payments.sight import person, seen_round
from jigi.web.submissions import carry_out


def refused(shown: PaymentRound, user: User) -> dict[str, Any]:
    """The context of payments/refusals.html."""
    communes = list(Area.objects.filter(pk__in=shown.communes.values("commune")))
    programme = shown.component.programme.code
    return {
        "refusals": agency_desk.refusals_of(shown),
        "may_reopen": can(user, "payments.release", areas=communes, programme=programme),
    }


@require_POST
def reopen(request: HttpRequest, pk: int, reply: int) -> HttpResponse:
    """Offer the orders that an agency refused to it again."""
    user, shown = person(request), seen_round(request, pk)
    waiting = get_object_or_404(shown.agency_replies.select_related("agency"), pk=reply, verdict="refused")

    def act() -> str:
        replies.reopen(waiting, by=user, reason=request.POST.get("motif", ""))
        return f"Les ordres sont offerts de nouveau à {waiting.agency}."

    carry_out(request, act)
    return redirect("payment_round", shown.pk)
