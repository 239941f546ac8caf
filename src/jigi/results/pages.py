"""The document on paper (PDF)."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from jigi.drawing.palette import FONT
from jigi.foundation.models import User
from jigi.foundation.press import press
from jigi.results.document import Block, Document, Drawing, Grid, Heading, Piece

TEMPLATE = Path(__file__).with_name("paper") / "statement.typ"
PRESS_FONT = "Libertinus Serif"


def pdf(document: Document) -> bytes:
    """The PDF of a document; on a demonstration server every page says that what it holds is fictitious."""
    data = {
        "title": document.title, "subtitle": document.subtitle, "facts": document.facts, "foot": document.foot,
        "blocks": [_block(one) for one in document.blocks],
        "fictitious": User.objects.filter(is_demonstration=True).exists(),
    }  # fmt: skip
    return press(TEMPLATE, data)


def _block(one: Block) -> dict[str, Any]:
    match one:
        case Heading():
            return {"kind": "heading", "text": one.text}
        case Grid():
            rows = [[_piece(cell) for cell in row] for row in one.rows]
            return {"kind": "grid", "title": one.title, "headers": one.headers, "rows": rows, "wide": one.wide}
        case Drawing():
            return {"kind": "drawing", "title": one.title, "svg": one.svg.replace(FONT, PRESS_FONT)}
    return {"kind": "paragraph", "pieces": [_piece(part) for part in one.pieces]}


def _piece(one: Piece) -> dict[str, Any]:
    return {"text": one.text, "notes": one.notes}
