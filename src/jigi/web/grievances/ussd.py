"""/plainte/ussd/: the sessions of the gateway of USSD, in the shape that gateways share.

No session of ours and no form key: the gateway signs the raw body, or gives its secret as a token.
"""

from __future__ import annotations

import hmac

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt

from jigi.foundation import attempts
from jigi.foundation.attempts import TooMany
from jigi.grievances import calls
from jigi.messaging.adapters.provider import genuine
from jigi.web.middleware import address_of
from jigi.web.reader import number_in

MOST_BYTES = 4_000
LONGEST_SESSION = 200
SIGNATURE = "X-Signature"


@csrf_exempt
@login_not_required
def answer(request: HttpRequest) -> HttpResponse:
    """200 with the next screen as plain text; 401 to who is not the gateway, 400 for what is no call."""
    if request.method != "POST":
        return HttpResponse(status=405, headers={"Allow": "POST"})
    if number_in(request.headers.get("Content-Length") or "") > MOST_BYTES:
        return HttpResponse(status=413)
    if not _is_gateway(request):
        return _refused(request)
    session, phone, text = (request.POST.get(name, "").strip() for name in ("sessionId", "phoneNumber", "text"))
    if not 1 <= len(session) <= LONGEST_SESSION or not _is_phone(phone):
        return HttpResponse(status=400)
    said = calls.answer(session, phone, text)
    return HttpResponse(said, content_type="text/plain; charset=utf-8")


def _is_gateway(request: HttpRequest) -> bool:
    body, secret = request.body, settings.USSD_SECRET
    if genuine(secret, body, request.headers.get(SIGNATURE, "")):
        return True
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    return bool(secret) and scheme.casefold() == "bearer" and hmac.compare_digest(token.encode(), secret.encode())


def _is_phone(text: str) -> bool:
    digits = text.removeprefix("+")
    return 8 <= len(digits) <= 15 and digits.isascii() and digits.isdigit()


def _refused(request: HttpRequest) -> HttpResponse:
    """Many wrong secrets close the door for a while."""
    try:
        attempts.try_door("passerelle USSD", address_of(request))
    except TooMany:
        return HttpResponse(status=429)
    return HttpResponse(status=401)
