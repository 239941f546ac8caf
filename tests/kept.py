"""A scene that all the tests of a file stand on: made once, in a transaction around theirs, and copied for each."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from copy import deepcopy
from typing import Any

from django.db import transaction

STANDING: dict[str, Kept] = {}
"""By the name of its fixture, the scene that stands in the database now: at most one."""


class Kept:
    """A scene, standing from the first test of a file that asks for it to the first that does not.

    Not for tests that close their connection (`tests.copies`): the transaction would go with it.
    """

    def __init__(self, name: str, make: Callable[[], Any], blocker: Any) -> None:
        self.name, self.make, self.blocker = name, make, blocker
        self.around: AbstractContextManager[None] = transaction.atomic()
        with blocker.unblock():
            self.around.__enter__()
            STANDING[name] = self
            try:
                self.scene = make()
            except BaseException:
                self.leave()
                raise

    def copy(self) -> Any:
        """The scene for one test, which may change it; made anew when a test between them needed the ground bare."""
        return deepcopy(self.scene) if self.name in STANDING else self.make()

    def leave(self) -> None:
        """Undo it."""
        if STANDING.pop(self.name, None):
            with self.blocker.unblock():
                transaction.set_rollback(True)
                self.around.__exit__(None, None, None)


def kept(name: str, make: Callable[[], Any], blocker: Any) -> Iterator[Kept]:
    """For a fixture of a module."""
    one = Kept(name, make, blocker)
    yield one
    one.leave()


def leave_unless(asked: list[str]) -> None:
    """Undo the scene that stands, when the next test does not ask for its fixture."""
    for one in [one for name, one in STANDING.items() if name not in asked]:
        one.leave()
