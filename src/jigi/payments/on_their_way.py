"""Orders that an agency spoken to by machine may have paid, or may still pay."""

from __future__ import annotations

from jigi.foundation.errors import Refused
from jigi.foundation.fence import unfenced
from jigi.payments.dispatch_models import Attempt
from jigi.payments.models import Instruction, PaymentRound
from jigi.programmes.models import Agency


@unfenced
def on_their_way(payment_round: PaymentRound, agency: Agency | None = None) -> int:
    """Orders of a round that their agency may have paid or may still pay, and that the accounts do not hold."""
    found = Attempt.objects.filter(group__dispatch__payment_round=payment_round, returned_on__isnull=True)
    found = found.filter(group__dispatch__agency=agency) if agency else found
    return found.exclude(status="rejected").exclude(settled=True).count()


@unfenced
def may_be_executed(order: Instruction) -> bool:
    """Whether an order was given to its agency by machine, and nothing proves that it is not, or no longer, paid."""
    sent = Attempt.objects.filter(instruction_id=order.pk, origin_round_id=order.origin_round_id)
    return sent.exclude(status="rejected").filter(returned_on__isnull=True).exists()


def refuse_on_their_way(payment_round: PaymentRound) -> None:
    """Refused while a round has such orders: what closes it would call them unanswered."""
    if count := on_their_way(payment_round):
        raise Refused(
            f"{count} ordres sont chez leur agence, et rien ne prouve qu’ils ne sont pas payés",
            why="Clore les dirait sans réponse, et ils seraient payés encore à l’échéance suivante.",
            remedy="Attendez la fin de l’envoi, ou retirez-le s’il n’est pas libéré.",
        )
