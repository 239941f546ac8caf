"""What the pages that work without network share on the server: their service worker, and reading what they send."""

from __future__ import annotations

import json
from pathlib import Path

from django.contrib.staticfiles import finders
from django.http import HttpRequest, HttpResponse

from jigi.foundation.errors import InputError


def worker(shell: str, store: str) -> HttpResponse:
    """The service worker of the page at `shell`, which it serves without network from the cache `store`."""
    path = finders.find("offline/worker.js")
    assert isinstance(path, str)
    consts = f"const SHELL = {json.dumps(shell)}, STORE = {json.dumps(store)};\n"
    response = HttpResponse(
        consts + Path(path).read_text(encoding="utf-8"), content_type="text/javascript; charset=utf-8"
    )
    response.headers["Service-Worker-Allowed"] = shell
    return response


def sent(request: HttpRequest) -> bytes:
    """What a page sent, b"" for a form: it was read already by who checks its token, and can't be read twice."""
    return request.body if request.content_type == "application/json" else b""


def unreadable() -> InputError:
    """What is none of what the page sends."""
    return InputError(
        "L’envoi du téléphone ne se lit pas", remedy="Rien n’a été enregistré : rechargez la page avec le réseau."
    )
