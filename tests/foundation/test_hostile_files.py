"""Files made to harm: entities that read or swell, archives that lie, cells that run. And exports that don't."""

from __future__ import annotations

import ast
import io
import re
import zipfile
from contextlib import suppress
from functools import partial
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from xlsxwriter import Workbook

import jigi
from jigi.foundation.cells import neutralise
from jigi.foundation.errors import InputError
from jigi.foundation.tabular import Limits, open_table, write_rejects
from jigi.web.export import csv_pieces

SECRET = "contenu-qu-on-ne-doit-pas-lire"
LAUGHS = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
PLANTED = {
    "xl/sharedStrings.xml": ("<si><t>nom</t></si>", "<si><t>&x;</t></si>"),
    "xl/workbook.xml": ("<workbook", "<workbook"),
    "xl/worksheets/sheet1.xml": ("<worksheet", "<worksheet"),
    "xl/_rels/workbook.xml.rels": ("<Relationships", "<Relationships"),
}


def _book(path: Path) -> Path:
    with Workbook(str(path)) as book:
        book.add_worksheet().write_column(0, 0, ["nom", "Awa"])
    return path


def _with(path: Path, part: str, change) -> Path:
    """A copy of a workbook with one part changed."""
    out = path.with_name(f"hostile-{path.name}")
    with zipfile.ZipFile(path) as good, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as bad:
        for entry in good.infolist():
            content = good.read(entry.filename)
            bad.writestr(entry.filename, change(content) if entry.filename == part else content)
    return out


def _refused(path: Path, **options) -> str:
    with pytest.raises(InputError) as caught, open_table(path, **options) as table:
        list(table)
    return str(caught.value)


def _declaring(declaration: str, found: str, replaced: str):
    def change(content: bytes) -> bytes:
        text = content.decode()
        assert found in text
        head, mark, rest = text.partition("?>")
        return f"{head}{mark}<!DOCTYPE r [{declaration}]>{rest.replace(found, replaced, 1)}".encode()

    return change


@pytest.mark.parametrize("part", PLANTED)
def test_entities_that_read_files_are_refused(tmp_path: Path, part: str) -> None:
    secret = tmp_path / "secret.txt"
    secret.write_text(SECRET)
    change = _declaring(f'<!ENTITY x SYSTEM "file://{secret}">', *PLANTED[part])
    said = _refused(_with(_book(tmp_path / "a.xlsx"), part, change))
    assert "définitions XML" in said and SECRET not in said


@pytest.mark.parametrize("part", PLANTED)
def test_a_billion_laughs_is_refused(tmp_path: Path, part: str) -> None:
    change = _declaring(f'<!ENTITY l0 "ha">{LAUGHS}', PLANTED[part][0], PLANTED[part][1].replace("&x;", "&l9;"))
    assert "définitions XML" in _refused(_with(_book(tmp_path / "a.xlsx"), part, change))


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-be", "utf-16-le"])
def test_another_encoding_hides_nothing(tmp_path: Path, encoding: str) -> None:
    change = _declaring('<!ENTITY x "y">', *PLANTED["xl/sharedStrings.xml"])
    hidden = _with(_book(tmp_path / "a.xlsx"), "xl/sharedStrings.xml", lambda c: change(c).decode().encode(encoding))
    assert "définitions XML" in _refused(hidden)


def test_a_declaration_far_from_the_start_is_found(tmp_path: Path) -> None:
    padding = b"<!--" + b"x" * (3 << 20) + b"-->"

    def change(content: bytes) -> bytes:
        return content.replace(b"?>", b"?>" + padding + b"<!DOCTYPE r>", 1)

    assert "définitions XML" in _refused(_with(_book(tmp_path / "a.xlsx"), "xl/worksheets/sheet1.xml", change))


def test_the_same_workbook_unharmed_is_read(tmp_path: Path) -> None:
    with open_table(_with(_book(tmp_path / "a.xlsx"), "xl/workbook.xml", lambda content: content)) as table:
        assert (table.header, list(table)) == (("nom",), [(2, ["Awa"])])


def test_an_index_of_sheets_that_swells_is_refused(tmp_path: Path) -> None:
    swollen = _with(_book(tmp_path / "a.xlsx"), "xl/workbook.xml", lambda content: content + b" " * (20 << 20))
    assert "sommaire dépasse 16 Mio" in _refused(swollen)


def test_a_directory_that_points_before_the_file_is_refused(tmp_path: Path) -> None:
    path = _book(tmp_path / "a.xlsx")
    content = path.read_bytes()
    size = int.from_bytes(content[-10:-6], "little")
    path.write_bytes(content[:-10] + (size + 400).to_bytes(4, "little") + content[-6:])
    assert "ne peut pas être lu" in _refused(path)


def test_a_hidden_character_of_a_workbook_has_its_place_and_remedy(tmp_path: Path) -> None:
    hidden = _with(_book(tmp_path / "a.xlsx"), "xl/sharedStrings.xml", lambda c: c.replace(b"Awa", b"A\x7fwa"))
    assert "ligne 2, colonne « nom »" in _refused(hidden) and "Ressaisissez" in _refused(hidden)


def test_a_panic_of_the_reader_is_a_damaged_workbook(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    panic = type("PanicException", (BaseException,), {"__module__": "pyo3_runtime"})

    def panics(path: str) -> None:
        raise panic("capacity overflow")

    monkeypatch.setattr("jigi.foundation.tabular_xlsx.CalamineWorkbook.from_path", panics)
    assert "ne peut pas être lu" in _refused(_book(tmp_path / "a.xlsx"))


def test_a_torn_sheet_is_told_in_french(tmp_path: Path) -> None:
    torn = _with(_book(tmp_path / "a.xlsx"), "xl/worksheets/sheet1.xml", lambda c: c.replace(b"</sheetData>", b"</s>"))
    assert _refused(torn).startswith("hostile-a.xlsx : Ce classeur Excel ne peut pas être lu. Il est abîmé")


@pytest.mark.parametrize("place", ["A99999999", "XFD1048576", "AAAAAA1"])
def test_a_cell_beyond_any_sheet_reserves_nothing(tmp_path: Path, place: str) -> None:
    far = f'<c r="{place}"><v>1</v></c></row>'.encode()
    moved = _with(_book(tmp_path / "a.xlsx"), "xl/worksheets/sheet1.xml", lambda c: c.replace(b"</row>", far, 1))
    assert "trop grande" in _refused(moved)


@pytest.mark.parametrize(
    "said", ['="4294967295"', "='1000000000000000000'", '="9999999999999999999"', ' = "4294967295"']
)
def test_texts_that_a_workbook_does_not_have_are_not_reserved(tmp_path: Path, said: str) -> None:
    def change(content: bytes) -> bytes:
        return re.sub(rb'uniqueCount="\d+"', f"uniqueCount{said}".encode(), content)

    lying = _with(_book(tmp_path / "a.xlsx"), "xl/sharedStrings.xml", change)
    assert "plus de textes qu’il n’en contient" in _refused(lying)


def test_an_announce_cut_by_the_reading_is_seen(tmp_path: Path) -> None:
    for padding in range(1 << 18, (1 << 18) + 60, 7):
        head = b"?><!--" + b"x" * (padding - 70) + b"--><sst uniqueCount='4294967295' x:"
        change = partial(re.sub, rb"\?>\s*<sst ", head)
        path = _with(_book(tmp_path / "a.xlsx"), "xl/sharedStrings.xml", change)
        assert "plus de textes" in _refused(path)


def test_a_sheet_under_another_name_is_measured_too(tmp_path: Path) -> None:
    path, moved = _book(tmp_path / "a.xlsx"), tmp_path / "ailleurs.xlsx"
    with zipfile.ZipFile(path) as good, zipfile.ZipFile(moved, "w") as bad:
        for entry in good.infolist():
            content = good.read(entry).replace(b"worksheets/sheet1.xml", b"media/feuille.bin")
            name = entry.filename.replace("worksheets/sheet1.xml", "media/feuille.bin")
            bad.writestr(name, content.replace(b"</row>", b'<c r="A99999999"><v>1</v></c></row>', 1))
    assert "trop grande" in _refused(moved)


@pytest.mark.parametrize("encoding", ["utf-7", "utf-32", "shift_jis", "rien-8"])
def test_an_index_that_names_an_odd_encoding_is_read_or_refused_in_words(tmp_path: Path, encoding: str) -> None:
    odd = _with(_book(tmp_path / "a.xlsx"), "xl/workbook.xml", lambda c: c.replace(b"UTF-8", encoding.encode()))
    with suppress(InputError), open_table(odd) as table:
        assert list(table) == [(2, ["Awa"])]


def test_a_link_of_a_sheet_is_no_cell(tmp_path: Path) -> None:
    link = b'<legacyDrawing r:id="rId1"/></worksheet>'
    drawn = _with(_book(tmp_path / "a.xlsx"), "xl/worksheets/sheet1.xml", lambda c: c.replace(b"</worksheet>", link))
    with open_table(drawn) as table:
        assert list(table) == [(2, ["Awa"])]


def test_rows_beyond_the_limit_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("a\n" + "1\n" * 11)
    assert "dépasse 10 lignes" in _refused(path, limits=Limits(max_rows=10))


RUNS = ["=1+1", "+1+1", "-1+cmd|' /C calc'!A0", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "\0=1", "＝1+1", "－1＋1", "＠x"]


@pytest.mark.parametrize("cell", RUNS)
def test_no_exported_cell_runs(tmp_path: Path, cell: str) -> None:
    assert neutralise(cell) == f"'{cell}"
    header, row = "".join(csv_pieces([cell], [])), "".join(csv_pieces(["a"], [[[cell]]])).partition("\r\n")[2]
    assert all(text.removeprefix("\ufeff").lstrip('"').startswith("'") for text in (header, row))
    path = tmp_path / "rejets.csv"
    write_rejects(path, [cell], [[cell]])
    assert path.read_text(encoding="utf-8-sig").lstrip('"').startswith("'")


@pytest.mark.parametrize("cell", ["-5", "-1,5", "-1.5", "-1e-05", "0", "30000"])
def test_a_number_stays_a_number(cell: str) -> None:
    assert neutralise(cell) == cell


def test_an_amount_below_zero_is_exported_as_a_number() -> None:
    assert "".join(csv_pieces(["a"], [[[-1500, -0.5, -0.00001]]])).endswith("\r\n-1500;-0,5;-1e-05\r\n")


@given(st.text(max_size=5), st.text(max_size=5))
def test_cells_stay_in_their_places(one: str, other: str) -> None:
    import csv

    text = "".join(csv_pieces(["a", "b"], [[[one, other]]]))
    read = list(csv.reader(io.StringIO(text.removeprefix("\ufeff"), newline=""), delimiter=";"))
    assert read[1] == [neutralise(one), neutralise(other)]


WRITERS = re.compile(r"^(writerow|writerows|write_string|write_row|write_column|write|write_blank)$")
KNOWN = {
    "foundation/tabular.py": "neutralises each cell (write_rejects)",
    "intake/place_lists.py": "codes and names of the gazetteer, which a telephone reads as they are",
    "intake/submissions.py": "answers in a temporary folder, which only our own import reads",
    "intake/xlsform.py": "the sheets of a shipped questionnaire, in a workbook",
    "web/works/documents.py": "neutralises each name; lines are numbers, headers are ours",
    "web/ledger/sheets.py": "neutralises each cell; headers are ours",
    "results/extract_files.py": "neutralises each text of a view; names of columns are ours",
    "sharing/packing.py": "neutralises each cell; the names of columns are ours",
    "payments/orders.py": "neutralises each cell (_shown); the slip holds names and numbers of ours",
    "payments/site_lists.py": "neutralises each text; amounts and numbers are numbers, headers are ours",
    "payments/adapters/files_out.py": "neutralises each cell of a table; a file of fixed width is no table",
    "command/nutrition.py": "neutralises each cell; headers are ours",
}


def test_no_other_place_writes_cells() -> None:
    """A new writer of CSV or XLSX must be seen here, and neutralise."""
    package = Path(jigi.__file__).parent
    found = set()
    for path in package.rglob("*.py"):
        name = str(path.relative_to(package))
        tree = ast.parse(path.read_text(encoding="utf-8"))
        imported = {
            alias.name.partition(".")[0]
            for node in ast.walk(tree)
            if isinstance(node, ast.Import)
            for alias in node.names
        } | {(node.module or "").partition(".")[0] for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
        calls = {n.func.attr for n in ast.walk(tree) if isinstance(n, ast.Call) and isinstance(n.func, ast.Attribute)}
        if imported & {"csv", "xlsxwriter"} and any(WRITERS.match(call) for call in calls):
            found.add(name)
    assert {name for name in found if not name.startswith("demo/")} == set(KNOWN)
