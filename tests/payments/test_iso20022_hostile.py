"""XML that means harm, or is not what it says: refused in French with its line, nothing taken, in bounded memory."""

from __future__ import annotations

import gzip
import tracemalloc
import zipfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jigi.foundation.errors import InputError
from jigi.payments import returns
from jigi.payments.adapters.iso20022_xml import message_of, records
from jigi.payments.models import ReturnFile, ReturnLine
from tests.payments.bank import RIB, banked
from tests.payments.messages import PAIN, camt, detail, entry, pain002, part, references, states, status

OPEN = f'<Document xmlns="{PAIN}10"><CstmrPmtStsRpt><GrpHdr><MsgId>B</MsgId></GrpHdr>\n'
CLOSE = "</CstmrPmtStsRpt></Document>"
BOMB = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))

HOSTILE = {
    "an entity": ('<!DOCTYPE d [<!ENTITY a "x">]>\n' + OPEN + "<A>&a;</A>" + CLOSE, 1, "déclare des entités"),
    "a billion laughs": (f'<!DOCTYPE d [<!ENTITY l0 "ha">{BOMB}]>\n{OPEN}<A>&l9;</A>{CLOSE}', 1, "déclare des entités"),
    "a file of the server": (
        '<!DOCTYPE d [<!ENTITY a SYSTEM "file:///etc/passwd">]>\n' + OPEN + "<A>&a;</A>" + CLOSE, 1, "une DTD",
    ),
    "an address": ('<!DOCTYPE d SYSTEM "http://127.0.0.1/x.dtd">\n' + OPEN + CLOSE, 1, "une DTD"),
    "an undeclared entity": (OPEN + "<A>&a;</A>" + CLOSE, 2, "pas du XML bien formé"),
    "depth": (OPEN + "<A>" * 100_000, 2, "plus de 40 niveaux"),
    "depth among others' own": (OPEN + "<SplmtryData>" + '<x xmlns="u">' * 100, 2, "plus de 40 niveaux"),
    "width": (OPEN + "<OrgnlPmtInfAndSts>" + "<A/>" * 30_000, 2, "plus de 20000 éléments"),
    "a text without end": (OPEN + "<A>" + "x" * 50_000 + "</A>" + CLOSE, 2, "dépasse 20000 caractères"),
    "a name without end": (OPEN + "<" + "x" * 3_000_000, 2, "démesurée"),
    "another namespace": (f'<Document xmlns="{PAIN}99"/>', 1, "pas un message qui se prend ici"),
    "no namespace": ("<Document/>", 1, "pas un message qui se prend ici"),
    "an order of payment": (
        '<Document xmlns="urn:iso:std:iso:20022:tech:xsd:pain.001.001.09"/>', 1, "pas un message qui se prend ici",
    ),
    "a stranger inside": (OPEN + '<A xmlns="http://evil/"/>' + CLOSE, 2, "un autre espace de noms"),
    "a web page": ("<html><body>connectez-vous</body></html>", 1, "pas un message qui se prend ici"),
    "half a message": (OPEN + "<OrgnlGrpInfAndSts>", 2, "s’arrête avant sa fin"),
    "a cut mark": (OPEN + "<Orgnl", 2, "s’arrête avant sa fin"),
    "two roots": (OPEN + CLOSE + "<Document/>", 2, "pas du XML bien formé"),
}  # fmt: skip


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_message_is_refused_with_its_line(tmp_path: Path, name: str) -> None:
    content, line, said = HOSTILE[name]
    path = tmp_path / "statuts.xml"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(InputError, match=said) as refused:
        list(records(path))
    assert refused.value.line == line and refused.value.remedy


@pytest.mark.parametrize("encoding", ["iso-8859-1", "utf-16", "utf-7", "cp1252", "ebcdic-cp-be"])
def test_another_encoding_is_refused(tmp_path: Path, encoding: str) -> None:
    path = tmp_path / "statuts.xml"
    said = f'<?xml version="1.0" encoding="{encoding}"?>{OPEN}<A>é</A>{CLOSE}'
    path.write_bytes(said.encode("utf-16" if encoding == "utf-16" else "iso-8859-1"))
    with pytest.raises(InputError, match=r"n’est pas en UTF-8|pas du XML bien formé"):
        list(records(path))


def test_bytes_that_are_no_letters_are_refused_with_their_line(tmp_path: Path) -> None:
    path = tmp_path / "statuts.xml"
    path.write_bytes(OPEN.encode() + b"\n<A>\xff\xfe\xc3</A>" + CLOSE.encode())
    with pytest.raises(InputError, match="bien formé") as refused:
        list(records(path))
    assert refused.value.line == 3


@pytest.mark.parametrize("pack", ["zip", "gzip"])
def test_a_message_in_an_archive_is_not_unpacked(tmp_path: Path, pack: str) -> None:
    path = tmp_path / "statuts.xml"
    if pack == "zip":
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("statuts.xml", b" " * 50_000_000)
    else:
        path.write_bytes(gzip.compress(b" " * 50_000_000))
    tracemalloc.start()
    with pytest.raises(InputError, match="dans une archive"):
        message_of(path)
    assert tracemalloc.get_traced_memory()[1] < 5_000_000
    tracemalloc.stop()


def test_what_a_bank_adds_of_its_own_is_not_read(tmp_path: Path) -> None:
    inside = '<SplmtryData><Envlp><x xmlns="urn:banque"><TxSts>RJCT</TxSts></x></Envlp></SplmtryData>'
    path = tmp_path / "statuts.xml"
    said = "<OrgnlPmtInfAndSts><TxInfAndSts><OrgnlEndToEndId>1</OrgnlEndToEndId>"
    path.write_text(f"{OPEN}{said}{inside}</TxInfAndSts></OrgnlPmtInfAndSts>{CLOSE}", encoding="utf-8")
    (first, _) = records(path)
    assert first.node.said("OrgnlEndToEndId") == "1" and first.node.said("TxSts") == ""


@pytest.mark.parametrize("details", [200, 20_000])
def test_memory_does_not_grow_with_the_message(tmp_path: Path, details: int) -> None:
    path = camt(tmp_path, entry(30_000 * details, *(detail(f"1-{n}-1-00") for n in range(details))))
    tracemalloc.start()
    assert sum(record.node.name == "TxDtls" for record in records(path)) == details
    assert tracemalloc.get_traced_memory()[1] < 2_500_000
    tracemalloc.stop()


@given(st.binary(max_size=300))
def test_whatever_stands_in_a_file_is_read_or_refused(tmp_path_factory: pytest.TempPathFactory, content: bytes) -> None:
    path = tmp_path_factory.mktemp("xml") / "statuts.xml"
    path.write_bytes(OPEN.encode() + content + CLOSE.encode())
    try:
        list(records(path))
    except InputError as refused:
        assert refused.what and refused.line


@pytest.mark.django_db
def test_a_message_that_breaks_half_way_leaves_nothing(tmp_path: Path) -> None:
    scene = banked(2, tmp_path, RIB)
    sent = scene.released()
    said = part("P", *(status(reference, "ACSC") for reference in references(sent)))
    path = pain002(tmp_path, "JIGI-T1-A1", said)
    whole = path.read_text(encoding="utf-8")
    path.write_text(whole.replace("</OrgnlPmtInfAndSts>", "<Ouvert>"), encoding="utf-8")
    with pytest.raises(InputError, match=r"statuts\.xml, ligne 2"):
        returns.reconcile(path, scene.agency, by=scene.officer)
    assert states(sent) == ["open", "open"]
    assert not ReturnFile.objects.exists() and not ReturnLine.objects.exists()
