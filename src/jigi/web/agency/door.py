"""The door of agencies' machines: the token, its pace, the scope of its person, and errors told as JSON."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import BadRequest, SuspiciousOperation
from django.db import DatabaseError
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase
from django.views.decorators.csrf import csrf_exempt

from jigi.foundation import attempts, audit
from jigi.foundation.attempts import TooMany
from jigi.foundation.errors import Busy, InputError, JigiError, Raced, Refused
from jigi.geography.scope import seen_by
from jigi.payments import agency_tokens
from jigi.payments.agency_models import AgencyToken
from jigi.web import limits
from jigi.web.middleware import address_of

Answer = Callable[..., dict[str, Any]]
RETRY_SECONDS = "60"


def for_agencies(method: str) -> Callable[[Answer], Callable[..., HttpResponseBase]]:
    """A view that is given the token of a request, reads in the scope of its person and answers JSON."""

    def deciding(view: Answer) -> Callable[..., HttpResponseBase]:
        @csrf_exempt
        @login_not_required
        @wraps(view)
        def deciding_view(request: HttpRequest, *args: object, **options: object) -> HttpResponseBase:
            if request.method not in ((method, "HEAD") if method == "GET" else (method,)):
                return _told({"erreur": f"Cette adresse se demande par {method}"}, 405, Allow=method)
            try:
                return _answer(view, request, *args, **options)
            except (JigiError, Http404, BadRequest, SuspiciousOperation) as error:
                return _refusal(error)
            except DatabaseError as error:
                if (said := limits.told(error)) is None:
                    raise
                return _refusal(said)

        return deciding_view

    return deciding


def answered(said: dict[str, Any], status: int = 200) -> HttpResponse:
    """JSON that a person can read too."""
    return JsonResponse(said, status=status, json_dumps_params={"ensure_ascii": False})


def _answer(view: Answer, request: HttpRequest, *args: object, **options: object) -> HttpResponse:
    token = _token(request)
    if token is None:
        return _told(
            {"erreur": "Donnez le jeton de votre agence : Authorization: Bearer …"}, 401,
            **{"WWW-Authenticate": 'Bearer realm="Jigi, agences"'},
        )  # fmt: skip
    agency_tokens.count(token)
    with seen_by(token.user):
        said = view(request, token, *args, **options)
    return _told(said)


def _token(request: HttpRequest) -> AgencyToken | None:
    """The token that the request carries (None: none). A wrong one is counted, and ends by shutting the door."""
    scheme, _, said = request.headers.get("Authorization", "").partition(" ")
    if scheme.casefold() != "bearer":
        return None
    if found := agency_tokens.recognised(said.strip()[:200]):
        return found
    address = address_of(request)
    attempts.try_door(f"agence {address}", address)
    agent = request.headers.get("User-Agent", "").replace("\x00", "")
    audit.refused_entry("jeton d’agence", address=address, agent=agent)
    return None


def _told(said: dict[str, Any], status: int = 200, **headers: str) -> HttpResponse:
    response = answered(said, status)
    for name, value in {"Cache-Control": "no-store", **headers}.items():
        response.headers[name] = value
    return response


def _refusal(error: Exception) -> HttpResponse:
    status = _status(error)
    unsaid = "Ceci n’existe pas, ou plus."
    if status == 400:
        unsaid = "La demande est mal faite ou trop longue : donnez-la en plusieurs lots."
    said: dict[str, Any] = {"erreur": str(error) if isinstance(error, JigiError) else unsaid}
    if isinstance(error, InputError):
        said = {"erreur": " ".join(part for part in (f"{error.what}.", error.why, error.remedy) if part)}
        said |= {"ligne": error.line} if error.line is not None else {}
        said |= {"champ": error.column} if error.column else {}
    return _told(said, status, **({"Retry-After": RETRY_SECONDS} if status in (429, 503) else {}))


def _status(error: Exception) -> int:
    match error:
        case agency_tokens.TooOften() | TooMany():
            return 429
        case Busy():
            return 503
        case Raced():
            return 409
        case Refused():
            return 403
        case Http404():
            return 404
        case InputError() | BadRequest() | SuspiciousOperation():
            return 400
        case _:
            return 422
