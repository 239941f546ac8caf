"""A questionnaire as it is read: its answers with what was corrected of them, and what is found wrong on the way."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from jigi.delivery.contracts.models import Contract
from jigi.delivery.fiches.models import FieldFault, FieldFiche
from jigi.foundation.errors import InputError, JigiError
from jigi.foundation.models import User
from jigi.geography.models import Area
from jigi.intake.answers import read_instance, turns_of, values_of
from jigi.intake.models import Submission
from jigi.intake.reception import answers_of
from jigi.sheets.models import Sheet
from jigi.sheets.rules import digits_of, is_number, read_code

LONGEST = 300
LONGEST_NUMBER = 9
"""Digits of a whole number that somebody typed: what a column holds."""


class Faulty(JigiError):
    """The questionnaire has faults, which its reading holds."""


@dataclass
class Reading:
    """One questionnaire being read: `top` is what is said once, `turns` the lines of its repeat by their number.

    `contract`, `commune` and `households` are set as soon as they are found: what is wrong is shown to whose it is.
    """

    fiche: Submission
    top: dict[str, str]
    turns: dict[int, dict[str, str]]
    number: str = ""
    contract: Contract | None = None
    commune: Area | None = None
    households: set[int] = field(default_factory=set)
    faults: list[FieldFault] = field(default_factory=list)

    @property
    def sender(self) -> User:
        """Whose it is: it is taken by their right alone."""
        return self.fiche.sent_by

    def __getitem__(self, question: str) -> str:
        return self.top.get(question, "")

    def day(self, question: str) -> date:
        """The day that is answered. InputError for none."""
        try:
            return date.fromisoformat(self[question])
        except ValueError:
            raise InputError("Il manque un jour lisible", column=question, remedy="Écrivez-le : 2016-03-07.") from None

    def count(self, question: str) -> int:
        """The whole number that is answered. InputError for none."""
        if (found := whole(self[question])) is None:
            raise InputError("Il manque un nombre entier", column=question, remedy="Écrivez-le en chiffres.")
        return found

    def wrong(self, line: int, question: str, what: str, remedy: str = "") -> None:
        """Note a fault of a line; `check` raises them together."""
        self.faults.append(FieldFault(line=line, question=question[:40], what=what[:LONGEST], remedy=remedy[:LONGEST]))

    def blame(self, error: JigiError) -> None:
        """Note what an act refused."""
        line, question = (error.line or 0, error.column) if isinstance(error, InputError) else (0, "")
        self.wrong(line, question, error.what, " ".join(filter(None, (error.why, error.remedy))))

    def of(self, contract: Contract, commune: Area) -> None:
        """Say whose event it is, and where."""
        self.contract, self.commune = contract, commune

    def check(self) -> None:
        """Raise Faulty when something was found wrong so far."""
        if self.faults:
            raise Faulty("Cette fiche est à corriger")


@dataclass(frozen=True)
class Form:
    """How the questionnaire of an event is read. `number` is the question that says which event; `questions` and
    `line_questions` are those that a person may correct, with their French; `repeat` holds the lines. `own`: what it
    says counts as entered by one hand, so that who sent it alone corrects it.
    """

    code: str
    title: str
    number: str
    apply: Callable[[Reading], None]
    questions: Mapping[str, str]
    repeat: str = ""
    line_questions: Mapping[str, str] = field(default_factory=dict)
    own: bool = False


def read(form: Form, fiche: Submission, kept: FieldFiche) -> Reading:
    """The answers of a questionnaire, those that were corrected as they were corrected."""
    root = read_instance(answers_of(fiche)).root
    turns = {n: values_of(turn) for n, turn in enumerate(turns_of(root, form.repeat), 1)} if form.repeat else {}
    found = Reading(fiche, values_of(root), {n: turn for n, turn in turns.items() if any(turn.values())})
    for one in kept.corrections.order_by("pk"):
        if not one.line:
            found.top[one.question] = one.value
        elif not one.question:
            found.turns.pop(one.line, None)
        elif one.line in found.turns:
            found.turns[one.line][one.question] = one.value
    found.number = found[form.number][:40]
    return found


def whole(text: str) -> int | None:
    """A whole number that was typed; None for anything else."""
    return int(text) if text.isascii() and text.isdigit() and len(text) <= LONGEST_NUMBER else None


def printing_of(text: str) -> int | None:
    """The printing of the numbered sheet whose sixteen digits, or square, are given; None for anything else."""
    code = read_code(text.strip())
    digits = code[0] if code else digits_of(text)
    if not is_number(digits):
        return None
    return Sheet.objects.filter(number=digits).values_list("printing", flat=True).first()


def unknown_event(said: Reading, form_number: str, what: str) -> InputError:
    """The number of nothing that the sender may act on: of another operator's contract, or misread."""
    return InputError(
        f"« {said.number} » n’est le numéro d’aucune {what} de vos contrats", column=form_number,
        remedy="Corrigez-le d’après la feuille, ou écartez la fiche.",
    )  # fmt: skip


def numbers_of(lines: Mapping[int, Mapping[str, str]], question: str) -> Sequence[tuple[int, int | None]]:
    """Each line with the whole number that it answers to a question."""
    return [(n, whole(turn.get(question, ""))) for n, turn in lines.items()]
