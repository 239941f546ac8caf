from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import pytest

from tests.kept import Kept, kept

if TYPE_CHECKING:
    from tests.grievances.world import World


@pytest.fixture(scope="module")
def world_once(django_db_setup: None, django_db_blocker: Any) -> Iterator[Kept]:
    from tests.grievances.world import World  # models can be imported once there is a database

    yield from kept("world", World, django_db_blocker)


@pytest.fixture
def world(world_once: Kept, db: None) -> World:
    found: World = world_once.copy()
    return found
