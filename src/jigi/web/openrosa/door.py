"""The door of phones: a digest of one's secret (RFC 2617), or the secret itself as a token, at every request.

No session comes of it: the secret opens these addresses and nothing else, whatever the second factor a role asks for
on the pages. A digest is bound to the address it is made for and to a nonce of some minutes; the secret is drawn by
the server, 128 bits long, so that MD5, which OpenRosa imposes, gives nothing to guess.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Callable
from functools import wraps
from urllib.parse import urlsplit

from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import BadRequest, SuspiciousOperation
from django.core.signing import BadSignature, SignatureExpired, TimestampSigner
from django.db import DatabaseError
from django.http import Http404, HttpRequest, HttpResponse
from django.http.multipartparser import MultiPartParserError
from django.http.response import HttpResponseBase
from django.views.decorators.csrf import csrf_exempt

from jigi.foundation import attempts, audit
from jigi.foundation.attempts import TooMany
from jigi.foundation.errors import Busy, InputError, JigiError, Raced, Refused, TooLarge
from jigi.foundation.models import User
from jigi.intake.collection import REALM, by_digest, by_token
from jigi.intake.reception import UnknownForm
from jigi.web.limits import told as limit_met
from jigi.web.middleware import address_of
from jigi.web.openrosa.envelopes import told, with_headers

_TORN = (BadRequest, SuspiciousOperation, MultiPartParserError)
"""What Django raises of a post that is cut, wrongly divided, or of too many parts."""
NONCE_SECONDS = 600
_SIGNER = TimestampSigner(sep=".", salt="jigi.openrosa")

_PART = re.compile(r'(\w+)\s*=\s*(?:"([^"]*)"|([^\s",]+))')

Phone = Callable[..., HttpResponseBase]


def for_phones(view: Phone) -> Phone:
    """A view that is given the person whose secret the request proves; errors are told as OpenRosa tells them."""

    @csrf_exempt
    @login_not_required
    @wraps(view)
    def answered(request: HttpRequest, *args: object, **options: object) -> HttpResponseBase:
        try:
            user, stale = _person(request)
            response = view(request, user, *args, **options) if user else _challenge(stale)
        except (JigiError, Http404, *_TORN, DatabaseError) as error:
            response = _refusal(error)
        return with_headers(response)

    return answered


def _person(request: HttpRequest) -> tuple[User | None, bool]:
    """Who the request proves to be (None: nobody), and whether a good proof was only too old."""
    scheme, _, said = request.headers.get("Authorization", "").partition(" ")
    if scheme.casefold() == "bearer":
        user = by_token(said.strip()[:200])
        return (user, False) if user else _wrong(request, "")
    if scheme.casefold() != "digest":
        return None, False
    parts = {name.casefold(): quoted or bare for name, quoted, bare in _PART.findall(said.replace("\x00", "")[:4000])}
    if not _is_for(request, parts):
        return _wrong(request, parts.get("username", ""))
    try:
        _SIGNER.unsign(parts.get("nonce", ""), max_age=NONCE_SECONDS)
    except SignatureExpired:
        return None, True
    except BadSignature:
        return None, False
    user = by_digest(parts, request.method or "")
    return (user, False) if user else _wrong(request, parts.get("username", ""))


def _is_for(request: HttpRequest, parts: dict[str, str]) -> bool:
    """Whether the digest is made for this address, and as OpenRosa restricts it."""
    try:
        asked, made = urlsplit(request.get_full_path()), urlsplit(parts.get("uri", ""))
    except ValueError:  # « http://[ » is no address
        return False
    same = (asked.path, asked.query) == (made.path, made.query)
    plain = parts.get("algorithm", "MD5").upper() == "MD5" and parts.get("qop", "auth") == "auth"
    return same and plain and parts.get("realm") == REALM


def _wrong(request: HttpRequest, username: str) -> tuple[None, bool]:
    """Count a wrong proof, apart from those of the pages; raises TooMany when there are too many."""
    name, address = username[:60], address_of(request)
    attempts.try_door(f"collecte {name}", address)
    audit.refused_entry(name, address=address, agent=request.headers.get("User-Agent", "").replace("\x00", ""))
    return None, False


def _challenge(stale: bool) -> HttpResponse:
    nonce = _SIGNER.sign(secrets.token_hex(8))
    old = ", stale=true" if stale else ""
    response = told("Réglez l’identifiant et le secret de collecte de cet appareil.", 401)
    response.headers["WWW-Authenticate"] = (
        f'Digest realm="{REALM}", domain="/openrosa/", nonce="{nonce}", algorithm=MD5, qop="auth"{old}'
    )
    return response


def _refusal(error: Exception) -> HttpResponse:
    if isinstance(error, DatabaseError):
        limit = limit_met(error)
        if limit is None:
            raise error
        return _later(str(limit))
    match error:
        case TooMany():
            return told(str(error), 429)
        case Busy():
            return _later(str(error))
        case TooLarge():
            return told(str(error), 413)
        case Raced():
            return told(str(error), 409, nature="conflict")
        case Refused():
            return told(str(error), 403)
        case UnknownForm() | Http404():
            return told(str(error) or "Ceci n’existe pas, ou plus.", 404)
        case InputError() | BadRequest() | SuspiciousOperation() | MultiPartParserError():
            said = str(error) if isinstance(error, InputError) else "L’envoi est incomplet. Renvoyez la fiche."
            return told(said, 400)
        case _:
            return told(str(error), 422)


def _later(said: str) -> HttpResponse:
    response = told(said, 503)
    response.headers["Retry-After"] = "10"
    return response
