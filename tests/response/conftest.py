"""What the tests of arms share. Models are imported late: this file is read before Django is set up."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.kept import Kept, once

if TYPE_CHECKING:
    from tests.response.arms_scene import ArmScene


def _arm_scene(folder: Path) -> ArmScene:
    from tests.response.arms_scene import make_scene
    from tests.targeting.campaign import FORMULA, make_world

    path = folder / "essai.toml"
    path.write_text(FORMULA, encoding="utf-8")
    return make_scene(make_world(path))


arm_scene_once = once("arm_scene", _arm_scene)


@pytest.fixture
def arm_scene(arm_scene_once: Kept[ArmScene], db: None) -> ArmScene:
    return arm_scene_once.copy()
