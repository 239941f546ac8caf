"""The pages of a PDF as images, drawn in a process of its own that has little memory and little time.

A page drawn is only pixels: scripts, files, links and properties of the PDF stay behind, and a file made to break its
reader breaks that process and nothing else.
"""

from __future__ import annotations

import resource
import subprocess
import sys
from collections.abc import Iterator
from io import BytesIO
from typing import IO

import pypdfium2
from PIL import Image

from jigi.foundation.errors import InputError, JigiError, TooLarge

LONGEST_SIDE = 2_480
QUALITY = 85
MEMORY_BYTES = 1024**3
SECONDS_A_PAGE, SECONDS_AT_LEAST = 2, 20
POINTS_AN_INCH = 72
LOCKED, TOO_MANY = 3, 4
_LENGTH = 4


def pages_of(content: bytes, *, most: int, dpi: int = 150) -> Iterator[bytes]:
    """Each page as a JPEG, as soon as it is drawn.

    Raises InputError for a PDF that can't be read or asks for a password, TooLarge for one of more than `most` pages.
    """
    command = [sys.executable, "-m", "jigi.foundation.pdf_pages", str(dpi), str(most)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as drawing:
        assert drawing.stdin and drawing.stdout
        try:
            drawing.stdin.write(content)
            drawing.stdin.close()
        except BrokenPipeError:
            pass  # it says why by the way it ends
        try:
            while page := _next(drawing.stdout):
                yield page
        finally:
            drawing.stdout.close()
        if code := drawing.wait():
            raise _refusal(code, most)


def _next(stream: IO[bytes]) -> bytes:
    """The next page sent; nothing at the end, or when the process died in the midst of one."""
    size = int.from_bytes(stream.read(_LENGTH), "big")
    page = stream.read(size)
    return page if len(page) == size else b""


def _refusal(code: int, most: int) -> JigiError:
    if code == LOCKED:
        return InputError("Ce PDF demande un mot de passe", remedy="Enregistrez-le sans mot de passe, ou imprimez-le")
    if code == TOO_MANY:
        return TooLarge(f"Ce PDF a plus de {most} pages", remedy="Coupez-le, et gardez les pages qui comptent")
    return InputError(
        "Ce PDF ne se lit pas", why="Il est abîmé, ou demande trop de mémoire ou de temps",
        remedy="Enregistrez-le de nouveau, ou photographiez le papier",
    )  # fmt: skip


def _draw(content: bytes, dpi: int, most: int, out: IO[bytes]) -> int:
    """Write every page to `out`, each after its length; returns how the process ends."""
    try:
        document = pypdfium2.PdfDocument(content)
    except pypdfium2.PdfiumError as error:
        return LOCKED if "password" in str(error).casefold() else 1
    if not 0 < len(document) <= most:
        return TOO_MANY if document else 1
    for page in document:
        scale = min(dpi / POINTS_AN_INCH, LONGEST_SIDE / max(*page.get_size(), 1))
        drawn = BytesIO()
        image: Image.Image = page.render(scale=scale).to_pil()
        image.convert("RGB").save(drawn, "JPEG", quality=QUALITY)
        page.close()
        out.write(len(drawn.getvalue()).to_bytes(_LENGTH, "big") + drawn.getvalue())
    out.flush()
    return 0


def _hold(most: int) -> None:
    """Take no more memory, nor seconds of the machine, than a PDF of so many pages is worth."""
    seconds = max(SECONDS_AT_LEAST, SECONDS_A_PAGE * most)
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


if __name__ == "__main__":
    _hold(int(sys.argv[2]))
    sys.exit(_draw(sys.stdin.buffer.read(), int(sys.argv[1]), int(sys.argv[2]), sys.stdout.buffer))
