"""What a person of an agency sees: their agency, its rounds; what is another's does not exist for them."""

from __future__ import annotations

from django.http import Http404, HttpRequest

from jigi.foundation.models import User
from jigi.payments import agency_desk
from jigi.payments.models import PaymentRound
from jigi.programmes.models import Agency
from jigi.web.payments.sight import person

TABS = (
    ("agency_desk", "Tours"), ("agency_results", "Résultats"), ("agency_exceptions", "Exceptions"),
    ("agency_statement", "Relevé"), ("results_agency", "Tableau"), ("agency_tokens", "Jetons"),
)  # fmt: skip


def own_agency(request: HttpRequest, code: str) -> tuple[User, Agency]:
    """The person and the agency of this code where they work; Http404 otherwise."""
    user = person(request)
    found = agency_desk.agencies_of(user).filter(code=code).first()
    if found is None:
        raise Http404
    return user, found


def own_round(request: HttpRequest, code: str, pk: int) -> tuple[User, Agency, PaymentRound]:
    """The same, and the round of this number that has orders for the agency; Http404 otherwise."""
    user, agency = own_agency(request, code)
    found = agency_desk.rounds_of(user, agency).filter(pk=pk).first()
    if found is None:
        raise Http404
    return user, agency, found
