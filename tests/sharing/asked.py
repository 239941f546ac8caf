"""A request under a sharing agreement in force, one word or another said otherwise; the partner opens its file."""

from __future__ import annotations

import io
import zipfile
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import pyrage
from django.utils import timezone

from jigi.foundation.models import User
from jigi.registry.models import Household
from jigi.sharing import actions, delivering, requests
from jigi.sharing.models import SharingAgreement, SharingDelivery, SharingPart, SharingRequest
from jigi.sharing.rules import Criteria
from tests.factories import Areas, make_areas, make_households, make_user
from tests.sharing.signed import signed

FIELDS = ["rsu_number", "place", "composition", "living_conditions", "benefits", "names", "phone", "health"]
AS_OF = date(2014, 9, 1)
"""A day when the children of `make_households`, born in March 2011, are 42 months old."""


@dataclass
class Partnership:
    """An agreement over one cercle of two communes, three households in the first village and two in the third."""

    areas: Areas
    agreement: SharingAgreement
    maker: User
    protector: User
    households: list[int]
    identity: Any

    def ask(self, criteria: Criteria | None = None, **said: Any) -> SharingRequest:
        facts: dict[str, Any] = {
            "areas": [self.areas.cercle], "fields": ["rsu_number", "names"], "as_of": AS_OF, "channel": "file",
            "reason": "Distribution de vivres", "expires_on": self.agreement.ends_on, **said,
        }  # fmt: skip
        if facts["channel"] == "file":
            facts = {"recipient_key": str(self.identity.to_public()), **facts}
        return requests.ask(self.agreement, criteria or Criteria(), by=self.maker, **facts)

    def approved(self, criteria: Criteria | None = None, **said: Any) -> SharingRequest:
        made = self.ask(criteria, **said)
        requests.approve(made, by=self.protector)
        return made

    def delivered(self, criteria: Criteria | None = None, **said: Any) -> SharingDelivery:
        return delivering.deliver(self.approved(criteria, **said), by=self.protector)

    def opened(self, delivery: SharingDelivery) -> zipfile.ZipFile:
        """What the partner finds in a file, by their secret key."""
        pieces = SharingPart.objects.filter(delivery=delivery).order_by("number").values_list("content", flat=True)
        sealed = b"".join(bytes(piece) for piece in pieces)
        return zipfile.ZipFile(io.BytesIO(pyrage.decrypt(sealed, [self.identity])))


def make_partnership(*, fields: list[str] = FIELDS, programmes: tuple[str, ...] = ("RSU",)) -> Partnership:
    areas = make_areas(communes=2)
    maker, protector = make_user("awa", "programme_manager"), make_user("dpo", "data_protection_officer")
    today = timezone.localdate()
    agreement = signed(
        [areas.cercle], maker, fields=fields, programmes=list(programmes), starts_on=today - timedelta(days=30),
        ends_on=today + timedelta(days=300),
    )  # fmt: skip
    actions.approve(agreement, by=protector)
    households = [*make_households(3, areas.villages[0]), *make_households(2, areas.villages[2])]
    return Partnership(areas, agreement, maker, protector, households, pyrage.x25519.Identity.generate())


def rsu_numbers(households: list[int]) -> set[str]:
    return set(Household.objects.filter(pk__in=households).values_list("rsu_number", flat=True))
