"""The API of partners' machines: a token opens one agreement; every page is recorded, line by line, before it is sent.

JSON in French names, as in the files: docs/sharing.md is its contract.
"""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import BadRequest, SuspiciousOperation
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.views.decorators.csrf import csrf_exempt

from jigi.foundation import attempts, audit, slots
from jigi.foundation.attempts import TooMany
from jigi.foundation.errors import Busy, InputError, JigiError, Refused
from jigi.sharing import delivering, queries, tokens
from jigi.sharing.content import columns_of
from jigi.sharing.delivering import PAGES_A_MINUTE
from jigi.sharing.models import SharingRequest, SharingToken
from jigi.sharing.packing import CONDITIONS
from jigi.web.middleware import address_of

MOST_NOTICES = 500
LONGEST_KEY = 60
Answer = Callable[..., dict[str, Any]]


def for_partners(view: Answer) -> Callable[..., HttpResponseBase]:
    """A view that is given the token that a request proves, and answers JSON; errors are told as JSON too."""

    @csrf_exempt
    @login_not_required
    @wraps(view)
    def answered(request: HttpRequest, *args: object, **options: object) -> HttpResponseBase:
        try:
            token = _token(request)
            response = _told(view(request, token, *args, **options)) if token else _challenge()
        except (JigiError, Http404, BadRequest, SuspiciousOperation) as error:
            response = _refusal(error)
        response.headers["Cache-Control"] = "no-store"
        return response

    return answered


@for_partners
def agreement(request: HttpRequest, token: SharingToken) -> dict[str, Any]:
    """The agreement of the token, its conditions, and the requests that may be read."""
    one = token.agreement
    return {
        "convention": one.code,
        "partenaire": one.partner_name,
        "finalite": one.purpose,
        "du": one.starts_on,
        "au": one.ends_on,
        "conditions": CONDITIONS,
        "pages_par_minute": PAGES_A_MINUTE,
        "retraits": reverse("partage_api_notices"),
        "demandes": [_described(found) for found in queries.open_to_machines(one)],
    }


@for_partners
def lines(request: HttpRequest, token: SharingToken, pk: int) -> dict[str, Any]:
    """A page of a request; `suite` is the address of the next, null at the end."""
    asked = queries.open_to_machines(token.agreement).select_related("agreement").filter(pk=pk).first()
    if asked is None:
        raise Http404
    page = delivering.page_of(asked, token, _after(request))
    address = reverse("partage_api_lines", args=[pk])
    return {
        "demande": pk,
        "remise": page.delivery.pk,
        "lignes": page.lines,
        "suite": f"{address}?apres={_key(page.after)}" if page.after else None,
    }


@for_partners
def notices(request: HttpRequest, token: SharingToken) -> dict[str, Any]:
    """The lines to take away or to read again, by their numbers, whatever delivery told them; one page at a time."""
    last = request.GET.get("apres", "0")
    if not (last.isascii() and last.isdigit() and len(last) < 19):
        raise InputError("« apres » est le numéro d’une ligne")
    with slots.slot(f"retraits {token.pk}", 1, busy="Les retraits se lisent déjà par ce jeton"):
        found = queries.notices(token.agreement, after=int(last), most=MOST_NOTICES)
    address = reverse("partage_api_notices")
    return {
        "retraits": [
            {"ligne": one.id, "remise": one.told_in_id, "a_retirer": one.is_withdrawal, "motif": one.says}
            for one in found
        ],
        "suite": f"{address}?apres={found[-1].id}" if len(found) == MOST_NOTICES else None,
    }


def _described(asked: SharingRequest) -> dict[str, Any]:
    return {
        "demande": asked.pk,
        "lignes": reverse("partage_api_lines", args=[asked.pk]),
        "unite": asked.criteria.unit,
        "criteres": asked.criteria.sentences(),
        "colonnes": {column.name: column.says for column in columns_of(asked.fields)},
        "perime_le": asked.expires_on,
    }


def _token(request: HttpRequest) -> SharingToken | None:
    """The token that the request carries (None: none). A wrong one is counted, and ends by shutting the door."""
    scheme, _, said = request.headers.get("Authorization", "").partition(" ")
    if scheme.casefold() != "bearer":
        return None
    if found := tokens.recognised(said.strip()[:200]):
        return found
    address = address_of(request)
    attempts.try_door(f"partage {address}", address)
    agent = request.headers.get("User-Agent", "").replace("\x00", "")
    audit.refused_entry("jeton de partage", address=address, agent=agent)
    return None


def _after(request: HttpRequest) -> tuple[int, int]:
    """Where the page begins, as `suite` gave it."""
    said = request.GET.get("apres", "")
    if not said:
        return (0, 0)
    if len(said) > LONGEST_KEY:
        raise InputError("« apres » n’est pas de ceux que donne « suite »")
    try:
        household, person = json.loads(base64.urlsafe_b64decode(said + "=" * (-len(said) % 4)))
        return (int(household), int(person))
    except (ValueError, TypeError, binascii.Error, OverflowError):
        raise InputError("« apres » n’est pas de ceux que donne « suite »") from None


def _key(after: tuple[int, int]) -> str:
    return base64.urlsafe_b64encode(json.dumps(after).encode()).decode().rstrip("=")


def _told(said: dict[str, Any], status: int = 200) -> HttpResponse:
    return JsonResponse(said, status=status, json_dumps_params={"ensure_ascii": False})


def _challenge() -> HttpResponse:
    response = _told({"erreur": "Donnez le jeton de votre convention : Authorization: Bearer …"}, 401)
    response.headers["WWW-Authenticate"] = 'Bearer realm="Jigi, partage"'
    return response


def _refusal(error: Exception) -> HttpResponse:
    status = 422
    match error:
        case TooMany() | Busy():
            status = 429
        case Refused():
            status = 403
        case Http404():
            status = 404
        case InputError() | BadRequest() | SuspiciousOperation():
            status = 400
    said = str(error) if isinstance(error, JigiError) else "Ceci n’existe pas, ou plus."
    response = _told({"erreur": said}, status)
    if status == 429:
        response.headers["Retry-After"] = "60"
    return response
