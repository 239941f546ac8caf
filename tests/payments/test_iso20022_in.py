"""What a bank answers in ISO 20022, and what it does to orders, to rights and to money: the same as any return."""

from __future__ import annotations

from pathlib import Path

import pytest

from jigi.foundation.errors import InputError
from jigi.ledger.queries import prove
from jigi.payments import returns
from jigi.payments.adapters.iso20022_in import reasons
from jigi.payments.models import Entitlement, PaymentRound, ReturnFile, ReturnLine, ReturnNotice
from tests.kept import Kept, once
from tests.payments.bank import RIB, banked, check_schema
from tests.payments.messages import batch, camt, detail, detail_02, entry, pain002, part, references, states, status
from tests.payments.scene import Scene

pytestmark = pytest.mark.django_db


def _scene(tmp_path: Path) -> Scene:
    return banked(4, tmp_path, RIB, RIB)


scene_once = once("scene", _scene)


@pytest.fixture
def scene(scene_once: Kept[Scene], db: None) -> Scene:
    return scene_once.copy()


@pytest.fixture
def sent(scene: Scene) -> PaymentRound:
    return scene.released()


def message(scene: Scene, sent: PaymentRound) -> str:
    return f"JIGI-T{sent.pk}-A{scene.agency.pk}"


def taken(scene: Scene, path: Path) -> ReturnFile:
    return returns.reconcile(path, scene.agency, by=scene.officer).return_file


def notices() -> list[tuple[str, str]]:
    return list(ReturnNotice.objects.order_by("id").values_list("kind", "said"))


# pain.002


@pytest.mark.parametrize("version", ["03", "10", "14"])
def test_a_status_answers_each_payment_that_it_names(
    scene: Scene, sent: PaymentRound, tmp_path: Path, version: str
) -> None:
    one, two, three, _ = references(sent)
    said = part("P", status(one, "ACSC"), status(two, "RJCT", "AC04"), status(three, "ACSP"))
    path = pain002(tmp_path, message(scene, sent), said, version=version)
    file = taken(scene, path)
    assert (file.lines, file.paid, file.paid_xof, file.unpaid, file.exceptions) == (2, 1, 30_000, 1, 0)
    assert states(sent) == ["paid", "refused", "open", "open"]
    assert ReturnLine.objects.get(outcome="refused").reason_read == "AC04 · compte clos"
    assert ("pending", "ACSP · acceptés, en règlement : 1") in notices()
    assert scene.balance("paid") == 30_000 and prove().balanced


def test_our_example_of_a_status_is_what_the_official_schema_says(
    scene: Scene, sent: PaymentRound, tmp_path: Path
) -> None:
    said = part("P", *(status(one, "RJCT", "AC04") for one in references(sent)))
    check_schema(pain002(tmp_path, message(scene, sent), said), "pain.002.001.10")


def test_a_message_rejected_whole_refuses_each_of_its_orders(scene: Scene, sent: PaymentRound, tmp_path: Path) -> None:
    taken(scene, pain002(tmp_path, message(scene, sent), code="RJCT", reason="AM10", lines=4, total=120_000))
    assert states(sent) == ["refused"] * 4
    assert set(ReturnLine.objects.values_list("reason_read", flat=True)) == {"AM10 · total de contrôle incorrect"}
    assert Entitlement.objects.filter(status="owed").count() == 4 and prove().balanced


def test_a_part_rejected_refuses_its_orders_only(scene: Scene, sent: PaymentRound, tmp_path: Path) -> None:
    name = f"{message(scene, sent)}-C{scene.agreement.pk}"
    taken(
        scene,
        pain002(
            tmp_path, message(scene, sent), part(f"{name}-ML016", code="RJCT"), part(name, code="ACSC"), code="PART"
        ),
    )
    assert sorted(states(sent)) == ["paid", "paid", "refused", "refused"]
    assert states(sent)[:2] == ["refused"] * 2
    assert notices()[0] == ("group", f"{message(scene, sent)} : PART · acceptés en partie")


def test_in_a_partial_acceptance_the_unnamed_stay_open(scene: Scene, sent: PaymentRound, tmp_path: Path) -> None:
    one = references(sent)[0]
    taken(scene, pain002(tmp_path, message(scene, sent), part("P", status(one, "RJCT", "BE06"), code="PART")))
    assert states(sent) == ["refused", "open", "open", "open"]


@pytest.mark.parametrize("figures", [{"lines": 3}, {"total": 119_999}, {"lines": 4, "total": 1}])
def test_a_group_whose_figures_are_not_ours_answers_for_nobody(
    scene: Scene, sent: PaymentRound, tmp_path: Path, figures: dict[str, int]
) -> None:
    taken(scene, pain002(tmp_path, message(scene, sent), code="ACSC", **figures))
    assert states(sent) == ["open"] * 4
    assert ReturnLine.objects.get().outcome == "unreadable" and notices()[0][0] == "total"


def test_a_message_of_another_agency_answers_for_nobody(scene: Scene, sent: PaymentRound, tmp_path: Path) -> None:
    taken(scene, pain002(tmp_path, f"JIGI-T{sent.pk}-A{scene.agency.pk + 1}", code="RJCT"))
    assert states(sent) == ["open"] * 4


def test_a_message_acknowledged_is_told_and_pays_nobody(scene: Scene, sent: PaymentRound, tmp_path: Path) -> None:
    file = taken(scene, pain002(tmp_path, message(scene, sent), code="ACTC"))
    assert file.lines == 0 and states(sent) == ["open"] * 4
    assert notices() == [("group", f"{message(scene, sent)} : ACTC · validés techniquement")]


def test_a_status_that_nobody_knows_is_an_exception(scene: Scene, sent: PaymentRound, tmp_path: Path) -> None:
    one = references(sent)[0]
    taken(scene, pain002(tmp_path, message(scene, sent), part("P", status(one, "YOLO"))))
    assert ReturnLine.objects.get().outcome == "unreadable" and states(sent)[0] == "open"


def test_a_status_said_twice_is_repeated_and_the_same_file_known(
    scene: Scene, sent: PaymentRound, tmp_path: Path
) -> None:
    one, two, *_ = references(sent)
    said = part("P", *(status(ref, code) for ref in (one, two) for code in ("RJCT", "RJCT")))
    path = pain002(tmp_path, message(scene, sent), said)
    taken(scene, path)
    assert sorted(ReturnLine.objects.values_list("outcome", flat=True)) == ["refused"] * 2 + ["repeated"] * 2
    assert returns.reconcile(path, scene.agency, by=scene.officer).known


# camt.053 and camt.054


@pytest.mark.parametrize("kind", ["054.001.08", "053.001.08", "054.001.12"])
def test_a_booked_debit_is_a_payment_and_a_return_takes_it_back(
    scene: Scene, sent: PaymentRound, tmp_path: Path, kind: str
) -> None:
    one, two, *_ = references(sent)
    paid = entry(60_000, detail(one), detail(two), batch=batch("P", 2, 60_000))
    taken(scene, camt(tmp_path, paid, kind=kind, closing=940_000))
    assert states(sent)[:2] == ["paid", "paid"] and not notices()
    back = entry(30_000, detail(two, back="AC06"), direction="CRDT")
    taken(scene, camt(tmp_path, back, kind=kind, name="retour.xml", statement="R-2", closing=1_030_000))
    assert states(sent)[:2] == ["paid", "reversed"]
    assert ReturnLine.objects.get(outcome="reversed").reason_read == "AC06 · compte bloqué"
    assert scene.balance("paid") == 30_000 and prove().balanced


def test_the_version_02_is_read_as_it_writes_amounts_and_states(
    scene: Scene, sent: PaymentRound, tmp_path: Path
) -> None:
    one, two, three, _ = references(sent)
    entries = (
        entry(60_000, detail_02(one), detail_02(two), booked="BOOK"),
        entry(30_000, detail(three, None), booked="BOOK"),
    )
    path = camt(tmp_path, *entries, kind="054.001.02")
    taken(scene, path)
    assert states(sent) == ["paid", "paid", "paid", "open"]


def test_our_examples_of_entries_are_what_the_official_schemas_say(
    scene: Scene, sent: PaymentRound, tmp_path: Path
) -> None:
    one, two, *_ = references(sent)
    said = entry(60_000, detail(one), detail(two, back="AC06"), batch=batch("P", 2, 60_000))
    for kind in ("054.001.08", "053.001.08"):
        check_schema(camt(tmp_path, said, kind=kind), f"camt.{kind}")
    old = entry(60_000, detail_02(one), detail_02(two), booked="BOOK")
    check_schema(camt(tmp_path, old, kind="054.001.02"), "camt.054.001.02")


def test_a_return_that_comes_with_its_payment_ends_as_a_return(
    scene: Scene, sent: PaymentRound, tmp_path: Path
) -> None:
    one = references(sent)[0]
    both = entry(30_000, detail(one)), entry(30_000, detail(one), direction="CRDT", reversal=True)
    taken(scene, camt(tmp_path, *both))
    assert states(sent)[0] == "reversed" and scene.balance("paid") == 0


def test_a_return_of_another_amount_takes_nothing_back(scene: Scene, sent: PaymentRound, tmp_path: Path) -> None:
    one = references(sent)[0]
    both = entry(30_000, detail(one)), entry(10_000, detail(one, 10_000, back="AM09"), direction="CRDT")
    taken(scene, camt(tmp_path, *both))
    assert states(sent)[0] == "paid" and scene.balance("paid") == 30_000
    assert ReturnLine.objects.get(amount_xof=10_000).outcome == "wrong_amount"


@pytest.mark.parametrize(
    ("direction", "changes", "outcome"),
    [
        ("CRDT", {}, "unreadable"),
        ("DBIT", {"reversal": True}, "unreadable"),
        ("DBIT", {"booked": "<Cd>PDNG</Cd>"}, ""),
    ],
)
def test_what_an_entry_does_not_say_plainly_pays_nobody(
    scene: Scene, sent: PaymentRound, tmp_path: Path, direction: str, changes: dict[str, object], outcome: str
) -> None:
    one = references(sent)[0]
    taken(scene, camt(tmp_path, entry(30_000, detail(one), direction=direction, **changes)))  # type: ignore[arg-type]
    assert states(sent)[0] == "open"
    assert list(ReturnLine.objects.values_list("outcome", flat=True)) == ([outcome] if outcome else [])


@pytest.mark.parametrize(("amount", "currency"), [(29_999, "XOF"), (30_000, "EUR")])
def test_another_amount_or_money_pays_nobody(
    scene: Scene, sent: PaymentRound, tmp_path: Path, amount: int, currency: str
) -> None:
    one = references(sent)[0]
    taken(scene, camt(tmp_path, entry(30_000, detail(one, amount, currency=currency))))
    assert states(sent)[0] == "open" and ReturnLine.objects.get().outcome in ReturnLine.EXCEPTIONS


def test_a_batch_without_its_details_pays_nobody_and_is_told(scene: Scene, sent: PaymentRound, tmp_path: Path) -> None:
    taken(scene, camt(tmp_path, entry(120_000, batch=batch("LOT", 4, 120_000))))
    assert states(sent) == ["open"] * 4
    assert notices()[0][1].startswith("Lot LOT de 120000 FCFA comptabilisé sans détail")


def test_a_batch_whose_details_do_not_add_up_is_told(scene: Scene, sent: PaymentRound, tmp_path: Path) -> None:
    one, two, *_ = references(sent)
    taken(scene, camt(tmp_path, entry(70_000, detail(one), detail(two), batch=batch("LOT", 3, 70_000))))
    assert notices() == [
        ("total", "Lot LOT : 70000 FCFA pour des détails qui font 60000 FCFA"),
        ("total", "Lot LOT : 3 opérations annoncées, 2 détaillées"),
    ]


def test_what_is_not_about_our_orders_is_counted_not_queued(scene: Scene, sent: PaymentRound, tmp_path: Path) -> None:
    file = taken(scene, camt(tmp_path, entry(1_500), entry(900, detail("NOTPROVIDED", 900))))
    assert file.lines == 0
    assert notices() == [("other", "Opérations de la banque sans référence à nos ordres : 2")]


def test_the_statement_of_another_account_is_refused(scene: Scene, sent: PaymentRound, tmp_path: Path) -> None:
    path = camt(tmp_path, entry(30_000, detail(references(sent)[0])), number="ML0160120299999999999949")
    with pytest.raises(InputError, match="un compte qui ne paie pas par cette agence"):
        taken(scene, path)
    assert not ReturnFile.objects.exists() and states(sent) == ["open"] * 4


def test_reasons_are_told_in_french() -> None:
    assert len(reasons()) > 80 and all(label == label.strip() and label for label in reasons().values())
