"""The promise of speed: the reviewed file of target days (`data/promise.toml`), read strictly."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path

from jigi.foundation.toml_table import Table, parse, read_text
from jigi.response.promise_rules import Step

SHIPPED = Path(__file__).resolve().parent / "data" / "promise.toml"
CODES = (
    "asked", "decided", "listed", "enrolled", "prepared", "approved", "released", "ordered", "first_paid", "last_paid",
)  # fmt: skip
"""The steps that timelines know, in their order: a file names each once."""

LONGEST_DAYS = 365


@dataclass(frozen=True)
class Promise:
    """What a file says: its steps in order, `days` of each counted from the one before (the signal is day 0)."""

    author: str
    source: str
    valid_from: date
    steps: tuple[Step, ...]

    def days_to(self, code: str) -> int:
        """Days promised from the signal to a step, e.g. « first_paid »."""
        return sum(step.days for step in self.steps[: CODES.index(code) + 1])

    def days_of(self, *codes: str) -> int:
        """Days promised to some steps together, e.g. « listed », « enrolled »."""
        return sum(step.days for step in self.steps if step.code in codes)


@cache
def promise() -> Promise:
    """The shipped file."""
    return read_promise(SHIPPED)


def read_promise(path: str | Path = SHIPPED) -> Promise:
    """What a file says. InputError with the line of the first mistake."""
    top = parse(read_text(path), path)
    author, source, starts = top.text("author"), top.text("source"), top.day("valid_from")
    steps = tuple(_step(block) for block in top.tables("step"))
    top.refuse_others()
    if tuple(step.code for step in steps) != CODES:
        raise top.error(
            "step", "Chaque étape se dit une fois, dans l’ordre", remedy=f"Écrivez dans cet ordre : {', '.join(CODES)}."
        )
    return Promise(author, source, starts, steps)


def _step(block: Table) -> Step:
    made = Step(block.choice("code", CODES), block.text("label"), block.integer("days"), block.text("awaited"))
    if made.days > LONGEST_DAYS:
        raise block.error("days", f"{made.days} jours ne sont pas une promesse", remedy=f"Au plus {LONGEST_DAYS}.")
    block.refuse_others()
    return made
