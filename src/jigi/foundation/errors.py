"""Errors a person can act on: what happened, why, and what to do, in French.

Every error that may reach a screen, a terminal or a file of rejects is one of these. Anything else that
escapes is a defect.
"""

from __future__ import annotations

from pathlib import Path


class JigiError(Exception):
    """An error with a sentence for the person.

    `what` says what happened, `why` the reason when it is known, `remedy` what to do next.
    """

    def __init__(self, what: str, *, why: str = "", remedy: str = "") -> None:
        self.what, self.why, self.remedy = what, why, remedy
        super().__init__(what)

    def __str__(self) -> str:
        return " ".join(_sentence(part) for part in (self.what, self.why, self.remedy) if part)


class Refused(JigiError):
    """An action that the rules forbid now, or to this person."""


class Raced(Refused):
    """Somebody else was first: the thing is no longer in the state this action starts from."""


class Busy(JigiError):
    """A limit of the site is met for now; the same thing may be asked again later."""


class TooLarge(JigiError):
    """More was sent than the site takes."""


class InputError(JigiError):
    """Something wrong in a file: which file, line (1 = first line of the file) and column."""

    def __init__(
        self,
        what: str,
        *,
        file: str | Path = "",
        line: int | None = None,
        column: str = "",
        why: str = "",
        remedy: str = "",
    ) -> None:
        self.file, self.line, self.column = str(file), line, column
        super().__init__(what, why=why, remedy=remedy)

    @property
    def place(self) -> str:
        parts = [Path(self.file).name] if self.file else []
        if self.line is not None:
            parts.append(f"ligne {self.line}")
        if self.column:
            parts.append(f"colonne « {self.column} »")
        return ", ".join(parts)

    def __str__(self) -> str:
        text = super().__str__()
        return f"{self.place} : {text}" if self.place else text


def _sentence(text: str) -> str:
    text = text.strip()
    return text if text.endswith((".", "!", "?", "…")) else f"{text}."
