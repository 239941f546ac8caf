"""A scene that all the tests of a file stand on: made once, in a transaction around theirs, and copied for each."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, TypeVar

from django.db import transaction

Scene = TypeVar("Scene")


def kept(blocker: Any, make: Callable[[], Scene]) -> Iterator[Scene]:
    """For a fixture of a module: the scene, undone after its last test. Each test works on a deep copy, in a savepoint.

    Not for tests that close their connection (`tests.copies`): the transaction would go with it.
    """
    around = transaction.atomic()
    with blocker.unblock():
        around.__enter__()
        try:
            scene = make()
        except BaseException:
            _undo(around)
            raise
    yield scene
    with blocker.unblock():
        _undo(around)


def _undo(around: transaction.Atomic) -> None:
    transaction.set_rollback(True)
    around.__exit__(None, None, None)
