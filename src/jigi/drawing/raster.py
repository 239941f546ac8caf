"""Drawings as images, for documents that hold no SVG."""

from __future__ import annotations

import re
from typing import NamedTuple

import vl_convert

SCALE = 2.0


class Image(NamedTuple):
    """A PNG and the size at which it is shown, in points of the drawing."""

    png: bytes
    width: float
    height: float


def image_of(svg: str) -> Image:
    """The image of a drawing made `standalone`, twice as fine as it is shown."""
    size = re.search(r'<svg\b[^>]*?\swidth="([\d.]+)" height="([\d.]+)"', svg)
    assert size is not None, "a standalone drawing says its size"
    return Image(bytes(vl_convert.svg_to_png(svg, scale=SCALE)), float(size[1]), float(size[2]))
