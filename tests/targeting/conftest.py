"""What the tests of a campaign share. Models are imported late: this file is read before Django is set up."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from tests.kept import Kept, kept


@pytest.fixture
def formula_path(tmp_path: Path) -> Path:
    from tests.targeting.campaign import FORMULA

    path = tmp_path / "essai.toml"
    path.write_text(FORMULA, encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def world_once(
    django_db_setup: None, django_db_blocker: Any, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Kept]:
    from tests.targeting.campaign import FORMULA, make_world

    path = tmp_path_factory.mktemp("formule") / "essai.toml"
    path.write_text(FORMULA, encoding="utf-8")
    yield from kept("world", lambda: make_world(path), django_db_blocker)


@pytest.fixture
def world(world_once: Kept, db: None) -> Any:
    return world_once.copy()


@pytest.fixture
def list_file(tmp_path: Path) -> Callable[..., Path]:
    from tests.targeting.campaign import write_list

    return partial(write_list, tmp_path / "listes.csv")
