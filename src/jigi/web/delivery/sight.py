"""What a person sees of contracts: those of others do not exist for them."""

from __future__ import annotations

from datetime import date

from django.http import Http404, HttpRequest

from jigi.delivery.contracts.models import Contract
from jigi.delivery.contracts.queries import OPERATE, STAFF, contracts_visible_to
from jigi.foundation.errors import Refused
from jigi.foundation.models import User
from jigi.web.reader import rights_of, user_of


def reader(request: HttpRequest) -> User:
    """Who is signed in, when they follow contracts or work for an operator; Http404 otherwise."""
    if not rights_of(request) & {*STAFF, OPERATE}:
        raise Http404
    return user_of(request)


def seen_contract(request: HttpRequest, pk: int) -> Contract:
    """The contract of this number, when the person may see it; Http404 otherwise."""
    found = contracts_visible_to(reader(request)).filter(pk=pk).first()
    if found is None:
        raise Http404
    return found


def day_of(text: str) -> date:
    """A day as a form gives it."""
    try:
        return date.fromisoformat(text.strip())
    except ValueError:
        raise Refused(f"« {text[:40]} » n’est pas une date", remedy="Écrivez-la comme 2016-03-31.") from None


def amount_of(text: str) -> int:
    """A whole number as a form gives it, thousands parted by spaces or not."""
    digits = "".join(text.split())
    if not (digits.isascii() and digits.isdigit() and len(digits) < 16):
        raise Refused(f"« {text[:40]} » n’est pas un nombre", remedy="Écrivez un nombre entier, comme 150 000.")
    return int(digits)
