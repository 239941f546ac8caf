"""CSV and XLSX at every door that takes a table."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.fuzz.doors import DOORS, share
from tests.fuzz.played import SIZES, play
from tests.fuzz.tables import as_csv
from tests.fuzz.workbooks import as_xlsx

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("door", DOORS)
@pytest.mark.parametrize("count", SIZES)
def test_csv(door: str, count: int, tmp_path: Path) -> None:
    good = DOORS[door](tmp_path)
    play(f"csv {door}", share(door, count), tmp_path, lambda chance: as_csv(chance, good.rows), good.take, "essai.csv")


@pytest.mark.parametrize("door", DOORS)
@pytest.mark.parametrize("count", SIZES)
def test_xlsx(door: str, count: int, tmp_path: Path) -> None:
    good = DOORS[door](tmp_path)
    kind, tries = f"xlsx {door}", share(door, count)
    play(kind, tries, tmp_path, lambda chance: as_xlsx(chance, good.rows), good.take, "essai.xlsx")
