"""A scene that all the tests of a file stand on: made once, in a transaction around theirs, and copied for each."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from copy import deepcopy
from functools import partial
from pathlib import Path
from typing import Any, Generic, TypeVar

import pytest
from django.db import connection, transaction

Scene = TypeVar("Scene")
STANDING: dict[str, Kept[Any]] = {}
"""By the name of its fixture, the scene that stands in the database now: at most one."""


class Kept(Generic[Scene]):
    """A scene, standing from the first test of a file that asks for it to the first that does not.

    Not for tests that close their connection (`tests.copies`): the transaction would go with it.
    """

    def __init__(self, name: str, make: Callable[[], Scene], blocker: Any) -> None:
        self.name, self.make, self.blocker = name, make, blocker
        self.around: AbstractContextManager[None] = transaction.atomic()
        with blocker.unblock():
            self.around.__enter__()
            STANDING[name] = self
            try:
                self.scene = make()
                with connection.cursor() as cursor:  # its work tables are its own: the site's role may not drop them
                    cursor.execute("DISCARD TEMP")
            except BaseException:
                self.leave()
                raise

    def copy(self) -> Scene:
        """The scene for one test, which may change it; made anew when a test between them needed the ground bare."""
        return deepcopy(self.scene) if self.name in STANDING else self.make()

    def leave(self) -> None:
        """Undo it."""
        if STANDING.pop(self.name, None):
            with self.blocker.unblock():
                transaction.set_rollback(True)
                self.around.__exit__(None, None, None)


def leave_unless(asked: list[str]) -> None:
    """Undo the scene that stands, when the next test does not ask for its fixture."""
    for one in [one for name, one in STANDING.items() if name not in asked]:
        one.leave()


def once(name: str, make: Callable[[Path], Any]) -> Any:
    """The fixture `NAME_once` of a file, for its fixture NAME to copy; `make` is given a folder of the scene's own."""

    @pytest.fixture(scope="module", name=f"{name}_once")
    def standing(
        django_db_setup: None, django_db_blocker: Any, tmp_path_factory: pytest.TempPathFactory
    ) -> Iterator[Kept[Any]]:
        one = Kept(name, partial(make, tmp_path_factory.mktemp(name)), django_db_blocker)
        yield one
        one.leave()

    return standing
