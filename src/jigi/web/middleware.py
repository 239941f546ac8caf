"""What every request carries: the origin that the audit records, and refusals told in French."""

from __future__ import annotations

from collections.abc import Callable

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.http import url_has_allowed_host_and_scheme

from jigi.foundation.audit import acting_from
from jigi.foundation.errors import InputError, JigiError, Raced, Refused

Respond = Callable[[HttpRequest], HttpResponse]


def origin_middleware(get_response: Respond) -> Respond:
    """Name the origin of every action of a request: the address it came from and the page."""

    def respond(request: HttpRequest) -> HttpResponse:
        with acting_from(f"{address_of(request)} {request.path}"):
            return get_response(request)

    return respond


def address_of(request: HttpRequest) -> str:
    """The address that a request came from."""
    return str(request.META.get("REMOTE_ADDR", "?"))


class RefusalMiddleware:
    """Turns a JigiError that a view lets out into what the person reads: what, why, what to do.

    A form goes back to the page it was on, with a message; a page shows the refusal in its place.
    """

    def __init__(self, get_response: Respond) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        if not isinstance(error, JigiError):
            return None
        if request.method == "POST" and (page := _page_of_the_form(request)):
            messages.error(request, str(error))
            return HttpResponseRedirect(page)
        return render(request, "refusal.html", {"error": error}, status=_status(error))


def _page_of_the_form(request: HttpRequest) -> str:
    page = request.headers.get("referer", "")
    same_site = url_has_allowed_host_and_scheme(
        page, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return page if page and same_site else ""


def _status(error: JigiError) -> int:
    match error:
        case Raced():
            return 409
        case Refused():
            return 403
        case InputError():
            return 400
        case _:
            return 422
