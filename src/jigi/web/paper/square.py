"""Square codes (QR) for papers and pages."""

from __future__ import annotations

import segno


def square(text: str, *, error: str = "m") -> str:
    """The code of a text as SVG, with a quiet zone of two modules."""
    drawn: str = segno.make(text, error=error, boost_error=False).svg_inline(border=2, omitsize=True, lineclass=None)
    return drawn
