"""The answers of one interview: read from what a device sent, and laid out as the rows of a mapping."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from xml.etree.ElementTree import Element, ParseError

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import fromstring

from jigi.foundation.errors import InputError
from jigi.intake.form_mapping import Answer, FormMapping

MOST_BYTES = 4 * 1024 * 1024
MOST_ELEMENTS = 50_000
DEEPEST = 40
_INSTANCE = re.compile(r"[\x21-\x7e]{1,80}")
_FILE = re.compile(r"[^/\\\x00-\x1f]{1,120}")
# Marks that XML lets through, that nobody types, and that no table may hold.
_UNSEEN = dict.fromkeys([*range(9), *range(14, 28), *range(0x7F, 0x85), *range(0x86, 0xA0)])

Place = Callable[[tuple[str, ...]], str]
"""Names of areas from the widest to the commune -> the code of the commune, "" when there is none or several."""


@dataclass(frozen=True)
class Instance:
    """A submission read: which form and version it answers, its own number, and its answers as a tree."""

    form: str
    version: str
    number: str
    root: Element = field(repr=False, compare=False)

    @property
    def files(self) -> frozenset[str]:
        """Texts of the answers that may be names of files."""
        texts = {(element.text or "").strip() for element in self.root.iter()}
        return frozenset(text for text in texts if "." in text and _FILE.fullmatch(text))


def read_instance(content: bytes) -> Instance:
    """Read what a device sent; InputError when it is no answer to a form, or is hostile."""
    if len(content) > MOST_BYTES:
        raise _bad("elle est trop grande")
    try:
        root = fromstring(content, forbid_dtd=True)
    except DefusedXmlException:
        raise _bad("elle contient une déclaration interdite") from None
    except (ParseError, ValueError, LookupError, RecursionError) as error:
        raise _bad("ce n’est pas du XML bien formé") from error
    _check_shape(root)
    if root.get("encrypted") in ("yes", "true", "true()"):
        raise _bad("elle est chiffrée, et ce serveur n’a pas de clé pour l’ouvrir")
    form, version = root.get("id", ""), _attribute(root, "version")
    number = _number(root)
    if not form:
        raise _bad("elle ne dit pas à quel questionnaire elle répond")
    if not _INSTANCE.fullmatch(number):
        raise _bad("elle n’a pas de numéro (instanceID)")
    return Instance(form, version, number, root)


def household_row(instance: Instance, mapping: FormMapping, given: Mapping[str, str], place: Place) -> dict[str, str]:
    """Fact -> cell, of the household; `given` are the facts that the sending itself gives."""
    values = values_of(instance.root)
    return {name: given.get(name, "") or _cell(answer, values, place) for name, answer in mapping.household.items()}


def member_rows(instance: Instance, mapping: FormMapping, place: Place) -> Iterator[dict[str, str]]:
    """Fact -> cell, of each member in the order of the mapping's repeats and of their turns."""
    outside = values_of(instance.root)
    for source in mapping.members:
        turns = turns_of(instance.root, source.repeat) if source.repeat else [instance.root]
        for turn in turns:
            inside = values_of(turn, source.repeat) if source.repeat else outside
            # What this turn leaves unanswered must not be taken from another: only what stands outside is shared.
            values = outside if not source.repeat else _shared(outside, source.repeat) | inside
            row = {name: _cell(answer, values, place) for name, answer in source.answers.items()}
            # A repeat opened by mistake and left empty is no member.
            if any(cell for name, cell in row.items() if source.answers[name].paths):
                yield row


def consents(instance: Instance, mapping: FormMapping) -> bool:
    """Whether the household agreed that its answers enter the register (true where the form does not ask)."""
    if mapping.consent is None:
        return True
    path, answer = mapping.consent
    return values_of(instance.root).get(path) == answer


def _shared(outside: dict[str, str], repeat: str) -> dict[str, str]:
    return {path: text for path, text in outside.items() if not path.startswith(f"{repeat}/")}


def _cell(answer: Answer, values: Mapping[str, str], place: Place) -> str:
    if answer.value:
        return answer.value
    said = [values.get(path, "") for path in answer.paths]
    if answer.places:
        return place(tuple(said)) or " ".join(said)
    if answer.contains:
        chosen = said[0].split()
        return "" if not chosen else "oui" if answer.contains in chosen else "non"
    if answer.part is not None:
        parts = said[0].split()
        return parts[answer.part] if len(parts) > answer.part else ""
    text = answer.join.join(filter(None, said)) if answer.join is not None else next(filter(None, said), "")
    if text in answer.unknown:
        return ""
    return answer.codes.get(text, text) if answer.codes is not None else text


def values_of(top: Element, path: str = "") -> dict[str, str]:
    """Path -> text of every leaf under an element; of a repeat within it, the last turn."""
    found: dict[str, str] = {}
    waiting = [(child, path) for child in top]
    while waiting:
        element, under = waiting.pop(0)
        name = _local(element)
        here = f"{under}/{name}" if under else name
        if len(element):
            waiting += [(child, here) for child in element]
        else:
            found[here] = " ".join((element.text or "").translate(_UNSEEN).split())
    return found


def turns_of(root: Element, repeat: str) -> list[Element]:
    found = [root]
    for name in repeat.split("/"):
        found = [child for one in found for child in one if _local(child) == name]
    # A device that knows templates may send one along: it is no answer.
    return [one for one in found if not any(key.endswith("template") for key in one.attrib)]


def _local(element: Element) -> str:
    return str(element.tag).rpartition("}")[2]


def _attribute(root: Element, name: str) -> str:
    return next((text for key, text in root.attrib.items() if key.rpartition("}")[2] == name), "")


def _number(root: Element) -> str:
    for meta in (child for child in root if _local(child) == "meta"):
        for child in meta:
            if _local(child) == "instanceID" and (child.text or "").strip():
                return str(child.text).strip()
    return root.get("instanceID", "").strip()


def _check_shape(root: Element) -> None:
    count, level = 0, [root]
    for _ in range(DEEPEST):
        count += len(level)
        if count > MOST_ELEMENTS:
            raise _bad("elle a trop de réponses")
        level = [child for element in level for child in element]
        if not level:
            return
    raise _bad("ses groupes sont trop profonds")


def _bad(why: str) -> InputError:
    return InputError(
        "Cette fiche ne peut pas être reçue", why=f"{why[0].upper()}{why[1:]}",
        remedy="Gardez-la sur l’appareil et montrez-la à votre superviseur",
    )  # fmt: skip
