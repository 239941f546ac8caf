"""Files of signals for the tests, in the plain form of Jigi unless said otherwise."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

HEADER = ("signal", "code", "nom", "du", "au", "publie_le", "etat", "valeur")


def line(value: object = 3, code: str = "ML0105", signal: str = "ch_phase", **said: Any) -> dict[str, Any]:
    """A figure of a cercle for January to May 2018, published at the end of March; a cell said otherwise."""
    return {
        "signal": signal, "code": code, "du": "2018-01-01", "au": "2018-05-31", "publie_le": "2018-03-31",
        "valeur": value, **said,
    }  # fmt: skip


def write(
    path: Path, lines: Iterable[Mapping[str, Any]], header: Sequence[str] = HEADER, *, encoding: str = "utf-8",
    delimiter: str = ";",
) -> Path:  # fmt: skip
    with path.open("w", encoding=encoding, newline="") as file:
        writer = csv.DictWriter(file, header, restval="", delimiter=delimiter)
        writer.writeheader()
        writer.writerows(lines)
    return path
