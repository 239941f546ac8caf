from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.grievances.world import World


@pytest.fixture
def world(db: None) -> World:
    from tests.grievances.world import World  # models can be imported once there is a database

    return World()
