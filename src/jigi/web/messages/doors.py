"""/messages/fournisseur/: reports, and messages that people send, as the provider posts them.

No session and no form key: the signature of the raw body proves the provider, and the same body is kept once.
"""

from __future__ import annotations

from collections.abc import Callable

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt

from jigi.foundation import attempts
from jigi.foundation.attempts import TooMany
from jigi.foundation.errors import Refused
from jigi.messaging import hearing
from jigi.web.middleware import address_of
from jigi.web.reader import number_in

SIGNATURE = "X-Signature"


@csrf_exempt
@login_not_required
def report(request: HttpRequest) -> HttpResponse:
    """204 when it is kept (again or anew), 401 when the provider did not sign it."""
    return _taken(request, hearing.take_report)


@csrf_exempt
@login_not_required
def inbound(request: HttpRequest) -> HttpResponse:
    """204 when it is kept (again or anew), 401 when the provider did not sign it."""
    return _taken(request, hearing.take_message)


def _taken(request: HttpRequest, take: Callable[[bytes, str], object]) -> HttpResponse:
    if request.method != "POST":
        return HttpResponse(status=405, headers={"Allow": "POST"})
    if number_in(request.headers.get("Content-Length") or "") > hearing.MOST_BYTES:
        return HttpResponse(status=413)
    try:
        take(request.body, request.headers.get(SIGNATURE, ""))
    except Refused:
        return _refused(request)
    return HttpResponse(status=204)


def _refused(request: HttpRequest) -> HttpResponse:
    """Many wrong signatures close the door for a while."""
    try:
        attempts.try_door("fournisseur de messages", address_of(request))
    except TooMany:
        return HttpResponse(status=429)
    return HttpResponse(status=401)
