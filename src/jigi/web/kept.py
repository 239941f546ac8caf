"""Values kept for some seconds by the process, so that a page asked often reads the tables seldom."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from django.core.cache import caches

Value = TypeVar("Value")
_WRITES = [0]


def kept(name: str, make: Callable[[], Value], *, seconds: int) -> Value:
    """The value of this name, made anew when the last is older than `seconds`."""
    found: Value | None = caches["process"].get(name)
    if found is None:
        found = make()
        keep(name, found, seconds=seconds)
    return found


def keep(name: str, value: object, *, seconds: int) -> None:
    """Keep a value that was made otherwise."""
    caches["process"].set(name, value, seconds)


def written() -> int:
    """How many writes this process has answered: what is kept with this number is as new as the last of them."""
    return _WRITES[0]


def note_write() -> None:
    """Say that a request wrote something, which pages of this process show at once."""
    _WRITES[0] += 1
