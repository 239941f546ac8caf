"""What docs/security.md says of each requirement, read from docs/security/*.toml and written as tables."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from typing import Literal, get_args

from tests.house.rows import ROOT

FOLDER = ROOT / "docs" / "security"
DOCUMENT = ROOT / "docs" / "security.md"
HEADING = "## The standard, requirement by requirement\n"
Answer = Literal["test", "setting", "document", "not applicable", "not done"]

CHAPTERS = {
    1: "Encoding and cleaning", 2: "Validation and business logic", 3: "The browser", 4: "Messages", 5: "Files",
    6: "Authentication", 7: "Sessions", 8: "Authorisation", 9: "Tokens", 10: "OAuth and OpenID Connect",
    11: "Cryptography", 12: "Communication", 13: "Configuration", 14: "Data", 15: "Code and architecture",
    16: "Logging and errors", 17: "Real-time media",
}  # fmt: skip


@dataclass(frozen=True)
class Requirement:
    """One requirement: its number in the standard, its level, what it asks in our words, and our answer."""

    number: str
    level: int
    asks: str
    by: Answer
    see: tuple[str, ...]
    because: str

    @property
    def order(self) -> tuple[int, ...]:
        return tuple(int(part) for part in self.number.split("."))


@cache
def requirements() -> list[Requirement]:
    """Every answer, in the order of the standard."""
    found = [
        Requirement(number, row["level"], row["asks"], row["by"], tuple(row.get("see", ())), row.get("because", ""))
        for path in sorted(FOLDER.glob("*.toml"))
        for number, row in tomllib.loads(path.read_text(encoding="utf-8")).items()
    ]
    assert all(one.by in get_args(Answer) for one in found)
    return sorted(found, key=lambda one: one.order)


def written() -> str:
    """docs/security.md with its second half written anew."""
    first, _, _ = DOCUMENT.read_text(encoding="utf-8").partition(HEADING)
    return first + HEADING + "\n" + "\n".join(_lines())


def _lines() -> list[str]:
    found = requirements()
    counts = ", ".join(f"{sum(one.by == by for one in found)} {_counted(by)}" for by in get_args(Answer))
    lines = [f"{len(found)} requirements: {counts}.", ""]
    for chapter, title in CHAPTERS.items():
        lines += [f"### {chapter}. {title}", "", "| n° | level | asks | answer |", "|---|---|---|---|"]
        lines += [_row(one) for one in found if one.order[0] == chapter]
        lines.append("")
    return lines


def _counted(by: str) -> str:
    return {"test": "by tests", "setting": "by settings", "document": "by documents"}.get(by, by)


def _row(one: Requirement) -> str:
    named = "; ".join(f"`{place}`" for place in one.see)
    word = {"not applicable": "not applicable: ", "not done": "**not done**: "}.get(one.by, "")
    answer = " ".join(part for part in (named + ("." if named else ""), word + one.because) if part).strip()
    return f"| {one.number} | {one.level} | {one.asks} | {answer} |"


if __name__ == "__main__":
    DOCUMENT.write_text(written(), encoding="utf-8")
