"""Fiches and their envelopes, spoiled as phones, networks and enemies do."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from random import Random
from typing import Any
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

from tests.fuzz.cells import NASTY
from tests.fuzz.chance import some, spoiled

Change = Callable[[Random, Element], None]

LAUGHS = '<!DOCTYPE d [<!ENTITY l0 "ha">' + "".join(
    f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10)
) + "]>"  # fmt: skip
PIECES = (
    b"<", b">", b"&", b"&#0;", b"&#xD800;", b"&#x1F;", b"&l9;", b"\x00", b"</data>", b"<a/>", b"]]>", b"<![CDATA[",
    b"<!--", b"<?x?>", b"\xff", b"\xed\xa0\x80", b"\xef\xbb\xbf", b"<meta/>", b"<orx:meta/>", b"xmlns=''", b" id='x'",
    b"\xe2\x80\xa8",
)  # fmt: skip
ENCODINGS = ("utf-8",) * 12 + ("utf-16", "utf-16-le", "utf-32", "latin-1", "cp037", "utf-7", "utf-8-sig")


def _any(chance: Random, root: Element) -> tuple[Element, Element]:
    """An element and its parent."""
    pairs = [(parent, child) for parent in root.iter() for child in parent]
    return chance.choice(pairs) if pairs else (root, root)


def lost(chance: Random, root: Element) -> None:
    parent, child = _any(chance, root)
    if child is not root:
        parent.remove(child)


def twice(chance: Random, root: Element) -> None:
    parent, child = _any(chance, root)
    if child is not root:
        for _ in range(chance.choice((1, 1, 3, 40))):
            parent.append(child)


def moved(chance: Random, root: Element) -> None:
    parent, child = _any(chance, root)
    target = chance.choice(list(root.iter()))
    if child is not root and target not in set(child.iter()):
        parent.remove(child)
        target.append(child)


def renamed(chance: Random, root: Element) -> None:
    _, child = _any(chance, root)
    child.tag = chance.choice(("membres", "meta", "instanceID", "x", "é", "data", "{http://x}commune", "deprecatedID"))


def answered(chance: Random, root: Element) -> None:
    leaves = [element for element in root.iter() if not len(element)]
    chance.choice(leaves or [root]).text = chance.choice((*NASTY, "x" * 200_000, "oui non", "a.jpg", "../a.jpg"))


def nested(chance: Random, root: Element) -> None:
    _, place = _any(chance, root)
    for _ in range(chance.choice((3, 45, 2_000))):
        inner = ElementTree.SubElement(place, "membres")
        place = inner


def many(chance: Random, root: Element) -> None:
    for n in range(chance.choice((10, 300, 300, 60_000 if chance.random() < 0.02 else 1))):
        ElementTree.SubElement(root, chance.choice(("membres", "x"))).text = str(n)


def other_form(chance: Random, root: Element) -> None:
    root.set(
        chance.choice(("id", "version")), chance.choice(("", "ailleurs", "2026-1", "1", "x" * 300, "é", "menage", "'"))
    )


def other_number(chance: Random, root: Element) -> None:
    for element in root.iter():
        if str(element.tag).endswith("instanceID"):
            element.text = chance.choice(
                ("", " ", "uuid:1", "x" * 81, "é", "a b", "\u2028", "uuid:même", "'; --", "../x")
            )


def encrypted(chance: Random, root: Element) -> None:
    root.set("encrypted", chance.choice(("yes", "no", "true()", "")))


CHANGES: tuple[Change, ...] = (
    lost, lost, twice, moved, renamed, answered, answered, answered, answered, nested, many, other_form, other_number,
    encrypted,
)  # fmt: skip


def as_fiche(chance: Random, good: str) -> bytes:
    """A fiche with up to four things wrong in its answers, sometimes also in its XML and its bytes."""
    number = f"uuid:{uuid.UUID(int=chance.getrandbits(128))}"
    root = ElementTree.fromstring(good.replace("NUMERO", number))
    for change in some(chance, CHANGES, 4):
        change(chance, root)
    try:
        text = ElementTree.tostring(root, encoding="unicode")
    except RecursionError:
        text = good
    return _written(chance, text)


def _written(chance: Random, text: str) -> bytes:
    encoding = chance.choice(ENCODINGS)
    said = encoding if chance.random() < 0.7 else chance.choice(("utf-8", "rien-8", "utf-16", "ascii", "cp1252"))
    if chance.random() < 0.03:
        text = f"{LAUGHS}{text.replace('</prenom>', '&l9;</prenom>')}"
    elif chance.random() < 0.03:
        text = f'<!DOCTYPE d SYSTEM "file:///etc/passwd">{text}'
    if chance.random() < 0.5 or encoding != "utf-8":
        text = f"<?xml version='1.0' encoding='{said.removesuffix('-sig')}'?>{text}"
    handler = "surrogatepass" if encoding.startswith("utf") and encoding != "utf-7" else "replace"
    content = text.encode(encoding, handler)
    return spoiled(chance, content, PIECES) if chance.random() < 0.3 else content


def envelope(chance: Random, content: bytes) -> dict[str, Any]:
    """A post of a fiche with an envelope that may be torn: `data`, `content_type`, and more headers."""
    mark = chance.choice(("x", "----frontière", "é" * 3, "b" * 200)) if chance.random() < 0.3 else "limite"
    name = chance.choice(
        ("xml_submission_file",) * 8 + ("fichier", "", "XML_SUBMISSION_FILE", "xml_submission_file\x00")
    )
    title = chance.choice(("fiche.xml", "fiche.xml", "", "../x", "\x00", "é.xml", "a" * 300, 'a"b'))
    kind = chance.choice(("text/xml", "text/xml", "application/json", "", "x" * 90, "text/xml; charset=rien"))
    head = f'Content-Disposition: form-data; name="{name}"; filename="{title}"\r\nContent-Type: {kind}\r\n'
    if chance.random() < 0.1:
        head += chance.choice(
            (
                "Content-Transfer-Encoding: base64\r\n",
                "Content-Transfer-Encoding: x\r\n",
                "X" * 9000 + ": y\r\n",
                ":\r\n",
            )
        )
    if chance.random() < 0.1:  # answers in a field, not in a file
        head = f'Content-Disposition: form-data; name="{name}"\r\n'
    part = b"--" + mark.encode() + b"\r\n" + head.encode("utf-8", "replace") + b"\r\n" + content + b"\r\n"
    extra = b"".join(_piece(chance, mark) for _ in range(chance.choice((0, 0, 0, 1, 2, 70))))
    body = part + extra + (b"--" + mark.encode() + b"--\r\n" if chance.random() < 0.9 else b"")
    kinds = (f"multipart/form-data; boundary={mark}",) * 12 + (
        "multipart/form-data", "multipart/form-data; boundary=autre", "multipart/form-data; boundary=", "text/xml",
        "application/json", "application/x-www-form-urlencoded", "x", "multipart/mixed; boundary=limite",
        "multipart/form-data; charset=rien; boundary=limite",
    )  # fmt: skip
    if chance.random() < 0.2:
        body = spoiled(chance, body, (b"\r\n", b"--limite", b"--", b"\x00", b'"', b"filename*=utf-8''%FF"))
    return {"data": body, "content_type": chance.choice(kinds)}


def _piece(chance: Random, mark: str) -> bytes:
    name = chance.choice(("une.jpg", "photo.png", "../a.jpg", "", "x" * 200, "é.jpg"))
    content = chance.choice((b"\xff\xd8\xff\xe0 image", b"MZ", b"", b"<svg/>", b"RIFF1234WEBP", b"x" * 70_000))
    head = f'--{mark}\r\nContent-Disposition: form-data; name="p"; filename="{name}"\r\n\r\n'
    return head.encode() + content + b"\r\n"


DEVICES = ("collect:1", "", "é", "\x00", "\ud800", "x" * 5000, "a\nb", "<b>", "\u202e")


def proofs(chance: Random, good: str) -> str:
    """What a phone says of itself in Authorization, mostly well."""
    if chance.random() < 0.7:
        return good
    return chance.choice((
        "", "Bearer", "Bearer ", "bearer " + good.partition(" ")[2], "Bearer " + "x" * 5000, "Bearer é", "Basic eDp5",
        "Digest", "Digest x", 'Digest username="a", realm="b", nonce="c", uri="/openrosa/submission", response="d"',
        "Digest " + 'a="b",' * 2000,
        'Digest username="enqueteur", realm="Jigi, collecte", nonce="", uri="/openrosa/submission", response=""',
        "\x00", "Negotiate x", 'Digest username="é", realm="Jigi, collecte", nonce="é", uri="é", response="é"',
        'Digest uri="http://[", nonce="x"',
    ))  # fmt: skip
