"""Who protects data, and the requests they see: to anybody else these pages do not exist."""

from __future__ import annotations

from django.http import Http404, HttpRequest
from django.shortcuts import get_object_or_404

from jigi.foundation.models import User
from jigi.geography.access import can
from jigi.protection import queries
from jigi.protection.actions import RIGHT
from jigi.protection.models import DataRequest
from jigi.web.reader import user_of


def protector(request: HttpRequest) -> User:
    """Who is signed in, when they answer people about their data somewhere; Http404 otherwise."""
    user = user_of(request)
    if not can(user, RIGHT):
        raise Http404
    return user


def seen_request(request: HttpRequest, pk: int) -> DataRequest:
    """The request of this number where the person answers such requests; Http404 otherwise."""
    return get_object_or_404(queries.visible_to(protector(request)), pk=pk)
