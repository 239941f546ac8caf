"""The document for a word processor: the least of Office Open XML (ECMA-376) that Word and LibreOffice open and edit.

Written with the standard library: headings are headings, tables are tables, drawings are images, notes are superscripts
that lead to the annex. Two documents of the same snapshot are the same bytes.
"""

from __future__ import annotations

from io import BytesIO
from xml.sax.saxutils import escape, quoteattr  # nosec B406 - written, never read
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from jigi.drawing.raster import Image, image_of
from jigi.results.document import Block, Document, Drawing, Grid, Heading, Piece

MEDIA_TYPE = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
EMU_PER_POINT = 9525
WIDEST_EMU = 5_900_000
"""The width between the margins of A4."""

_W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
_R = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_DRAWING = "http://schemas.openxmlformats.org/drawingml/2006"
_HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'

_TYPES = (
    f'{_HEAD}<Types xmlns="{_PACKAGE}/content-types"><Default Extension="rels"'
    ' ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    '<Default Extension="xml" ContentType="application/xml"/><Default Extension="png" ContentType="image/png"/>'
    f'<Override PartName="/word/document.xml" ContentType="{MEDIA_TYPE}.main+xml"/>'
    '<Override PartName="/word/styles.xml"'
    ' ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.styles+xml"/>'
    '<Override PartName="/word/footer1.xml"'
    ' ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.footer+xml"/></Types>'
)
_ROOT = (
    f'{_HEAD}<Relationships xmlns="{_PACKAGE}/relationships"><Relationship Id="rId1"'
    f' Type="{_R}/officeDocument" Target="word/document.xml"/></Relationships>'
)
_STYLES = (
    f'{_HEAD}<w:styles xmlns:w="{_W}"><w:docDefaults><w:rPrDefault><w:rPr><w:rFonts w:ascii="Calibri" w:hAnsi="Calibri"'
    ' w:cs="Calibri"/><w:sz w:val="21"/><w:lang w:val="fr-FR"/></w:rPr></w:rPrDefault><w:pPrDefault><w:pPr>'
    '<w:spacing w:after="100"/></w:pPr></w:pPrDefault></w:docDefaults>'
    '<w:style w:type="paragraph" w:default="1" w:styleId="Normal"><w:name w:val="Normal"/></w:style>'
    '<w:style w:type="paragraph" w:styleId="Title"><w:name w:val="Title"/><w:basedOn w:val="Normal"/><w:rPr><w:b/>'
    '<w:color w:val="8F3D16"/><w:sz w:val="44"/></w:rPr></w:style>'
    '<w:style w:type="paragraph" w:styleId="Heading1"><w:name w:val="heading 1"/><w:basedOn w:val="Normal"/>'
    '<w:next w:val="Normal"/><w:pPr><w:keepNext/><w:spacing w:before="320" w:after="120"/><w:outlineLvl w:val="0"/>'
    '</w:pPr><w:rPr><w:b/><w:color w:val="8F3D16"/><w:sz w:val="28"/></w:rPr></w:style>'
    '<w:style w:type="paragraph" w:styleId="Caption"><w:name w:val="caption"/><w:basedOn w:val="Normal"/><w:pPr>'
    "<w:keepNext/></w:pPr><w:rPr><w:b/></w:rPr></w:style>"
    '<w:style w:type="paragraph" w:styleId="Small"><w:name w:val="Small"/><w:basedOn w:val="Normal"/><w:pPr>'
    '<w:spacing w:after="0"/></w:pPr><w:rPr><w:color w:val="6B6358"/><w:sz w:val="16"/></w:rPr></w:style></w:styles>'
)


def docx(document: Document) -> bytes:
    """The bytes of the file."""
    images: list[Image] = []
    body = [
        _paragraph(_run(document.title), "Title"),
        _paragraph(_run(document.subtitle)),
        *(_paragraph(_run(fact), "Small") for fact in document.facts),
        *(_block(one, images) for one in document.blocks),
    ]
    written = BytesIO()
    with ZipFile(written, "w", ZIP_DEFLATED) as archive:
        for name, text in {
            "[Content_Types].xml": _TYPES, "_rels/.rels": _ROOT, "word/document.xml": _whole(body),
            "word/styles.xml": _STYLES, "word/footer1.xml": _footer(document.foot),
            "word/_rels/document.xml.rels": _relations(len(images)),
        }.items():  # fmt: skip
            archive.writestr(_named(name), text.encode())
        for number, image in enumerate(images, start=1):
            archive.writestr(_named(f"word/media/image{number}.png"), image.png)
    return written.getvalue()


def _named(name: str) -> ZipInfo:
    """A file of the archive, always of the same day."""
    found = ZipInfo(name, (1980, 1, 1, 0, 0, 0))
    found.compress_type = ZIP_DEFLATED
    return found


def _whole(body: list[str]) -> str:
    return (
        f'{_HEAD}<w:document xmlns:w="{_W}" xmlns:r="{_R}" xmlns:wp="{_DRAWING}/wordprocessingDrawing"'
        f' xmlns:a="{_DRAWING}/main" xmlns:pic="{_DRAWING}/picture"><w:body>{"".join(body)}<w:sectPr>'
        '<w:footerReference w:type="default" r:id="rId2"/><w:pgSz w:w="11906" w:h="16838"/>'
        '<w:pgMar w:top="1134" w:right="1134" w:bottom="1134" w:left="1134" w:header="567" w:footer="567"'
        ' w:gutter="0"/>'
        "</w:sectPr></w:body></w:document>"
    )


def _footer(text: str) -> str:
    return f'{_HEAD}<w:ftr xmlns:w="{_W}">{_paragraph(_run(text), "Small")}</w:ftr>'


def _relations(images: int) -> str:
    found = [
        f'<Relationship Id="rId1" Type="{_R}/styles" Target="styles.xml"/>',
        f'<Relationship Id="rId2" Type="{_R}/footer" Target="footer1.xml"/>',
        *(
            f'<Relationship Id="rImage{n}" Type="{_R}/image" Target="media/image{n}.png"/>'
            for n in range(1, images + 1)
        ),
    ]
    return f'{_HEAD}<Relationships xmlns="{_PACKAGE}/relationships">{"".join(found)}</Relationships>'


def _block(one: Block, images: list[Image]) -> str:
    match one:
        case Heading():
            return _paragraph(_run(one.text), "Heading1")
        case Grid():
            return (_paragraph(_run(one.title), "Caption") if one.title else "") + _table(one)
        case Drawing():
            image = image_of(one.svg)
            images.append(image)
            return _paragraph(_run(one.title), "Caption") + _paragraph(_picture(image, len(images), one.title))
    return _paragraph("".join(map(_piece, one.pieces)))


def _table(one: Grid) -> str:
    border = "".join(f'<w:{side} w:val="single" w:sz="4" w:color="CFC5B2"/>' for side in ("top", "bottom", "insideH"))
    header = "".join(
        _cell(_run(text, bold=True), "" if n == 0 or one.wide else "end") for n, text in enumerate(one.headers)
    )
    rows = [
        "<w:tr>"
        + "".join(_cell(_piece(cell), "" if n == 0 or one.wide else "end") for n, cell in enumerate(row))
        + "</w:tr>"
        for row in one.rows
    ]
    columns = '<w:gridCol w:w="1500"/>' * len(one.headers)
    return (
        f'<w:tbl><w:tblPr><w:tblW w:w="5000" w:type="pct"/><w:tblBorders>{border}</w:tblBorders></w:tblPr>'
        f"<w:tblGrid>{columns}</w:tblGrid><w:tr><w:trPr><w:tblHeader/></w:trPr>{header}</w:tr>{''.join(rows)}</w:tbl>"
        + _paragraph("")
    )


def _cell(inside: str, align: str) -> str:
    place = f'<w:jc w:val="{align}"/>' if align else ""
    style = f'<w:pPr><w:pStyle w:val="Normal"/><w:spacing w:after="20"/>{place}</w:pPr>'
    return f'<w:tc><w:tcPr><w:tcW w:w="0" w:type="auto"/></w:tcPr><w:p>{style}{inside}</w:p></w:tc>'


def _paragraph(inside: str, style: str = "") -> str:
    return f"<w:p>{f'<w:pPr><w:pStyle w:val={quoteattr(style)}/></w:pPr>' if style else ''}{inside}</w:p>"


def _piece(one: Piece) -> str:
    notes = ", ".join(map(str, one.notes))
    return _run(one.text) + (_run(notes, raised=True) if notes else "")


def _run(text: str, *, bold: bool = False, raised: bool = False) -> str:
    looks = ("<w:b/>" if bold else "") + ('<w:vertAlign w:val="superscript"/>' if raised else "")
    clean = "".join(mark for mark in text if mark >= " ")
    return f'<w:r>{f"<w:rPr>{looks}</w:rPr>" if looks else ""}<w:t xml:space="preserve">{escape(clean)}</w:t></w:r>'


def _picture(image: Image, number: int, title: str) -> str:
    width = min(round(image.width * EMU_PER_POINT), WIDEST_EMU)
    height = round(width * image.height / image.width)
    said = quoteattr(title)
    return (
        f'<w:r><w:drawing><wp:inline distT="0" distB="0" distL="0" distR="0"><wp:extent cx="{width}" cy="{height}"/>'
        f'<wp:docPr id="{number}" name="image{number}" descr={said}/><a:graphic><a:graphicData'
        f' uri="{_DRAWING}/picture"><pic:pic><pic:nvPicPr><pic:cNvPr id="{number}" name="image{number}.png"/>'
        f'<pic:cNvPicPr/></pic:nvPicPr><pic:blipFill><a:blip r:embed="rImage{number}"/><a:stretch><a:fillRect/>'
        f'</a:stretch></pic:blipFill><pic:spPr><a:xfrm><a:off x="0" y="0"/><a:ext cx="{width}" cy="{height}"/></a:xfrm>'
        '<a:prstGeom prst="rect"><a:avLst/></a:prstGeom></pic:spPr></pic:pic></a:graphicData></a:graphic></wp:inline>'
        "</w:drawing></w:r>"
    )
