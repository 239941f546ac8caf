"""Every view of the site reads in the scope of the person who asks, and in one transaction."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from functools import wraps
from typing import Any

from django.http import HttpRequest, HttpResponseBase, StreamingHttpResponse
from django.urls import URLPattern, URLResolver

from jigi.foundation.models import User
from jigi.geography.scope import seen_by

View = Callable[..., HttpResponseBase]


def scoped(patterns: Iterable[URLPattern | URLResolver]) -> list[URLPattern | URLResolver]:
    """The same addresses, their views in the scope of who asks."""
    found = list(patterns)
    for pattern in found:
        if isinstance(pattern, URLResolver):
            scoped(pattern.url_patterns)
        else:
            pattern.callback = in_scope(pattern.callback)
    return found


def in_scope(view: View) -> View:
    """A view that sees what its person's postings open; what it streams is read in that scope too.

    Nobody's request opens no scope: it reads no fenced row.
    """

    @wraps(view)
    def viewed(request: HttpRequest, *args: Any, **options: Any) -> HttpResponseBase:
        user = request.user
        if not isinstance(user, User):
            return view(request, *args, **options)
        with seen_by(user):
            response = view(request, *args, **options)
        if isinstance(response, StreamingHttpResponse) and not hasattr(response, "file_to_stream"):
            response.streaming_content = _streamed(user, response.streaming_content)  # type: ignore[arg-type]
        return response

    return viewed


def _streamed(user: User, pieces: Iterable[bytes]) -> Iterator[bytes]:
    """Each piece in a transaction of its own: what is noted of a reading stays before a byte of it is sent."""
    waiting = iter(pieces)
    while True:
        with seen_by(user):
            piece = next(waiting, None)
        if piece is None:
            return
        yield piece
