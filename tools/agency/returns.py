"""The return files: on time and late, in the encodings, delimiters and amounts agencies really use."""

from __future__ import annotations

import csv
from collections import Counter, deque
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import xlsxwriter
from tools.agency.outcomes import OWN_KINDS, Answer

COLUMNS = ("reference", "statut", "montant_fcfa", "date", "motif", "reference_agence")
_DISORDER = 500
Writer = Callable[[Answer], None]


@dataclass(frozen=True)
class Form:
    """How the return is written."""

    format: str = "csv"
    encoding: str = "utf-8-sig"
    delimiter: str = ";"
    amounts: str = "plain"

    def amount(self, amount_xof: int) -> str:
        if self.amounts == "spaces":
            return f"{amount_xof:,}".replace(",", " ")
        return f"{amount_xof},00" if self.amounts == "comma" else str(amount_xof)


@dataclass
class Tally:
    """Lines written and francs on them, by status of the answers and by kind of disorder."""

    lines: Counter[str] = field(default_factory=Counter)
    amounts_xof: Counter[str] = field(default_factory=Counter)

    def add(self, answer: Answer) -> None:
        if answer.kind in OWN_KINDS:
            self._count(answer.status, answer)
        if answer.kind != "answer":
            self._count(answer.kind, answer)
        if answer.late:
            self._count("late", answer)

    def _count(self, name: str, answer: Answer) -> None:
        self.lines[name] += 1
        self.amounts_xof[name] += answer.amount_xof


def late_name(path: Path) -> Path:
    return path.with_name(f"{path.stem}-tardif{path.suffix}")


def write(path: Path, answers: Iterable[Answer], form: Form) -> tuple[Tally, list[Path]]:
    """Write the return and, if some lines are late, its second file; what was written, and where."""
    tally, files = Tally(), [path]
    with ExitStack() as opened:
        writers = {False: opened.enter_context(_writing(path, form))}
        for answer in _disordered(answers):
            if answer.late not in writers:
                files.append(late_name(path))
                writers[True] = opened.enter_context(_writing(files[-1], form))
            writers[answer.late](answer)
            tally.add(answer)
    return tally, files


def _disordered(answers: Iterable[Answer]) -> Iterator[Answer]:
    """Repetitions, reversals and intruders come some hundred lines after the answer they follow."""
    waiting: deque[Answer] = deque()
    for number, answer in enumerate(answers):
        if answer.kind in OWN_KINDS:
            yield answer
        else:
            waiting.append(answer)
        if waiting and number % _DISORDER == 0:
            yield from waiting
            waiting.clear()
    yield from waiting


def _writing(path: Path, form: Form) -> Any:
    return _writing_xlsx(path, form) if form.format == "xlsx" else _writing_csv(path, form)


@contextmanager
def _writing_csv(path: Path, form: Form) -> Iterator[Writer]:
    with path.open("w", encoding=form.encoding, newline="") as stream:
        writer = csv.writer(stream, delimiter=form.delimiter)
        writer.writerow(COLUMNS)
        yield lambda answer: writer.writerow(_cells(answer, form))


@contextmanager
def _writing_xlsx(path: Path, form: Form) -> Iterator[Writer]:
    with xlsxwriter.Workbook(str(path), {"constant_memory": True, "strings_to_formulas": False}) as book:
        sheet, day = book.add_worksheet("Retour"), book.add_format({"num_format": "dd/mm/yyyy"})
        sheet.write_row(0, 0, COLUMNS)
        count = 0

        def write_row(answer: Answer) -> None:
            nonlocal count
            count += 1
            sheet.write_row(count, 0, _cells(answer, form))
            if form.amounts == "plain":
                sheet.write_number(count, 2, answer.amount_xof)
            sheet.write_datetime(count, 3, answer.day, day)

        yield write_row


def _cells(answer: Answer, form: Form) -> list[str]:
    return [
        answer.reference,
        answer.status,
        form.amount(answer.amount_xof),
        answer.day.isoformat(),
        answer.reason,
        answer.agency_reference,
    ]
