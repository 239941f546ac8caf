"""What a person sees of responses, and how forms give days, amounts and places."""

from __future__ import annotations

from datetime import date

from django.http import Http404, HttpRequest
from django.utils.html import format_html
from django.utils.safestring import SafeString

from jigi.foundation.errors import Refused
from jigi.foundation.models import User
from jigi.geography.models import Area
from jigi.geography.queries import find, version_in_use
from jigi.response.access import SEE
from jigi.response.models import Activation
from jigi.response.queries import visible_to
from jigi.web.reader import rights_of, user_of

TONES = {"draft": "", "asked": "wait", "active": "ok", "refused": "bad", "cancelled": "", "closed": "info"}
LEVELS = (Area.Level.REGION, Area.Level.CERCLE, Area.Level.COMMUNE)


def reader(request: HttpRequest) -> User:
    """Who is signed in, when they see shocks and responses; Http404 otherwise."""
    if SEE not in rights_of(request):
        raise Http404
    return user_of(request)


def seen(request: HttpRequest, pk: int) -> Activation:
    """The response of this number; Http404 when there is none, or for who sees none."""
    found = visible_to(reader(request)).filter(pk=pk).first()
    if found is None:
        raise Http404
    return found


def chip(one: Activation) -> SafeString:
    """Its state."""
    return format_html('<span class="chip {}">{}</span>', TONES[one.status], one.get_status_display())


def day_of(text: str) -> date:
    """A day as a form gives it."""
    try:
        return date.fromisoformat(text.strip())
    except ValueError:
        raise Refused(f"« {text[:40]} » n’est pas une date", remedy="Écrivez-la comme 2018-03-31.") from None


def amount_of(text: str) -> int:
    """A whole number as a form gives it, thousands parted by spaces or not."""
    digits = "".join(text.split())
    if not (digits.isascii() and digits.isdigit() and len(digits) < 16):
        raise Refused(f"« {text[:40]} » n’est pas un nombre", remedy="Écrivez un nombre entier, comme 150 000.")
    return int(digits)


def people_of(text: str) -> int | None:
    """The same, empty for what is not known."""
    return amount_of(text) if text.strip() else None


def place_of(text: str) -> Area:
    """The region, cercle or commune that a code or a name designates; Refused when none or several do."""
    version = version_in_use()
    found = [area for area in find(text, version) if area.level in LEVELS] if version and text.strip() else []
    exact = [area for area in found if text.strip().casefold() in (area.code.casefold(), area.name.casefold())] or found
    if len(exact) != 1:
        named = ", ".join(f"{area.name} ({area.code})" for area in exact[:5])
        raise Refused(
            f"« {text[:60]} » désigne {len(exact) or 'aucun'} lieu{'x' if len(exact) > 1 else ''}",
            remedy=f"Écrivez un code : {named}."
            if named
            else "Écrivez le nom ou le code d’une région, d’un cercle ou d’une commune.",
        )
    return exact[0]
