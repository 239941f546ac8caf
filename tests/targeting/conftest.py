"""What the tests of a campaign share. Models are imported late: this file is read before Django is set up."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from tests.kept import Kept, once


@pytest.fixture
def formula_path(tmp_path: Path) -> Path:
    from tests.targeting.campaign import FORMULA

    path = tmp_path / "essai.toml"
    path.write_text(FORMULA, encoding="utf-8")
    return path


def _world(folder: Path) -> Any:
    from tests.targeting.campaign import FORMULA, make_world

    path = folder / "essai.toml"
    path.write_text(FORMULA, encoding="utf-8")
    return make_world(path)


world_once = once("world", _world)


@pytest.fixture
def world(world_once: Kept[Any], db: None) -> Any:
    return world_once.copy()


@pytest.fixture
def list_file(tmp_path: Path) -> Callable[..., Path]:
    from tests.targeting.campaign import write_list

    return partial(write_list, tmp_path / "listes.csv")
