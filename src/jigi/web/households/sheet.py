"""The sheet of a household: its number as text and as QR, and its members, to keep at home or in a file."""

from __future__ import annotations

from typing import Any

import segno
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.safestring import SafeString, mark_safe

from jigi.registry import queries as registry
from jigi.registry.models import Household, Membership
from jigi.registry.rsu import card_text
from jigi.web.formats import counted, day, moment
from jigi.web.households import disclosure
from jigi.web.households.portrait import units_of
from jigi.web.households.sight import seen_household
from jigi.web.paper.press import pdf_response, press
from jigi.web.reader import user_of


def household_sheet(request: HttpRequest, number: str) -> HttpResponse:
    """The sheet as a PDF: no telephone, document, position or health stands on it."""
    user, one = user_of(request), seen_household(request, number)
    disclosure.seen(one, by=user, verb="print", part="fiche du ménage")
    return pdf_response(f"menage-{one.rsu_number}", press("household_sheet", document(one)))


def qr_on_page(household: Household) -> SafeString:
    """The QR of the number, drawn on a page: only digits went into it."""
    return mark_safe(_qr(household, svgclass="qr"))


def document(household: Household) -> dict[str, Any]:
    """The data of household_sheet.typ."""
    units = units_of(registry.current_members(household))
    return {
        "title": f"Fiche du ménage {household.rsu}",
        "rsu": household.rsu,
        "qr": _qr(household),
        "head": household.head_name,
        "place": " · ".join(str(area) for area in (household.village, household.commune) if area),
        "size": counted(household.size, "membre"),
        "seen": f"vu le {day(household.collected_on)}",
        "printed": f"imprimée le {moment(timezone.now())}",
        "status": "" if household.status == Household.Status.ACTIVE else household.get_status_display(),
        "units": [
            {
                "title": f"Unité allocataire {unit.number}" if len(units) > 1 else "",
                "rows": [_row(m) for m in unit.members],
            }
            for unit in units
        ],
    }


def _row(member: Membership) -> dict[str, str]:
    return {
        "name": str(member.person),
        "relation": member.get_relation_display(),
        "birth": member.person.birth,
        "role": member.get_role_display() if member.role else "",
        "absent": "absent" if member.absent else "",
    }


def _qr(household: Household, **drawing: str) -> str:
    drawn: str = segno.make(card_text(household.rsu_number), error="m").svg_inline(
        border=2, omitsize=True, lineclass=None, **drawing
    )
    return drawn
