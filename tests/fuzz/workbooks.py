"""Workbooks spoiled in their sheets, in their XML, and in the ZIP around it."""

from __future__ import annotations

import io
import re
import warnings
import zipfile
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from random import Random
from xml.sax.saxutils import escape, quoteattr

from tests.fuzz.chance import some, spoiled
from tests.fuzz.tables import changed

Parts = dict[str, bytes]
Change = Callable[[Random, Parts], None]

_HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_ILLEGAL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_STYLES = (
    f'<styleSheet xmlns="{_MAIN}"><fonts count="1"><font/></fonts><fills count="1"><fill/></fills><borders count="1">'
    '<border/></borders><cellStyleXfs count="1"><xf/></cellStyleXfs><cellXfs count="3"><xf numFmtId="0"/>'
    '<xf numFmtId="14"/><xf numFmtId="22"/></cellXfs></styleSheet>'
)


def book(sheets: Mapping[str, Sequence[Sequence[str]]]) -> Parts:
    """The parts of a workbook with these sheets; what looks like a number is one."""
    names = list(sheets)
    shared: dict[str, int] = {}
    parts = {
        f"xl/worksheets/sheet{n}.xml": _sheet(rows, shared) for n, rows in enumerate(sheets.values(), start=1)
    }  # fmt: skip
    strings = "".join(f'<si><t xml:space="preserve">{escape(text)}</t></si>' for text in shared)
    listed = "".join(
        f'<sheet name={quoteattr(name)} sheetId="{n}" r:id="rId{n}"/>' for n, name in enumerate(names, start=1)
    )
    links = [(f"rId{n}", "worksheet", f"worksheets/sheet{n}.xml") for n in range(1, len(names) + 1)]
    links += [("rIdS", "sharedStrings", "sharedStrings.xml"), ("rIdT", "styles", "styles.xml")]
    return {
        "[Content_Types].xml": _types(len(names)),
        "_rels/.rels": _links([("rId1", "officeDocument", "xl/workbook.xml")]),
        "xl/workbook.xml": f'{_HEAD}<workbook xmlns="{_MAIN}" xmlns:r="{_OFFICE}"><workbookPr/><sheets>{listed}'
        "</sheets></workbook>".encode(),
        "xl/_rels/workbook.xml.rels": _links(links),
        **parts,
        "xl/sharedStrings.xml": f'{_HEAD}<sst xmlns="{_MAIN}">{strings}</sst>'.encode(),
        "xl/styles.xml": f"{_HEAD}{_STYLES}".encode(),
    }  # fmt: skip


def zipped(parts: Mapping[str, bytes], *, stored: bool = False) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_STORED if stored else zipfile.ZIP_DEFLATED, compresslevel=1) as out:
        for name, content in parts.items():
            out.writestr(zipfile.ZipInfo(name), content, None if stored else zipfile.ZIP_DEFLATED)
    return stream.getvalue()


def as_xlsx(chance: Random, rows: list[list[str]]) -> bytes:
    """A workbook of a spoiled table, sometimes spoiled itself."""
    return hostile(chance, book({"Feuil1": changed(chance, rows).rows}))


def hostile(chance: Random, parts: Parts) -> bytes:
    """A workbook with up to three things wrong in its XML, sometimes one in its ZIP."""
    for change in some(chance, CHANGES, 3):
        change(chance, parts)
    content = zipped(parts, stored=chance.random() < 0.1)
    return _wrong_zip(chance, content, parts) if chance.random() < 0.3 else content


def _sheet(rows: Sequence[Sequence[str]], shared: dict[str, int]) -> bytes:
    lines = []
    for number, row in enumerate(rows, start=1):
        cells = "".join(_cell(f"{_letters(n)}{number}", text, shared) for n, text in enumerate(row) if text)
        lines.append(f'<row r="{number}">{cells}</row>')
    return f'{_HEAD}<worksheet xmlns="{_MAIN}"><sheetData>{"".join(lines)}</sheetData></worksheet>'.encode()


def _cell(place: str, text: str, shared: dict[str, int]) -> str:
    if text.isascii() and text.isdigit() and not text.startswith("0"):
        return f'<c r="{place}"><v>{text}</v></c>'
    index = shared.setdefault(_ILLEGAL.sub("?", text), len(shared))
    return f'<c r="{place}" t="s"><v>{index}</v></c>'


def _letters(number: int) -> str:
    return (_letters(number // 26 - 1) if number >= 26 else "") + chr(65 + number % 26)


def _links(links: Sequence[tuple[str, str, str]]) -> bytes:
    inner = "".join(f'<Relationship Id="{i}" Type="{_OFFICE}/{kind}" Target="{target}"/>' for i, kind, target in links)
    return f'{_HEAD}<Relationships xmlns="{_PACKAGE}/relationships">{inner}</Relationships>'.encode()


def _types(sheets: int) -> bytes:
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml"
    inner = "".join(
        f'<Override PartName="/xl/worksheets/sheet{n}.xml" ContentType="{kind}.worksheet+xml"/>'
        for n in range(1, sheets + 1)
    )
    return (
        f'{_HEAD}<Types xmlns="{_PACKAGE}/content-types"><Default Extension="xml" ContentType="application/xml"/>'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        f'<Override PartName="/xl/workbook.xml" ContentType="{kind}.sheet.main+xml"/>{inner}</Types>'
    ).encode()


_CELLS = (
    '<c r="{at}" t="s"><v>999999</v></c>', '<c r="{at}" t="s"><v>-1</v></c>', '<c r="{at}" t="s"><v>x</v></c>',
    '<c r="{at}" t="s"/>', '<c r="{at}"><v>1e400</v></c>', '<c r="{at}"><v>NaN</v></c>', '<c r="{at}"><v>1,5</v></c>',
    '<c r="{at}"><v>-1E-300</v></c>', '<c r="{at}"><v>123456789012345678901</v></c>', '<c r="{at}"><v></v></c>',
    '<c r="{at}" t="e"><v>#REF!</v></c>', '<c r="{at}" t="e"><v>#RIEN</v></c>', '<c r="{at}" t="b"><v>2</v></c>',
    '<c r="{at}" t="b"><v>1</v></c>', '<c r="{at}"><f>1+1</f></c>', '<c r="{at}"><f>1+1</f><v>2</v></c>',
    '<c r="{at}"><f t="shared" si="9"/><v></v></c>', '<c r="{at}" t="str"><f>A1</f><v>=1+1</v></c>',
    '<c r="{at}" t="inlineStr"><is><t>en ligne</t></is></c>', '<c r="{at}" t="inlineStr"><is/></c>',
    '<c r="{at}" t="inlineStr"><is><r><t>a</t></r><r><t>b</t></r></is></c>', '<c r="{at}" t="d"><v>2016-13-45</v></c>',
    '<c r="{at}" t="d"><v>2016-05-01T00:00:00</v></c>', '<c r="{at}" t="z"><v>1</v></c>',
    '<c r="{at}" s="1"><v>42136</v></c>', '<c r="{at}" s="1"><v>-5</v></c>', '<c r="{at}" s="1"><v>3000000</v></c>',
    '<c r="{at}" s="2"><v>42136.9999999</v></c>', '<c r="{at}" s="99"><v>1</v></c>', '<c r="{at}" s="-1"><v>1</v></c>',
    '<c t="s"><v>0</v></c>', '<c><v>5</v></c>', '<c r=""><v>1</v></c>', '<c r="A0"><v>1</v></c>',
    '<c r="1A"><v>1</v></c>', '<c r="ZZZ1"><v>1</v></c>', '<c r="A99999999"><v>1</v></c>',
    '<c r="XFD1048576"><v>1</v></c>', '<c r="AAAAAAA1"><v>1</v></c>', '<c r="a2"><v>1</v></c>',
    '<c r="B2"><v>1</v></c>', '<c r="{at}" t="inlineStr"><is><t>&#0;</t></is></c>',
    '<c r="{at}" t="inlineStr"><is><t>&#x1F;</t></is></c>', '<c r="{at}" t="inlineStr"><is><t>&#xD800;</t></is></c>',
    '<c r="{at}" t="inlineStr"><is><t>_x0000__x000D_</t></is></c>',
    '<c r="{at}" t="inlineStr"><is><t>&rien;</t></is></c>',
    '<c r="{at}" t="inlineStr"><is><t><![CDATA[x]]></t></is></c>', "<c r='{at}'><v>1</v></c>", '<c r="{at}"',
)  # fmt: skip
_DTD = ("<!DOCTYPE r>", '<!DOCTYPE r [<!ENTITY x SYSTEM "file:///etc/passwd">]>', '<!DOCTYPE r [<!ENTITY x "ha">]>')


def _part(chance: Random, parts: Parts) -> str:
    sheets = [name for name in parts if "worksheets" in name]
    return chance.choice(sheets if sheets and chance.random() < 0.6 else list(parts) or [""])


def odd_cell(chance: Random, parts: Parts) -> None:
    name = _part(chance, parts)
    at = f"{chance.choice('ABCDE')}{chance.randint(1, 4)}"
    odd = chance.choice(_CELLS).replace("{at}", at).encode()
    pattern = re.compile(rb'<c r="%s".*?</c>' % at.encode(), re.DOTALL)
    found = pattern.sub(lambda _: odd, parts.get(name, b""), count=1)
    parts[name] = found if chance.random() < 0.8 else found.replace(b"</row>", odd + b"</row>", 1)


def declared(chance: Random, parts: Parts) -> None:
    name = _part(chance, parts)
    parts[name] = parts[name].replace(b"?>", b"?>" + chance.choice(_DTD).encode(), 1)


def other_encoding(chance: Random, parts: Parts) -> None:
    name = _part(chance, parts)
    encoding = chance.choice(("utf-16", "utf-16-be", "utf-32", "latin-1", "cp1252", "utf-7"))
    text = parts[name].decode("utf-8", "replace")
    if chance.random() < 0.5:
        text = text.replace("UTF-8", encoding, 1)
    parts[name] = text.encode(encoding, "replace")


def lost_part(chance: Random, parts: Parts) -> None:
    parts.pop(_part(chance, parts), None)


def empty_part(chance: Random, parts: Parts) -> None:
    parts[_part(chance, parts)] = chance.choice((b"", b" ", b"<", b"<x/>", b"\x00" * 50))


def torn_part(chance: Random, parts: Parts) -> None:
    name = _part(chance, parts)
    parts[name] = spoiled(chance, parts[name], (b"<", b">", b"&", b'"', b"</c>", b"</row>", b"<row>", b"\x00", b"\xff"))


def other_words(chance: Random, parts: Parts) -> None:
    """An attribute or an element with another value, wherever it stands."""
    was, now = chance.choice(_WORDS)
    for name in parts:
        parts[name] = parts[name].replace(was, now)


_WORDS = (
    (b"<workbookPr/>", b'<workbookPr date1904="1"/>'), (b"<workbookPr/>", b'<workbookPr date1904="x"/>'),
    (b"<sheetData>", b'<dimension ref="A1:XFD1048576"/><sheetData>'),
    (b"<sheetData>", b'<dimension ref="x"/><sheetData>'),
    (b"</sheetData>", b'</sheetData><mergeCells><mergeCell ref="A1:C3"/></mergeCells>'),
    (b"</sheetData>", b'</sheetData><mergeCells><mergeCell ref="C3:A1"/><mergeCell ref=""/></mergeCells>'),
    (b"<sheetData>", b"<sheetData><sheetData>"), (b"</sheetData>", b""), (b"<sheetData>", b""), (b"<row ", b"<rang "),
    (b'<row r="2"', b'<row r="0"'), (b'<row r="2"', b'<row r="99999999999"'), (b'<row r="2"', b'<row r="-3"'),
    (b'<row r="3"', b'<row r="2"'), (b'<row r="2"', b"<row"), (b' r="', b' R="'), (b't="s"', b't="S"'),
    (b'name="', b'state="hidden" name="'), (b'name="', b'state="veryHidden" name="'), (b'name="', b'title="'),
    (b'r:id="rId1"', b'r:id="rId9"'), (b'r:id="rId1"', b""), (b'Target="worksheets/', b'Target="../../../etc/'),
    (b'Target="worksheets/', b'Target="/xl/worksheets/'),
    (b'Target="worksheets/', b'TargetMode="External" Target="http://x/'), (b'Target="worksheets/', b'Target="xl/'),
    (b"/worksheet\"", b"/chartsheet\""), (b"<si>", b"<si><si>"), (b"<si>", b""),
    (b"<sst ", b'<sst count="4294967295" uniqueCount="4294967295" '), (b"<t ", b"<rPh><t>x</t></rPh><t "),
    (b"UTF-8", b"RIEN-8"), (b'version="1.0"', b'version="9.9"'), (b"xmlns=", b"xmlns:y="), (b"<", b"<y:"),
    (b"<c ", b"<!-- x --><c "), (b"<v>", b"<v> "), (b"main", b"autre"), (b'numFmtId="14"', b'numFmtId="99999999999"'),
)  # fmt: skip

CHANGES: tuple[Change, ...] = (
    odd_cell, odd_cell, odd_cell, odd_cell, other_words, other_words, other_words, declared, other_encoding, lost_part,
    empty_part, torn_part,
)  # fmt: skip


@cache
def _bomb() -> bytes:
    """A hundred kilobytes that would unpack to a hundred megabytes, made once."""
    return zipped({"xl/workbook.xml": b"<workbook/>", "xl/worksheets/sheet1.xml": b"0" * (100 << 20)})


def _wrong_zip(chance: Random, content: bytes, parts: Parts) -> bytes:
    if chance.random() < 0.01:
        return _bomb()
    return chance.choice(_ZIPS)(chance, content, parts)


def _entry(at: int, length: int, value: bytes) -> Callable[[Random, bytes, Parts], bytes]:
    """The first record of the directory with other bytes at some place."""

    def change(chance: Random, content: bytes, parts: Parts) -> bytes:
        start = content.find(b"PK\x01\x02") + at
        return content[:start] + value + content[start + length :]

    return change


def _named(name: str) -> Callable[[Random, bytes, Parts], bytes]:
    return lambda chance, content, parts: zipped({**parts, name: b"x"})


def _twice(chance: Random, content: bytes, parts: Parts) -> bytes:
    stream = io.BytesIO()
    with warnings.catch_warnings(), zipfile.ZipFile(stream, "w") as out:
        warnings.simplefilter("ignore")
        for name, part in [*parts.items(), *list(parts.items())[:3]]:
            out.writestr(zipfile.ZipInfo(name), part)
    return stream.getvalue()


_ZIPS: tuple[Callable[[Random, bytes, Parts], bytes], ...] = (
    lambda chance, content, parts: content[: chance.randrange(len(content))],
    lambda chance, content, parts: spoiled(chance, content, (b"PK\x03\x04", b"\x00", b"\xff\xff\xff\xff")),
    lambda chance, content, parts: b"avant" + content, lambda chance, content, parts: content + b"apres" * 20,
    lambda chance, content, parts: content[:4] + content[4:].replace(b"PK\x03\x04", b"PK\x03\x05"),
    lambda chance, content, parts: zipped({**parts, **{f"x/{n}": b"" for n in range(2_100)}}),
    lambda chance, content, parts: zipped({name.replace("book.xml", "book.bin"): part for name, part in parts.items()}),
    lambda chance, content, parts: zipped({name.upper(): part for name, part in parts.items()}),
    lambda chance, content, parts: zipped({"content.xml": b"<x/>"}),
    lambda chance, content, parts: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + content, _twice, _named("../../ailleurs"),
    _named("/etc/passwd"), _named("C:\\x"), _named("a\x00b"), _named("é" * 200), _entry(8, 2, b"\x01\x00"),
    _entry(10, 2, b"\x09\x00"), _entry(10, 2, b"\x63\x00"), _entry(16, 4, b"\x00\x00\x00\x00"),
    _entry(20, 4, b"\xff\xff\xff\x7f"), _entry(24, 4, b"\xff\xff\xff\x7f"), _entry(24, 4, b"\x00\x00\x00\x00"),
    _entry(28, 2, b"\xff\xff"), _entry(42, 4, b"\xff\xff\xff\x7f"), _entry(42, 4, b"\x00\x00\x00\x00"),
)  # fmt: skip
