"""Square codes (QR) found in an image: a scan, or a photograph taken askew, dim or a little blurred."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TypeVar

import zxingcpp
from PIL import Image, ImageFilter, ImageOps

Read = TypeVar("Read")
_SQUARES = zxingcpp.BarcodeFormats(zxingcpp.BarcodeFormat.QRCode)


def first_in(image: Image.Image, understood: Callable[[str], Read | None]) -> Read | None:
    """What the first code that is understood says; None when none is found. Costlier looks come only when needed."""
    for seen in _looks(image):
        for code in zxingcpp.read_barcodes(seen, formats=_SQUARES):
            if read := understood(code.text):
                return read
    return None


def _looks(image: Image.Image) -> Iterator[Image.Image]:
    """The image as it is, then with its greys spread, sharpened, enlarged, smoothed."""
    grey = image.convert("L")
    yield grey
    spread = ImageOps.autocontrast(grey, cutoff=2)
    yield spread.filter(ImageFilter.UnsharpMask(radius=3, percent=200))
    twice = spread.resize((spread.width * 2, spread.height * 2), Image.Resampling.BICUBIC)
    yield twice
    yield twice.filter(ImageFilter.UnsharpMask(radius=5, percent=250))
    yield spread.filter(ImageFilter.GaussianBlur(1.5))
