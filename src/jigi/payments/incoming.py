"""One answer about one order, from whatever an agency speaks, as `pipeline.take_lines` receives it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any, Protocol

from jigi.foundation.vault import discreet

SAYINGS = ("paid", "absent", "refused", "reversed")


@dataclass(frozen=True, slots=True)
class Answer:
    """What was read (`…_read`, as written) and what it says. `line` counts the answers of a file that has no lines.

    `said` is one of SAYINGS, None when the word is not known: a person decides, nobody guesses.
    """

    line: int
    reference: str
    said: str | None
    status_read: str = ""
    amount_read: str = ""
    date_read: str = ""
    reason_read: str = ""
    agency_reference: str = ""
    amount_xof: int | None = None
    paid_on: date | None = None

    def row(self, *, amount_needed: bool) -> tuple[Any, ...]:
        """The row of pipeline.INCOMING. `amount_needed`: a payment that says no amount waits for a person."""
        origin = self.reference.partition("-")[0]
        return (
            self.line, discreet(self.reference)[:80], discreet(self.status_read)[:40], discreet(self.amount_read)[:40],
            discreet(self.date_read)[:40], discreet(self.reason_read)[:200], discreet(self.agency_reference)[:80],
            self.said, self.amount_xof, self.paid_on,
            int(origin) if origin.isascii() and origin.isdigit() and len(origin) < 12 else None,
            self._why(amount_needed), "", "", "", "", b"", b"",
        )  # fmt: skip

    def _why(self, amount_needed: bool) -> str:
        """What makes the answer unreadable; empty when nothing does."""
        if self.said is None:
            return f"Statut « {discreet(self.status_read)[:40]} » : ni payé, ni absent, ni refusé, ni annulé."
        if not self.reference:
            return "Rien ne nomme l’ordre."
        if self.said == "paid" and (self.paid_on is None or (amount_needed and self.amount_xof is None)):
            return "Montant ou date illisible pour un paiement."
        return ""


@dataclass(frozen=True, slots=True)
class Notice:
    """What a file says beside its answers, and a person must know: `kind` is one of models.ReturnNotice.Kind."""

    kind: str
    said: str


class Answers(Protocol):
    """A file opened by its adapter: read once for its answers; its notices are whole when they have ended."""

    amount_needed: bool
    notices: list[Notice]

    def __iter__(self) -> Iterator[Answer]: ...
