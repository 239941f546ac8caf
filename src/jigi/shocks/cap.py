"""Messages of the Common Alerting Protocol, 1.1 and 1.2 (OASIS), read strictly.

What the standard orders is the table ALERT below: which elements, in which order, how often, of which words. A message
that it refuses is an InputError in French with line and element. Nothing outside the message is ever read: a DTD,
entities and references to other documents are refused before anything else.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import ParseError

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import DefusedXMLParser

from jigi.foundation.errors import InputError

MOST_BYTES = 2_000_000
NAMESPACES = ("urn:oasis:names:tc:emergency:cap:1.1", "urn:oasis:names:tc:emergency:cap:1.2")
SIGNATURE = "http://www.w3.org/2000/09/xmldsig#"
SEVERITIES = {"Extreme": 4, "Severe": 3, "Moderate": 2, "Minor": 1, "Unknown": 1}
"""The value of the signal `alert_severity`. Of an unknown severity an alert is still one: the least."""

_MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d[-+]\d\d:\d\d", re.ASCII)
_MOMENT_11 = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[-+]\d\d:\d\d)", re.ASCII)
_SHAPES = {
    "language": re.compile(r"[a-zA-Z]{1,8}(?:-[a-zA-Z0-9]{1,8})*"),
    "integer": re.compile(r"[-+]?\d+", re.ASCII),
    "decimal": re.compile(r"[-+]?(?:\d+\.?\d*|\.\d+)", re.ASCII),
}
_SHAPE_NAMES = {"language": "une langue (fr, fr-ML)", "integer": "un nombre entier", "decimal": "un nombre"}
_DTD = re.compile(rb"<!\s*(?:DOCTYPE|ENTITY|ELEMENT|ATTLIST|NOTATION)", re.IGNORECASE)


@dataclass(frozen=True)
class Part:
    """An element of the standard: how often it may come, what it holds (words, a kind of text, or parts)."""

    name: str
    least: int = 0
    most: int | None = 1
    holds: Any = "text"


def _words(name: str, words: str, least: int = 1, most: int | None = 1) -> Part:
    return Part(name, least, most, frozenset(words.split()))


_PAIR = (Part("valueName", 1), Part("value", 1))
_AREA = (
    Part("areaDesc", 1), Part("polygon", most=None), Part("circle", most=None), Part("geocode", most=None, holds=_PAIR),
    Part("altitude", holds="decimal"), Part("ceiling", holds="decimal"),
)  # fmt: skip
_RESOURCE = (
    Part("resourceDesc", 1), Part("mimeType", 1), Part("size", holds="integer"), Part("uri"), Part("derefUri"),
    Part("digest"),
)  # fmt: skip
_INFO = (
    Part("language", holds="language"),
    _words("category", "Geo Met Safety Security Rescue Fire Health Env Transport Infra CBRNE Other", most=None),
    Part("event", 1),
    _words("responseType", "Shelter Evacuate Prepare Execute Avoid Monitor Assess AllClear None", 0, None),
    _words("urgency", "Immediate Expected Future Past Unknown"),
    _words("severity", "Extreme Severe Moderate Minor Unknown"),
    _words("certainty", "Observed Likely Possible Unlikely Unknown"),
    Part("audience"), Part("eventCode", most=None, holds=_PAIR), Part("effective", holds="moment"),
    Part("onset", holds="moment"), Part("expires", holds="moment"), Part("senderName"), Part("headline"),
    Part("description"), Part("instruction"), Part("web"), Part("contact"),
    Part("parameter", most=None, holds=_PAIR), Part("resource", most=None, holds=_RESOURCE),
    Part("area", most=None, holds=_AREA),
)  # fmt: skip
ALERT = (
    Part("identifier", 1), Part("sender", 1), Part("sent", 1, holds="moment"),
    _words("status", "Actual Exercise System Test Draft"), _words("msgType", "Alert Update Cancel Ack Error"),
    Part("source"), _words("scope", "Public Restricted Private"), Part("restriction"), Part("addresses"),
    Part("code", most=None), Part("note"), Part("references"), Part("incidents"),
    Part("info", most=None, holds=_INFO),
)  # fmt: skip


@dataclass(frozen=True)
class Zone:
    """A place of a message. A polygon is its (longitude, latitude) corners, a circle its centre and radius in km."""

    said: str
    polygons: tuple[tuple[tuple[float, float], ...], ...] = ()
    circles: tuple[tuple[float, float, float], ...] = ()
    codes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Message:
    """A message: what is said in French when it is, the gravest severity, every zone. Times with their offset.

    `all_clear`: every block says that there is nothing to fear any more.
    """

    identifier: str
    sender: str
    sent: datetime
    status: str
    kind: str
    starts: datetime
    references: tuple[tuple[str, str, datetime], ...] = ()
    texts: dict[str, str] = field(default_factory=dict)
    severity: str = ""
    ends: datetime | None = None
    zones: tuple[Zone, ...] = ()
    all_clear: bool = False


def read_message(path: str | Path) -> tuple[Message, bytes]:
    """The message of a file and its bytes. InputError when it is too large, hostile, or not of the standard."""
    path = Path(path)
    try:
        size = path.stat().st_size
        content = path.read_bytes() if size <= MOST_BYTES else b""
    except OSError as error:
        raise InputError("Le fichier ne peut pas être lu", file=path, why=error.strerror or "") from None
    if size > MOST_BYTES:
        raise InputError(
            f"Le message dépasse {MOST_BYTES // 10**6} Mo", file=path, remedy="Une alerte n’est pas si longue"
        )
    return parse(content, path), content


def parse(content: bytes, file: str | Path = "alerte.xml") -> Message:
    """The message of some bytes. InputError as `read_message`."""
    root = _root(content, file)
    _check(root, ALERT, _space(root), str(file))
    return _Reader(root, str(file)).message()


class _Located(DefusedXMLParser):
    """A reader whose elements keep the line where they begin."""

    def _start(self, *said: Any) -> Any:
        element = super()._start(*said)
        element.sourceline = self.parser.CurrentLineNumber
        return element


def _root(content: bytes, file: str | Path) -> Any:
    if not content.strip():
        raise InputError("Le fichier est vide", file=file, remedy="Il faut un message CAP (XML)")
    # An encoding of two bytes a letter would hide what is looked for next; XML of alerts is UTF-8.
    if b"\0" in content or _DTD.search(content):
        raise InputError(
            "Ce message n’est pas accepté : il contient une DTD ou des entités", file=file,
            why="Une alerte n’en a pas besoin, et elles servent à lire les fichiers du serveur",
            remedy="Demandez à l’émetteur un message CAP sans DTD, en UTF-8",
        )  # fmt: skip
    try:
        reader = _Located(forbid_dtd=True)
        reader.feed(content)
        root = reader.close()
    except (ParseError, DefusedXmlException, LookupError, ValueError) as error:
        line = error.position[0] if isinstance(error, ParseError) else None
        raise InputError(
            "Ce n’est pas du XML bien formé", file=file, line=line, remedy="Demandez le message d’origine à l’émetteur"
        ) from None
    if root.tag not in {f"{{{one}}}alert" for one in NAMESPACES}:
        raise InputError("Ce n’est pas un message CAP 1.1 ou 1.2", file=file, line=root.sourceline,
                         why=f"Premier élément : {str(root.tag)[:80]}",
                         remedy="Donnez le message lui-même, pas un flux qui en contient plusieurs")  # fmt: skip
    return root


def _check(element: Any, parts: Sequence[Part], space: str, file: str) -> None:
    """The children of an element against its parts, in their order; InputError at the first that departs."""
    if (element.text or "").strip() or any((child.tail or "").strip() for child in element):
        raise _wrong(element, "contient du texte entre ses éléments", file)
    if element.attrib:
        raise _wrong(element, f"porte un attribut inconnu ({next(iter(element.attrib))[:60]})", file)
    waiting = list(element)
    for part in parts:
        count = 0
        while waiting and waiting[0].tag == f"{{{space}}}{part.name}" and (part.most is None or count < part.most):
            _check_content(waiting.pop(0), part, space, file)
            count += 1
        if count < part.least:
            missing = waiting[0] if waiting else element
            raise InputError(
                f"Il manque l’élément « {part.name} »", file=file, line=missing.sourceline, column=part.name,
                remedy="L’émetteur doit l’ajouter, à sa place dans l’ordre de la norme",
            )  # fmt: skip
    if parts is ALERT:
        waiting = [child for child in waiting if _space(child) != SIGNATURE]
    if waiting:
        raise _wrong(waiting[0], "n’est pas attendu ici : inconnu, répété, ou hors de l’ordre de la norme", file)


def _check_content(element: Any, part: Part, space: str, file: str) -> None:
    if isinstance(part.holds, tuple):
        _check(element, part.holds, space, file)
        return
    if element.attrib or len(element):
        raise _wrong(element, "ne doit contenir que du texte", file)
    text = _text(element)
    if isinstance(part.holds, frozenset):
        if text not in part.holds:
            raise _wrong(
                element, f"« {text[:60]} » n’est pas un mot de la norme ({', '.join(sorted(part.holds))})", file
            )
    elif part.holds == "moment":
        if _moment(text, space) is None:
            raise _wrong(element, f"« {text[:60]} » n’est pas un moment (2018-08-01T12:00:00+00:00)", file)
    elif part.holds != "text" and not _SHAPES[part.holds].fullmatch(" ".join(text.split())):
        raise _wrong(element, f"« {text[:60]} » n’est pas {_SHAPE_NAMES[part.holds]}", file)


def _moment(text: str, space: str) -> datetime | None:
    shape = _MOMENT if space == NAMESPACES[1] else _MOMENT_11
    text = text.strip()
    try:
        found = datetime.fromisoformat(text) if shape.fullmatch(text) else None
    except ValueError:
        return None
    offset = found.utcoffset() if found else None
    return found if offset is not None and abs(offset.total_seconds()) <= 14 * 3600 else None


def _text(element: Any) -> str:
    """The text of an element; the reader has left comments out."""
    return element.text or ""


def _space(element: Any) -> str:
    """The namespace of an element, "" for none."""
    return str(element.tag)[1:].rpartition("}")[0] if str(element.tag).startswith("{") else ""


def _wrong(element: Any, what: str, file: str) -> InputError:
    name = element.tag.rpartition("}")[2]
    return InputError(f"L’élément « {name} » {what}" if not what.startswith("«") else f"Élément « {name} » : {what}",
                      file=file, line=element.sourceline, column=name,
                      remedy="L’émetteur doit corriger son message ; rien n’a été pris")  # fmt: skip


class _Reader:
    """A message that the table has accepted, read into what is kept of it."""

    def __init__(self, root: Any, file: str) -> None:
        self.root, self.file, self.space = root, file, _space(root)

    def message(self) -> Message:
        said = {name: self.text(self.root, name) for name in ("identifier", "sender")}
        for name, text in said.items():
            if not text or re.search(r"[\s,<&]", text):
                raise _wrong(
                    self.first(self.root, name), f"« {text[:60]} » est vide, ou a un espace ou une virgule", self.file
                )
        kind, sent = self.text(self.root, "msgType"), self.moment(self.root, "sent")
        assert sent is not None
        infos = self.spoken()
        head = infos[0] if infos else None
        starts, ends = self.span(head, sent)
        return Message(
            said["identifier"], said["sender"], sent, self.text(self.root, "status"), kind, starts,
            self.references(kind), self.texts(head), self.gravest(infos), ends,
            tuple(self.zone(area) for info in infos for area in self.all(info, "area")),
            bool(infos) and all(map(self.clears, infos)),
        )  # fmt: skip

    def clears(self, info: Any) -> bool:
        return any(_text(one).strip() == "AllClear" for one in self.all(info, "responseType"))

    def spoken(self) -> list[Any]:
        """The blocks in French; failing these, those in the language of the first."""
        infos = self.all(self.root, "info")
        tongues = [(self.text(info, "language") or "en-US").casefold()[:2] for info in infos]
        wanted = "fr" if "fr" in tongues else tongues[0] if tongues else ""
        return [info for info, tongue in zip(infos, tongues, strict=True) if tongue == wanted]

    def references(self, kind: str) -> tuple[tuple[str, str, datetime], ...]:
        text = self.text(self.root, "references")
        if kind in ("Update", "Cancel", "Ack", "Error") and not text:
            raise InputError(
                f"Un message « {kind} » doit dire quel message il vise", file=self.file, column="references",
                remedy="L’émetteur doit écrire : émetteur,identifiant,moment",
            )  # fmt: skip
        return tuple(self.reference(one) for one in text.split())

    def reference(self, text: str) -> tuple[str, str, datetime]:
        parts = text.split(",")
        sent = _moment(parts[2], NAMESPACES[0]) if len(parts) == 3 else None
        if sent is None:
            raise _wrong(
                self.first(self.root, "references"), f"« {text[:90]} » n’est pas émetteur,identifiant,moment", self.file
            )
        return parts[0], parts[1], sent

    def texts(self, info: Any) -> dict[str, str]:
        names = ("event", "urgency", "certainty", "headline", "description", "instruction")
        found = {name: self.text(info, name) if info is not None else "" for name in names}
        categories = [] if info is None else [_text(one).strip() for one in self.all(info, "category")]
        return {**found, "category": " ".join(categories)}

    def gravest(self, infos: Sequence[Any]) -> str:
        said = [self.text(info, "severity") for info in infos]
        return max(said, key=lambda one: SEVERITIES[one], default="")

    def span(self, info: Any, sent: datetime) -> tuple[datetime, datetime | None]:
        if info is None:
            return sent, None
        starts = self.moment(info, "onset") or self.moment(info, "effective") or sent
        ends = self.moment(info, "expires")
        if ends and ends < starts:
            # The hour of the event may be after the end of the message: it then speaks from its sending.
            starts = min(sent, ends)
        return starts, ends

    def zone(self, area: Any) -> Zone:
        return Zone(
            self.text(area, "areaDesc"),
            tuple(self.polygon(one) for one in self.all(area, "polygon")),
            tuple(self.circle(one) for one in self.all(area, "circle")),
            tuple(self.text(one, "value") for one in self.all(area, "geocode")),
        )

    def polygon(self, element: Any) -> tuple[tuple[float, float], ...]:
        corners = tuple(self.point(element, one) for one in _text(element).split())
        if len(corners) < 4 or corners[0] != corners[-1]:
            raise _wrong(element, "n’est pas fermé, ou a moins de quatre points", self.file)
        return corners

    def circle(self, element: Any) -> tuple[float, float, float]:
        parts = _text(element).split()
        radius = _float(parts[1]) if len(parts) == 2 else None
        if radius is None or not 0 <= radius <= 20_000:
            raise _wrong(element, "n’est pas « latitude,longitude rayon en km »", self.file)
        return (*self.point(element, parts[0]), radius)

    def point(self, element: Any, text: str) -> tuple[float, float]:
        parts = [_float(part) for part in text.split(",")]
        if len(parts) != 2 or parts[0] is None or parts[1] is None or abs(parts[0]) > 90 or abs(parts[1]) > 180:
            raise _wrong(element, f"« {text[:40]} » n’est pas un point « latitude,longitude »", self.file)
        return parts[1], parts[0]

    def all(self, element: Any, name: str) -> list[Any]:
        return list(element.findall(f"{{{self.space}}}{name}"))

    def first(self, element: Any, name: str) -> Any:
        return element.find(f"{{{self.space}}}{name}")

    def text(self, element: Any, name: str) -> str:
        found = self.first(element, name)
        return "" if found is None else _text(found).strip()

    def moment(self, element: Any, name: str) -> datetime | None:
        return _moment(self.text(element, name), self.space)


def _float(text: str) -> float | None:
    return float(text) if _SHAPES["decimal"].fullmatch(text) else None
