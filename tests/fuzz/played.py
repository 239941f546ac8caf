"""A kind of file played at a door, as many times as asked."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from random import Random

import pytest

from tests.fuzz.chance import tries
from tests.fuzz.oracle import Judge

ORDINARY, LONG = 200, 10_000
SIZES = [pytest.param(ORDINARY, id="courte"), pytest.param(LONG, id="longue", marks=pytest.mark.long)]
SOME = [pytest.param(ORDINARY, id="courte"), pytest.param(2_000, id="longue", marks=pytest.mark.long)]
"""For the kinds of file that few people send."""


def play(
    kind: str, count: int, folder: Path, make: Callable[[Random], bytes], take: Callable[[Path], object], name: str
) -> None:  # fmt: skip
    """Make and play so many files under a name; of many, some must be taken and some refused."""
    judge, ends = Judge(folder), {True: 0, False: 0}
    path = folder / name
    for number, chance in tries(kind, count):
        path.write_bytes(make(chance))
        ends[judge(number, partial(take, path)) is None] += 1
    assert count < 50 or sum(ends.values()) == 1 or min(ends.values()) > 0, ends
