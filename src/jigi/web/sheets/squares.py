"""The squares printed on sheets, as SVG."""

from __future__ import annotations

from typing import Any

import segno

from jigi.sheets.rules import code_text, shown


def numbered(number: str, pages: int) -> dict[str, Any]:
    """A sheet's number as it is printed, and the square of each of its pages."""
    return {"number": shown(number), "squares": [drawn(code_text(number, page)) for page in range(1, pages + 1)]}


def drawn(text: str) -> str:
    """A square of the most patient kind: it is read under a stamp, a fold, a thumb."""
    made: str = segno.make(text, error="h", micro=False, boost_error=False).svg_inline(
        border=2, omitsize=True, lineclass=None
    )
    return made
