"""What people and devices send is made harmless: nothing but pixels stays of an image, nothing that acts of a PDF."""

from __future__ import annotations

import resource
import time
import zlib
from io import BytesIO
from struct import pack

import pytest
from PIL import Image, ImageOps

from jigi.foundation import images, pdf_pages
from jigi.foundation.errors import InputError, TooLarge
from jigi.foundation.received import MOST_PAGES, cleaned, kind_of
from tests.foundation.sent import ORIENTATION, flood, pdf, photo

SCRIPT = "/OpenAction << /S /JavaScript /JS (app.alert\\(1\\)) >> /AA << /WC << /S /Launch /F (x.exe) >> >>"
FILES = "/Names << /EmbeddedFiles << /Names [(x) << /EF << >> >>] >> >>"


def opened(content: bytes) -> Image.Image:
    return Image.open(BytesIO(content))


@pytest.mark.parametrize("format", ["JPEG", "PNG", "WEBP"])
def test_an_image_keeps_its_pixels_only(format: str) -> None:
    sent = photo(format=format)
    assert b"Telephone de Moussa" in sent
    clean = cleaned(sent)
    assert not dict(opened(clean.content).getexif())
    assert b"Moussa" not in clean.content and b"Awa" not in clean.content and b"Exif" not in clean.content
    assert set(opened(clean.content).info) <= {"jfif", "jfif_version", "jfif_unit", "jfif_density"}


@pytest.mark.parametrize(("orientation", "red"), [(3, (200, 290)), (6, (390, 200)), (8, (10, 200))])
def test_an_image_is_turned_upright(orientation: int, red: tuple[int, int]) -> None:
    """The telephone that was held askew says so in its metadata, which go."""
    sent = photo(400, 300, orientation=orientation) if orientation == 3 else photo(400, 400, orientation=orientation)
    seen = opened(cleaned(sent).content).convert("RGB").getpixel(red)
    assert isinstance(seen, tuple) and seen[0] > 200 and seen[1] < 80


def test_what_follows_an_image_is_gone() -> None:
    assert b"MZ" not in cleaned(photo() + b"MZ\x90\x00 un programme").content


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGBA", "CMYK", "I;16"])
def test_every_mode_of_image_is_read(mode: str) -> None:
    kept = BytesIO()
    format = "JPEG" if mode == "CMYK" else "PNG"
    Image.new("L", (40, 40), 200).convert("RGB" if mode == "CMYK" else "L").convert(mode).save(kept, format)
    assert opened(cleaned(kept.getvalue()).content).mode in ("L", "RGB")


def test_what_is_transparent_is_white() -> None:
    kept = BytesIO()
    Image.new("RGBA", (40, 40), (0, 0, 0, 0)).save(kept, "PNG")
    assert opened(cleaned(kept.getvalue()).content).convert("RGB").getpixel((5, 5)) == (255, 255, 255)


def test_a_large_photograph_is_brought_to_size() -> None:
    assert opened(cleaned(photo(6_000, 4_000)).content).size == (images.LONGEST_SIDE, 1653)


def test_a_flood_of_pixels_is_refused_at_once() -> None:
    """A PNG of 40 kB that announces 30,000 by 30,000 points: 900 MB once open."""
    header = pack(">II5B", 30_000, 30_000, 8, 0, 0, 0, 0)
    data = zlib.compress(b"\x00" * 40_000_000, 9)
    bomb = b"\x89PNG\r\n\x1a\n" + b"".join(
        pack(">I", len(part)) + name + part + pack(">I", zlib.crc32(name + part))
        for name, part in ((b"IHDR", header), (b"IDAT", data), (b"IEND", b""))
    )
    began, before = time.monotonic(), resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    with pytest.raises(TooLarge, match="trop de points"):
        cleaned(bomb)
    assert time.monotonic() - began < 1
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 50_000  # kB


@pytest.mark.parametrize("content", [photo()[:900], b"\xff\xd8\xff\xe0 rien", b"\x89PNG\r\n\x1a\n rien", b"GIF89a"])
def test_a_broken_image_is_refused_in_french(content: bytes) -> None:
    with pytest.raises(InputError, match="ne se lit pas"):
        cleaned(content)


@pytest.mark.parametrize("acts", [SCRIPT, FILES])
def test_a_pdf_keeps_its_pages_only(acts: str) -> None:
    clean = cleaned(pdf(pages=2, catalogue=acts))
    for gone in (b"JavaScript", b"Launch", b"EmbeddedFiles", b"OpenAction", b"Moussa"):
        assert gone not in clean.content
    drawn = [opened(page) for page in pdf_pages.pages_of(clean.content, most=2)]
    assert [page.convert("L").getextrema()[0] < 90 for page in drawn] == [True, True]


def test_a_pdf_under_a_password_is_refused() -> None:
    keys = f"/O <{'41' * 32}> /U <{'42' * 32}>"
    locked = pdf(trailer=f"/Encrypt << /Filter /Standard /V 1 /R 2 /P -4 {keys} >> /ID [<41> <41>]")
    with pytest.raises(InputError, match="mot de passe"):
        cleaned(locked)


@pytest.mark.parametrize("content", [b"%PDF-1.4 rien", pdf()[:200], pdf(pages=0)])
def test_a_pdf_that_cannot_be_read_is_refused(content: bytes) -> None:
    with pytest.raises(InputError, match="ne se lit pas"):
        cleaned(content)


def test_a_pdf_of_too_many_pages_is_refused() -> None:
    with pytest.raises(TooLarge, match="plus de 20 pages"):
        cleaned(pdf(pages=MOST_PAGES + 1))


def test_a_flood_of_pixels_in_a_pdf_drowns_nobody() -> None:
    """100 million points in 10 kB: drawn as they come, in a process that may not have more than a gigabyte."""
    sent = flood(10_000)
    began, before = time.monotonic(), resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
    assert len(sent) < 10_000 and len(cleaned(sent).content) < 1_000_000
    assert time.monotonic() - began < 10
    assert resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss - before < 200_000  # kB


def test_a_page_as_large_as_a_field_is_drawn_small() -> None:
    large = pdf().replace(b"[0 0 595 842]", b"[0 0 14400 9]")
    page = next(pdf_pages.pages_of(large, most=1))
    assert max(opened(page).size) <= pdf_pages.LONGEST_SIDE


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (b"OggS\x00\x02", "audio/ogg"), (b"#!AMR\n", "audio/amr"), (b"RIFF\x00\x00\x00\x00WAVEfmt ", "audio/wav"),
        (b"\x00\x00\x00\x20ftypM4A ", "audio/mp4"), (b"\x00\x00\x00\x20ftypisom", "video/mp4"),
        (b"\x00\x00\x00\x20ftypheic", "image/heic"), ("né;vers\n".encode(), "text/plain"),
        (b"MZ\x90\x00", ""), (b"<svg onload='x'>", ""), (b"", ""),
    ],
)  # fmt: skip
def test_a_file_is_what_its_content_says(content: bytes, kind: str) -> None:
    assert kind_of(content) == kind


def test_a_sound_is_kept_as_it_came() -> None:
    assert cleaned(b"#!AMR\n une voix").content == b"#!AMR\n une voix"


@pytest.mark.parametrize("content", [b"MZ\x90\x00", b"\x00\x00\x00\x20ftypheic", b"<html>"])
def test_what_is_of_no_known_kind_is_refused(content: bytes) -> None:
    with pytest.raises(InputError, match="d’aucune sorte connue"):
        cleaned(content)


@pytest.mark.parametrize("tag", [0x010E, 0x010F, 0x0110, 0x0131, 0x0132])
@pytest.mark.parametrize(("type", "size"), [(5, 8), (10, 8), (11, 4), (12, 8)])
def test_metadata_of_odd_types_turn_a_photograph_all_the_same(tag: int, type: int, size: int) -> None:
    """A text written as a fraction or a decimal: Pillow's own turning fails on them."""
    heads = pack("<HHIHH", ORIENTATION, 3, 1, 6, 0), pack("<HHII", tag, type, 1, 38)
    exif = b"Exif\0\0II*\0" + pack("<IH", 8, 2) + b"".join(sorted(heads)) + bytes(4) + bytes([1] * size)
    kept = BytesIO()
    Image.new("RGB", (40, 30), "white").save(kept, "JPEG", exif=exif)
    assert images.opened(kept.getvalue()).size == (30, 40)


@pytest.mark.parametrize("orientation", range(9))
def test_every_orientation_is_turned_as_pillow_does(orientation: int) -> None:
    sent = photo(orientation=orientation, words="Awa")
    turned = ImageOps.exif_transpose(opened(sent))
    assert images.opened(sent).tobytes() == turned.tobytes()
