"""Every try has a number: the same seed and number make the same file again, on any machine."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from random import Random
from typing import TypeVar

SEED = os.environ.get("JIGI_SEED", "20150301")
T = TypeVar("T")


def tries(kind: str, count: int) -> Iterator[tuple[str, Random]]:
    """The name of each try of a kind, and its own source of chance; the one that JIGI_FUZZ names, when it does."""
    seed, _, only = os.environ.get("JIGI_FUZZ", "").partition(":")
    for index in [int(only)] if only else range(count):
        yield f"{seed or SEED}:{index}", Random(f"{kind} {seed or SEED} {index}")


def some(chance: Random, options: Sequence[T], most: int) -> list[T]:
    """From none to `most` of the options, few more often than many."""
    return [chance.choice(options) for _ in range(min(chance.randrange(most + 1), chance.randrange(most + 1) + 1))]


def spoiled(chance: Random, content: bytes, pieces: Sequence[bytes]) -> bytes:
    """Some bytes changed, cut out, doubled, or put in."""
    found = bytearray(content)
    for _ in range(chance.randint(1, 4)):
        at, length = chance.randrange(len(found) + 1), chance.choice((0, 1, 1, 2, 8, 40))
        piece = chance.choice((chance.choice(pieces), chance.randbytes(2), found[at : at + 200], b""))
        found[at : at + length] = piece
    return bytes(found[: chance.randrange(len(found) + 1)] if chance.random() < 0.1 else found)
