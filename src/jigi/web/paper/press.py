"""The papers of the pages: a template of this folder and its data make a PDF."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from django.http import HttpResponse

from jigi.foundation import press as setting
from jigi.foundation.models import User

FOLDER = Path(__file__).resolve().parent


def press(template: str, data: Mapping[str, Any]) -> bytes:
    """The PDF of `<template>.typ` with its data (jigi.foundation.press).

    On a demonstration server every page says that what it holds is fictitious.
    """
    fictitious = User.objects.filter(is_demonstration=True).exists()
    return setting.press(FOLDER / f"{template}.typ", {**data, "fictitious": fictitious})


def pdf_response(name: str, document: bytes) -> HttpResponse:
    """A PDF opened in the browser, that takes `name` (without suffix) when it is kept."""
    response = HttpResponse(document, content_type="application/pdf")
    response["Content-Disposition"] = f'inline; filename="{name}.pdf"'
    return response
