"""A sharing agreement with the food programme, as it was signed, one word or another said otherwise."""

from __future__ import annotations

from datetime import date
from typing import Any

from jigi.foundation.models import User
from jigi.geography.models import Area
from jigi.sharing import actions
from jigi.sharing.models import SharingAgreement


def signed(areas: list[Area], by: User, code: str = "CP-2026-01", **said: Any) -> SharingAgreement:
    facts = {
        "partner": "PAM", "partner_name": "Programme alimentaire mondial", "purpose": "Distribuer des vivres",
        "legal_basis": "Décret 2022-0276", "apdp_reference": "APDP-12/2026", "fields": ["rsu_number", "place"],
        "programmes": ["RSU"], "starts_on": date(2026, 1, 1), "ends_on": date(2026, 12, 31), **said,
    }  # fmt: skip
    return actions.prepare(code, areas=areas, by=by, **facts)
