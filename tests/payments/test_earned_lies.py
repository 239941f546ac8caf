"""PostgreSQL refuses what must never be true of contracts, of what is earned, withheld, taken and given back."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from django.db import connection
from django.utils import timezone

from jigi.delivery.models import Contract, ContractCommune, Deliverable, Due, Operator, Reach, Target, Withholding
from jigi.enrolment.models import Enrolment
from tests.kept import Kept, once
from tests.payments.lying import (
    EARNED,
    OF_EARNED,
    again,
    constraints_of,
    each_constraint_refuses,
    each_guard_refuses,
    each_reference_refuses,
    each_table_has_a_row,
    guards_of,
    unguarded,
)
from tests.payments.scene import peopled
from tests.payments.test_earned import earn, lift, withhold

COLUMNS = {
    "delivery_operator": "code name kind",
    "delivery_contract": "number title operator_id component_id agreement_id sort starts_on ends_on amount_xof status"
    " made_by_id signed_by_id signed_at closed_at",
    "delivery_contractcommune": "contract_id commune_id",
    "delivery_target": "contract_id commune_id measure amount due_on",
    "delivery_deliverable": "contract_id rank title due_on amount_xof status evidence submitted_by_id submitted_at"
    " accepted_by_id accepted_at paid_by_id paid_at document",
    "delivery_due": "component_id household_id enrolment_id person_id amount_xof label earned_on sort cause made_by_id"
    " approved_by_id approved_at cancelled_by_id cancelled_at cancelled_why",
    "delivery_reach": "component_id commune_id household_id person_id sort year events",
    "delivery_withholding": "component_id household_id enrolment_id commune_id term effect percent rule reason"
    " made_by_id made_at decided_by_id decided_at lifted_by_id lifted_at lifted_why",
    "payments_duetaken": "due_id payment_round_id",
    "payments_termwithheld": "withholding_id payment_round_id amount_xof restored_round_id",
}
_KEPT = "ALTER TABLE delivery_withholding DISABLE TRIGGER USER; "
LIES = [
    ("delivery_operator_code_key", again(COLUMNS, "delivery_operator")),
    ("operator_is_named", "UPDATE delivery_operator SET name = ''"),
    ("delivery_contract_number_key", again(COLUMNS, "delivery_contract", "status = 'draft'")),
    ("contract_ends_after", "UPDATE delivery_contract SET ends_on = starts_on - 1"),
    ("contract_amount_is_counted", unguarded("delivery_contract", "UPDATE delivery_contract SET amount_xof = -1")),
    (
        "contract_signed_by_another",
        unguarded("delivery_contract", "UPDATE delivery_contract SET signed_by_id = made_by_id WHERE number = '1'"),
    ),
    ("contract_closed_on_a_day", "UPDATE delivery_contract SET closed_at = now()"),
    (
        "contract_of_a_sort",
        "ALTER TABLE delivery_contract DROP CONSTRAINT delivery_contract_pkey CASCADE;"
        + again(COLUMNS | {"delivery_contract": "id " + COLUMNS["delivery_contract"]}, "delivery_contract",
                "status = 'draft'", number="'autre'"),
    ),
    (
        "contract_of_a_component",
        "ALTER TABLE delivery_contract DROP CONSTRAINT delivery_contract_pkey CASCADE;"
        + again(COLUMNS | {"delivery_contract": "id " + COLUMNS["delivery_contract"]}, "delivery_contract",
                "status = 'draft'", number="'autre'", sort="'works'"),
    ),
    ("contract_commune_once", again(COLUMNS, "delivery_contractcommune")),
    ("target_once", again(COLUMNS, "delivery_target")),
    ("target_is_positive", "UPDATE delivery_target SET amount = 0"),
    ("deliverable_rank_once", again(COLUMNS, "delivery_deliverable", "status = 'expected'", amount_xof="0")),
    (
        "deliverable_amount_is_counted",
        unguarded("delivery_deliverable", "UPDATE delivery_deliverable SET amount_xof = -1"),
    ),
    ("deliverable_handed_in_with_evidence", "UPDATE delivery_deliverable SET evidence = '' WHERE status = 'paid'"),
    (
        "deliverable_accepted_by_another",
        "UPDATE delivery_deliverable SET accepted_by_id = submitted_by_id WHERE status = 'paid'",
    ),
    (
        "deliverable_paid_by_a_third",
        "UPDATE delivery_deliverable SET paid_by_id = accepted_by_id WHERE status = 'paid'",
    ),
    ("due_cause_earns_once", again(COLUMNS, "delivery_due", "cause = 1")),
    ("due_amount_is_positive", again(COLUMNS, "delivery_due", "cause = 1", cause="77", amount_xof="0")),
    ("due_approved_by_another", again(COLUMNS, "delivery_due", "cause = 1", cause="77", approved_by_id="made_by_id")),
    ("due_cancelled_with_a_reason", "UPDATE delivery_due SET cancelled_at = now() WHERE cause = 2"),
    ("reach_once", again(COLUMNS, "delivery_reach")),
    ("reach_counts_something", "UPDATE delivery_reach SET events = 0"),
    ("withholding_once", _KEPT + again(COLUMNS, "delivery_withholding", "lifted_at IS NULL")),
    ("withholding_effect_is_a_part", _KEPT + "UPDATE delivery_withholding SET percent = 0"),
    ("delivery_withholding_term_check", _KEPT + "UPDATE delivery_withholding SET term = -1"),
    ("delivery_withholding_percent_check", _KEPT + "UPDATE delivery_withholding SET percent = -1"),
    ("delivery_reach_year_check", "UPDATE delivery_reach SET year = -1"),
    ("delivery_reach_events_check", "UPDATE delivery_reach SET events = -1"),
    ("delivery_deliverable_rank_check",
     "ALTER TABLE delivery_deliverable DROP CONSTRAINT deliverable_amount_is_counted;"
     "UPDATE delivery_deliverable SET rank = -1"),
    ("withholding_says_why", "UPDATE delivery_withholding SET reason = ''"),
    ("withholding_decided_by_another", _KEPT + "UPDATE delivery_withholding SET decided_by_id = made_by_id"),
    ("withholding_lifted_with_a_reason", "UPDATE delivery_withholding SET lifted_at = now() WHERE lifted_at IS NULL"),
    ("payments_duetaken_due_id_key", unguarded("payments_duetaken", again(COLUMNS, "payments_duetaken"))),
    (
        "payments_termwithheld_withholding_id_key",
        unguarded("payments_termwithheld", again(COLUMNS, "payments_termwithheld")),
    ),
    (
        "term_withheld_is_counted",
        unguarded("payments_termwithheld", "UPDATE payments_termwithheld SET amount_xof = -1"),
    ),
    (
        "term_withheld_restored_later",
        unguarded("payments_termwithheld", "UPDATE payments_termwithheld SET restored_round_id = payment_round_id"),
    ),
]  # fmt: skip
_TAKEN = "(SELECT due_id FROM payments_duetaken)"
GUARDS = [
    (
        "delivery_contract", "contract_signed_is_kept", "contract_signed_is_kept",
        "UPDATE delivery_contract SET amount_xof = amount_xof + 1 WHERE status = 'active'",
    ),
    (
        "delivery_contract", "contract_signed_is_kept", "contract_closed_when_settled",
        "UPDATE delivery_deliverable SET status = 'submitted', submitted_by_id = (SELECT min(id) FROM foundation_user),"
        " submitted_at = now(), evidence = 'x' WHERE status = 'expected';"
        "UPDATE delivery_contract SET status = 'closed', closed_at = now() WHERE status = 'active'",
    ),
    (
        "delivery_deliverable", "contract_is_not_exceeded", "contract_is_not_exceeded",
        "UPDATE delivery_deliverable SET amount_xof = 900000000000 WHERE status = 'expected'",
    ),
    ("delivery_due", "due_is_kept", "due_is_kept", "UPDATE delivery_due SET amount_xof = 1"),
    ("delivery_due", "due_is_not_forgotten", "delivery_is_kept", "DELETE FROM delivery_due WHERE cause = 2"),
    (
        "delivery_due", "due_in_a_round_stays", "due_in_a_round_stays",
        f"UPDATE delivery_due SET cancelled_at = now(), cancelled_by_id = made_by_id, cancelled_why = 'x'"
        f" WHERE id IN {_TAKEN}",
    ),
    (
        "delivery_withholding", "withholding_is_kept", "withholding_is_kept",
        "UPDATE delivery_withholding SET lifted_at = NULL, lifted_by_id = NULL, lifted_why = ''",
    ),
    (
        "delivery_withholding", "withholding_before_the_freeze", "withholding_before_the_freeze",
        again(COLUMNS, "delivery_withholding", "lifted_at IS NULL", rule="'autre'"),
    ),
    ("delivery_withholding", "withholding_is_not_forgotten", "delivery_is_kept", "DELETE FROM delivery_withholding"),
    ("payments_duetaken", "round_keeps_what_it_took", "round_keeps_what_it_took", "DELETE FROM payments_duetaken"),
    (
        "payments_duetaken", "due_taken_is_live", "due_taken_is_live",
        "UPDATE delivery_due SET cancelled_at = now(), cancelled_by_id = made_by_id, cancelled_why = 'x'"
        " WHERE cause = 2;"
        "INSERT INTO payments_duetaken (due_id, payment_round_id) SELECT due.id, round.id FROM delivery_due AS due,"
        " payments_paymentround AS round WHERE due.cause = 2 AND round.status = 'draft'",
    ),
    ("payments_duetaken", "taken_is_not_emptied", "taken_is_not_emptied", "TRUNCATE payments_duetaken"),
    (
        "payments_termwithheld", "round_keeps_what_it_withheld", "round_keeps_what_it_took",
        "UPDATE payments_termwithheld SET amount_xof = amount_xof - 1",
    ),
    (
        "payments_termwithheld", "round_keeps_what_it_restores", "round_keeps_what_it_restores",
        "UPDATE payments_termwithheld SET restored_round_id = NULL WHERE restored_round_id IS NOT NULL",
    ),
    ("payments_termwithheld", "withheld_is_not_emptied", "taken_is_not_emptied", "TRUNCATE payments_termwithheld"),
    (
        "payments_paymentround", "round_pays_what_is_due", "round_pays_what_is_due",
        "UPDATE payments_entitlement SET amount_xof = amount_xof + 1 WHERE round_id IN (SELECT id FROM"
        " payments_paymentround WHERE status = 'prepared');"
        "ALTER TABLE payments_paymentround DISABLE TRIGGER round_freezes_what_was_decided;"
        "UPDATE payments_paymentround SET status = 'frozen', frozen_at = now(), frozen_by_id = made_by_id,"
        " list_hash = repeat('0', 64) WHERE status = 'prepared'",
    ),
    (
        "payments_paymentround", "round_of_a_component_that_pays", "round_of_a_component_that_pays",
        "UPDATE programmes_component SET kind = 'sessions', amount_xof = 0;"
        "INSERT INTO payments_paymentround SELECT (jsonb_populate_record(round, '{\"id\": 99, \"term\": 9}')).*"
        " FROM payments_paymentround AS round WHERE status = 'draft'",
    ),
]  # fmt: skip
SIGNED = {
    "delivery_contract.signed_by_id": "status = 'active', signed_at = now()",
    "delivery_deliverable.submitted_by_id": "submitted_at = now(), evidence = 'x', status = 'submitted'",
    "delivery_deliverable.accepted_by_id": "accepted_at = now(), status = 'accepted', evidence = 'x',"
    " submitted_at = now(),"
    " submitted_by_id = (SELECT min(id) FROM foundation_user)",
    "delivery_deliverable.paid_by_id": "paid_at = now(), status = 'paid', submitted_at = now(), evidence = 'x',"
    " document = 'x', submitted_by_id = (SELECT min(id) FROM foundation_user), accepted_at = now(),"
    " accepted_by_id = (SELECT max(id) FROM foundation_user)",
    "delivery_due.cancelled_by_id": "cancelled_at = now(), cancelled_why = 'x'",
    "delivery_withholding.decided_by_id": "decided_at = now()",
    "delivery_withholding.lifted_by_id": "lifted_at = now(), lifted_why = 'x'",
}
"""What stands beside a signature, so that the key alone is false."""


def _kept(folder: Path) -> None:
    """A released round that took a due and withheld two terms, one that gave one back, a prepared and an open one."""
    scene = peopled(3)
    earn(scene, 5_000)
    withhold(scene, 1, 20)
    held = withhold(scene, 2, 20)
    scene.close(scene.released(1))
    lift(held, scene.approver)
    scene.close(scene.released(2))
    scene.prepared(3)
    scene.open(4)
    earn(scene, 0, 6_000)
    operator = Operator.objects.create(code="ONG-A", name="ONG A (essai)", kind="ngo")
    facts = {
        "title": "Contrat d’essai", "operator": operator, "component": scene.component, "agreement": scene.agreement,
        "sort": "sessions", "starts_on": date(2016, 1, 1), "ends_on": date(2016, 12, 31), "amount_xof": 1_000_000,
        "made_by": scene.maker,
    }  # fmt: skip
    now = timezone.now()
    active = Contract.objects.create(**facts, number="1", status="active", signed_by=scene.approver, signed_at=now)
    Contract.objects.create(**facts, number="2")
    ContractCommune.objects.create(contract=active, commune=scene.communes[0])
    Target.objects.create(contract=active, measure="sessions", amount=12, due_on=date(2016, 12, 31))
    Deliverable.objects.create(
        contract=active, rank=1, title="Rapport", due_on=date(2016, 6, 30), amount_xof=400_000, status="paid",
        evidence="rapport", submitted_by=scene.maker, submitted_at=now, accepted_by=scene.approver, accepted_at=now,
        paid_by=scene.treasurer, paid_at=now, document="VIR-1",
    )  # fmt: skip
    Deliverable.objects.create(contract=active, rank=2, title="Bilan", due_on=date(2016, 12, 31), amount_xof=400_000)
    enrolment = Enrolment.objects.order_by("id")[0]
    Reach.objects.create(
        component=scene.component, commune=scene.communes[0], household_id=enrolment.household_id,
        person=enrolment.recipient, sort="sessions", year=2016, events=3,
    )  # fmt: skip
    assert Due.objects.count() == 2 and Withholding.objects.count() == 2
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


kept_once = once("kept", _kept)


@pytest.fixture
def kept(kept_once: Kept[None], db: None) -> None:
    return kept_once.copy()


@pytest.mark.django_db
def test_each_constraint_refuses_its_lie(kept: None) -> None:
    each_constraint_refuses(LIES)


@pytest.mark.django_db
def test_each_guard_refuses_its_lie(kept: None) -> None:
    each_guard_refuses(GUARDS)


def test_no_constraint_is_without_its_lie(db: None) -> None:
    assert constraints_of(EARNED) == {name for name, _ in LIES}


def test_no_guard_is_without_its_lie(db: None) -> None:
    own = {f"{table} {trigger}" for table, trigger, _, _ in GUARDS if trigger not in OF_EARNED}
    assert guards_of(EARNED) == sorted(own)


@pytest.mark.django_db
def test_every_reference_leads_to_a_row_that_exists(kept: None) -> None:
    each_reference_refuses(EARNED, SIGNED)


@pytest.mark.django_db
def test_each_table_has_a_row_to_lie_about(kept: None) -> None:
    each_table_has_a_row(EARNED, COLUMNS)
