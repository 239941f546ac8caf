"""Who handles sheets, and what they see: to anybody else these pages do not exist."""

from __future__ import annotations

from django.http import Http404, HttpRequest
from django.shortcuts import get_object_or_404

from jigi.foundation.models import User
from jigi.geography.access import can
from jigi.sheets import queries
from jigi.sheets.actions import RIGHT
from jigi.sheets.models import Printing, ScannedPage, Sheet
from jigi.web.reader import user_of


def handler(request: HttpRequest) -> User:
    """Who is signed in, when they handle sheets somewhere; Http404 otherwise."""
    user = user_of(request)
    if not can(user, RIGHT):
        raise Http404
    return user


def seen_sheet(request: HttpRequest, pk: int) -> Sheet:
    """The sheet of this number in the communes where the person handles sheets; Http404 otherwise."""
    return get_object_or_404(queries.sheets(handler(request)), pk=pk)


def seen_printing(request: HttpRequest, pk: int) -> Printing:
    """What was printed under this number, in these communes; Http404 otherwise."""
    return get_object_or_404(queries.printings(handler(request)), pk=pk)


def seen_page(request: HttpRequest, pk: int) -> ScannedPage:
    """The page of this number, of these communes or sent by the person; Http404 otherwise."""
    return get_object_or_404(queries.pages(handler(request)), pk=pk)
