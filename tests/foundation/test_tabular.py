"""The one door of tables: what is read, what is refused, and what the refusal says."""

from __future__ import annotations

import csv
import gzip
import io
import os
import tempfile
import zipfile
from contextlib import contextmanager
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
import xlsxwriter
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from jigi.foundation.cells import as_boolean, as_date, as_decimal, as_integer, as_moment, neutralise
from jigi.foundation.errors import InputError
from jigi.foundation.tabular import Limits, open_table, sheet_names, table_names, write_rejects


@pytest.fixture
def file(tmp_path: Path):
    """Write bytes or text to a file and give its path."""

    def write(content: bytes | str, name: str = "table.csv") -> Path:
        path = tmp_path / name
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    return write


@pytest.fixture
def workbook(tmp_path: Path):
    """Write an Excel workbook: lists of cells, or a function of (workbook, sheet)."""

    def write(rows) -> Path:
        path = tmp_path / "classeur.xlsx"
        with xlsxwriter.Workbook(str(path), {"strings_to_formulas": False}) as book:
            sheet = book.add_worksheet("Liste")
            if callable(rows):
                rows(book, sheet)
            else:
                for line, row in enumerate(rows):
                    sheet.write_row(line, 0, row)
        return path

    return write


def read(path: Path, **options):
    with open_table(path, **options) as table:
        return table.header, list(table)


def refusal(path: Path, **options) -> InputError:
    with pytest.raises(InputError) as caught:
        read(path, **options)
    assert caught.value.file == str(path) and caught.value.remedy
    return caught.value


# --- text ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("delimiter", [";", ",", "\t", "|"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_usual_encodings_and_delimiters_are_found(file, delimiter, encoding):
    text = delimiter.join(["nom", "village"]) + "\r\n" + delimiter.join(["Aïssata Keïta", "Ségou"]) + "\r\n"
    with open_table(file(text.encode(encoding))) as table:
        assert (table.encoding, table.delimiter) == (encoding, delimiter)
        assert list(table) == [(2, ["Aïssata Keïta", "Ségou"])]


def test_commas_of_decimals_do_not_pass_for_delimiters(file):
    assert read(file("nom;prix\nmil;1,5\nriz;2,5\n"))[1] == [(2, ["mil", "1,5"]), (3, ["riz", "2,5"])]


def test_one_column_of_sentences_stays_one_column(file):
    assert read(file("lieu\nKita, centre\nSafo, marché\n"))[1] == [
        (2, ["Kita, centre"]),
        (3, ["Safo, marché"]),
    ]


def test_excel_own_separator_line_is_obeyed(file):
    assert read(file("sep=,\na,b;c\n1,2\n")) == (("a", "b;c"), [(3, ["1", "2"])])


def test_line_numbers_are_those_of_the_file(file):
    path = file('\nnom;note\n\nAli;"deux\nlignes"\n;\nAwa;\n')
    assert read(path) == (("nom", "note"), [(4, ["Ali", "deux\nlignes"]), (7, ["Awa", ""])])


def test_old_macintosh_and_mixed_line_ends(file):
    assert read(file("a;b\r1;2\r\n3;4\n"))[1] == [(2, ["1", "2"]), (3, ["3", "4"])]


def test_short_rows_are_padded_and_blank_cells_beyond_are_dropped(file):
    assert read(file("a;b;c;\n1;2\n1;2;3;;;\n")) == (
        ("a", "b", "c"),
        [(2, ["1", "2", ""]), (3, ["1", "2", "3"])],
    )


def test_gzipped_text_is_read(file):
    assert read(file(gzip.compress(b"a;b\n1;2\n"), "table.csv.gz"))[1] == [(2, ["1", "2"])]


def test_cells_are_composed_stripped_and_rid_of_invisible_marks(file):
    assert read(file("nom;tél\n Kei\u0308ta\u00a0;\u202a76001122\u202c\n"))[1] == [(2, ["Keïta", "76001122"])]


def test_a_formula_is_only_text(file):
    assert read(file('nom;x\n"=HYPERLINK(""http://x"")";1\n'))[1] == [(2, ['=HYPERLINK("http://x")', "1"])]


def test_header_only_is_a_table_without_rows(file):
    with open_table(file("a;b\n")) as table:
        assert table.header_only and list(table) == []
    with open_table(file("a;b\n1;2\n")) as table:
        assert not table.header_only and list(table) == [(2, ["1", "2"])]


def test_progress_ends_at_the_size_of_the_file(file):
    with open_table(file("a\n" + "1\n" * 1000)) as table:
        assert len(list(table)) == table.rows_read == 1000
        assert table.progress == (2002, 2002)


NAMES = st.lists(st.text("abcdéN'K o", min_size=1, max_size=8), min_size=1, max_size=5)
CELLS = st.text(st.characters(codec="cp1252", exclude_categories=["Cc"]) | st.just("\n"), max_size=12)


@settings(max_examples=150, deadline=None)
@given(st.data(), NAMES, st.sampled_from(";,\t|"), st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "cp1252"]))
def test_what_csv_writes_is_read_back(tmp_path_factory, data, names, delimiter, encoding):
    header = tuple(dict.fromkeys(name.strip() for name in names if name.strip()))
    assume(header)
    row = st.lists(CELLS.map(clean_like_the_door), min_size=len(header), max_size=len(header))
    rows = data.draw(st.lists(row.filter(any), max_size=8))
    path = tmp_path_factory.mktemp("t") / "t.csv"
    with path.open("w", encoding=encoding, newline="") as stream:
        csv.writer(stream, delimiter=delimiter).writerows([header, *rows])
    assume(encoding != "cp1252" or not looks_like_damaged_utf8(path.read_bytes()))
    found, back = read(path)
    assert (found, [cells for _, cells in back]) == (header, rows)


def clean_like_the_door(text: str) -> str:
    return text.replace("\u00ad", "").strip()


def looks_like_damaged_utf8(content: bytes) -> bool:
    text = content.decode("utf-8", errors="surrogateescape")
    bad = sum("\udc80" <= c <= "\udcff" for c in text)
    return sum(c > "\x7f" for c in text) - bad > bad or bad == 0


# --- text refused -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "vide"),
        (b"\n\n ; \n", "vide"),
        (b"%PDF-1.7 ...", "PDF"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "ancien classeur Excel"),
        (b"<html><table>", "page web"),
        (b"\x89PNG\r\n", "image"),
        (b"a;b\n\x00\x01\x02", "binaire"),
        (b"\x1f\x8b\x08\x00broken", "compressé est abîmé"),
        (gzip.compress(b"a;b\n1;2\n" * 1000, mtime=0)[:-20], "compressé est abîmé"),
    ],
)
def test_what_is_not_a_table_is_named(file, content, says):
    assert says in str(refusal(file(content)))


@pytest.mark.parametrize(
    ("content", "line", "column", "says"),
    [
        ("a;b;a\n1;2;3\n", 1, "a", "même nom"),
        ("a;;b\n1;2;3\n", 1, "", "colonne n° 2 n’a pas de nom"),
        ("a;b\n1;2\n1;2;3\n", 3, "", "3 cellules pour 2 colonnes"),
        ('a;b\n1;2\n3;"ouvert\n5;6\n', 3, "", "jamais refermé"),
        ('a;b\n1;2\n"x"y;6\n', 3, "", "Un guillemet fermant"),
        ("a;b\n1;2\n3;x\x07y\n", 3, "b", "caractère de contrôle (U+0007)"),
    ],
)
def test_trouble_is_placed_on_its_line_and_column(file, content, line, column, says):
    error = refusal(file(content))
    assert (error.line, error.column) == (line, column) and says in str(error)


def test_nul_far_in_the_file_is_placed_too(file):
    error = refusal(file("a;b\n" + "1;2\n" * 200_000 + "3;\x00\n"))
    assert (error.line, error.column) == (200_002, "b")


def test_an_unclosed_quote_over_a_large_file_names_its_line(file):
    assert refusal(file('a;b\n1;2\n3;"ouvert\n' + "5;6\n" * 100_000)).line == 3


def test_a_damaged_utf8_file_is_not_taken_for_cp1252(file):
    error = refusal(file("nom\nKeïta\nAïssata\n".encode() + b"Moussa\xff\n"))
    assert error.line == 4 and "illisibles" in str(error)


def test_missing_columns_are_named_with_their_closest(file):
    with open_table(file("Numero RSU;montant\n1;2\n")) as table:
        assert table.require("montant") == (1,)
        with pytest.raises(InputError, match=r"« numero_rsu ».*« Numero RSU » est peut-être « numero_rsu »"):
            table.require("montant", "numero_rsu")


def test_too_many_rows_too_many_bytes(file):
    path = file("a\n" + "1\n" * 100)
    assert refusal(path, limits=Limits(max_rows=99)).line == 101
    assert "dépasse" in str(refusal(path, limits=Limits(max_bytes=100)))


def test_a_gzip_bomb_is_stopped(file):
    path = file(gzip.compress(b"a;b\n" + b"0;0\n" * 1_000_000), "bombe.csv.gz")
    assert "enfle" in str(refusal(path, limits=Limits(ratio_from=1 << 20)))


def test_missing_file_directory_and_pipe(tmp_path):
    assert "introuvable" in str(refusal(tmp_path / "rien.csv"))
    assert "dossier" in str(refusal(tmp_path))
    os.mkfifo(tmp_path / "tube")
    assert "fichier ordinaire" in str(refusal(tmp_path / "tube"))


def test_no_permission():
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "secret.csv"
        path.write_text("a\n1\n")
        path.chmod(0)
        Path(folder).chmod(0o755)
        with as_nobody():
            assert "n’est pas permise" in str(refusal(path))


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


# --- Excel --------------------------------------------------------------------------------------------------


def test_excel_values_become_the_text_one_would_type(workbook):
    def fill(book, sheet):
        day = book.add_format({"num_format": "dd/mm/yyyy"})
        sheet.write_row(0, 0, ["entier", "décimal", "date", "oui", "texte", "formule"])
        sheet.write_row(1, 0, [30000, 0.1 + 0.2, 42136, True, "=1+1", None])
        sheet.write_datetime(1, 2, date(2015, 5, 12), day)
        sheet.write_formula(1, 5, "=1+1", None, 2)

    assert read(workbook(fill))[1] == [(2, ["30000", "0.3", "2015-05-12", "oui", "=1+1", "2"])]


def test_excel_lines_are_those_of_the_sheet(workbook):
    assert read(workbook([[], ["a", "b"], [], [1, 2]])) == (("a", "b"), [(4, ["1", "2"])])


def test_excel_phones_and_long_numbers_are_not_mangled(workbook):
    path = workbook([["tel", "nina"], ["076001122", 12345678901234567890]])
    assert read(path)[1] == [(2, ["076001122", "1.23456789012346E+19"])]


def test_excel_sheets_are_named_and_chosen(workbook):
    path = workbook(lambda book, _: book.add_worksheet("Août").write_row(0, 0, ["a"]))
    assert sheet_names(path) == ["Liste", "Août"]
    assert read(path, sheet="Août")[0] == ("a",)
    assert "« Liste », « Août »" in str(refusal(path, sheet="Juin"))
    assert "vide" in str(refusal(path))


@pytest.mark.parametrize("value", ["#DIV/0!", ""])
def test_a_formula_in_error_or_never_computed_is_refused(workbook, value):
    def fill(book, sheet):
        sheet.write_row(0, 0, ["a", "b"])
        sheet.write_row(1, 0, [1])
        sheet.write_formula(1, 1, "=1/0", None, value or "VIDE")

    path = workbook(fill)
    if not value:
        rewrite(path, "xl/worksheets/sheet1.xml", b' t="str"><f>1/0</f><v>VIDE</v>', b"><f>1/0</f><v></v>")
    error = refusal(path)
    assert (error.line, error.column) == (2, "B")


def test_two_cells_at_the_corners_of_a_sheet_are_refused(workbook):
    path = workbook(lambda _, sheet: (sheet.write(0, 0, "a"), sheet.write(1_048_575, 16_383, "b")))
    assert "1048576 lignes × 16384 colonnes" in str(refusal(path))


def test_a_zip_bomb_posing_as_a_workbook_is_refused(workbook, tmp_path):
    path = tmp_path / "bombe.xlsx"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", b"<workbook/>")
        archive.writestr("xl/worksheets/sheet1.xml", b"0" * (100 << 20))
    assert "enfle" in str(refusal(path))


def test_a_zip_bomb_that_lies_about_its_size_is_refused(workbook, tmp_path):
    path = workbook([["a"], ["x" * 1000]])
    content = path.read_bytes()
    with zipfile.ZipFile(path) as archive:
        size = archive.getinfo("xl/worksheets/sheet1.xml").file_size
    path.write_bytes(content.replace(size.to_bytes(4, "little"), (10).to_bytes(4, "little")))
    assert "sommaire" in str(refusal(path))


def test_too_many_parts(workbook):
    assert "parties" in str(refusal(workbook([["a"]]), limits=Limits(max_entries=3)))


def test_other_archives_and_damaged_workbooks_are_named(file, workbook):
    for inside, says in [
        ("content.xml", "bureautique"),
        ("liste.csv", "archive ZIP"),
        ("xl/workbook.bin", ".xlsb"),
    ]:
        buffer = io.BytesIO()
        with zipfile.ZipFile(buffer, "w") as archive:
            archive.writestr(inside, b"x")
        assert says in str(refusal(file(buffer.getvalue(), "x.xlsx")))
    half = workbook([["a"], [1]]).read_bytes()[:-400]
    assert "ne peut pas être lu" in str(refusal(file(half, "moitie.xlsx")))


def archive(path: Path, **texts: bytes) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as made:
        for name, text in texts.items():
            made.writestr(name, text)
    return path


def test_the_tables_of_an_archive_are_read_by_their_names(tmp_path):
    texts = {"menage.csv": b"KEY;n\nu1;2\n", "menage-membre.csv": "nom;sexe\nTraoré;F\n".encode("cp1252")}
    beside = {"media/photo.jpg": b"\xff\xd8", "__MACOSX/menage.csv": b"x", "lisez.txt": b"x"}
    path = archive(tmp_path / "odk.zip", **texts, **beside)
    assert table_names(path) == ["menage.csv", "menage-membre.csv"]
    with open_table(path, sheet="menage-membre.csv") as table:
        assert (table.header, list(table)) == (("nom", "sexe"), [(2, ["Traoré", "F"])])
    with pytest.raises(InputError, match=r"n’est pas dans l’archive.*« menage.csv »"):
        open_table(path, sheet="menages")


@pytest.mark.parametrize(
    ("limits", "says"),
    [
        (Limits(ratio_from=1 << 10, max_ratio=20), "enfle"),
        (Limits(max_bytes=1 << 10), "enfle"),
        (Limits(max_entries=1), "on en lit au plus 1"),
    ],
)
def test_an_archive_that_swells_is_refused(tmp_path, limits, says):
    path = archive(tmp_path / "bombe.zip", **{"a.csv": b"a;b\n" + b"0;0\n" * 10_000, "b.csv": b"a\n"})
    with pytest.raises(InputError, match=says):
        open_table(path, sheet="a.csv", limits=limits)


def test_an_archive_that_lies_is_refused(tmp_path):
    text = b"a;b\n" + b"0;0\n" * 10_000
    path = archive(tmp_path / "bombe.zip", **{"a.csv": text})
    path.write_bytes(path.read_bytes().replace(len(text).to_bytes(4, "little"), (1000).to_bytes(4, "little")))
    with pytest.raises(InputError, match="abîmé"):
        open_table(path, sheet="a.csv")


def test_an_archive_under_a_password_is_refused(tmp_path):
    path = archive(tmp_path / "secret.zip", **{"a.csv": b"a\n1\n"})
    content = bytearray(path.read_bytes())
    content[content.rfind(b"PK\x01\x02") + 8] |= 1
    path.write_bytes(content)
    with pytest.raises(InputError, match="chiffrée"):
        open_table(path, sheet="a.csv")


def rewrite(path: Path, part: str, old: bytes, new: bytes) -> None:
    """Replace bytes in one part of a workbook."""
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    assert old in parts[part]
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in parts.items():
            archive.writestr(name, content.replace(old, new) if name == part else content)


# --- values -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        "30000",
        "30 000",
        "30\u00a0000",
        "30\u202f000",
        "30.000,00",
        "30,000.00",
        "30000.00",
        "30.000",
        "+30'000",
        "30000,",
    ],
)
def test_amounts_as_people_write_them(text):
    assert as_integer(text) == 30000


@pytest.mark.parametrize("text", ["", "30000.50", "30 00", "3 0000", "1.234.56", "0.500", "trente", "3E4", "٣٠", "--5"])
def test_what_is_not_an_amount(text):
    with pytest.raises(ValueError):
        as_integer(text)


def test_negative_amounts_keep_their_sign():
    assert (as_integer("-5000"), as_integer("−5 000")) == (-5000, -5000)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1,5", "1.5"),
        ("1.500", "1.500"),
        ("1 234,5", "1234.5"),
        ("1.234,5", "1234.5"),
        ("1.5e+03", "1500"),
        ("-3", "-3"),
    ],
)
def test_measures(text, value):
    assert as_decimal(text) == Decimal(value)


@given(st.integers(-(10**12), 10**12))
def test_an_integer_written_in_groups_is_read_back(number):
    for mark in " .\u202f'":
        assert as_integer(f"{number:,}".replace(",", mark)) == number


@pytest.mark.parametrize(
    ("text", "day", "precision"),
    [
        ("2015-05-12", "2015-05-12", "day"),
        ("12/05/2015", "2015-05-12", "day"),
        ("2015-05-12 08:30:00", "2015-05-12", "day"),
        ("42136", "2015-05-12", "day"),
        ("05/2015", "2015-05-01", "month"),
        ("2015-05", "2015-05-01", "month"),
        ("2015", "2015-01-01", "year"),
        ("né vers 1985", "1985-01-01", "about"),
        ("Vers 1985", "1985-01-01", "about"),
    ],
)
def test_dates_with_their_precision(text, day, precision):
    found = as_date(text)
    assert (found.day.isoformat(), found.precision) == (day, precision)


@pytest.mark.parametrize("text", ["", "31/02/2015", "12/05/15", "hier", "99", "2015-13-01"])
def test_what_is_not_a_date(text):
    with pytest.raises(ValueError):
        as_date(text)


@pytest.mark.parametrize(
    "text", ["2016-05-01T09:12:30.000+00:00", "2016-05-01T10:12:30+01:00", "2016-05-01 09:12:30", "01/05/2016 09:12:30"]
)
def test_a_day_with_its_hour_in_bamakos_time(text):
    assert as_moment(text).isoformat() == "2016-05-01T09:12:30"


@pytest.mark.parametrize("text", ["", "2016-05-01", "ce matin", "09:12"])
def test_what_is_no_day_with_its_hour(text):
    with pytest.raises(ValueError):
        as_moment(text)


def test_yes_and_no():
    assert all(as_boolean(word) for word in ["oui", "O", "1", "VRAI", "x", " Oui "])
    assert not any(as_boolean(word) for word in ["non", "N", "0", "faux"])
    with pytest.raises(ValueError, match="ni oui ni non"):
        as_boolean("peut-être")


# --- writing ------------------------------------------------------------------------------------------------


def test_rejects_open_in_excel_and_run_nothing(tmp_path):
    path = tmp_path / "rejets.csv"
    assert write_rejects(path, ["nom", "montant"], [["=cmd|' /C calc'!A0", "-5000"], ["@x", "+223 76"]]) == 2
    assert path.read_bytes().startswith(b"\xef\xbb\xbfnom;montant\r\n")
    assert [cells for _, cells in read(path)[1]] == [["'=cmd|' /C calc'!A0", "-5000"], ["'@x", "'+223 76"]]


@given(st.text())
def test_a_neutralised_cell_never_starts_a_formula(cell):
    assert not neutralise(cell).startswith(("=", "+", "@", "\t", "\r"))


def test_a_number_of_thousands_of_digits_is_refused_in_french() -> None:
    with pytest.raises(ValueError, match="a trop de chiffres"):
        as_integer("9" * 5000)


def test_a_message_names_some_columns_of_a_wide_table(tmp_path: Path) -> None:
    path = tmp_path / "large.csv"
    path.write_text(";".join(f"c{n}{'x' * 500}" for n in range(600)), encoding="utf-8")
    with open_table(path) as table, pytest.raises(InputError, match="et 570 autres") as refused:
        table.require("village")
    assert len(str(refused.value)) < 2_500
