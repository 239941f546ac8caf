"""A session left alone is closed: somebody else may sit down at the computer of a commune's office."""

from __future__ import annotations

import time
from collections.abc import Callable

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse

NOTED_EVERY = 300
"""Seconds: a session is written again at most as often, or every page would write a row."""

Respond = Callable[[HttpRequest], HttpResponse]


def idle_middleware(get_response: Respond) -> Respond:
    """Sign out whoever has asked for nothing for JIGI_IDLE_MINUTES."""

    def respond(request: HttpRequest) -> HttpResponse:
        if request.user.is_authenticated:
            _note(request)
        return get_response(request)

    return respond


def _note(request: HttpRequest) -> None:
    now = time.time()
    idle = now - request.session.get("seen_at", now)
    if idle > settings.IDLE_MINUTES * 60:
        logout(request)
        said = f"Vous avez été déconnecté après {settings.IDLE_MINUTES} minutes sans rien demander."
        messages.info(request, said)
    elif idle == 0 or idle > NOTED_EVERY:
        request.session["seen_at"] = now
