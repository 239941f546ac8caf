"""Files as people and devices send them: photographs with their metadata, PDFs that act."""

from __future__ import annotations

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


def _bound(objects: list[str], trailer: str) -> bytes:
    made, places = "%PDF-1.7\n", []
    for number, text in enumerate(objects, 1):
        places.append(len(made))
        made += f"{number} 0 obj\n{text}\nendobj\n"
    table = "".join(f"{place:010} 00000 n \n" for place in places)
    end = f"trailer << /Size {len(objects) + 1} /Root 1 0 R /Info {len(objects)} 0 R {trailer} >>"
    return (
        f"{made}xref\n0 {len(objects) + 1}\n0000000000 65535 f \n{table}{end}\nstartxref\n{len(made)}\n%%EOF\n".encode()
    )
