"""Draws docs/map.md and docs/states.md from what the code says: `make map`."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Iterator
from itertools import pairwise
from pathlib import Path
from types import ModuleType

from tests.house.rows import PACKAGES, ROOT, Package, packages

MAP = """\
# The map

Drawn by `make map` from the import contract of `pyproject.toml`; a test keeps it true.

A package may import any package of a lower row: never one above, never its neighbour. The same holds for its
foreign keys and for the tables that its SQL names. What happens goes up by being read, commands go down as
calls; there are no signals.

```mermaid
{diagram}
```

| row | package | what it is | may import |
|---|---|---|---|
{table}

{absent}
The same names in every package: `models.py` what exists, `states.py` who may follow whom, `rules.py` what
is computed (pure), `actions.py` how it changes, `queries.py` what may be asked, `pipeline.py` and `sql/` the
same for a million rows.
"""

STATES = """\
# The lives

Drawn by `make map` from the state tables (`states.py` of each package); a test keeps it true. A status
changes only by its table: a compare-and-set with its audit row in the same transaction
(`foundation/states.py`).
"""


def draw_map() -> str:
    """The rows of the house: a diagram, and a table of who may import whom."""
    rows = _rows()
    absent = [package.name for package in packages().values() if not package.exists]
    lines = [
        f"| {number} | `{package.name}` | {package.sentence} | {_below(rows, number)} |"
        for number, row in enumerate(rows)
        for package in row
    ]
    sentence = f"Places that the contract keeps for packages to come: {', '.join(absent)}.\n" if absent else ""
    return MAP.format(diagram=_diagram(rows), table="\n".join(lines), absent=sentence)


def draw_states() -> str:
    """A state diagram for every state table of every package."""
    parts = [
        f"## {noun}\n\n`{module.__name__}`: {_sentence(module)}\n\n```mermaid\n{diagram}\n```\n"
        for module, noun, diagram in _state_tables()
    ]
    return "\n".join([STATES, *parts])


DRAWINGS: dict[Path, Callable[[], str]] = {
    ROOT / "docs" / "map.md": draw_map,
    ROOT / "docs" / "states.md": draw_states,
}


def _rows() -> list[list[Package]]:
    rows: dict[int, list[Package]] = {}
    for package in packages().values():
        if package.exists:
            rows.setdefault(package.row, []).append(package)
    return list(rows.values())


def _diagram(rows: list[list[Package]]) -> str:
    lines = ["flowchart TD"]
    lines += [f'    row{n}["{" · ".join(package.name for package in row)}"]' for n, row in enumerate(rows)]
    lines += [f"    row{upper} --> row{lower}" for upper, lower in pairwise(range(len(rows)))]
    return "\n".join(lines)


def _below(rows: list[list[Package]], number: int) -> str:
    return ", ".join(package.name for row in rows[number + 1 :] for package in row) or "nothing"


def _state_tables() -> Iterator[tuple[ModuleType, str, str]]:
    from jigi.foundation.states import StateTable

    for path in sorted(PACKAGES.glob("*/states.py")):
        module = importlib.import_module(f"jigi.{path.parent.name}.{path.stem}")
        for table in vars(module).values():
            if isinstance(table, StateTable):
                yield module, table.noun, table.diagram()


def _sentence(module: ModuleType) -> str:
    return (module.__doc__ or "").split("\n\n")[0]


if __name__ == "__main__":
    import django

    django.setup()
    for path, draw in DRAWINGS.items():
        path.write_text(draw(), encoding="utf-8")
