"""Setting a document: a template of this folder and its data make a PDF, the same on every machine."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import typst
from django.conf import settings
from django.http import HttpResponse

from jigi.foundation import slots
from jigi.foundation.models import User

FOLDER = Path(__file__).resolve().parent


def press(template: str, data: Mapping[str, Any]) -> bytes:
    """The PDF of `<template>.typ` with its data, which is JSON: text, numbers, lists, None.

    On a demonstration server every page says that what it holds is fictitious.
    """
    marked = {**data, "fictitious": User.objects.filter(is_demonstration=True).exists()}
    with slots.slot("paper", settings.MOST_EXPORTS, busy="Trop de documents se préparent en ce moment"):
        made = typst.compile(
            FOLDER / f"{template}.typ", font_paths=_fonts(), sys_inputs={"data": json.dumps(marked)}, pdf_tags=False
        )
    assert isinstance(made, bytes)
    return made


def pdf_response(name: str, document: bytes) -> HttpResponse:
    """A PDF opened in the browser, that takes `name` (without suffix) when it is kept."""
    response = HttpResponse(document, content_type="application/pdf")
    response["Content-Disposition"] = f'inline; filename="{name}.pdf"'
    return response


@cache
def _fonts() -> typst.Fonts:
    """The fonts of the wheel only: looking for those of the machine takes longer than setting a page."""
    return typst.Fonts(include_system_fonts=False)
