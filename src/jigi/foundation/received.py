"""Files that people and devices send: what they are by their content, and the same made harmless."""

from __future__ import annotations

from dataclasses import dataclass
from io import BytesIO

from PIL import Image

from jigi.foundation import images
from jigi.foundation.errors import InputError
from jigi.foundation.pdf_pages import pages_of

PDF, JPEG, PNG = "application/pdf", "image/jpeg", "image/png"
MOST_PAGES = 20
DPI = 150
_IMAGES = (JPEG, PNG, "image/webp", "image/gif")
_BEGINS = {
    b"\xff\xd8\xff": JPEG, b"\x89PNG\r\n\x1a\n": PNG, b"GIF8": "image/gif", b"%PDF-": PDF,
    b"OggS": "audio/ogg", b"ID3": "audio/mpeg", b"\xff\xfb": "audio/mpeg", b"\xff\xf3": "audio/mpeg",
    b"\xff\xf1": "audio/aac", b"\xff\xf9": "audio/aac", b"#!AMR": "audio/amr", b"\x1aE\xdf\xa3": "video/webm",
}  # fmt: skip
_RIFF = {b"WEBP": "image/webp", b"WAVE": "audio/wav"}
_BRANDS = {b"M4A": "audio/mp4", b"3gp": "video/3gpp", b"hei": "image/heic", b"mif": "image/heic", b"avi": "image/avif"}


@dataclass(frozen=True)
class Clean:
    """A file that may be kept: its media type, and its content as made anew."""

    kind: str
    content: bytes


def kind_of(content: bytes) -> str:
    """The media type that the content itself says, whatever the file is called; "" when it says none."""
    for begins, kind in _BEGINS.items():
        if content.startswith(begins):
            return kind
    if content.startswith(b"RIFF"):
        return _RIFF.get(content[8:12], "")
    if content[4:8] == b"ftyp":
        return _BRANDS.get(content[8:11], "video/mp4")
    return "text/plain" if _is_text(content) else ""


def cleaned(content: bytes) -> Clean:
    """An image or a PDF made anew, without metadata nor anything that acts; a sound, a film or a text as it came.

    Raises InputError for what can't be read or is none of these, TooLarge for what would take too much to open.
    """
    kind = kind_of(content)
    if kind in _IMAGES:
        return _image(content, kind)
    if kind == PDF:
        return Clean(PDF, _redrawn(content))
    if not kind or kind.startswith("image/"):
        raise InputError(
            "Ce fichier n’est d’aucune sorte connue", why="Ni PDF, ni image JPEG ou PNG, ni son, ni film, ni texte",
            remedy="Enregistrez-le sous un de ces formats",
        )  # fmt: skip
    return Clean(kind, content)


def _image(content: bytes, kind: str) -> Clean:
    """A PNG stays one (line art holds its edges) unless that would weigh more than what came; the rest is JPEG."""
    image = images.opened(content)
    if kind == PNG and len(kept := images.written(image, "PNG")) <= len(content):
        return Clean(PNG, kept)
    return Clean(JPEG, images.written(image, "JPEG"))


def _redrawn(content: bytes) -> bytes:
    """A PDF of the same pages, each an image."""
    first, *others = (Image.open(BytesIO(page)) for page in pages_of(content, most=MOST_PAGES, dpi=DPI))
    made = BytesIO()
    first.save(made, "PDF", save_all=True, append_images=others, resolution=DPI, quality=images.QUALITY)
    return made.getvalue()


def _is_text(content: bytes) -> bool:
    """Text that is no page nor drawing: both may hold scripts."""
    if b"\x00" in content or content.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<"):
        return False
    try:
        content.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return bool(content)
