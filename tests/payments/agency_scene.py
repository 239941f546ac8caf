"""An agency's own person, and a round whose orders wait for them."""

from __future__ import annotations

from datetime import date

from jigi.foundation.models import User
from jigi.payments import agency_desk, replies
from jigi.payments.agency_models import AgencyReply
from jigi.payments.batches import Result
from jigi.payments.models import Instruction, PaymentRound
from jigi.programmes.models import Agency
from tests.factories import make_user
from tests.payments.scene import Scene, peopled

PAID_ON = date(2016, 2, 10)


def make_agent(agency: Agency, username: str = "agent", *, programme: str = "") -> User:
    """Somebody who works for an agency, in one programme or in all."""
    user = make_user(username, "agency_user", programme=programme)
    user.staff_postings.update(organisation=agency.code)
    return user


def offered(households: int) -> tuple[Scene, PaymentRound, User]:
    """A released round with so many orders, and the agency's person."""
    scene = peopled(households)
    return scene, scene.released(), make_agent(scene.agency)


def accepted(payment_round: PaymentRound, agency: Agency, by: User) -> AgencyReply:
    """The orders taken as a machine takes them."""
    said = agency_desk.declared(payment_round, agency)
    return replies.accept_declared(payment_round, agency, said, by=by)


def paid(payment_round: PaymentRound, *, absent: int = 0) -> list[Result]:
    """Every order paid on one day but the first `absent`."""
    lines = Instruction.objects.filter(payment_round=payment_round).order_by("id")
    return [
        Result(line.reference, "ABSENT") if n < absent else Result(line.reference, "PAYE", line.amount_xof, PAID_ON)
        for n, line in enumerate(lines)
    ]
