"""What the addresses of the accounts speak of, and what their forms say."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from datetime import date
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from jigi.ledger.models import Closing, OpeningRequest
from jigi.programmes import budgets
from jigi.programmes.budget_rules import Purpose, SaidBudget, SaidLine
from jigi.programmes.models import Advance, BudgetLine, FeeRule
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


OPENED = "convention;compte;libelle;nature;solde\nX;X:b;Bailleur;bailleur;-{0}\nX;X:d;Disponible;disponible;{0}\n"


def openings(world: World, place: str) -> Mapping[str, Any]:
    key = uuid.uuid4()
    return {"cle": str(key), "fichier": SimpleUploadedFile("soldes.csv", OPENED.format(key.int % 10**9 + 1).encode())}


def opening(world: World) -> int:
    facts = {"file_name": "matrice.csv", "content": OPENED.format(1).encode(), "asked_by": world.scene.maker}
    return OpeningRequest.objects.get_or_create(file_hash="matrice", decided_at=None, defaults=facts)[0].pk


def budget_line(world: World) -> int:
    agreement = world.scene.agreement
    if not agreement.budgets.exists():
        budgets.write(agreement, SaidBudget((SaidLine("M", "matrice", Purpose.MANAGEMENT, "", None, 1),)))
    return BudgetLine.objects.filter(budget__agreement=agreement).earliest("pk").pk
