"""The rules of this server: the files of `watches/`, checked as they are read."""

from __future__ import annotations

from collections.abc import Collection
from functools import cache
from pathlib import Path

from jigi.foundation.toml_table import Table, parse, read_text
from jigi.monitoring.rules import Rule

FOLDER = Path(__file__).with_name("watches")
STATEMENTS = {
    "many_reveals": {"threshold"},
    "night_exports": {"threshold", "from_hour", "until_hour"},
    "large_exports": {"threshold", "times_usual", "least"},
    "changes_before_round": {"threshold", "days_before", "verbs"},
    "round_movements": {"threshold", "percent"},
    "many_changes": {"threshold", "verbs"},
    "shared_account": {"threshold"},
    "shared_phones": {"threshold"},
    "shared_device": {"threshold"},
    "many_addresses": {"threshold"},
}
"""Every rule has a statement of its own in `sql/`, and these settings in its file."""


@cache
def rules() -> dict[str, Rule]:
    """Every rule by its code. Raises InputError, with its line, when a file is not as it should be."""
    return {code: read_rule(FOLDER / f"{code}.toml", settings) for code, settings in STATEMENTS.items()}


def read_rule(path: Path, wanted: Collection[str]) -> Rule:
    """The rule of a file; its name is the rule's code."""
    top = parse(read_text(path), path)
    rule = Rule(
        code=path.stem,
        title=top.text("title"),
        sentence=top.text("sentence"),
        todo=top.text("todo"),
        author=top.text("author"),
        source=top.text("source"),
        valid_from=top.day("valid_from"),
        days=top.integer("days", minimum=1),
        settings={name: _setting(top, name) for name in sorted(wanted)},
    )
    top.refuse_others()
    return rule


def _setting(top: Table, name: str) -> int | list[str]:
    return list(top.codes(name)) if name == "verbs" else top.integer(name)
