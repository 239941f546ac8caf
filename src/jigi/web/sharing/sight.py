"""Who opens the pages of sharing, and which agreements and requests are theirs."""

from __future__ import annotations

from django.http import Http404, HttpRequest
from django.shortcuts import get_object_or_404

from jigi.foundation.models import User
from jigi.geography.access import can, organisations_with
from jigi.programmes.models import Programme
from jigi.sharing import queries
from jigi.sharing.actions import QUERY, SEE
from jigi.sharing.models import WHOLE_REGISTER, SharingAgreement, SharingRequest
from jigi.web.reader import user_of


def reader(request: HttpRequest) -> User:
    """Somebody who sees agreements, or one of a partner's people; the pages are not there for others."""
    user = user_of(request)
    if not (can(user, SEE) or organisations_with(user, QUERY)):
        raise Http404
    return user


def seen_agreement(user: User, pk: int) -> SharingAgreement:
    return get_object_or_404(queries.visible_to(user).select_related("made_by", "decided_by"), pk=pk)


def seen_request(user: User, pk: int) -> SharingRequest:
    return get_object_or_404(queries.requests_visible_to(user), pk=pk)


def sees_whole_counts(user: User, agreement: SharingAgreement) -> bool:
    """Whether small counts are told as they are: to who may see the households they count."""
    return can(user, "registry.see", areas=agreement.areas.all())


def programme_name(code: str) -> str:
    if code == WHOLE_REGISTER:
        return "Tout le registre"
    return str(Programme.objects.filter(code=code).first() or code)
