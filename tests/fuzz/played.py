"""A kind of file played at a door, as many times as asked."""

from __future__ import annotations

import traceback
from collections.abc import Callable
from functools import partial
from pathlib import Path
from random import Random

import pytest

from tests.fuzz.chance import tries
from tests.fuzz.oracle import Judge

ORDINARY, LONG = 200, 10_000
SIZES = [pytest.param(ORDINARY, id="courte"), pytest.param(LONG, id="longue", marks=pytest.mark.fuzz)]
SOME = [pytest.param(ORDINARY, id="courte"), pytest.param(2_000, id="longue", marks=pytest.mark.fuzz)]
"""For the kinds of file that few people send."""


class Found:
    """What went wrong, each thing once with the number of its first try: one run says them all."""

    def __init__(self) -> None:
        self._said: dict[str, str] = {}

    def add(self, number: str, error: Exception) -> None:
        frames = traceback.extract_tb(error.__traceback__)
        ours = [f"{Path(frame.filename).name}:{frame.lineno}" for frame in frames if "/jigi/" in frame.filename]
        where = ours[-1] if ours and not isinstance(error, AssertionError) else ""
        said = str(error).replace(number, "")[:400]
        self._said.setdefault(where or said[:60], f"{number} {type(error).__name__} {where} {said}")

    def assert_none(self) -> None:
        assert not self._said, "\n".join(self._said.values())


def play(
    kind: str, count: int, folder: Path, make: Callable[[Random], bytes], take: Callable[[Path], object], name: str
) -> None:  # fmt: skip
    """Make and play so many files under a name; of many, some must be taken and some refused."""
    judge, found, ends = Judge(folder), Found(), {True: 0, False: 0}
    path = folder / name
    for number, chance in tries(kind, count):
        path.write_bytes(make(chance))
        try:
            ends[judge(number, partial(take, path)) is None] += 1
        except Exception as error:
            found.add(number, error)
    found.assert_none()
    assert count < 50 or sum(ends.values()) == 1 or min(ends.values()) > 0, ends
