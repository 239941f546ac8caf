"""Exports of Kobo and ODK: a workbook whose repeats are a second sheet, a ZIP of CSV files. One file is enough."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest
from xlsxwriter import Workbook

from jigi.foundation.errors import InputError
from jigi.intake import reviewing
from jigi.intake.pipeline import import_file
from jigi.registry.models import Household, Person
from tests.factories import make_user
from tests.intake.forms import Desk, Rows


def kobo(desk: Desk) -> Path:
    """The households on the first sheet, their members on the second."""
    path = desk.folder / "kobo.xlsx"
    with Workbook(path) as book:
        for title, rows in (("Enquête RSU", desk.households), ("membres", desk.members)):
            _write(book, title, rows)
    return path


def _write(book: Workbook, title: str, rows: Rows) -> None:
    page = book.add_worksheet(title)
    for line, cells in enumerate([list(rows[0]), *(list(row.values()) for row in rows)]):
        page.write_row(line, 0, cells)


def odk(desk: Desk, *, members: str = "essai-membres.csv") -> Path:
    path, files = desk.folder / "odk.zip", desk.files()
    with zipfile.ZipFile(path, "w") as made:
        # Of the same day each time: a file is recognised by its bytes. The members first: no order is relied on.
        made.writestr(zipfile.ZipInfo(members), files["members"].read_bytes())
        made.writestr(zipfile.ZipInfo("essai.csv"), files["path"].read_bytes())
        made.writestr(zipfile.ZipInfo("media/toit.jpg"), b"\xff\xd8")
    return path


def named(desk: Desk, households: str, members: str) -> Path:
    """The mapping of the desk, naming a table for each part."""
    text = desk.mapping.replace("[household]\n", f'[household]\nsheet = "{households}"\n')
    path = desk.folder / "nommee.toml"
    path.write_text(text.replace("[members]\n", f'[members]\nsheet = "{members}"\n'), encoding="utf-8")
    return path


def test_a_workbook_of_two_sheets_is_enough(desk: Desk) -> None:
    batch = import_file(kobo(desk.fill(3)), named(desk, "Enquête RSU", "membres"), by=desk.by)
    assert (batch.households_merged, Person.objects.count()) == (3, 9)
    assert (batch.file_name, batch.members_file_name) == ("kobo.xlsx [Enquête RSU]", "kobo.xlsx [membres]")


def test_an_archive_is_read_by_the_names_of_its_tables(desk: Desk) -> None:
    batch = import_file(odk(desk.fill(3)), named(desk, "essai.csv", "essai-membres.csv"), by=desk.by)
    assert (batch.households_merged, batch.members_file_name) == (3, "odk.zip [essai-membres.csv]")


def test_an_archive_is_read_by_the_columns_of_a_mapping_that_names_no_table(desk: Desk) -> None:
    assert import_file(odk(desk.fill(3)), desk.files()["mapping"], by=desk.by).households_merged == 3
    assert import_file(odk(desk), desk.files()["mapping"], by=desk.by).recognised


def test_an_archive_without_the_members_says_what_it_holds(desk: Desk) -> None:
    path = odk(desk.fill(1), members="membres.txt")
    with pytest.raises(InputError, match=r"toutes les colonnes.*« prenom ».*tableaux : essai.csv"):
        import_file(path, desk.files()["mapping"], by=desk.by)


def test_an_archive_is_read_again_at_the_end_of_its_review(desk: Desk) -> None:
    batch = import_file(odk(desk.fill(2)), desk.files()["mapping"], review=True, by=desk.by)
    other = make_user("kadi")
    reviewing.review(batch, by=other)
    assert reviewing.merge(batch, by=other).households_merged == Household.objects.count() == 2
