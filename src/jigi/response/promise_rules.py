"""What the promise of speed computes: the target day of each step, how late it was, and where a response is stuck."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta


@dataclass(frozen=True)
class Step:
    """A step of the promise: `days` after the step before; `awaited` says who is waited for."""

    code: str
    label: str
    days: int
    awaited: str


@dataclass(frozen=True)
class Moment:
    """When a step was done (None: not yet, or in part), how many parts of it are, and of how many (0: not counted)."""

    done_on: date | None
    done: int = 0
    parts: int = 0


@dataclass(frozen=True)
class Line:
    """A step of one response, `promised` days after the signal on `target_on`.

    `late` counts the days after it: negative when it was early.

    state: « done », « late » (awaited, its day is past), « awaited », « to_come », « never » (the response is over).
    """

    step: Step
    target_on: date
    promised: int
    moment: Moment
    state: str
    late: int

    @property
    def days(self) -> int:
        """Days from the signal to the step, done, late until now, or promised."""
        return self.promised + self.late

    @property
    def waits(self) -> bool:
        return self.state in ("late", "awaited")


def timeline(
    steps: Sequence[Step], signalled_on: date, moments: Mapping[str, Moment], *, today: date, over: bool
) -> list[Line]:
    """The steps of a response with their target days; the first that is not done is awaited, unless it is `over`."""
    lines: list[Line] = []
    target, found = signalled_on, False
    for step in steps:
        target += timedelta(days=step.days)
        moment = moments[step.code]
        if moment.done_on is not None:
            state = "done"
        elif over:
            state = "never"
        elif found:
            state = "to_come"
        else:
            state, found = ("late" if today > target else "awaited"), True
        end = moment.done_on or (today if state == "late" else target)
        lines.append(Line(step, target, (target - signalled_on).days, moment, state, (end - target).days))
    return lines


def stuck(lines: Sequence[Line]) -> Line | None:
    """The step that is awaited now, late or not; None when nothing is."""
    return next((line for line in lines if line.waits), None)
