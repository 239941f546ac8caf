"""Files agreed with one agency: what it is sent, what it sends back, how both are closed."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import msoffcrypto
import pyrage
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jigi.foundation.errors import InputError, Refused
from jigi.foundation.keyring import vault
from jigi.foundation.tabular import open_table
from jigi.payments import exchanges, orders, returns
from jigi.payments.adapters import signatures
from jigi.payments.adapters.channel_file import SHIPPED, read_channel
from jigi.payments.models import AgencyChannel, OrderFile, PaymentRound, ReturnFile, ReturnLine, ReturnNotice
from jigi.registry.models import Person
from tests.factories import make_user
from tests.kept import Kept, once
from tests.payments.messages import references, states
from tests.payments.scene import Scene, peopled

pytestmark = pytest.mark.django_db

EXAMPLE = (SHIPPED / "agence_fichiers.toml").read_text(encoding="utf-8")
HEAD = "Ref client;Code;Montant;Date valeur;Libelle"


def _scene(folder: Path) -> Scene:
    return peopled(3)


scene_once = once("scene", _scene)


@pytest.fixture
def scene(scene_once: Kept[Scene], db: None) -> Scene:
    return scene_once.copy()


def agreed(scene: Scene, folder: Path, text: str = EXAMPLE, password: str = "") -> AgencyChannel:
    path = folder / "reglage.toml"
    path.write_text(text, encoding="utf-8")
    by = make_user("administre", "system_administrator")
    return exchanges.configure(scene.agency, path, by=by, password=password)


def sent(scene: Scene, payment_round: PaymentRound, folder: Path) -> Path:
    made = orders.write_orders(payment_round, scene.agency, folder, format="agency", by=scene.officer)
    return folder / made.file_name


def take(scene: Scene, path: Path, *lines: str) -> ReturnFile:
    path.write_text("\n".join([HEAD, *lines]), encoding="utf-8")
    return returns.reconcile(path, scene.agency, by=scene.officer).return_file


def titled(form: str) -> str:
    """The example, its orders in a form that has titles."""
    text = EXAMPLE.replace('constant = "D"', 'constant = "D"\ntitle = "type"')
    return text.replace('form = "fixed"', f'form = "{form}"').replace(".txt", f".{form}").replace(
        "[[orders.first]]", "[[orders.last]]"
    )  # fmt: skip


# What is sent


def test_a_fixed_file_is_to_the_character_with_its_first_line(scene: Scene, tmp_path: Path) -> None:
    agreed(scene, tmp_path)
    payment_round = scene.released()
    path = sent(scene, payment_round, tmp_path)
    first, *lines = path.read_bytes().decode("cp1252").split("\r\n")[:-1]
    assert first == "E00000003000000000090000"
    assert {len(line) for line in lines} == {1 + 30 + 40 + 30 + 12}
    assert sorted(line[1:31].strip() for line in lines) == sorted(references(payment_round))
    assert {line[-12:] for line in lines} == {"000000030000"}
    assert path.name == f"JIGI_{payment_round.pk}_{payment_round.released_at:%Y%m%d}.txt"  # type: ignore[str-format]
    assert OrderFile.objects.get().total_xof == 90_000


@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_a_table_has_the_columns_of_the_agency_and_ends_by_its_totals(scene: Scene, tmp_path: Path, form: str) -> None:
    agreed(scene, tmp_path, titled(form))
    path = sent(scene, scene.released(), tmp_path)
    if form == "csv":
        first, *_, last = path.read_bytes().decode("cp1252").splitlines()
        assert (first, last) == ("type;reference;allocataire;compte;montant_fcfa", "E;3;90000")
        return
    with open_table(path) as table:
        rows = [cells for _, cells in table]
    assert list(table.header) == ["type", "reference", "allocataire", "compte", "montant_fcfa"]
    assert [row[4] for row in rows] == ["30000"] * 3 + [""] and rows[-1][:3] == ["E", "3", "90000"]


@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_a_name_that_a_spreadsheet_would_run_is_text(scene: Scene, tmp_path: Path, form: str) -> None:
    Person.objects.update(given_names="=2+5", surname="Koné")
    agreed(scene, tmp_path, titled(form))
    with open_table(sent(scene, scene.released(), tmp_path)) as table:
        assert {cells[2] for _, cells in table if cells[0] == "D"} == {"'=2+5 Koné"}


def test_the_same_orders_make_the_same_bytes(scene: Scene, tmp_path: Path) -> None:
    agreed(scene, tmp_path)
    payment_round = scene.released()
    first = sent(scene, payment_round, tmp_path)
    orders.write_again(payment_round, scene.agency, tmp_path / "deux", format="agency", by=scene.officer)
    assert (tmp_path / "deux" / first.name).read_bytes() == first.read_bytes()


def test_what_identifies_is_never_cut(scene: Scene, tmp_path: Path) -> None:
    agreed(scene, tmp_path, EXAMPLE.replace("width = 30", "width = 5"))
    with pytest.raises(Refused, match="ne tient pas sur 5 caractères"):
        sent(scene, scene.released(), tmp_path / "ordres")
    assert not list((tmp_path / "ordres").iterdir())


def test_no_file_leaves_without_an_agreement(scene: Scene, tmp_path: Path) -> None:
    with pytest.raises(Refused, match="Aucune forme de fichier"):
        sent(scene, scene.released(), tmp_path)


# What comes back


def test_the_words_and_marks_of_an_agency_are_read_as_agreed(scene: Scene, tmp_path: Path) -> None:
    agreed(scene, tmp_path)
    one, two, three = references(payment_round := scene.released())
    file = take(
        scene, tmp_path / "RET_1.csv", f"{one};00;30 000,00;10/02/2016;", f"{two};05;30 000;;absente",
        f"{three};99;30 000;10/02/2016;", "TOTAL;3;90 000;;",
    )  # fmt: skip
    assert states(payment_round) == ["paid", "absent", "open"]
    assert (file.paid_xof, file.exceptions) == (30_000, 1)
    assert ReturnLine.objects.get(status_read="99").outcome == "unreadable"
    assert not ReturnNotice.objects.exists()


@pytest.mark.parametrize("amount", ["30.000,00", "30,000.00", "29 999", "trente", "30 000,50", "-30 000"])
def test_an_amount_that_is_not_written_as_agreed_pays_nobody(scene: Scene, tmp_path: Path, amount: str) -> None:
    agreed(scene, tmp_path)
    one = references(payment_round := scene.released())[0]
    take(scene, tmp_path / "RET_1.csv", f"{one};00;{amount};10/02/2016;", "TOTAL;1;0;;")
    assert states(payment_round)[0] == "open"


@pytest.mark.parametrize("amount", ["30 000", "30.000,00", "30000"])
def test_without_marks_the_usual_ways_are_read(scene: Scene, tmp_path: Path, amount: str) -> None:
    agreed(scene, tmp_path, EXAMPLE.replace('thousands = " "\ndecimal = ","\n', ""))
    one = references(payment_round := scene.released())[0]
    take(scene, tmp_path / "RET_1.csv", f"{one};00;{amount};10/02/2016;", f"TOTAL;1;{amount};;")
    assert states(payment_round)[0] == "paid" and not ReturnNotice.objects.exists()


@pytest.mark.parametrize(
    ("last", "said"),
    [
        (["TOTAL;2;60 000;;"], "Le fichier annonce 2 lignes, ses lignes en font 1"),
        (["TOTAL;1;60 000;;"], "Le fichier annonce 60 000 FCFA, ses lignes en font 30000"),
        ([], "La ligne de total manque : le fichier est peut-être coupé"),
    ],
)
def test_totals_that_disagree_with_their_lines_are_said(
    scene: Scene, tmp_path: Path, last: list[str], said: str
) -> None:
    agreed(scene, tmp_path)
    one = references(scene.released())[0]
    take(scene, tmp_path / "RET_1.csv", f"{one};00;30 000;10/02/2016;", *last)
    assert said in ReturnNotice.objects.values_list("said", flat=True)


def test_a_fixed_return_is_cut_where_agreed(scene: Scene, tmp_path: Path) -> None:
    cut = "\n".join(
        f'[[returns.column]]\nis = "{name}"\nstart = {start}\nwidth = {width}'
        for name, start, width in (("reference", 2, 30), ("status", 32, 2), ("amount", 34, 12))
    )
    total = "".join(
        f'\n[[returns.total]]\nis = "{name}"\nstart = {start}\nwidth = {width}'
        for name, start, width in (("mark", 1, 1), ("count", 2, 8), ("sum", 34, 12))
    )
    head, _ = EXAMPLE.split("[[returns.column]]", 1)
    text = head.replace('[returns]\nform = "csv"', '[returns]\nform = "fixed"').replace('mark = "TOTAL"', 'mark = "T"')
    agreed(scene, tmp_path, text.replace('thousands = " "\ndecimal = ","\n', "") + cut + total)
    one, two, _ = references(payment_round := scene.released())
    lines = [f"D{one:<30}00000000030000", f"D{two:<30}12000000030000", f"T{'00000002':<32}000000060000"]
    path = tmp_path / "RET_1.csv"
    path.write_bytes("\r\n".join(lines).encode("cp1252"))
    returns.reconcile(path, scene.agency, by=scene.officer)
    assert states(payment_round) == ["paid", "refused", "open"] and not ReturnNotice.objects.exists()


def test_a_name_that_was_not_agreed_is_refused(scene: Scene, tmp_path: Path) -> None:
    agreed(scene, tmp_path)
    with pytest.raises(InputError, match="n’est pas celui des retours"):
        take(scene, tmp_path / "autre.csv", "x;00;1;;")
    assert not ReturnFile.objects.exists()


# Closed files


def sealed_for(recipient: str, **more: str) -> str:
    said = "".join(f"{key} = {value}\n" for key, value in more.items())
    return f'{EXAMPLE}\n[seal]\nrecipient = "{recipient}"\nsign = true\nreturns = true\n{said}'


def test_orders_are_sealed_to_the_agency_and_signed_by_us(scene: Scene, tmp_path: Path) -> None:
    agency = pyrage.x25519.Identity.generate()
    channel = agreed(scene, tmp_path, sealed_for(str(agency.to_public())))
    path = sent(scene, scene.released(), tmp_path)
    assert path.suffix == ".age" and b"JIGI" not in path.read_bytes()
    clear = tmp_path / "clair"
    clear.write_bytes(pyrage.decrypt(path.read_bytes(), [agency]))
    assert clear.read_bytes().startswith(b"E00000003")
    signature = path.with_name(f"{path.name}.sig").read_text()
    assert signatures.holds(clear, signature, channel.signing_public)
    clear.write_bytes(clear.read_bytes().replace(b"30000", b"30001", 1))
    assert not signatures.holds(clear, signature, channel.signing_public)


@pytest.mark.skipif(shutil.which("ssh-keygen") is None, reason="ssh-keygen n’est pas sur cette machine")
def test_an_agency_checks_our_signature_by_its_own_tool(tmp_path: Path) -> None:
    file, seed = tmp_path / "ordres.txt", bytes(range(32))
    file.write_text("ordres")
    (tmp_path / "signataires").write_text(f"jigi {signatures.public_of(seed)}\n")
    (tmp_path / "ordres.txt.sig").write_text(signatures.sign(file, seed))
    words = ["ssh-keygen", "-Y", "verify", "-f", str(tmp_path / "signataires"), "-I", "jigi", "-n", "jigi-ordres"]
    done = subprocess.run([*words, "-s", str(file) + ".sig"], stdin=file.open(), capture_output=True, check=False)
    assert done.returncode == 0, done.stderr


@settings(max_examples=25, deadline=None)
@given(st.binary(max_size=200), st.integers(0, 400))
def test_a_signature_that_was_touched_does_not_hold(
    tmp_path_factory: pytest.TempPathFactory, content: bytes, place: int
) -> None:
    file, seed = tmp_path_factory.mktemp("s") / "f", b"s" * 32
    file.write_bytes(content)
    good = signatures.sign(file, seed)
    at = place % len(good)
    touched = good[:at] + ("A" if good[at] != "A" else "B") + good[at + 1 :]
    assert signatures.holds(file, good, signatures.public_of(seed))
    assert not signatures.holds(file, touched, signatures.public_of(seed)) or good[at].isspace()
    assert not signatures.holds(file, good, signatures.public_of(b"t" * 32))


def test_a_return_is_opened_by_our_key_alone(scene: Scene, tmp_path: Path) -> None:
    other = pyrage.x25519.Identity.generate()
    channel = agreed(scene, tmp_path, sealed_for(str(other.to_public())))
    one = references(payment_round := scene.released())[0]
    clear = "\n".join([HEAD, f"{one};00;30 000;10/02/2016;", "TOTAL;1;30 000;;"]).encode()
    for key, name in ((str(other.to_public()), "RET_1.csv.age"), (channel.identity_public, "RET_2.csv.age")):
        path = tmp_path / name
        path.write_bytes(pyrage.encrypt(clear, [pyrage.x25519.Recipient.from_str(key)]))
    with pytest.raises(InputError, match="ne s’ouvre pas par notre clé"):
        returns.reconcile(tmp_path / "RET_1.csv.age", scene.agency, by=scene.officer)
    with pytest.raises(InputError, match="n’est pas chiffré"):
        take(scene, tmp_path / "RET_3.csv", f"{one};00;30 000;10/02/2016;")
    returns.reconcile(tmp_path / "RET_2.csv.age", scene.agency, by=scene.officer)
    assert states(payment_round)[0] == "paid"


def test_a_return_must_carry_the_signature_that_was_agreed(scene: Scene, tmp_path: Path) -> None:
    seed = b"a" * 32
    agreed(scene, tmp_path, f'{EXAMPLE}\n[seal]\nagency_signs = "{signatures.public_of(seed)}"\n')
    one = references(payment_round := scene.released())[0]
    path, line = tmp_path / "RET_1.csv", f"{one};00;30 000;10/02/2016;"
    with pytest.raises(InputError, match="n’est pas signé"):
        take(scene, path, line)
    beside = path.with_name("RET_1.csv.sig")
    beside.write_text(signatures.sign(path, b"b" * 32))
    with pytest.raises(InputError, match="n’est pas celle de l’agence"):
        take(scene, path, line)
    beside.write_text(signatures.sign(path, seed))
    take(scene, path, line)
    assert states(payment_round)[0] == "paid"


def test_a_workbook_is_locked_by_the_password_of_the_vault(scene: Scene, tmp_path: Path) -> None:
    channel = agreed(scene, tmp_path, titled("xlsx") + "\n[seal]\npassword = true\n", password="Baobab-2016")
    assert vault().unseal("channel", bytes(channel.password_sealed)) == "Baobab-2016"
    path = sent(scene, scene.released(), tmp_path)
    with path.open("rb") as file, (tmp_path / "ouvert.xlsx").open("wb") as clear:
        book = msoffcrypto.OfficeFile(file)
        assert book.is_encrypted()
        book.load_key(password="Baobab-2016", verify_password=True)
        book.decrypt(clear)
    with open_table(tmp_path / "ouvert.xlsx") as table:
        assert sum(1 for _ in table) == 4


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        ('form = "fixed"', 'form = "pdf"', "est inconnu ici"),
        ('name = "JIGI_{tour}_{jour}.txt"', 'name = "JIGI_{tour}{tour.pk}.txt"', "ne fait pas un nom"),
        ('name = "JIGI_{tour}_{jour}.txt"', 'name = "JIGI.txt"', "ne fait pas un nom"),
        ('"00" = "paid"', '"00" = "payé"', "est inconnu ici"),
        ('value = "reference"\nwidth = 30', 'value = "reference"', "chaque colonne dit sa largeur"),
        ('value = "montant_fcfa"', 'value = "nature"', "au moins sa référence et son montant"),
        ('is = "amount"', 'is = "status"', "est dit deux fois"),
        ('mark = "TOTAL"\n', "", "se reconnaît à sa marque"),
        ("# [seal]\n# recipient", "[seal]\nrecipient", "pas une clé publique age"),
    ],
)
def test_a_mistake_of_a_mapping_is_said_with_its_line(before: str, after: str, said: str) -> None:
    assert before in EXAMPLE
    with pytest.raises(InputError, match=said) as refused:
        read_channel(EXAMPLE.replace(before, after), "reglage.toml")
    assert refused.value.line and refused.value.remedy
