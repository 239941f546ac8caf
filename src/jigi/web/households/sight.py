"""Which households a page may be about."""

from __future__ import annotations

from django.http import Http404, HttpRequest

from jigi.registry import queries as registry
from jigi.registry.models import Household
from jigi.web.reader import user_of


def seen_household(request: HttpRequest, number: str) -> Household:
    """The household of this number where the person may see it; elsewhere it does not exist for them."""
    visible = registry.visible_to(user_of(request)).select_related("commune", "village", "stay_commune", "stay_village")
    found = visible.filter(rsu_number=number).first()
    if found is None:
        raise Http404
    return found
