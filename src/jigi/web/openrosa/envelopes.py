"""What is said to phones: the envelopes of OpenRosa, in French, with its headers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from html import escape

from django.conf import settings
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.utils.http import http_date

ACCEPTED_BYTES = 32 * 1024 * 1024
"""The largest post that phones are asked for: they cut a fiche with many files into several."""

_HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n'


def told(message: str, status: int, *, nature: str = "") -> HttpResponse:
    """An envelope with a sentence for the person who holds the phone."""
    marked = f' nature="{nature}"' if nature else ""
    body = f"<message{marked}>{escape(message)}</message>"
    return xml(f'<OpenRosaResponse xmlns="http://openrosa.org/http/response">{body}</OpenRosaResponse>', status)


def xml(body: str, status: int = 200) -> HttpResponse:
    """A document of OpenRosa."""
    return HttpResponse(_HEAD + body, status=status, content_type="text/xml; charset=utf-8")


def listed(name: str, namespace: str, item: str, rows: Iterable[Mapping[str, str]]) -> HttpResponse:
    """A list: one `item` a row, one element a value."""
    parts = ["".join(f"<{key}>{escape(value)}</{key}>" for key, value in row.items()) for row in rows]
    inner = "".join(f"<{item}>{part}</{item}>" for part in parts)
    return xml(f'<{name} xmlns="{namespace}">{inner}</{name}>')


def with_headers(response: HttpResponseBase) -> HttpResponseBase:
    """The headers that OpenRosa asks of every answer."""
    response.headers["X-OpenRosa-Version"] = "1.0"
    accepted = min(ACCEPTED_BYTES, settings.MOST_REQUEST_MB * 1024 * 1024 or ACCEPTED_BYTES)
    response.headers["X-OpenRosa-Accept-Content-Length"] = str(accepted)
    response.headers["Content-Language"] = "fr"
    response.headers["Date"] = http_date()
    response.headers["Cache-Control"] = "no-store"
    return response
