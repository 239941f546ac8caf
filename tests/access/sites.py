"""The rows of the matrix that speak of the pay points."""

from __future__ import annotations

import uuid
from datetime import date

from django.urls import reverse

from tests.access.asks import Ask, _everywhere, _key, _round

SITE_ASKS: tuple[Ask, ...] = (
    Ask("site_agencies", "sites de paiement d’un tour", _round("site_agencies")),
    *(
        Ask(
            name,
            label,
            lambda w, p, name=name: reverse(name, args=[w.rounds[p, "released"].pk, w.scene.agency.pk]),
        )
        for name, label in (
            ("site_plan", "plan des sites d’une agence"),
            ("site_list", "listes des sites d’une agence, sans plan"),
            ("site_workbook", "classeur des sites d’une agence, sans plan"),
        )
    ),
    Ask(
        "site_plan",
        "répartir les paiements sur les sites",
        lambda w, p: reverse("site_plan", args=[w.rounds[p, "released"].pk, w.scene.agency.pk]),
        sent=lambda w, p: {"cle": str(uuid.uuid4()), "du": date.today().isoformat(), "capacite": "100"},
    ),
    Ask(
        "site_plan_withdraw",
        "retirer le plan des sites, sans plan",
        lambda w, p: reverse("site_plan_withdraw", args=[w.rounds[p, "released"].pk, w.scene.agency.pk]),
        sent=_key(),
    ),
    Ask(
        "site_day",
        "une journée d’un site, sans plan",
        lambda w, p: reverse("site_day", args=[w.rounds[p, "released"].pk, w.scene.agency.pk, 1]),
    ),
    Ask("site_desk", "payer à un site", _everywhere("site_desk")),
    Ask("site_who", "qui paie à un site, et quelles journées", _everywhere("site_who")),
    Ask("site_day_list", "la liste d’une journée, pour un appareil", _everywhere("site_day_list", 999_999)),
)
