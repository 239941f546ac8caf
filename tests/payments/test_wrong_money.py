"""The wrong money seen in other systems, each tried on real PostgreSQL; numbered as in the list of peers."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction

from jigi.enrolment import actions as enrolment
from jigi.enrolment.actions import enrol_households
from jigi.enrolment.models import Cohort, Enrolment
from jigi.foundation.errors import Refused
from jigi.foundation.models import User
from jigi.geography.models import StaffPosting
from jigi.ledger.queries import prove
from jigi.payments import actions, orders, pipeline, rules
from jigi.payments.models import Entitlement, Instruction, PaymentRound, ReturnFile, ReturnLine
from jigi.programmes.models import AgencyAccount
from jigi.registry.models import Household, Membership, Person
from jigi.targeting.actions import open_round as open_campaign
from tests.factories import (
    make_areas,
    make_commune,
    make_component,
    make_enrolments,
    make_households,
    make_user,
    make_village,
)
from tests.payments.forms import cells_of, imported, interview, orders_of, recipient
from tests.payments.scene import peopled, stage

pytestmark = pytest.mark.django_db


def paid_households() -> Counter[int]:
    """How many orders each household has."""
    return Counter(Instruction.objects.values_list("household_id", flat=True))


# 1. A payroll filtered to an empty village paid everyone.


def test_1_a_round_of_no_commune_is_refused() -> None:
    scene = peopled(3)
    with pytest.raises(Refused, match="Aucune commune n’est choisie"):
        scene.open(communes=[])
    assert not PaymentRound.objects.exists()


def test_1_a_round_left_without_communes_pays_nobody() -> None:
    scene = peopled(3)
    empty = scene.open()
    empty.communes.all().delete()
    with pytest.raises(Refused, match="ne paierait personne"):
        actions.prepare(empty, by=scene.maker)
    assert not Entitlement.objects.exists()


def test_1_a_round_of_an_empty_commune_pays_nobody() -> None:
    scene = peopled(3, communes=("ML010501", "ML010502"))
    with pytest.raises(Refused, match="ne paierait personne"):
        scene.prepared(communes=scene.communes[1:])
    assert not Instruction.objects.exists()


def test_1_an_empty_list_enrols_nobody() -> None:
    scene = stage()
    make_households(3, make_village(scene.communes[0]))
    with pytest.raises(Refused, match="liste est vide"):
        enrol_households(scene.component, [], cohort_name="vide", by=scene.maker)
    assert not Enrolment.objects.exists()


def test_1_a_campaign_of_no_area_is_refused() -> None:
    scene = stage()
    with pytest.raises(Refused):
        open_campaign("vide", [], programme_code="tm", formula=None, quota_total=10, by=scene.maker)


# 2. Household plans ignored the location filter.


def test_2_a_round_pays_in_its_communes_only() -> None:
    scene = stage(communes=("ML010501", "ML010502"))
    here, elsewhere = scene.communes
    scene.enrol(make_households(3, make_village(here)) + make_households(4, make_village(elsewhere)))
    paying = scene.released(communes=[elsewhere])
    assert (paying.entitlements, paying.entitlements_xof) == (4, 120_000)
    assert set(Instruction.objects.values_list("commune", flat=True)) == {elsewhere.pk}


def test_2_a_commune_of_another_programme_is_refused() -> None:
    scene = peopled(3)
    with pytest.raises(Refused, match="hors des communes"):
        scene.open(communes=[*scene.communes, make_commune("ML010503")])


# 3. The same round generated twice made a second set of payments.


def test_3_the_same_term_is_opened_once() -> None:
    scene = peopled(3)
    scene.released()
    with pytest.raises(Refused, match="déjà dans un tour de l’échéance 1"):
        scene.open()
    assert set(paid_households().values()) == {1}


def test_3_two_rounds_of_a_term_share_no_commune() -> None:
    scene = peopled(3, communes=("ML010501", "ML010502"))
    scene.released(communes=scene.communes[:1])
    with pytest.raises(Refused, match="déjà dans un tour de l’échéance 1"):
        scene.open()
    assert PaymentRound.objects.count() == 1


def test_3_a_round_is_prepared_once() -> None:
    scene = peopled(3)
    payment_round = scene.prepared()
    with pytest.raises(Refused, match="« Préparer » est impossible"):
        actions.prepare(payment_round, by=scene.maker)
    assert set(paid_households().values()) == {1}


def test_3_a_household_that_moves_between_two_rounds_of_a_term_is_paid_once() -> None:
    scene = peopled(3, communes=("ML010501", "ML010502"))
    first, second = scene.communes
    scene.enrol(make_households(1, make_village(second)))
    scene.released(communes=[first])
    Enrolment.objects.filter(commune=first).update(commune=second)
    assert scene.released(communes=[second]).entitlements == 1
    assert set(paid_households().values()) == {1}


# 4. Three identical import rows gave three enrolments, so three payments.


def test_4_three_identical_rows_are_one_payment(tmp_path: Path) -> None:
    scene = stage()
    make_village(scene.communes[0])
    imported(tmp_path, [interview("F1")] * 3, [recipient("F1")] * 3)
    household = Household.objects.get()
    assert Person.objects.count() == 1
    enrol_households(scene.component, [household.pk] * 3, cohort_name="liste", by=scene.maker)
    assert Enrolment.objects.count() == 1
    assert scene.released().entitlements == 1
    assert paid_households() == {household.pk: 1}


def test_4_a_household_enrolled_again_by_another_list_is_paid_once() -> None:
    scene = stage()
    households = make_households(2, make_village(scene.communes[0]))
    enrol_households(scene.component, households[:1], cohort_name="première", by=scene.maker)
    second = enrol_households(scene.component, households, cohort_name="seconde", by=scene.maker)
    assert (second.enrolled, second.already_enrolled) == (1, 1)
    assert scene.released().entitlements == 2


# 5. Sizes that Mali exceeds: 32,767 beneficiaries, a billion, 50 splits.


@pytest.mark.parametrize("households", [4_000, pytest.param(40_000, marks=pytest.mark.size)])
def test_5_forty_thousand_households_and_amounts_beyond_32_bits(households: int) -> None:
    scene = peopled(households, amount_xof=3_000_000_000, money=10**15)
    paying, total_xof = scene.released(), households * 3_000_000_000
    assert (paying.entitlements, paying.entitlements_xof) == (households, total_xof)
    assert scene.balance("agency") == total_xof
    assert scene.balance("available") == 10**15 - total_xof
    assert prove().balanced


def test_5_amounts_beyond_32_bits_come_through_a_return(tmp_path: Path) -> None:
    scene = peopled(3, amount_xof=3_000_000_000, money=9_000_000_000)
    taken = scene.answer(scene.released(), tmp_path / "retour.csv").return_file
    assert taken.paid_xof == scene.balance("paid") == 9_000_000_000
    assert scene.balance("available") == 0 and prove().balanced


def test_5_sixty_agreements_fund_one_round() -> None:
    communes = make_areas(60, 1).communes
    component = make_component(communes, fundings={f"DON-{n}": [area] for n, area in enumerate(communes)})
    make_enrolments(component, [make_households(1, make_village(area))[0] for area in communes])
    hands = [make_user(role, role) for role in ("programme_manager", "coordinator", "treasurer")]
    paying = actions.open_round(component, 1, communes, by=hands[0])
    for verb, hand in ((actions.prepare, 0), (actions.freeze, 0), (actions.approve, 1), (actions.release, 2)):
        paying = verb(paying, by=hands[hand])
    held = AgencyAccount.objects.filter(funding_line__component=component)
    assert [a.account.balance_xof for a in held.select_related("account")] == [30_000] * 60
    assert prove().balanced


# 6. An unknown code in a return file stopped reconciliation half-way, earlier lines already committed.


def test_6_lines_that_match_nothing_stop_no_other_line(tmp_path: Path) -> None:
    scene = peopled(3)
    first, second, third = orders_of(scene.released())
    taken = scene.take(
        tmp_path / "retour.csv",
        [(first, "PAYE", 30_000, ""), ("9-9-9-99", "PAYE", 30_000, ""), (second, "XYZ", 30_000, ""),
         ("", "PAYE", 30_000, ""), (third, "PAYE", 30_000, "")],
    ).return_file  # fmt: skip
    assert (taken.lines, taken.paid, taken.exceptions) == (5, 2, 3)
    outcomes = ReturnLine.objects.order_by("line").values_list("outcome", flat=True)
    assert list(outcomes) == ["paid", "unknown", "unreadable", "unreadable", "paid"]
    assert scene.balance("paid") == 60_000


@pytest.mark.parametrize("statement", ["take_lines", "settle_postings", "settle_entitlements"])
def test_6_a_failure_half_way_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, statement: str) -> None:
    scene = peopled(3)
    payment_round = scene.released()
    with monkeypatch.context() as broken:
        broken.setattr(pipeline, "run_sql", failing_after(statement, pipeline.run_sql))
        with pytest.raises(OSError, match="coupure"):
            scene.answer(payment_round, tmp_path / "retour.csv")
    assert not ReturnFile.objects.exists() and not ReturnLine.objects.exists()
    assert set(Instruction.objects.values_list("status", flat=True)) == {"open"}
    assert scene.balance("paid") == 0 and prove().balanced
    scene.answer(payment_round, tmp_path / "retour.csv")
    assert scene.balance("paid") == 90_000 and prove().balanced


def failing_after(statement: str, run: Callable[..., int]) -> Callable[..., int]:
    def broken(package: str, name: str, *args: Any, **options: Any) -> int:
        count = run(package, name, *args, **options)
        if name == statement:
            raise OSError("coupure")
        return count

    return broken


# 7. A crash re-sent payments; another saved the provider's reference only after the answer.


def test_7_a_reference_is_stored_before_its_order_leaves(tmp_path: Path) -> None:
    scene = peopled(3)
    payment_round = scene.released()
    stored = orders_of(payment_round)
    assert stored == [
        rules.reference(line.origin_round_id, line.entitlement_id, line.attempt)
        for line in Instruction.objects.order_by("id")
    ]
    assert sorted(cells_of(scene.order_file(payment_round, tmp_path), "reference")) == sorted(stored)


def test_7_orders_written_again_are_the_same_file(tmp_path: Path) -> None:
    scene = peopled(3)
    payment_round = scene.released()
    first, second = (scene.order_file(payment_round, tmp_path / name) for name in ("un", "deux"))
    assert first.read_bytes() == second.read_bytes()
    assert len(set(payment_round.order_files.values_list("file_hash", flat=True))) == 1


def test_7_the_same_return_file_pays_once(tmp_path: Path) -> None:
    scene = peopled(3)
    payment_round = scene.released()
    first = scene.answer(payment_round, tmp_path / "retour.csv")
    again = scene.answer(payment_round, tmp_path / "retour (1).csv")
    assert (first.known, again.known) == (False, True)
    assert again.return_file == first.return_file
    assert scene.balance("paid") == 90_000


def test_7_an_answer_sent_again_in_another_file_pays_once(tmp_path: Path) -> None:
    scene = peopled(3)
    payment_round = scene.released()
    scene.answer(payment_round, tmp_path / "retour.csv")
    rows = [(reference, "payé", "30 000", "2016-03-01") for reference in orders_of(payment_round)]
    again = scene.take(tmp_path / "autre.csv", rows).return_file
    assert (again.lines, again.paid, again.exceptions) == (3, 0, 0)
    assert set(again.return_lines.values_list("outcome", flat=True)) == {"repeated"}
    assert scene.balance("paid") == 90_000 and prove().balanced


# 8. One user created, approved, authorised and released the same plan.


def become(by: User, role: str) -> User:
    """The same person in another post: one person never holds two of these roles at once."""
    StaffPosting.objects.filter(user=by).update(role=role)
    return by


def test_8_who_opened_a_round_can_not_approve_it() -> None:
    scene = peopled(3)
    frozen = actions.freeze(scene.prepared(), by=scene.maker)
    with pytest.raises(Refused, match="Vous avez ouvert ce tour"):
        actions.approve(frozen, by=become(scene.maker, "coordinator"))


def test_8_who_froze_a_list_can_not_approve_it_even_from_an_old_page() -> None:
    scene = peopled(3)
    by = make_user("gele", "programme_manager")
    old_page = scene.prepared()
    actions.freeze(old_page, by=by)
    with pytest.raises(Refused, match="Vous avez gelé ce tour"):
        actions.approve(old_page, by=become(by, "coordinator"))


def test_8_who_made_or_approved_a_round_can_not_release_it() -> None:
    scene = peopled(3)
    by = make_user("approuve", "coordinator")
    frozen = actions.freeze(scene.prepared(), by=scene.maker)
    approved = actions.approve(frozen, by=by)
    with pytest.raises(Refused, match="Vous avez approuvé ce tour"):
        actions.release(approved, by=become(by, "treasurer"))
    with pytest.raises(Refused, match="Vous avez ouvert ce tour"):
        actions.release(approved, by=become(scene.maker, "treasurer"))


def test_8_who_enrolled_households_can_not_release_their_money() -> None:
    scene = peopled(3)
    approved = actions.approve(actions.freeze(scene.prepared(), by=scene.maker), by=scene.approver)
    enroller = make_user("inscrit", "programme_manager")
    Cohort.objects.update(made_by=enroller)
    with pytest.raises(Refused, match="Vous avez inscrit des ménages de ce tour"):
        actions.release(approved, by=become(enroller, "treasurer"))
    with pytest.raises(DatabaseError, match="ne le libère pas"), transaction.atomic():
        PaymentRound.objects.filter(pk=approved.pk).update(released_by=enroller)


def test_8_who_changed_a_recipient_can_not_release_their_money() -> None:
    scene = peopled(3)
    by = make_user("change", "programme_manager")
    one = Enrolment.objects.order_by("pk")[0]
    head = Membership.objects.get(household=one.household_id, relation="head").person
    enrolment.change_recipient(one, head, reason="départ", by=by)
    approved = actions.approve(actions.freeze(scene.prepared(), by=scene.maker), by=scene.approver)
    with pytest.raises(Refused, match="ou changé qui les reçoit"):
        actions.release(approved, by=become(by, "treasurer"))
    with pytest.raises(DatabaseError, match="ne le libère pas"), transaction.atomic():
        PaymentRound.objects.filter(pk=approved.pk).update(released_by=by)
    assert actions.release(approved, by=scene.treasurer).status == "released"


@pytest.mark.parametrize(
    ("lie", "constraint"),
    [
        ("approved_by_id = made_by_id", "round_approver_is_not_its_maker"),
        ("approved_by_id = frozen_by_id", "round_approver_is_not_its_maker"),
        ("released_by_id = made_by_id", "round_releaser_is_neither_maker_nor_approver"),
        ("released_by_id = approved_by_id", "round_releaser_is_neither_maker_nor_approver"),
    ],
)
def test_8_the_database_refuses_one_hand(lie: str, constraint: str) -> None:
    scene = peopled(1)
    payment_round = scene.released()
    Cohort.objects.update(made_by=make_user("inscrit"))
    with pytest.raises(IntegrityError, match=constraint), connection.cursor() as cursor:
        cursor.execute(f"UPDATE payments_paymentround SET {lie} WHERE id = {payment_round.pk}")


# 11. Phone and ID columns read as integers: leading zeros lost.

TELEPHONES = {"0007": "00223 01 00 00 01", "0008": "0701234"}


@pytest.mark.parametrize("format", ["csv", "xlsx"])
def test_11_telephones_and_numbers_stay_text_from_the_form_to_the_order(tmp_path: Path, format: str) -> None:
    scene = stage()
    make_village(scene.communes[0])
    full, short = (recipient(key, telephone=said) for key, said in TELEPHONES.items())
    imported(tmp_path, [interview(key) for key in TELEPHONES], [full, short])
    households = list(Household.objects.order_by("source_key"))
    assert [h.source_key[-4:] for h in households] == ["0007", "0008"]
    Household.objects.filter(pk=households[0].pk).update(rsu_number="0000000198")
    enrol_households(scene.component, [h.pk for h in households], cohort_name="liste", by=scene.maker)
    path = (
        tmp_path
        / orders.write_orders(scene.released(), scene.agency, tmp_path, format=format, by=scene.officer).file_name
    )
    assert sorted(cells_of(path, "telephone")) == sorted(cells_of(path, "compte")) == ["+22301000001", "0701234"]
    assert "0000000198" in cells_of(path, "numero_rsu")
