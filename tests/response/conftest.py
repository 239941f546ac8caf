"""What the tests of arms share. Models are imported late: this file is read before Django is set up."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.kept import Kept, kept


@pytest.fixture(scope="module")
def arm_scene_once(
    django_db_setup: None, django_db_blocker: Any, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Kept]:
    from tests.response.arms_scene import make_scene
    from tests.targeting.campaign import FORMULA, make_world

    path = tmp_path_factory.mktemp("formule") / "essai.toml"
    path.write_text(FORMULA, encoding="utf-8")
    yield from kept("arm_scene", lambda: make_scene(make_world(path)), django_db_blocker)


@pytest.fixture
def arm_scene(arm_scene_once: Kept, db: None) -> Any:
    return arm_scene_once.copy()
