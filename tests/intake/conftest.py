"""A desk of forms, two villages, and somebody who may import.

pytest reads this file before the settings are known: what needs them is imported in the fixture.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest


@pytest.fixture
def desk(db: None, tmp_path: Path) -> Any:
    from tests.factories import make_areas, make_user
    from tests.intake.forms import Desk

    make_areas(communes=2, villages_per_commune=1)
    return Desk(tmp_path, make_user("awa"))
