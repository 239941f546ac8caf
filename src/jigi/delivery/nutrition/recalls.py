"""The recall of a lot: nobody is given of it any more, and who received it is known at once."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.utils import timezone

from jigi.delivery.contracts.access import require_check, require_plan
from jigi.delivery.contracts.models import Contract
from jigi.delivery.contracts.queries import contracts_visible_to
from jigi.delivery.nutrition.models import Lot, StockBalance
from jigi.foundation import audit
from jigi.foundation.bulk import fetch_sql
from jigi.foundation.errors import Raced, Refused
from jigi.foundation.fence import unfenced
from jigi.foundation.models import User

NOUN = "lot"


@unfenced
@transaction.atomic
def recall(lot: Lot, *, reason: str, by: User) -> None:
    """Recall a lot, for good: the database lets nobody give of it from now on. Who plans or checks where it is held."""
    why = " ".join(reason.split())[:300]
    if len(why) < 2:
        raise Refused("Dites pourquoi ce lot est rappelé", remedy="Le fournisseur, le laboratoire, ce qu’on a vu.")
    if not may_recall(lot, by):
        raise Refused("Vous ne rappelez pas ce lot", remedy="Demandez à qui planifie ou contrôle la composante.")
    facts = {"recalled_at": timezone.now(), "recalled_by": by, "recall_reason": why}
    if not Lot.objects.filter(pk=lot.pk, recalled_at=None).update(**facts):
        raise Raced("Ce lot est déjà rappelé", remedy="Rechargez la page.")
    audit.record("recall", NOUN, lot.pk, by=by, reason=why, after={"number": lot.number})


def may_recall(lot: Lot, by: User) -> bool:
    """Whether `by` plans or checks a place that held the lot."""
    for one in StockBalance.objects.filter(lot=lot).select_related(
        "place__component", "place__contract", "place__commune"
    ):
        for required in (require_plan, require_check):
            try:
                required(by, one.place.contract or one.place.component, [one.place.commune])
            except Refused:
                continue
            return True
    return False


def received(lot: Lot, *, by: User, verb: str = "list") -> list[dict[str, Any]]:
    """Who received a lot under the contracts that `by` sees, noted as a reading of their households.

    Each: `name`, `category`, `guardian`, `proxy_name`, `village`, `commune`, `site`, `given_on`, `grams`, `rank`,
    `distribution`, `contract`, `rsu_number` (None: not in the register).
    """
    contracts = list(contracts_visible_to(by).values_list("pk", flat=True))
    found = _received(lot.pk, contracts)
    audit.read(verb, NOUN, lot.pk, by=by, subjects=[row["household_id"] for row in found if row["household_id"]])
    return found


@unfenced
def _received(lot: int, contracts: list[int]) -> list[dict[str, Any]]:
    return fetch_sql("delivery", "nutrition_received", {"lot": lot, "contracts": contracts})


def held(lot: Lot) -> list[StockBalance]:
    """Where the lot still is."""
    found = StockBalance.objects.filter(lot=lot, grams__gt=0).select_related("place__commune", "place__contract")
    return list(found.order_by("place__name"))


def contracts_of(lot: Lot) -> list[Contract]:
    """The contracts whose places ever held a lot."""
    return list(Contract.objects.filter(stock_places__balances__lot=lot).distinct().order_by("number"))
