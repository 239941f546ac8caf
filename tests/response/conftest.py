"""What the tests of arms share. Models are imported late: this file is read before Django is set up."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest


@pytest.fixture
def arm_scene(db: None, tmp_path: Path) -> Any:
    from tests.response.arms_scene import make_scene
    from tests.targeting.campaign import FORMULA, make_world

    path = tmp_path / "essai.toml"
    path.write_text(FORMULA, encoding="utf-8")
    return make_scene(make_world(path))
