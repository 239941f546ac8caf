"""The drawn documents say what the code says."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.house.drawing import DRAWINGS
from tests.house.rows import may_use, packages


@pytest.mark.parametrize("path", DRAWINGS, ids=lambda path: path.name)
def test_a_drawing_is_up_to_date(path: Path) -> None:
    assert path.read_text(encoding="utf-8") == DRAWINGS[path](), "make map"


def test_rows_go_down_only() -> None:
    assert may_use("payments", "enrolment") and may_use("web", "demo")
    assert not may_use("enrolment", "payments")
    assert not may_use("targeting", "intake"), "neighbours do not know each other"


def test_the_contract_names_every_package() -> None:
    from tests.house.rows import PACKAGES

    there = {path.parent.name for path in PACKAGES.glob("*/__init__.py")}
    assert there == {package.name for package in packages().values() if package.exists}
