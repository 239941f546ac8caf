"""What a page may take, and what is said when it would take more: body, time, the database's patience."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from typing import Any

import psycopg
from django.conf import settings
from django.db import DatabaseError, connection
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.template.loader import render_to_string

from jigi.foundation.errors import Busy, JigiError, TooLarge
from jigi.web import outage

RETRY_SECONDS = "10"


class LimitsMiddleware:
    """Refuses a body that is too large before reading it, and a page that lasts too long between statements."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if _length(request) > settings.MOST_REQUEST_MB * 1024 * 1024 > 0:
            return _answer(_too_large(), 413)
        if not settings.MOST_REQUEST_SECONDS:
            return self.get_response(request)
        with connection.execute_wrapper(Deadline(settings.MOST_REQUEST_SECONDS)):
            return self.get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        said = told(error)
        return _answer(said, 503) if said else None


class Deadline:
    """Lets no statement begin after its seconds; PostgreSQL itself ends the one that is running."""

    def __init__(self, seconds: float) -> None:
        self.until = time.monotonic() + seconds

    def __call__(self, execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
        if time.monotonic() > self.until:
            raise Busy(
                "Cette page demande trop de temps",
                why=f"Une page a {settings.MOST_REQUEST_SECONDS} secondes ; rien n’a été enregistré.",
                remedy="Choisissez une commune ou une période plus courte, puis recommencez.",
            )
        return execute(sql, params, many, context)


def told(error: BaseException | None) -> JigiError | None:
    """What a person reads when a limit of the database was met; None for any other error, which is a defect."""
    if isinstance(error, Busy):
        return error
    if not isinstance(error, DatabaseError):
        return None
    match error.__cause__:
        case psycopg.errors.QueryCanceled():
            return Busy(
                "La base a mis trop de temps à répondre",
                why="La demande a été arrêtée pour que les autres pages restent ouvertes ; rien n’a été enregistré.",
                remedy="Choisissez une commune ou une période plus courte, puis recommencez.",
            )
        case psycopg.errors.LockNotAvailable() | psycopg.errors.DeadlockDetected():
            return Busy(
                "Quelqu’un travaille sur la même chose en ce moment",
                why="Votre demande a attendu son tour trop longtemps ; rien n’a été enregistré.",
                remedy="Recommencez dans une minute : vous pouvez renvoyer le même formulaire sans risque.",
            )
    return None


def server_error(request: HttpRequest) -> HttpResponse:
    """The page of last resort: nothing of the error is on it; a limit met, or the machine failing, says which."""
    said = told(sys.exc_info()[1])
    return _answer(said, 503) if said else outage.failed(request)


def _answer(error: JigiError, status: int) -> HttpResponse:
    """A page that asks nothing of the database: it may be what is missing."""
    response = HttpResponse(render_to_string("limit.html", {"error": error}), status=status)
    if status == 503:
        response.headers["Retry-After"] = RETRY_SECONDS
    return response


def _too_large() -> TooLarge:
    return TooLarge(
        f"Ce que vous envoyez dépasse {settings.MOST_REQUEST_MB} Mo",
        why="Le serveur ne l’a pas lu ; rien n’a été enregistré.",
        remedy="Envoyez-le en plusieurs fichiers, ou prenez-le sur le serveur avec la commande jigi.",
    )


def _length(request: HttpRequest) -> int:
    """Bytes announced. Django reads no more than that, and nothing when nothing is announced."""
    text = request.META.get("CONTENT_LENGTH") or "0"
    return int(text) if text.isascii() and text.isdigit() else 0
