"""/paiements/notifications/: what agencies notify. Kept, then answered at once; a job reads it.

No session and no form key: the signature of the raw body proves the agency, and the same message is kept once.
"""

from __future__ import annotations

from contextlib import suppress

from django.contrib.auth.decorators import login_not_required
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt
from procrastinate.exceptions import AlreadyEnqueued

from jigi.foundation import attempts
from jigi.foundation.attempts import TooMany
from jigi.foundation.errors import Refused
from jigi.payments import notices
from jigi.payments.dispatch_jobs import read_notices
from jigi.payments.dispatch_models import Channel
from jigi.web.middleware import address_of
from jigi.web.reader import number_in

SIGNATURE = "X-Signature"


@csrf_exempt
@login_not_required
def notification(request: HttpRequest, agency: str) -> HttpResponse:
    """204 when the message is kept (again or anew), 401 when the agency did not sign it."""
    if request.method != "POST":
        return HttpResponse(status=405, headers={"Allow": "POST"})
    if number_in(request.headers.get("Content-Length") or "") > notices.MOST_BYTES:
        return HttpResponse(status=413)
    channel = Channel.objects.filter(agency__code=agency).first()
    try:
        if channel is None:
            raise Refused("Aucune agence de ce code ne notifie ici")
        notices.take(channel, request.body, request.headers.get(SIGNATURE, ""))
    except Refused:
        return _refused(request, agency)
    with suppress(AlreadyEnqueued), transaction.atomic():
        read_notices.defer()
    return HttpResponse(status=204)


def _refused(request: HttpRequest, agency: str) -> HttpResponse:
    """The same answer for no such agency and a wrong signature; many of them close the door for a while."""
    try:
        attempts.try_door(f"notification {agency[:40]}", address_of(request))
    except TooMany:
        return HttpResponse(status=429)
    return HttpResponse(status=401)
