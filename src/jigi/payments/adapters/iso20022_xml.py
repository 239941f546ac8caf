"""The door by which ISO 20022 messages enter: read as a stream, held to bounds, nothing declared, nothing fetched.

Expat reads the bytes; no tree of the whole message is made. What stands inside a record (an entry, a transaction) is
kept as nodes until the record ends, is given out with what surrounds it, and is dropped: memory does not grow with
the message. Refused, in French and with the line: a DTD, an entity, another encoding than UTF-8, another namespace
than the message's own, an archive, depth or length that no bank needs, and a message that stops before its end.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from xml.parsers import expat

from jigi.foundation.errors import InputError

NAMESPACE = re.compile(r"urn:iso:std:iso:20022:tech:xsd:((pain\.002|camt\.053|camt\.054)\.001\.(\d{2}))")
RECORDS = {
    "pain.002": frozenset({"OrgnlGrpInfAndSts", "TxInfAndSts", "OrgnlPmtInfAndSts"}),
    "camt.053": frozenset({"TxDtls", "Ntry", "Stmt"}),
    "camt.054": frozenset({"TxDtls", "Ntry", "Ntfctn"}),
}
VERSIONS = {"pain.002": range(3, 15), "camt.053": range(2, 13), "camt.054": range(2, 13)}
_OTHERS_WITHIN = "SplmtryData"
"""What a bank adds of its own stands here, in its own namespace: it is not read."""
MOST_BYTES = 1 << 30
MOST_NODES = 20_000
DEEPEST = 40
LONGEST_TEXT = 20_000
_CHUNK = 1 << 16
_MOST_SILENT = 1 << 20
"""Bytes without one mark of the language: a value of that length is no value."""
_ARCHIVES = (b"PK\x03\x04", b"\x1f\x8b", b"BZh", b"\xfd7zXZ", b"7z\xbc\xaf", b"Rar!")
_WIDE = (b"\xff\xfe", b"\xfe\xff", b"\x00<", b"<\x00")


@dataclass(slots=True)
class Node:
    """An element: its name without namespace, the line where it begins, its text, what stands in it."""

    name: str
    line: int
    currency: str = ""
    text: str = ""
    children: list[Node] = field(default_factory=list)
    dropped: int = 0
    """Records that stood in it and were given out before it."""

    def find(self, path: str) -> Node | None:
        """The first node under this one by a path (« Refs/EndToEndId »)."""
        name, _, rest = path.partition("/")
        for child in self.children:
            if child.name == name:
                found = child.find(rest) if rest else child
                if found is not None:
                    return found
        return None

    def all(self, name: str) -> list[Node]:
        return [child for child in self.children if child.name == name]

    def said(self, *paths: str) -> str:
        """The text of the first of these paths that says something; "" when none does."""
        for path in paths:
            found = self.find(path)
            if found is not None and found.text.strip():
                return " ".join(found.text.split())
        return ""

    @property
    def size(self) -> int:
        return 1 + sum(child.size for child in self.children)


@dataclass(frozen=True, slots=True)
class Record:
    """A record that ended, and what it stands in, from the root down to its parent."""

    node: Node
    within: tuple[Node, ...]

    def parent(self, name: str) -> Node | None:
        return next((node for node in reversed(self.within) if node.name == name), None)


def message_of(path: Path) -> str:
    """What a file announces itself to be: « pain.002.001.10 ». InputError when it is no message that is read here."""
    reader = _Reader(path)
    for _ in reader.records(until_root=True):
        break
    return reader.message


def records(path: Path) -> Iterator[Record]:
    """The records of a message as they end. InputError, with the line, at the first thing that must not be there."""
    return _Reader(path).records()


class _Reader:
    def __init__(self, path: Path) -> None:
        self.message = ""
        self._path = path
        self._stack: list[Node] = []
        self._ended: list[Record] = []
        self._records: frozenset[str] = frozenset()
        self._namespace = ""
        self._foreign = 0
        self._live = self._silent = 0
        self._parser = expat.ParserCreate(namespace_separator=" ")
        self._parser.buffer_text = True
        for event, handler in (
            ("StartElementHandler", self._start), ("EndElementHandler", self._end),
            ("CharacterDataHandler", self._text), ("XmlDeclHandler", self._declared),
            ("StartDoctypeDeclHandler", self._doctype), ("EntityDeclHandler", self._doctype),
            ("ExternalEntityRefHandler", self._doctype), ("ProcessingInstructionHandler", self._instruction),
        ):  # fmt: skip
            setattr(self._parser, event, handler)

    def records(self, *, until_root: bool = False) -> Iterator[Record]:
        self._check_size()
        with self._path.open("rb") as file:
            self._check_head(file.read(8))
            file.seek(0)
            while chunk := file.read(_CHUNK):
                self._feed(chunk, last=False)
                if until_root and self.message:
                    return
                yield from self._given_out()
            self._feed(b"", last=True)
            yield from self._given_out()

    def _given_out(self) -> Sequence[Record]:
        ended, self._ended = self._ended, []
        return ended

    def _feed(self, chunk: bytes, *, last: bool) -> None:
        self._silent += len(chunk)
        try:
            self._parser.Parse(chunk, last)
        except expat.ExpatError as error:
            raise self._broken(error) from None
        if self._silent > _MOST_SILENT:
            raise self._refused("Une valeur du message est démesurée")

    def _broken(self, error: expat.ExpatError) -> InputError:
        cut = error.code in (expat.errors.codes[expat.errors.XML_ERROR_NO_ELEMENTS],
                             expat.errors.codes[expat.errors.XML_ERROR_UNCLOSED_TOKEN],
                             expat.errors.codes[expat.errors.XML_ERROR_PARTIAL_CHAR])  # fmt: skip
        what = "Le message s’arrête avant sa fin" if cut else "Ce n’est pas du XML bien formé"
        return InputError(
            what, file=self._path, line=error.lineno,
            remedy="Demandez à la banque le message entier, tel que son système l’écrit.",
        )  # fmt: skip

    def _check_size(self) -> None:
        try:
            size = self._path.stat().st_size
        except OSError as error:
            raise InputError("Le fichier ne peut pas être lu", file=self._path, why=error.strerror or "") from None
        if not 0 < size <= MOST_BYTES:
            raise self._refused("Le fichier est vide" if not size else f"Le message dépasse {MOST_BYTES >> 20} Mo")

    def _check_head(self, head: bytes) -> None:
        if head.startswith(_ARCHIVES):
            raise self._refused("Le message est dans une archive", remedy="Donnez le fichier XML lui-même.")
        if head.startswith(_WIDE):
            raise self._encoding()

    def _declared(self, version: str, encoding: str | None, standalone: int) -> None:
        if encoding is not None and encoding.lower() != "utf-8":
            raise self._encoding(f"Il se dit en {encoding[:20]}")

    def _encoding(self, why: str = "") -> InputError:
        return self._refused("Le message n’est pas en UTF-8", why=why, remedy="La norme ISO 20022 veut UTF-8.")

    def _doctype(self, *_: Any) -> int:
        raise self._refused("Le message déclare des entités ou une DTD", why="Aucun message ISO 20022 n’en a")

    def _instruction(self, target: str, data: str) -> None:
        self._silent = 0  # a style sheet, which nobody reads

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        self._silent = 0
        namespace, _, local = name.rpartition(" ")
        if self._foreign or (self._stack and namespace != self._namespace and self._inside_others()):
            self._foreign += 1
            self._check_depth()
            return
        if not self._stack:
            self._enter(namespace, local)
        elif namespace != self._namespace:
            raise self._refused(f"« {local[:40]} » est d’un autre espace de noms que le message")
        node = Node(local, self._parser.CurrentLineNumber, attributes.get("Ccy", "")[:3])
        if self._stack:
            self._stack[-1].children.append(node)
        self._stack.append(node)
        self._live += 1
        self._check_depth()
        if self._live > MOST_NODES:
            raise self._refused(f"Une opération du message a plus de {MOST_NODES} éléments")

    def _inside_others(self) -> bool:
        return any(node.name == _OTHERS_WITHIN for node in self._stack)

    def _check_depth(self) -> None:
        if len(self._stack) + self._foreign > DEEPEST:
            raise self._refused(f"Le message a plus de {DEEPEST} niveaux")

    def _enter(self, namespace: str, local: str) -> None:
        found = NAMESPACE.fullmatch(namespace)
        known = found is not None and int(found[3]) in VERSIONS[found[2]]
        if local != "Document" or found is None or not known:
            raise self._refused(
                "Ce n’est pas un message qui se prend ici",
                why=f"Sa racine est « {local[:40]} », son espace de noms « {namespace[:80]} »",
                remedy="On prend pain.002 (.03 à .14), camt.053 et camt.054 (.02 à .12), un Document par fichier.",
            )
        self.message, self._namespace = found[1], namespace
        self._records = RECORDS[found[2]]

    def _end(self, name: str) -> None:
        self._silent = 0
        if self._foreign:
            self._foreign -= 1
            return
        node = self._stack.pop()
        if node.name in self._records:
            self._ended.append(Record(node, tuple(self._stack)))
            parent = self._stack[-1]
            parent.children.pop()
            parent.dropped += 1
            self._live -= node.size

    def _text(self, text: str) -> None:
        if self._foreign or not self._stack:
            return
        if not text.isspace():
            self._silent = 0
            node = self._stack[-1]
            if len(node.text) + len(text) > LONGEST_TEXT:
                raise self._refused(f"« {node.name} » dépasse {LONGEST_TEXT} caractères")
            node.text += text

    def _refused(self, what: str, *, why: str = "", remedy: str = "") -> InputError:
        return InputError(
            what, file=self._path, line=max(self._parser.CurrentLineNumber, 1), why=why,
            remedy=remedy or "Rien n’a été pris : demandez à la banque un message conforme.",
        )  # fmt: skip
