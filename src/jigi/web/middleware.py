"""What every request carries: the origin that the audit records, the key of its form, refusals told in French."""

from __future__ import annotations

import logging
from collections.abc import Callable
from http import HTTPStatus
from typing import Any

from allauth.core.internal.httpkit import get_client_ip
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.http import url_has_allowed_host_and_scheme

from jigi.foundation.audit import acting_from
from jigi.foundation.errors import Busy, InputError, JigiError, Raced, Refused
from jigi.web.kept import note_write
from jigi.web.submissions import SAFE, WITHOUT_KEY, KeyReused, key_of

REFUSALS = logging.getLogger("jigi.refusals")
NUL = "\x00"
Respond = Callable[[HttpRequest], HttpResponse]


def origin_middleware(get_response: Respond) -> Respond:
    """Name the origin of every action of a request: the address it came from and the page."""

    def respond(request: HttpRequest) -> HttpResponse:
        path = request.path.replace(NUL, "")
        with acting_from(f"{address_of(request)} {path}"):
            return get_response(request)

    return respond


def address_of(request: HttpRequest) -> str:
    """The address that a request came from: behind proxies, the one that they give (JIGI_PROXIES), not theirs."""
    return str(get_client_ip(request) or "?")


class RefusalMiddleware:
    """Turns a JigiError that a view lets out into what the person reads: what, why, what to do.

    A form goes back to the page it was on, with a message; a page shows the refusal in its place.
    """

    def __init__(self, get_response: Respond) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        return answer_to(request, error) if isinstance(error, JigiError) else None


class SubmissionMiddleware:
    """Refuses whatever is posted without the key of a form, and what no text holds, before any page sees it."""

    def __init__(self, get_response: Respond) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if request.method not in SAFE and response.status_code < HTTPStatus.BAD_REQUEST:
            note_write()
        return response

    def process_view(self, request: HttpRequest, view: Any, args: Any, kwargs: Any) -> HttpResponse | None:
        if request.method not in (*SAFE, "POST"):
            return HttpResponse(status=405, headers={"Allow": "GET, HEAD, POST"})
        # The doors of machines read what they are given by themselves, and answer in their own form.
        if not getattr(view, "csrf_exempt", False) and _holds_nul(request):
            return answer_to(request, _unwritable())
        found = request.resolver_match
        if request.method in SAFE or found is None or found.view_name in WITHOUT_KEY:
            return None
        try:
            key_of(request)
        except Refused as error:
            return answer_to(request, error)
        return None


def _holds_nul(request: HttpRequest) -> bool:
    given = (request.GET, request.POST)
    texts = (text for one in given for name, values in one.lists() for text in (name, *values))
    return NUL in request.path or any(NUL in text for text in texts)


def _unwritable() -> InputError:
    return InputError(
        "Un caractère nul se trouve dans ce que vous envoyez",
        why="Ce caractère invisible ne s’écrit pas dans la base ; rien n’a été enregistré.",
        remedy="Retapez le texte au lieu de le coller, ou revenez au début de la liste.",
    )


def answer_to(request: HttpRequest, error: JigiError) -> HttpResponse:
    """What the person reads of an error: on the page of the form it came from, or in the place of the page."""
    page = _page_of_the_form(request) if request.method == "POST" and not isinstance(error, (Busy, KeyReused)) else ""
    if page:
        # A refusal that is a page of its own is logged by Django.
        REFUSALS.warning("%s", type(error).__name__, extra={"request": request})
        messages.error(request, str(error))
        return HttpResponseRedirect(page)
    return render(request, "refusal.html", {"error": error}, status=status_of(error))


def _page_of_the_form(request: HttpRequest) -> str:
    page = request.headers.get("referer", "")
    same_site = url_has_allowed_host_and_scheme(
        page, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return page if page and same_site else ""


def status_of(error: JigiError) -> int:
    """The status of HTTP that says what kind of refusal it is."""
    match error:
        case Raced():
            return 409
        case Refused():
            return 403
        case InputError():
            return 400
        case Busy():
            return 503
        case _:
            return 422
