"""A questionnaire laid out to be read and printed: sections, questions, choices, conditions in words."""

from __future__ import annotations

from dataclasses import dataclass

from jigi.intake.form_mapping import FormMapping
from jigi.intake.questions import Item, Questionnaire

MOST_CHOICES = 40
MOST_MARGIN = 3


@dataclass(frozen=True)
class Line:
    """One line of the page. `number` is that of a question that is asked; `fills` the facts that its answer fills."""

    item: Item
    number: str
    when: str
    must: str
    computed: str
    more_choices: int
    fills: tuple[str, ...]

    @property
    def margin(self) -> int:
        return min(self.item.depth, MOST_MARGIN)

    @property
    def choices(self) -> list[str]:
        return [choice.label or choice.name for choice in self.item.choices[:MOST_CHOICES]]


def lines_of(form: Questionnaire, mapping: FormMapping | None) -> list[Line]:
    """The lines of the page, in the order of the questionnaire; what a device notes of itself is left out."""
    fills = _fills(mapping)
    lines, number = [], 0
    for item in form.items:
        if item.kind == "question" and not item.is_asked and not item.calculation:
            continue
        number += item.is_asked and item.type != "note"
        asked = str(number) if item.is_asked and item.type != "note" else ""
        lines.append(
            Line(
                item,
                asked,
                _held(form.in_words(item.relevant)),
                item.constraint_message or _held(form.in_words(item.constraint)),
                _held(form.in_words(item.calculation)),
                max(len(item.choices) - MOST_CHOICES, 0),
                tuple(fills.get(item.path, ())),
            )
        )
    return lines


def sections_of(lines: list[Line]) -> list[tuple[str, str]]:
    """Anchor and title of the groups at the top, for the way around a long questionnaire."""
    return [(line.item.path, line.item.label) for line in lines if line.item.kind != "question" and not line.item.depth]


def _held(text: str) -> str:
    """The same, its quotation marks never alone at the end of a line."""
    return text.replace("« ", "«\u00a0").replace(" »", "\u00a0»")


def _fills(mapping: FormMapping | None) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    if mapping is None:
        return found
    for answers in (mapping.household, *(source.answers for source in mapping.members)):
        for fact, answer in answers.items():
            for path in answer.paths:
                found.setdefault(path, []).append(fact)
    return found
