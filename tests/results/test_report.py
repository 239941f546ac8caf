"""The yearly statement builds itself, and each of its figures says where it comes from."""

from __future__ import annotations

import re
import zipfile
from io import BytesIO
from pathlib import Path
from xml.etree import ElementTree

import pypdfium2
import pytest
from django.test import Client

from jigi.results import actions
from jigi.results.document import Grid, Paragraph, Piece
from jigi.results.docx import docx
from jigi.results.models import Snapshot
from jigi.results.pages import pdf
from jigi.results.report import statement
from tests.command.terminal import terminal
from tests.factories import make_areas, make_user
from tests.results.world import World, paid, told

pytestmark = pytest.mark.django_db
FIGURES = Path(__file__).with_name("figures_2018.csv")
NARROW = "\u202f"


def loaded() -> Snapshot:
    """The programme's own figures of 2018, loaded as data into a database that saw nothing of that year."""
    make_areas(communes=1)
    keeper = make_user("mariam", "monitoring_officer")
    actions.load(FIGURES, by=keeper)
    return actions.take(2018, by=keeper)


def pieces(document: object) -> list[Piece]:
    found: list[Piece] = []
    for block in document.blocks:  # type: ignore[attr-defined]
        if isinstance(block, Paragraph):
            found += block.pieces
        elif isinstance(block, Grid):
            found += [cell for row in block.rows for cell in row]
    return found


def words(content: bytes) -> str:
    return "\n".join(page.get_textpage().get_text_range() for page in pypdfium2.PdfDocument(content))


@pytest.mark.parametrize(
    ("francs", "of"),
    [
        ("156 000 000", "HIMO"), ("512 000 000", "AGR"), ("680 000 000", "TM"), ("2 000 000 000", "urgence"),
        ("35 000 000 000", "IDA"), ("600 000 000", "État"), ("280 000 000", "Suisse"), ("5 000 000 000", "DFID"),
        ("12 500 000 000", "PGFS"), ("155 000", "MA"), ("71 000", "TM"), ("10 000", "AGR"), ("105 000", "PNP"),
        ("400", "chantiers"), ("121", "communes"),
    ],
)  # fmt: skip
def test_the_programmes_figures_of_2018_to_the_franc(francs: str, of: str) -> None:
    text = statement(loaded()).text
    assert re.search(rf"(?<!\d|{NARROW}){francs.replace(' ', NARROW)}(?: FCFA)? \(repris\)", text), of


def test_every_figure_has_its_note_and_every_note_its_line(tmp_path: Path) -> None:
    snapshot = paid(tmp_path).take()
    document = statement(snapshot)
    used = {note for one in pieces(document) for note in one.notes}
    annex = next(one for one in document.blocks if isinstance(one, Grid) and one.headers[0] == "N°")
    assert used == {int(row[0].text) for row in annex.rows} and len(used) > 15
    for row in annex.rows:
        assert f"n° {snapshot.pk}" in row[3].text and (".sql" in row[4].text)
    figures = [one for one in pieces(document) if not one.notes and re.fullmatch(r"[\d\u202f]+( FCFA)?", one.text)]
    allowed = {row[0].text for row in annex.rows}
    planned = next(one for one in document.blocks if isinstance(one, Grid) and "prévus" in one.title)
    allowed |= {cell.text for row in planned.rows for cell in row[:3]}  # beside the share that bears the note
    assert {one.text for one in figures} <= allowed


def test_it_is_a_paper_in_french_with_charts_and_a_map(tmp_path: Path) -> None:
    world = paid(tmp_path)
    snapshot = world.take()
    text = words(pdf(statement(snapshot)))
    assert "Situation annuelle 2016" in text and "n’est pas signé" in text and "Ménages servis par région" in text
    assert snapshot.digest[:12] in text
    actions.sign(snapshot, "Relu et conforme", by=world.signer)
    actions.comment(snapshot, "Un absent a déménagé.", by=world.keeper)
    again = words(pdf(statement(Snapshot.objects.get(pk=snapshot.pk))))
    assert "Relu et conforme" in again and "Un absent a déménagé." in again


def test_it_is_a_document_to_edit(tmp_path: Path) -> None:
    document = statement(paid(tmp_path).take())
    content = docx(document)
    with zipfile.ZipFile(BytesIO(content)) as archive:
        assert archive.testzip() is None
        parts = {name: archive.read(name) for name in archive.namelist()}
    for name, part in parts.items():
        if name.endswith((".xml", ".rels")):
            ElementTree.fromstring(part)
    images = [part for name, part in parts.items() if name.endswith(".png")]
    assert len(images) >= 3 and all(one.startswith(b"\x89PNG") for one in images)
    namespace = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
    body = ElementTree.fromstring(parts["word/document.xml"])
    written = "".join(one.text or "" for one in body.iter(f"{namespace}t"))
    assert "Situation annuelle 2016" in written and "240\u202f000 FCFA" in written
    linked = set(re.findall(r'r:(?:embed|id)="(\w+)"', parts["word/document.xml"].decode()))
    assert linked <= set(re.findall(r'Id="(\w+)"', parts["word/_rels/document.xml.rels"].decode()))
    assert docx(document) == content


def test_a_mark_of_markup_in_a_comment_stays_a_text(tmp_path: Path) -> None:
    world = paid(tmp_path)
    snapshot = world.take()
    actions.comment(snapshot, "<w:b/> & « 5 > 3 » #set page()", by=world.keeper)
    document = statement(snapshot)
    assert "#set page()" in words(pdf(document))
    with zipfile.ZipFile(BytesIO(docx(document))) as archive:
        assert b"&lt;w:b/&gt; &amp;" in archive.read("word/document.xml")


def test_one_command_writes_both(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    world = paid(tmp_path)
    jigi = terminal(capsys)
    said = jigi("results", "report", "2016", "--out", tmp_path, "--by", world.keeper.username, "--json")
    assert said.code == 0 and said.figures["signed"] is False
    (made,) = Snapshot.objects.all()
    assert {path.suffix for path in tmp_path.glob(f"situation-2016-instantane-{made.pk}.*")} == {".pdf", ".docx"}
    assert jigi("results", "sign", made.pk, "--by", world.signer.username).code == 0
    assert jigi("results", "sign", made.pk, "--by", world.signer.username).code == 1
    assert jigi("results", "show", "2016", "--json").figures["values"]["menages_transferts"]["numerator"] == 8
    assert jigi("results", "refresh").code == 0 and jigi("results", "prove").code == 0


def test_from_the_button_for_who_sees_the_country(client: Client, tmp_path: Path) -> None:
    world = paid(tmp_path)
    snapshot = world.take()
    client.force_login(world.keeper)
    page = client.get(f"/resultats/instantanes/{snapshot.pk}/situation.pdf")
    assert page.status_code == 200 and page.content.startswith(b"%PDF")
    sent = client.get(f"/resultats/instantanes/{snapshot.pk}/situation.docx")
    assert b"".join(sent.streaming_content).startswith(b"PK")  # type: ignore[arg-type]
    client.force_login(world.regional())
    assert client.get(f"/resultats/instantanes/{snapshot.pk}/situation.pdf").status_code == 404


def test_rows_count_before_a_file(tmp_path: Path) -> None:
    world: World = paid(tmp_path)
    path = tmp_path / "2016.csv"
    path.write_text(
        "annee;indicateur;valeur;sur;source\n2016;menages_transferts;99;;rapport\n2016;respect_ma;80;100;rapport\n",
        encoding="utf-8",
    )
    actions.load(path, by=world.keeper)
    snapshot = world.take()
    assert told(snapshot, "menages_transferts") == (8, None) and told(snapshot, "respect_ma") == (80, 100)
    assert "80,0\u202f% (repris)" in statement(snapshot).text
