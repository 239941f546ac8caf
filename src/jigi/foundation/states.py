"""State tables: one a noun, and `move()`, the only way a status changes.

A move is a compare-and-set on the old status with its audit row in the same transaction. Zero rows changed
means that somebody was first, and is said so.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db import models, transaction

from jigi.foundation import audit
from jigi.foundation.errors import Raced, Refused
from jigi.foundation.models import User


@dataclass(frozen=True)
class Transition:
    """`verb` moves a noun from one of `sources` to `target`; `label` is the button's French."""

    verb: str
    sources: frozenset[str]
    target: str
    label: str


@dataclass(frozen=True)
class StateTable:
    """The states of one noun (`states`: code -> French) and who may follow whom."""

    noun: str
    states: Mapping[str, str]
    transitions: tuple[Transition, ...]

    def __post_init__(self) -> None:
        for step in self.transitions:
            unknown = (step.sources | {step.target}) - set(self.states)
            if unknown:
                raise ValueError(f"{self.noun}.{step.verb}: états inconnus {sorted(unknown)}")

    def transition(self, verb: str) -> Transition:
        return next(step for step in self.transitions if step.verb == verb)

    def possible(self, status: str) -> list[Transition]:
        return [step for step in self.transitions if status in step.sources]

    @property
    def choices(self) -> list[tuple[str, str]]:
        return list(self.states.items())

    def check(self, thing: models.Model, verb: str) -> None:
        """Raise Refused when the table has no such move from the thing's status: before costly work."""
        step = self.transition(verb)
        status = thing.status  # type: ignore[attr-defined]
        if status not in step.sources:
            raise Refused(
                f"« {step.label} » est impossible : l’état est « {self.states[status]} »",
                remedy=f"Cette action part de l’état {self._named(step.sources)}",
            )

    def move(
        self, thing: models.Model, verb: str, *, by: User | None, reason: str = "", subjects: Any = (),
        **fields: Any,
    ) -> None:  # fmt: skip
        """Move `thing` by `verb`, setting `fields` with it; `subjects`: the numbers of the households concerned.

        Raises Refused when the table has no such move from the thing's status, Raced when another
        transaction moved it first.
        """
        self.check(thing, verb)
        step = self.transition(verb)
        before = thing.status  # type: ignore[attr-defined]
        with transaction.atomic():
            queryset = type(thing)._default_manager.filter(pk=thing.pk, status=before)
            if queryset.update(status=step.target, **fields) == 0:
                raise Raced(
                    f"« {step.label} » n’a pas été fait : quelqu’un a agi avant vous",
                    remedy="Rechargez la page pour voir l’état présent.",
                )
            audit.record(
                verb, self.noun, thing.pk, by=by, before={"status": before}, after={"status": step.target},
                reason=reason, subjects=subjects,
            )  # fmt: skip
        for name, value in {"status": step.target, **fields}.items():
            setattr(thing, name, value)

    def diagram(self) -> str:
        """The table as a Mermaid state diagram, French labels."""
        lines = ["stateDiagram-v2"]
        lines += [f"    {code} : {label}" for code, label in self.states.items()]
        lines += [
            f"    {source} --> {step.target} : {step.label}"
            for step in self.transitions
            for source in sorted(step.sources)
        ]
        return "\n".join(lines)

    def _named(self, codes: frozenset[str]) -> str:
        return " ou ".join(f"« {self.states[code]} »" for code in sorted(codes))


def transition(verb: str, sources: str, target: str, label: str) -> Transition:
    """Shorthand for a row of the table: sources separated by spaces."""
    return Transition(verb, frozenset(sources.split()), target, label)
