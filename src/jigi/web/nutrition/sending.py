"""Files sent to the package: read once, their good lines kept, the others told line by line."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from jigi.foundation.errors import InputError, JigiError
from jigi.web.imports import uploads
from jigi.web.submissions import KeyReused, carry_out

PART = "fichier"


@contextmanager
def sent_file(sent: object) -> Iterator[Path]:
    """The file that a form sent, under the name that it had; gone afterwards. InputError when it is none."""
    if not isinstance(sent, UploadedFile):
        raise InputError("Aucun fichier n’est joint", remedy="Choisissez un fichier CSV ou Excel.")
    folder = uploads.keep({PART: sent})
    try:
        with uploads.opened(folder) as files:
            yield files[PART]
    finally:
        uploads.forget(folder)


def sent_and_told(
    request: HttpRequest, read: Callable[[], str], problems: Callable[[], Sequence[Any]], back: str, title: str
) -> HttpResponse:
    """Read a file once, and go back; or show what is wrong with it, or with some of its lines."""
    error = ""
    try:
        carry_out(request, read)
    except KeyReused:
        raise
    except JigiError as wrong:
        error = str(wrong)
    if not error and not problems():
        return redirect(back)
    context = {"title": title, "problems": problems(), "error": error, "back": back}
    return render(request, "nutrition/taken.html", context, status=400 if error else 200)
