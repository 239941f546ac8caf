"""Files that can't be imported: a French sentence with the place and the remedy, and nothing written."""

from __future__ import annotations

import os
import zipfile
from contextlib import contextmanager
from pathlib import Path

import pytest

from jigi.foundation.errors import InputError
from jigi.foundation.models import Run
from jigi.intake.mapping import read_mapping
from jigi.intake.models import Batch
from jigi.intake.pipeline import import_file
from jigi.registry.models import Household
from tests.intake.forms import snapshot, write_csv


@pytest.fixture
def refusal(desk):
    """Import files with one of them replaced; the error, having checked that nothing was written."""

    def attempt(which: str = "path", *, content: bytes | None = None, path: Path | None = None) -> InputError:
        files = desk.fill(1).files()
        if content is not None:
            files[which].write_bytes(content)
        files |= {which: path} if path else {}
        before, runs = snapshot(), Run.objects.count()
        with pytest.raises(InputError) as caught:
            import_file(**files, by=desk.by)
        assert snapshot() == before and Run.objects.count() == runs
        assert caught.value.file and caught.value.remedy
        return caught.value

    return attempt


@pytest.mark.parametrize("which", ["path", "members"])
@pytest.mark.parametrize(
    ("content", "says", "line"),
    [
        (b"", "vide", None),
        (b"fiche;ligne;prenom;nom;sexe;naissance;precision;lien;mere;pere;tel;nina;role;village;date;enqueteur;"
         b"pieces;toit;charrue;terre_m2\n", "qu’un en-tête", None),
        (b"a;b;c\n1;2;3\n", "Colonnes manquantes", 1),
        (b"fiche;fiche\n1;2\n", "même nom", 1),
        (b"fiche;village\nF1;\"x\nF2;y\n", "jamais refermé", 2),
        (b"%PDF-1.4", "PDF", None),
        (b"PK\x03\x04 not a zip", "ne peut pas être lu", None),
    ],
)  # fmt: skip
def test_a_file_that_is_no_table_of_this_mapping(refusal, which, content, says, line):
    error = refusal(which, content=content)
    assert says in str(error) and error.line == line


def test_a_close_name_is_proposed(refusal, desk):
    desk.mapping = desk.mapping.replace('village = "village"', 'village = "Village_code"')
    assert "« village » est peut-être « Village_code »" in str(refusal())


@pytest.mark.parametrize("which", ["path", "members", "mapping"])
def test_a_folder_or_a_missing_file(refusal, which, tmp_path):
    assert "dossier" in str(refusal(which, path=tmp_path))
    assert refusal(which, path=tmp_path / "rien.csv")


def test_a_zip_bomb_posing_as_a_workbook(refusal, tmp_path):
    path = tmp_path / "bombe.xlsx"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", b"<workbook/>")
        archive.writestr("xl/worksheets/sheet1.xml", b"0" * (100 << 20))
    assert "enfle" in str(refusal(path=path))


def test_no_permission(desk):
    files = desk.fill(1).files()
    files["path"].chmod(0)
    files["mapping"] = read_mapping(files["mapping"])
    with as_nobody(), pytest.raises(InputError, match="n’est pas permise"):
        import_file(**files, by=desk.by)
    assert not Batch.objects.exists()


def test_formulas_are_text_and_do_not_run(desk):
    desk.fill(1).members[0]["prenom"] = '=HYPERLINK("http://exemple";"Moussa")'
    desk.send()
    assert Household.objects.get().head_name.startswith("=HYPERLINK")


def test_a_division_that_is_not_loaded(refusal, desk):
    desk.mapping = desk.mapping.replace("[household]\n", '[household]\ngeography = "LOI2050"\n')
    assert "LOI2050" in str(refusal())


@pytest.mark.parametrize(
    "count", [pytest.param(100_000, marks=pytest.mark.long), pytest.param(1_000_000, marks=pytest.mark.size)]
)
def test_a_million_wrong_rows_are_all_said_and_none_goes_in(desk, count):
    files = desk.fill(1).files()
    rows = [desk.households[0] | {"fiche": f"F{n}", "toit": "7"} for n in range(count)]
    write_csv(files["path"], rows)
    batch = import_file(**files, by=desk.by)
    assert (batch.status, batch.households_held) == ("refused", count)
    assert batch.problems.filter(code="code").count() == count


@contextmanager
def as_nobody():
    """The super-user reads everything: become somebody else for a while."""
    if os.geteuid() != 0:
        yield
        return
    os.seteuid(65534)
    try:
        yield
    finally:
        os.seteuid(0)
