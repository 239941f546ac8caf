"""What the addresses of the accounts speak of, and what their forms say."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from datetime import date

from django.urls import reverse

from jigi.ledger.models import Closing
from jigi.programmes.models import Advance, FeeRule
from tests.access.world import World


def closing(world: World) -> int:
    days = {"starts_on": date(2014, 12, 1), "ends_on": date(2014, 12, 31)}
    return Closing.objects.get_or_create(**days, defaults={"closed_by": world.scene.maker})[0].pk


def fee_rule(world: World) -> int:
    return FeeRule.objects.earliest("pk").pk


def advance(world: World) -> int:
    facts = {"amount_xof": 1, "paid_on": date(2016, 1, 1), "document": "essai", "decision": "essai"}
    of = {"agreement": world.scene.agreement, "agency": world.scene.agency, "reference": "MATRICE"}
    return Advance.objects.get_or_create(**of, defaults={"made_by": world.scene.maker, **facts})[0].pk


def clearing(world: World, place: str) -> str | None:
    named = [world.scene.agreement.code, world.scene.agency.code]
    return reverse("ledger_clear", args=named) if place == "above" else None


def ruled(world: World, place: str) -> Mapping[str, str]:
    said = {"agence": world.scene.agency.code, "mode": "included", "du": "2090-01-01", "motif": "essai"}
    return {"cle": str(uuid.uuid4()), **said}


def advanced(world: World, place: str) -> Mapping[str, str]:
    key = str(uuid.uuid4())
    named = {"convention": world.scene.agreement.code, "agence": world.scene.agency.code, "reference": key}
    return {"cle": key, **named, "montant": "1", "date": "2016-01-01", "piece": "essai"}
