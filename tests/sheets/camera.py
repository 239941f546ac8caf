"""What scanners and telephones make of a page: turned, skewed, dim, blurred, seen from the side."""

from __future__ import annotations

from io import BytesIO
from random import Random

import numpy as np
from PIL import Image, ImageFilter

from jigi.foundation.pdf_pages import pages_of


def pages(document: bytes, *, dpi: int = 150) -> list[Image.Image]:
    return [Image.open(BytesIO(page)) for page in pages_of(document, most=300, dpi=dpi)]


def as_jpeg(page: Image.Image, quality: int = 70) -> bytes:
    kept = BytesIO()
    page.convert("RGB").save(kept, "JPEG", quality=quality)
    return kept.getvalue()


def as_pdf(found: list[Image.Image]) -> bytes:
    kept = BytesIO()
    found[0].save(kept, "PDF", save_all=True, append_images=found[1:], resolution=150)
    return kept.getvalue()


def turned(page: Image.Image, degrees: float) -> Image.Image:
    return page.rotate(degrees, expand=True, fillcolor="white", resample=Image.Resampling.BICUBIC)


def photographed(page: Image.Image, seed: int = 1) -> Image.Image:
    """On a dark table, from the side, half in the shade, out of focus, with the grain of a cheap lens."""
    random = Random(seed)
    table = Image.new("RGB", (page.width + 500, page.height + 500), (74, 58, 44))
    table.paste(turned(page, 0).convert("RGB"), (250, 250))
    seen = table.transform(table.size, Image.Transform.PERSPECTIVE, _from_the_side(random), Image.Resampling.BICUBIC)
    seen = seen.rotate(random.uniform(-12, 12), fillcolor=(74, 58, 44)).filter(ImageFilter.GaussianBlur(1.3))
    shade = np.linspace(1.0, 0.45, seen.width)[None, :, None]
    grain = np.random.default_rng(seed).normal(0, 9, (seen.height, seen.width, 1))
    return Image.fromarray(np.clip(np.asarray(seen) * shade + grain, 0, 255).astype("uint8"))


def _from_the_side(random: Random) -> tuple[float, ...]:
    tilt = (random.uniform(-6e-5, 6e-5), random.uniform(-6e-5, 6e-5))
    return (
        1 + random.uniform(0, 0.04),
        random.uniform(-0.05, 0.05),
        -30,
        random.uniform(-0.05, 0.05),
        1.03,
        -30,
        *tilt,
    )
