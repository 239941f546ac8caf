"""A request in words: each item before and after, masked for who may not know it."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from jigi.changes.actions import label
from jigi.changes.facts import UNKNOWN, input_of
from jigi.changes.models import ChangeItem, ChangeRequest
from jigi.registry.models import Person

MASKED = "masqué"
ERASED = "effacé"


@dataclass(frozen=True)
class Told:
    """An item as the page shows it; `after` is (what, value) pairs, a plain fact having one of no name."""

    item: ChangeItem
    label: str
    person: str
    before: str
    after: list[tuple[str, str]]
    stale: bool


def told(
    request: ChangeRequest, items: Collection[ChangeItem], *, stale: Collection[int], clear: bool, sensitive: bool
) -> list[Told]:
    """The items in order. Numbers are cut to their end unless `clear`; health is masked unless `sensitive`."""
    return [
        Told(
            item,
            label(request, item) if "." in item.code else _title(request),
            _person(item),
            *_values(request, item, clear=clear, hidden=item.sensitive and not sensitive),
            stale=item.pk in stale,
        )
        for item in items
    ]


def _title(request: ChangeRequest) -> str:
    return (request.undoes or request).title


def _person(item: ChangeItem) -> str:
    """Who it is about; nothing of who is gone, or lives where the reader sees nobody."""
    found = Person.objects.filter(pk=item.person_id or 0).first()
    return str(found) if found else ""


def _values(
    request: ChangeRequest, item: ChangeItem, *, clear: bool, hidden: bool
) -> tuple[str, list[tuple[str, str]]]:
    if item.facts is None:
        return ERASED, [("", ERASED)]
    if hidden:
        return MASKED, [("", MASKED)]
    if "." in item.code:
        one = input_of(item.code)
        return one.shown(item.before, clear=clear), [("", one.shown(item.after, clear=clear))]
    if request.undoes_id:
        return "; ".join(f"{what} : {value}" for what, value in _operands(item.before)) or "fait", [("", "comme avant")]
    return UNKNOWN, [*_operands(item.after), *_other(request)] or [("", request.title.lower())]


def _operands(said: Any) -> list[tuple[str, str]]:
    if not isinstance(said, dict):
        return []
    known = [(input_of(code), value) for code, value in said.items() if "." in code and value not in (None, "")]
    return [(one.label, one.shown(value)) for one, value in known]


def _other(request: ChangeRequest) -> list[tuple[str, str]]:
    return [("autre ménage", request.other.rsu if request.other else MASKED)] if request.other_id else []
