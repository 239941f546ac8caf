"""Orders as a bank reads them: pain.001.001.09, to the line and to the franc."""

from __future__ import annotations

import re
import tracemalloc
from pathlib import Path

import pytest

from jigi.foundation.errors import InputError, Refused
from jigi.foundation.models import AuditEvent
from jigi.payments import exchanges, orders
from jigi.payments.adapters import iso20022_accounts, iso20022_out
from jigi.payments.adapters.channel_file import SHIPPED, read_channel
from jigi.payments.models import AgencyChannel, Instruction, OrderFile, PayingAccount, PaymentRound
from jigi.registry.models import Person
from tests.kept import Kept, once
from tests.payments.bank import CHANNEL, RIB, banked, check_schema, read, spoken
from tests.payments.scene import Scene, peopled

pytestmark = pytest.mark.django_db

IBAN = "ML98ML0160120102600110066849"


def written(scene: Scene, payment_round: PaymentRound, folder: Path) -> Path:
    made = orders.write_orders(payment_round, scene.agency, folder, format="pain001", by=scene.officer)
    return folder / made.file_name


def _scene(tmp_path: Path) -> Scene:
    return banked(4, tmp_path, RIB, "ML0420120102600110066849", "ML016 01202 026001100668 49")


scene_once = once("scene", _scene)


@pytest.fixture
def scene(scene_once: Kept[Scene], db: None) -> Scene:
    return scene_once.copy()


def test_a_message_is_what_the_official_schema_says(scene: Scene, tmp_path: Path) -> None:
    check_schema(written(scene, scene.released(), tmp_path), "pain.001.001.09")


def test_each_bank_paid_is_a_part_with_its_own_count_and_sum(scene: Scene, tmp_path: Path) -> None:
    payment_round = scene.released()
    root = read(written(scene, payment_round, tmp_path))
    parts = {part.findtext("PmtInfId", ""): part for part in root.iter("PmtInf")}
    message = f"JIGI-T{payment_round.pk}-A{scene.agency.pk}-C{scene.agreement.pk}"
    assert list(parts) == [message, f"{message}-ML016", f"{message}-ML042"]
    for part, lines in zip(parts.values(), (1, 2, 1), strict=True):
        amounts = [int(line.text or "") for line in part.iter("InstdAmt")]
        assert (part.findtext("NbOfTxs"), part.findtext("CtrlSum")) == (str(lines), str(sum(amounts)))
        assert part.findtext("DbtrAcct/Id/Othr/Id") == RIB
    header = root.find("CstmrCdtTrfInitn/GrpHdr")
    assert header is not None
    assert (header.findtext("NbOfTxs"), header.findtext("CtrlSum")) == ("4", "120000")


def test_every_order_is_there_once_under_our_reference_in_whole_francs(scene: Scene, tmp_path: Path) -> None:
    payment_round = scene.released()
    root = read(written(scene, payment_round, tmp_path))
    sent = sorted(one.text or "" for one in root.iter("EndToEndId"))
    assert sent == sorted(Instruction.objects.values_list("reference", flat=True))
    assert {(one.get("Ccy"), one.text) for one in root.iter("InstdAmt")} == {("XOF", "30000")}


def test_the_account_is_told_as_banks_know_it(tmp_path: Path) -> None:
    scene = banked(2, tmp_path, IBAN)
    root = read(written(scene, scene.released(), tmp_path))
    assert [one.text for one in root.iter("IBAN")] == [IBAN]
    assert {one.findtext("FinInstnId/BICFI") or one.findtext("FinInstnId/ClrSysMmbId/MmbId")
            for one in root.iter("CdtrAgt")} == {"ML016", "BDMAMLBA"}  # fmt: skip


def test_the_same_orders_make_the_same_bytes(scene: Scene, tmp_path: Path) -> None:
    payment_round = scene.released()
    first = written(scene, payment_round, tmp_path / "un")
    orders.write_again(payment_round, scene.agency, tmp_path / "deux", format="pain001", by=scene.officer)
    assert (tmp_path / "deux" / first.name).read_bytes() == first.read_bytes()
    made, told = OrderFile.objects.get(), AuditEvent.objects.filter(verb="export").earliest("id")
    assert (made.format, made.lines, made.total_xof) == ("pain001", 4, 120_000)
    assert told.after["sha256"] == made.file_hash and told.subjects == sorted(scene.households)


def test_a_name_is_written_in_the_letters_of_banks_and_runs_nothing(scene: Scene, tmp_path: Path) -> None:
    Person.objects.update(given_names="Aïssata <b>", surname="N’Diaye & Koné")
    path = written(scene, scene.released(), tmp_path)
    assert "<Cdtr><Nm>Aissata b N'Diaye Kone</Nm></Cdtr>" in path.read_text(encoding="utf-8")


def test_a_message_leaves_for_an_agency_that_speaks_it_only(tmp_path: Path) -> None:
    scene = peopled(1)
    with pytest.raises(Refused, match="ne reçoit pas d’ordres en ISO 20022"):
        written(scene, scene.released(), tmp_path)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("number", ["", "ML98ML0160120102600110066848", "compte courant n° 4/5"])
def test_an_account_that_no_bank_holds_stops_the_file(tmp_path: Path, number: str) -> None:
    scene = banked(1, tmp_path, number)
    payment_round, folder = scene.released(), tmp_path / "ordres"
    with pytest.raises((Refused, InputError), match="ordre") as refused:
        written(scene, payment_round, folder)
    assert refused.value.remedy and not list(folder.iterdir())


def test_money_without_an_account_that_pays_does_not_leave(tmp_path: Path) -> None:
    scene = banked(1, tmp_path)
    PayingAccount.objects.all().delete()
    with pytest.raises(Refused, match="Aucun compte payeur"):
        written(scene, scene.released(), tmp_path)


def test_a_message_is_written_in_constant_memory(scene: Scene, tmp_path: Path) -> None:
    write = iso20022_out.writer(scene.released(), scene.agency)
    row = ["1-2-1-30", "", "Awa Keïta", "", "", RIB, "30000", "droit", "échéance 1", "", str(scene.agreement.pk)]
    tracemalloc.start()
    assert write(tmp_path / "grand.xml", (list(row) for _ in range(5_000))) == (5_000, 150_000_000)
    assert tracemalloc.get_traced_memory()[1] < 1 << 20
    tracemalloc.stop()
    assert len(re.findall("<CdtTrfTxInf>", (tmp_path / "grand.xml").read_text())) == 5_000


# The exchange


def test_a_setting_is_loaded_whole_and_told(tmp_path: Path) -> None:
    scene = peopled(1)
    channel = spoken(scene, tmp_path)
    told = AuditEvent.objects.get(verb="configure")
    assert told.after == {
        "agency": "AGENCE-A", "kind": "iso20022", "file": "reglage.toml", "sha256": channel.file_hash
    }  # fmt: skip
    assert channel.accounts.get().number == RIB


@pytest.mark.parametrize(
    ("before", "after", "line", "said"),
    [
        ('bic = "BDMAMLBA"\n[[', 'bic = "bdm"\n[[', 7, "n’a pas la forme"),
        ("IDA-tm", "IDA-xx", 9, "n’est pas une convention"),
        ("100668 49", "100668 49 !", 11, "n’est pas un numéro de compte"),
        ('source = "essai"', 'sourse = "essai"', 1, "Il manque « source »"),
    ],
)
def test_a_mistake_of_a_setting_is_said_with_its_line(
    tmp_path: Path, before: str, after: str, line: int, said: str
) -> None:
    scene = peopled(1)
    with pytest.raises(InputError, match=said) as refused:
        spoken(scene, tmp_path, CHANNEL.replace(before, after, 1))
    assert refused.value.line == line
    assert not AgencyChannel.objects.exists()


def test_a_setting_is_for_the_administration(tmp_path: Path) -> None:
    scene = peopled(1)
    (tmp_path / "r.toml").write_text(CHANNEL, encoding="utf-8")
    with pytest.raises(Refused, match="régler l’échange"):
        exchanges.configure(scene.agency, tmp_path / "r.toml", by=scene.officer)


def test_the_examples_that_are_shipped_can_be_read() -> None:
    for path in SHIPPED.glob("*.toml"):
        assert read_channel(path.read_text(encoding="utf-8"), path).kind


@pytest.mark.parametrize(
    ("text", "plain", "bank"),
    [
        ("ml016 01201 026001100668 49", RIB, "ML016"),
        ("ML98 ML01 6012 0102 6001 1006 6849", IBAN, "ML016"),
        ("+223 76 00 00 01", "+22376000001", ""),
        ("FR1420041010050500013M02606", "FR1420041010050500013M02606", ""),
    ],
)
def test_an_account_says_its_bank(text: str, plain: str, bank: str) -> None:
    assert iso20022_accounts.plain(text) == plain
    assert iso20022_accounts.bank(plain) == bank
