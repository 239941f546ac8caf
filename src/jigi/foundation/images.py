"""Images that people and devices send, made anew: decoded, turned upright, brought to size, written again.

Nothing of the file that came is copied but its pixels: positions, dates, comments, thumbnails and whatever follows the
image are gone.
"""

from __future__ import annotations

from io import BytesIO
from struct import error as NotAsAnnounced

from PIL import Image, UnidentifiedImageError

from jigi.foundation.errors import InputError, TooLarge

READ = ("JPEG", "PNG", "WEBP", "GIF")
MOST_PIXELS = 50_000_000
LONGEST_SIDE = 2_480
"""Pixels: the height of an A4 sheet at 210 dots an inch, where a signature and the smallest print are read."""
QUALITY = 85
_UNREADABLE = (
    UnidentifiedImageError, OSError, ValueError, SyntaxError, EOFError, NotAsAnnounced,
    AttributeError, TypeError, KeyError, OverflowError,
)  # fmt: skip
"""What Pillow raises of a broken image, or of metadata of types that it did not expect."""
_ORIENTATION = 0x0112
_TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT, 3: Image.Transpose.ROTATE_180, 4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE, 6: Image.Transpose.ROTATE_270, 7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}  # fmt: skip


def opened(content: bytes, *, longest: int = LONGEST_SIDE) -> Image.Image:
    """The pixels of an image, upright, in colours or greys, no side longer than `longest`.

    Raises InputError for what is no image or a broken one, TooLarge for one of more pixels than are ever decoded.
    """
    try:
        with Image.open(BytesIO(content), formats=READ) as image:
            _weigh(*image.size)
            image.draft(None, (longest, longest))  # a large JPEG is decoded at a half, a quarter or an eighth
            image.load()
            upright = _plain(_upright(image))
    except Image.DecompressionBombError:
        raise _too_large() from None
    except _UNREADABLE:
        raise InputError(
            "Cette image ne se lit pas",
            why="Elle est abîmée, ou incomplète",
            remedy="Prenez la photographie de nouveau",
        ) from None
    upright.thumbnail((longest, longest), Image.Resampling.LANCZOS)
    return upright


def written(image: Image.Image, format: str) -> bytes:
    """An image as a JPEG or PNG that holds pixels only."""
    bare = Image.frombytes(image.mode, image.size, image.tobytes())
    kept = BytesIO()
    bare.save(kept, format, quality=QUALITY, optimize=True)
    return kept.getvalue()


def _upright(image: Image.Image) -> Image.Image:
    """Turned as its metadata say, which are not written again as Pillow's own function would: it fails on odd ones."""
    turn = _TURNS.get(image.getexif().get(_ORIENTATION, 1))
    return image if turn is None else image.transpose(turn)


def _weigh(width: int, height: int) -> None:
    """What an image announces, before a pixel of it is decoded."""
    if width * height > MOST_PIXELS:
        raise _too_large()


def _too_large() -> TooLarge:
    return TooLarge(
        "Cette image a trop de points",
        why=f"Plus de {MOST_PIXELS // 1_000_000} millions : elle n’a pas été ouverte",
        remedy="Photographiez ou numérisez moins grand",
    )


def _plain(image: Image.Image) -> Image.Image:
    """In greys or in colours; what is transparent is white, as on paper."""
    if image.mode.startswith("I"):
        return image.convert("I").point(lambda value: value * (1 / 256)).convert("L")
    if image.mode in ("1", "L"):
        return image.convert("L")
    if "A" not in image.mode and "transparency" not in image.info:
        return image.convert("RGB")
    seen = image.convert("RGBA")
    white = Image.new("RGB", image.size, "white")
    white.paste(seen, mask=seen)
    return white
