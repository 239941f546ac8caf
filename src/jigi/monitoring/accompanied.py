"""Households of a year that sessions reached and that were paid: the two figures meet, and are never added."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from jigi.foundation.bulk import fetch_sql
from jigi.foundation.fence import unfenced


@dataclass(frozen=True)
class Accompanied:
    """Households reached by sessions, paid, both, and either: `either` = `reached` + `paid` - `both`."""

    reached: int
    paid: int
    both: int
    either: int


@unfenced
def accompanied(year: int, *, communes: Sequence[int] | None = None) -> Accompanied:
    """The figures of a year, in some communes (None: in all; an empty selection counts nobody)."""
    chosen = None if communes is None else list(communes)
    (found,) = fetch_sql("monitoring", "accompanied", {"year": year, "communes": chosen})
    return Accompanied(**found)
