"""A timesheet that comes as a table: read with every mistake in its place, good lines usable."""

from __future__ import annotations

from pathlib import Path

import pytest
import xlsxwriter

from jigi.delivery.works import sheet_file
from jigi.delivery.works.models import Timesheet
from jigi.foundation.errors import InputError
from tests.delivery.works_scene import running
from tests.kept import Kept, once

pytestmark = pytest.mark.django_db


def _sheet(folder: Path) -> Timesheet:
    return running(3).open(days=3)


sheet_once = once("sheet", _sheet)


@pytest.fixture
def sheet(sheet_once: Kept[Timesheet], db: None) -> Timesheet:
    return sheet_once.copy()


def written(folder: Path, *lines: str) -> Path:
    path = folder / "feuille.csv"
    path.write_text("\n".join(lines), encoding="utf-8")
    return path


def test_a_table_is_read_by_its_days(sheet: Timesheet, tmp_path: Path) -> None:
    path = written(tmp_path, "ligne;nom;02/02/2016;01/02/2016", "2;Awa;½;p", "1;Ali;A;1")
    read = sheet_file.read(sheet, path)
    assert (read.grid, read.problems) == ({2: "PD.", 1: "PA."}, ())


def test_a_workbook_with_real_dates_is_read(sheet: Timesheet, tmp_path: Path) -> None:
    path = tmp_path / "feuille.xlsx"
    with xlsxwriter.Workbook(path) as book:
        page, day = book.add_worksheet(), book.add_format({"num_format": "dd/mm/yyyy"})
        page.write_row(0, 0, ["ligne", "nom"])
        page.write_number(0, 2, 42401, day)  # 1 February 2016
        page.write_row(1, 0, [3, "Oumou", "P"])
    assert sheet_file.read(sheet, path).grid == {3: "P.."}


def test_the_file_of_another_week_is_said(sheet: Timesheet, tmp_path: Path) -> None:
    path = written(tmp_path, "ligne;08/02/2016", "1;P")
    with pytest.raises(InputError, match="autre semaine") as told:
        sheet_file.read(sheet, path)
    assert (told.value.line, told.value.column) == (1, "08/02/2016")


def test_each_mistake_is_said_in_its_place_and_good_lines_are_kept(sheet: Timesheet, tmp_path: Path) -> None:
    path = written(tmp_path, "ligne;01/02/2016;02/02/2016", "1;P;P", "9;P;P", "2;P;Z", "1;A;A", "3;P;A")
    read = sheet_file.read(sheet, path)
    assert read.grid == {1: "PP.", 3: "PA."}
    assert [(one.line, one.column) for one in read.problems] == [(3, "ligne"), (4, "02/02/2016"), (5, "ligne")]
    assert sheet_file.write_problems(tmp_path / "erreurs.csv", read.problems) == 3
    assert "deux fois" in (tmp_path / "erreurs.csv").read_text(encoding="utf-8-sig")


def test_a_table_without_days_is_refused(sheet: Timesheet, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="Aucune colonne n’est un jour"):
        sheet_file.read(sheet, written(tmp_path, "ligne;lundi", "1;P"))
