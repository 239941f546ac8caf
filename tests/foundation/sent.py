"""Files as people and devices send them: photographs with their metadata, PDFs that act."""

from __future__ import annotations

import zlib
from io import BytesIO

from PIL import Image, ImageDraw
from PIL.TiffImagePlugin import IFDRational

ORIENTATION, MAKER, GPS = 0x0112, 0x010F, 0x8825


def photo(width: int = 400, height: int = 300, *, format: str = "JPEG", orientation: int = 1, words: str = "") -> bytes:
    """A photograph, its upper half red, with where it was taken and by which telephone."""
    image = Image.new("RGB", (width, height), "white")
    ImageDraw.Draw(image).rectangle((0, 0, width, height // 2), fill="red")
    ImageDraw.Draw(image).text((9, 9), words, fill="black")
    exif = Image.Exif()
    exif[ORIENTATION], exif[MAKER] = orientation, "Telephone de Moussa"
    exif.get_ifd(GPS).update({1: "N", 2: (IFDRational(12), IFDRational(39), IFDRational(0))})
    kept = BytesIO()
    image.save(kept, format, exif=exif, **({"comment": b"Chez Awa"} if format == "JPEG" else {}))
    return kept.getvalue()


def pdf(words: str = "Acte de naissance", *, pages: int = 1, catalogue: str = "", trailer: str = "") -> bytes:
    """A PDF written by hand, each page with these words; `catalogue` is added to what the document does."""
    text = f"BT /F1 24 Tf 72 700 Td ({words}) Tj ET"
    kids = " ".join(f"{4 + n} 0 R" for n in range(pages))
    objects = [
        f"<< /Type /Catalog /Pages 2 0 R {catalogue} >>",
        f"<< /Type /Pages /Kids [{kids}] /Count {pages} >>",
        "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
        *[
            f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents {4 + pages} 0 R"
            " /Resources << /Font << /F1 3 0 R >> >> >>"
        ]
        * pages,
        f"<< /Length {len(text)} >>\nstream\n{text}\nendstream",
        "<< /Author (Moussa) /Producer (Imprimante de Moussa) >>",
    ]
    return _bound(objects, trailer)


def flood(side: int) -> bytes:
    """A PDF of some kilobytes, of which the one image has `side` times `side` points."""
    drawn = "q 500 0 0 700 50 50 cm /I Do Q"
    points = zlib.compress(zlib.compress(bytes(side * side), 9), 9).decode("latin-1")
    image = (
        f"<< /Type /XObject /Subtype /Image /Width {side} /Height {side} /ColorSpace /DeviceGray /BitsPerComponent 8"
        f" /Filter [/FlateDecode /FlateDecode] /Length {len(points)} >>\nstream\n{points}\nendstream"
    )
    held = "/MediaBox [0 0 595 842] /Contents 4 0 R /Resources << /XObject << /I 5 0 R >> >>"
    page = f"<< /Type /Page /Parent 2 0 R {held} >>"
    return _bound(
        [
            "<< /Type /Catalog /Pages 2 0 R >>", "<< /Type /Pages /Kids [3 0 R] /Count 1 >>", page,
            f"<< /Length {len(drawn)} >>\nstream\n{drawn}\nendstream", image,
        ],
        "",
    )  # fmt: skip


def _bound(objects: list[str], trailer: str) -> bytes:
    made, places = "%PDF-1.7\n", []
    for number, text in enumerate(objects, 1):
        places.append(len(made))
        made += f"{number} 0 obj\n{text}\nendobj\n"
    table = "".join(f"{place:010} 00000 n \n" for place in places)
    table = f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n{table}"
    end = f"trailer << /Size {len(objects) + 1} /Root 1 0 R /Info {len(objects)} 0 R {trailer} >>"
    return f"{made}{table}{end}\nstartxref\n{len(made)}\n%%EOF\n".encode("latin-1")
