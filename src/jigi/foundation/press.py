"""Setting a document: a template of Typst and its data make a PDF, the same on every machine."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import typst
from django.conf import settings

from jigi.foundation import slots


def press(template: Path, data: Mapping[str, Any]) -> bytes:
    """The PDF of a template with its data, which is JSON: text, numbers, lists, None."""
    with slots.slot("paper", settings.MOST_EXPORTS, busy="Trop de documents se préparent en ce moment"):
        made = typst.compile(template, font_paths=_fonts(), sys_inputs={"data": json.dumps(data)}, pdf_tags=False)
    assert isinstance(made, bytes)
    return made


@cache
def _fonts() -> typst.Fonts:
    """The fonts of the wheel only: looking for those of the machine takes longer than setting a page."""
    return typst.Fonts(include_system_fonts=False)
