"""What the tests of a campaign share. Models are imported late: this file is read before Django is set up."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import pytest


@pytest.fixture
def formula_path(tmp_path: Path) -> Path:
    from tests.targeting.campaign import FORMULA

    path = tmp_path / "essai.toml"
    path.write_text(FORMULA, encoding="utf-8")
    return path


@pytest.fixture
def world(db: None, formula_path: Path) -> Any:
    from tests.targeting.campaign import make_world

    return make_world(formula_path)


@pytest.fixture
def list_file(tmp_path: Path) -> Callable[..., Path]:
    from tests.targeting.campaign import write_list

    return partial(write_list, tmp_path / "listes.csv")
