"""What devices recorded at the pay points: taken once, through the one path of returns; a double is counted once."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from jigi.foundation.errors import Refused
from jigi.foundation.models import User
from jigi.foundation.vault import discreet
from jigi.ledger import queries as ledger
from jigi.payments import corrections, queries, returns, site_lists, site_plans, site_records
from jigi.payments.models import (
    Entitlement,
    Instruction,
    PaymentRound,
    ReturnFile,
    ReturnLine,
    SiteDay,
    SiteDevice,
    SiteLine,
    SiteRecord,
    SiteSettlement,
)
from jigi.payments.site_records import Said, reference_of
from jigi.programmes.models import Agency
from tests.factories import make_user
from tests.kept import Kept, once
from tests.payments.scene import Scene
from tests.payments.test_site_plans import planned, staged

pytestmark = pytest.mark.django_db
ONE, OTHER = uuid.uuid4(), uuid.uuid4()


def cashier(agency: Agency, name: str = "caissiere") -> User:
    user = make_user(name, "agency_user")
    user.staff_postings.update(organisation=agency.code)
    return user


def _played(folder: Path) -> tuple[Scene, PaymentRound, User]:
    """Three recipients expected at one pay point, and the cashier who pays them."""
    scene, released = staged(3)
    planned(scene, released)
    return scene, released, cashier(scene.agency)


played_once = once("played", _played)


@pytest.fixture
def played(played_once: Kept[tuple[Scene, PaymentRound, User]], db: None) -> tuple[Scene, PaymentRound, User]:
    return played_once.copy()


def paid(line: SiteLine | None = None, amount_xof: int = 30_000) -> Said:
    line = line or SiteLine.objects.order_by("pk").first()
    assert line
    return Said(uuid.uuid4(), line.pk, "paid", "recipient", "card", amount_xof, timezone.now())


def absent(line: SiteLine) -> Said:
    return Said(uuid.uuid4(), line.pk, "absent", "", "", 0, timezone.now())


def outcomes(device: uuid.UUID, *said: Said, by: User) -> list[str]:
    return [one.outcome for one in site_records.take(device, said, by=by)]


def test_records_settle_their_orders_as_a_return_file_does(played: tuple[Scene, PaymentRound, User]) -> None:
    scene, released, by = played
    first, second, _ = SiteLine.objects.order_by("pk")
    assert outcomes(ONE, paid(first), absent(second), by=by) == ["taken", "taken"]
    statuses = Instruction.objects.filter(payment_round=released).values_list("status", flat=True)
    assert sorted(statuses) == ["absent", "open", "paid"]
    assert scene.balance("paid") == 30_000
    assert SiteSettlement.objects.get().record.said == "paid"
    assert ReturnFile.objects.get().made_by == by


def test_the_same_records_sent_again_change_nothing(played: tuple[Scene, PaymentRound, User]) -> None:
    scene, _, by = played
    one = paid()
    assert outcomes(ONE, one, by=by) == ["taken"]
    assert outcomes(ONE, one, by=by) == ["known"]
    assert outcomes(ONE, replace(one, receiver="alternate"), by=by) == ["refused"]
    assert (scene.balance("paid"), ReturnFile.objects.count(), SiteRecord.objects.count()) == (30_000, 1, 1)


def test_what_another_device_paid_already_is_a_double_that_waits(played: tuple[Scene, PaymentRound, User]) -> None:
    scene, _, by = played
    assert outcomes(ONE, paid(), by=by) == ["taken"]
    assert outcomes(OTHER, paid(), by=by) == ["double"]
    assert scene.balance("paid") == 30_000
    waiting = ReturnLine.objects.get(outcome="conflict")
    assert waiting.why.startswith("Payé deux fois") and len(waiting.why) <= 160
    assert list(queries.exceptions(scene.officer)) == [waiting]
    assert SiteSettlement.objects.count() == 1 and SiteRecord.objects.count() == 2


def test_a_double_is_listed_with_whose_hand_paid_it_until_it_is_dealt_with(
    played: tuple[Scene, PaymentRound, User],
) -> None:
    scene, _, by = played
    outcomes(ONE, paid(), by=by)
    outcomes(OTHER, paid(), by=cashier(scene.agency, "autre"))
    day = SiteDay.objects.get()
    (double,) = site_lists.doubles_of(day, by=by)
    assert double["cashier"] == "Autre (essai)" and double["amount_xof"] == 30_000 and double["waits"]
    returns.dismiss(ReturnLine.objects.get(outcome="conflict"), by=scene.officer, reason="rendu par le caissier")
    assert not site_lists.doubles_of(day, by=by)[0]["waits"]


def test_two_records_of_one_line_in_one_sending_are_a_double(played: tuple[Scene, PaymentRound, User]) -> None:
    scene, _, by = played
    assert outcomes(ONE, paid(), paid(), by=by) == ["taken", "double"]
    assert scene.balance("paid") == 30_000


def test_a_file_that_tells_the_same_payment_again_is_no_double(
    played: tuple[Scene, PaymentRound, User], tmp_path: Path
) -> None:
    scene, released, by = played
    outcomes(ONE, *(paid(line) for line in SiteLine.objects.all()), by=by)
    told = scene.answer(released, tmp_path / "retour.csv").return_file
    assert set(told.return_lines.values_list("outcome", flat=True)) == {"repeated"}
    assert scene.balance("paid") == 90_000


def test_two_devices_that_paid_what_a_file_told_first_are_a_double(
    played: tuple[Scene, PaymentRound, User], tmp_path: Path
) -> None:
    scene, _, by = played
    line = SiteLine.objects.order_by("pk")[0]
    order = Instruction.objects.get(household=line.household_id)
    scene.take(tmp_path / "retour.csv", [(order.reference, "PAYE", 30_000, "2016-02-10")])
    assert outcomes(ONE, paid(line), by=by) == ["taken"]
    assert outcomes(OTHER, paid(line), by=by) == ["double"], "the money left twice, whoever told it first"
    assert scene.balance("paid") == 30_000 and ReturnLine.objects.filter(outcome="conflict").count() == 1


def test_what_a_device_recorded_is_undone_line_by_line_and_may_be_settled_again(
    played: tuple[Scene, PaymentRound, User],
) -> None:
    scene, _, by = played
    outcomes(ONE, paid(), by=by)
    line = ReturnLine.objects.get()
    with pytest.raises(Refused, match="l’appareil d’un site"):
        corrections.undo_file(line.return_file, by=scene.officer, reason="erreur")
    order = Instruction.objects.get(pk=line.instruction_id)
    corrections.undo_line(line, by=scene.officer, reason="erreur")
    corrections.assign(line, order, by=scene.officer, reason="c’était lui")
    assert scene.balance("paid") == 30_000
    assert SiteSettlement.objects.filter(undone_at__isnull=True).count() == 1


def test_a_cashier_of_one_programme_records_no_payment_of_another(played: tuple[Scene, PaymentRound, User]) -> None:
    scene, _, by = played
    by.staff_postings.update(programme_code="autre")
    assert outcomes(ONE, paid(), by=by) == ["refused"] and scene.balance("paid") == 0


def test_a_payment_that_is_taken_back_frees_the_right_for_another_record(
    played: tuple[Scene, PaymentRound, User],
) -> None:
    scene, _, by = played
    outcomes(ONE, paid(), by=by)
    corrections.undo_line(ReturnLine.objects.get(), by=scene.officer, reason="faux appareil")
    assert scene.balance("paid") == 0 and SiteSettlement.objects.get().undone_at
    assert outcomes(OTHER, paid(), by=by) == ["taken"]
    assert scene.balance("paid") == 30_000


def test_cash_that_was_handed_over_is_never_refused_but_waits(played: tuple[Scene, PaymentRound, User]) -> None:
    scene, _, by = played
    first, second, third = SiteLine.objects.order_by("pk")
    assert outcomes(ONE, paid(first, 60_000), by=by) == ["waits"]
    assert outcomes(ONE, absent(second), by=by) == ["taken"]
    assert outcomes(OTHER, paid(second), by=by) == ["waits"]
    assert scene.balance("paid") == 0
    whys = sorted(ReturnLine.objects.filter(outcome__in=ReturnLine.EXCEPTIONS).values_list("outcome", "why"))
    assert whys == [("conflict", ""), ("unreadable", "Remis 60000 FCFA, la liste dit 30000.")]
    assert third.records.count() == 0


def test_arrears_are_paid_with_the_term(tmp_path: Path) -> None:
    scene, first = staged(1)
    scene.answer(first, tmp_path / "retour.csv", absent=1)
    scene.close(first)
    planned(scene, scene.released(2))
    by = cashier(scene.agency)
    (line,) = site_lists.lines_of(
        site_plans.plan_of(PaymentRound.objects.latest("pk"), scene.agency), verb="export", by=by
    )
    assert (line["right_xof"], line["arrears_xof"], line["total_xof"]) == (30_000, 30_000, 60_000)
    assert outcomes(ONE, paid(amount_xof=60_000), by=by) == ["taken"]
    assert set(Entitlement.objects.values_list("status", flat=True)) == {"paid"}
    assert SiteSettlement.objects.count() == 2


def test_another_agency_s_lines_are_not_taken_and_a_device_pays_for_one(
    played: tuple[Scene, PaymentRound, User],
) -> None:
    _, _, by = played
    other = Agency.objects.create(code="AUTRE", name="Autre", kind="cash")
    stranger = cashier(other, "autre")
    assert outcomes(ONE, paid(), by=stranger) == ["refused"]
    SiteDevice.objects.create(number=ONE, agency=other, seen_by=stranger)
    assert outcomes(ONE, paid(), by=by) == ["refused"]
    assert not SiteRecord.objects.exists()
    with pytest.raises(Refused, match="aucune agence"):
        outcomes(ONE, paid(), by=make_user("lecture", "social_officer"))


def test_a_clock_that_is_wrong_does_not_date_a_payment(played: tuple[Scene, PaymentRound, User]) -> None:
    _, _, by = played
    lines = SiteLine.objects.order_by("pk")
    ancient, future = datetime(2001, 1, 1, tzinfo=UTC), datetime(2100, 1, 1, tzinfo=UTC)
    outcomes(ONE, replace(paid(lines[0]), at=ancient), replace(paid(lines[1]), at=future), by=by)
    assert set(Instruction.objects.filter(status="paid").values_list("settled_on", flat=True)) == {timezone.localdate()}


def test_a_plan_whose_list_a_device_holds_is_not_made_anew(played: tuple[Scene, PaymentRound, User]) -> None:
    scene, released, by = played
    assert len(site_lists.load(SiteDay.objects.get(), by=by)) == 3
    with pytest.raises(Refused, match="déjà sortie"):
        planned(scene, released)


@given(number=st.uuids())
def test_the_name_of_a_record_never_passes_for_a_telephone(number: uuid.UUID) -> None:
    assert discreet(reference_of(number)) == reference_of(number)


def test_the_database_names_a_record_as_the_code_does() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT payments_site_reference(%s)", [ONE])
        assert cursor.fetchone()[0] == reference_of(ONE)


def lies(record: SiteRecord, other: SiteDevice) -> dict[str, Callable[[], object]]:
    settled = SiteSettlement.objects.get()
    said = {"receiver": "recipient", "means": "card", "amount_xof": 1, "recorded_at": timezone.now()}
    third = SiteLine.objects.order_by("-pk")[0]
    return {
        "site_settlement_one_live": lambda: SiteSettlement.objects.create(
            record=record, origin_round_id=settled.origin_round_id, entitlement_id=settled.entitlement_id,
            return_line=settled.return_line,
        ),
        "de sa ligne et de son agence": lambda: SiteSettlement.objects.create(
            record=SiteRecord.objects.create(
                number=uuid.uuid4(), device=record.device, line=third, said="paid", made_by=record.made_by, **said
            ),
            origin_round_id=settled.origin_round_id, entitlement_id=settled.entitlement_id,
            return_line=settled.return_line,
        ),
        "de son agence": lambda: SiteRecord.objects.create(
            number=uuid.uuid4(), device=other, line=third, said="paid", made_by=record.made_by, **said
        ),
        "site_record_says_who_received": lambda: SiteRecord.objects.create(
            number=uuid.uuid4(), device=record.device, line=third, said="absent", made_by=record.made_by, **said
        ),
        "ne se modifient": lambda: SiteRecord.objects.filter(pk=record.pk).update(amount_xof=5),
    }  # fmt: skip


@pytest.mark.parametrize(
    "refused",
    ["site_settlement_one_live", "de sa ligne et de son agence", "de son agence", "site_record_says_who_received",
     "ne se modifient"],
)  # fmt: skip
def test_the_database_refuses(played: tuple[Scene, PaymentRound, User], refused: str) -> None:
    _, _, by = played
    outcomes(ONE, paid(), by=by)
    other = SiteDevice.objects.create(
        number=OTHER, agency=Agency.objects.create(code="AUTRE", name="Autre", kind="cash"), seen_by=by
    )
    lie = lies(SiteRecord.objects.get(), other)[refused]
    with pytest.raises((DatabaseError, IntegrityError), match=refused), transaction.atomic():
        lie()


def test_the_trace_names_who_was_paid_and_the_accounts_agree(played: tuple[Scene, PaymentRound, User]) -> None:
    scene, _, by = played
    outcomes(ONE, *(paid(line) for line in SiteLine.objects.all()), by=by)
    assert scene.balance("agency") == 0 and scene.balance("paid") == 90_000
    assert ledger.accounts_of(scene.agreement.code)
