"""Values kept for some seconds by the process, so that a page asked often reads the tables seldom."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from django.core.cache import caches

Value = TypeVar("Value")


def kept(name: str, make: Callable[[], Value], *, seconds: int) -> Value:
    """The value of this name, made anew when the last is older than `seconds`."""
    cache = caches["process"]
    found: Value | None = cache.get(name)
    if found is None:
        found = make()
        cache.set(name, found, seconds)
    return found
