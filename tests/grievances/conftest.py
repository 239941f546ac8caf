from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.kept import Kept, once

if TYPE_CHECKING:
    from tests.grievances.world import World


def _world(folder: Path) -> World:
    from tests.grievances.world import World  # models can be imported once there is a database

    return World()


world_once = once("world", _world)


@pytest.fixture
def world(world_once: Kept[World], db: None) -> World:
    return world_once.copy()
