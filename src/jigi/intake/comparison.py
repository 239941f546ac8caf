"""Two sets of answers under one number, side by side: what a person needs to tell which one is the interview."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from xml.etree.ElementTree import Element

from jigi.foundation.vault import discreet
from jigi.intake.answers import read_instance
from jigi.intake.models import Submission, SubmissionConflict
from jigi.intake.questions import Item, Questionnaire
from jigi.intake.reception import answers_of
from jigi.intake.submissions import mapping_of
from jigi.intake.targets import MEMBER

HIDDEN = "réponse non montrée"
MOST_ROWS = 300


@dataclass(frozen=True)
class Difference:
    """One question answered otherwise; `turn` says which member, when it is asked of several."""

    question: str
    turn: str
    kept: str
    other: str


def differences(kept: Submission, other: SubmissionConflict) -> list[Difference]:
    """What differs, in the order of the paths. Telephones and documents are masked, health is not shown."""
    form = Questionnaire(kept.form_version.definition)
    first, second = (_leaves(read_instance(answers_of(one)).root) for one in (kept, other))
    private = _private(kept)
    rows = []
    for place in [*first, *(place for place in second if place not in first)]:
        said = first.get(place, ""), second.get(place, "")
        if said[0] != said[1]:
            rows.append(_row(form, place, said, private))
    return rows[:MOST_ROWS]


def _row(form: Questionnaire, place: tuple[str, str], said: tuple[str, str], private: set[str]) -> Difference:
    path, turn = place
    item = form.questions.get(path)
    title = item.label or item.name if item else path
    if any(not one or path == one or path.startswith(f"{one}/") for one in private):
        return Difference(title, turn, HIDDEN, HIDDEN)
    kept, other = (_shown(item, one) for one in said)
    return Difference(title, turn, kept, other)


def _shown(item: Item | None, answer: str) -> str:
    labels = {choice.name: choice.label for choice in item.choices} if item else {}
    return discreet(", ".join(labels.get(one, one) for one in answer.split()) if labels else answer)


def _private(kept: Submission) -> set[str]:
    """The questions and groups whose answers speak of somebody's health, or are a number that the vault keeps.

    What is asked beside a question of health is about health too. Of a form without a mapping nothing is known: all.
    """
    mapping = mapping_of(kept.form_version)
    if mapping is None:
        return {""}
    private = set()
    for source in mapping.members:
        for fact, answer in source.answers.items():
            if MEMBER[fact].restricted:
                private |= {path.rpartition("/")[0] for path in answer.paths}
            elif MEMBER[fact].kind in ("phone", "nina"):
                private |= set(answer.paths)
    return private


def _leaves(root: Element) -> dict[tuple[str, str], str]:
    """(path, turn) -> answer; the turns of an element that comes several times are numbered."""
    found: dict[tuple[str, str], str] = {}
    waiting: list[tuple[Element, str, str]] = [(root, "", "")]
    while waiting:
        element, path, turn = waiting.pop(0)
        names = [str(child.tag).rpartition("}")[2] for child in element]
        several, seen = Counter(names), Counter[str]()
        for name, child in zip(names, element, strict=True):
            seen[name] += 1
            here = f"{path}/{name}" if path else name
            numbered = f"{turn} {seen[name]}".strip() if several[name] > 1 else turn
            if len(child):
                waiting.append((child, here, numbered))
            elif not here.startswith("meta/"):
                found[here, numbered] = (child.text or "").strip()
    return found
