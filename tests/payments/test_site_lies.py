"""What the database refuses of pay points and of cards: each rule is lied to."""

from __future__ import annotations

import uuid

import pytest
from django.db import connection

from jigi.enrolment import cards
from jigi.foundation.models import User
from jigi.payments import corrections, site_records
from jigi.payments.models import ReturnLine, SiteDay, SiteDevice, SiteLine, SitePlan, SiteSettlement
from jigi.programmes.models import Agency, Component
from tests.factories import make_households, make_village
from tests.payments.lying import (
    SITES,
    again,
    constraints_of,
    each_constraint_refuses,
    each_guard_refuses,
    each_reference_refuses,
    each_table_has_a_row,
    guards_of,
    unguarded,
)
from tests.payments.test_site_plans import planned, staged
from tests.payments.test_site_records import absent, cashier, paid

pytestmark = pytest.mark.django_db

COLUMNS = {
    "payments_siteplan": "payment_round_id agency_id first_day capacity list_hash made_by_id",
    "payments_siteday": "plan_id commune_id pay_point day",
    "payments_siteline": "plan_id day_id component_id commune_id village_id household_id recipient_id",
    "payments_sitedevice": "number agency_id seen_by_id",
    "payments_siterecord": "number device_id line_id said receiver means amount_xof recorded_at made_by_id",
    "payments_sitesettlement": "record_id origin_round_id entitlement_id return_line_id undone_at",
    "enrolment_cardkey": "number seed_sealed public",
    "enrolment_card": "number enrolment_id recipient_id key_id made_by_id withdrawn_by_id withdrawn_at withdrawn_why",
}


def copied(table: str, where: str = "true", **lie: str) -> str:
    """The same rows again, but for what the lie changes."""
    return again(COLUMNS, table, where, **lie)


def then(table: str, change: str, lie: str) -> str:
    """A lie that leans on a change which the guards of another table would see first."""
    return unguarded(table, f"UPDATE {table} SET {change}; ALTER TABLE {table} ENABLE TRIGGER USER; {lie}")


def last(table: str, column: str = "id") -> str:
    return f"(SELECT {column} FROM {table} ORDER BY id DESC LIMIT 1)"


def said(**lie: str) -> str:
    """The record of a payment again, under another number."""
    return copied("payments_siterecord", "said = 'paid'", **{"number": "gen_random_uuid()", **lie})


# The other plan, day and device are those of another agency; the first line was paid, the second absent.
OTHER_AGENCY, OTHER_PLAN, OTHER_DAY = last("programmes_agency"), last("payments_siteplan"), last("payments_siteday")
STRANGER = "(SELECT min(id) FROM registry_household WHERE id NOT IN (SELECT household_id FROM payments_siteline))"
WITHDRAWN = "withdrawn_at = now(), withdrawn_by_id = made_by_id, withdrawn_why = 'x'"
ABSENT = {"said": "'absent'", "receiver": "''", "means": "''", "amount_xof": "0"}
HASH = f"UPDATE payments_siteplan SET list_hash = {{}} WHERE id <> {OTHER_PLAN}"

LIES = [
    ("site_plan_once", copied("payments_siteplan")),
    ("site_plan_capacity_known", "UPDATE payments_siteplan SET capacity = 0"),
    ("site_plan_capacity_known", "UPDATE payments_siteplan SET capacity = 5001"),
    ("payments_siteplan_capacity_check", "UPDATE payments_siteplan SET capacity = -1"),
    ("site_plan_is_of_a_list", unguarded("payments_siteplan", HASH.format("''"))),
    ("site_plan_is_of_a_list", unguarded("payments_siteplan", HASH.format("upper(repeat('a', 64))"))),
    ("site_plan_is_of_a_list", unguarded("payments_siteplan", HASH.format("repeat('a', 63) || E'\\n'"))),
    ("site_day_once", copied("payments_siteday")),
    ("site_line_once", copied("payments_siteline")),
    ("payments_sitedevice_number_key", copied("payments_sitedevice")),
    ("payments_siterecord_number_key", copied("payments_siterecord")),
    *(
        ("site_record_says_who_received", said(**lie))
        for lie in (
            {"receiver": "''"}, {"receiver": "'voisin'"}, {"means": "''"}, {"means": "'autre'"}, {"amount_xof": "0"},
            {"said": "'autre'"}, ABSENT | {"amount_xof": "1"}, ABSENT | {"receiver": "receiver"},
            ABSENT | {"means": "means"}, ABSENT | {"said": "'autre'"},
        )
    ),
    ("site_settlement_one_live", copied("payments_sitesettlement")),
    ("card_key_form", copied("enrolment_cardkey", number="0")),
    ("card_key_form", copied("enrolment_cardkey", number="256")),
    ("card_key_form", copied("enrolment_cardkey", number="2", public="upper(repeat('a', 64))")),
    ("card_key_form", copied("enrolment_cardkey", number="2", public="repeat('a', 63) || E'\\n'")),
    ("enrolment_cardkey_number_key", copied("enrolment_cardkey")),
    ("enrolment_cardkey_number_check",
     f"ALTER TABLE enrolment_cardkey DROP CONSTRAINT card_key_form; {copied('enrolment_cardkey', number='-1')}"),
    ("enrolment_card_number_key",
     copied("enrolment_card", withdrawn_at="now()", withdrawn_by_id="made_by_id", withdrawn_why="'x'")),
    ("card_one_live_per_enrolment", copied("enrolment_card", number="reverse(number)")),
    ("card_number_form", copied("enrolment_card", number="repeat('A', 16)")),
    ("card_number_form", copied("enrolment_card", number="left(number, 15)")),
    ("card_number_form", copied("enrolment_card", number="left(number, 15) || E'\\n'")),
    ("card_withdrawal_is_signed", "UPDATE enrolment_card SET withdrawn_at = now()"),
    ("card_withdrawal_is_signed", "UPDATE enrolment_card SET withdrawn_by_id = made_by_id"),
    ("card_withdrawal_is_signed", "UPDATE enrolment_card SET withdrawn_why = 'x'"),
    ("card_withdrawal_is_signed", "UPDATE enrolment_card SET withdrawn_at = now(), withdrawn_why = 'x'"),
    ("card_withdrawal_is_signed", "UPDATE enrolment_card SET withdrawn_by_id = made_by_id, withdrawn_why = 'x'"),
    ("card_withdrawal_is_signed", "UPDATE enrolment_card SET withdrawn_at = now(), withdrawn_by_id = made_by_id"),
]  # fmt: skip
# Each guard of each table, the name that it gives to what it refuses (or what it says), and a lie.
GUARDS = [
    ("payments_siteplan", "plan_of_a_released_list", "site_plan_of_a_released_list", lie)
    for lie in (
        HASH.format("repeat('0', 64)"),
        copied("payments_siteplan", payment_round_id=last("payments_paymentround")),
        copied("payments_siteplan", payment_round_id=last("payments_paymentround"), list_hash="repeat('0', 64)"),
        then(
            "payments_paymentround",
            f"status = 'approved' WHERE id <> {last('payments_paymentround')}",
            copied("payments_siteplan"),
        ),
    )
]
for _table, _trigger, _change in (
    ("siteplan", "plan_stays", f"agency_id = {OTHER_AGENCY} WHERE id <> {OTHER_PLAN}"),
    ("siteday", "day_stays", f"plan_id = {OTHER_PLAN} WHERE id <> {OTHER_DAY}"),
    ("siteday", "day_stays", "commune_id = (SELECT parent_id FROM geography_area WHERE id = commune_id)"),
    ("siteday", "day_stays", "pay_point = 'autre'"),
    ("siteday", "day_stays", "day = day + 1"),
    ("siteday", "day_stays", "loaded_at = now(); UPDATE payments_siteday SET loaded_at = NULL"),
    ("siteday", "day_stays", "loaded_at = now(); UPDATE payments_siteday SET loaded_at = now() + '1 day'"),
    ("sitedevice", "device_stays", f"agency_id = {OTHER_AGENCY}"),
    ("sitedevice", "device_stays", "number = gen_random_uuid()"),
):
    GUARDS.append((f"payments_{_table}", _trigger, "site_row_stays", f"UPDATE payments_{_table} SET {_change}"))
GUARDS.append(
    ("payments_siteplan", "plan_stays", "site_row_stays",
     "ALTER TABLE payments_siteplan DISABLE TRIGGER plan_of_a_released_list;"
     f" UPDATE payments_siteplan SET payment_round_id = {last('payments_paymentround')}")
)  # fmt: skip
GUARDS += [
    ("payments_siteline", "line_of_its_orders", "site_line_of_its_orders", lie)
    for lie in (
        copied("payments_siteline", household_id=STRANGER),
        copied("payments_siteline", plan_id=OTHER_PLAN),
        copied("payments_siteline", plan_id=OTHER_PLAN, day_id=OTHER_DAY),
        copied("payments_siteline", recipient_id="(SELECT min(id) FROM registry_person WHERE id <> recipient_id)"),
    )
]
GUARDS += [
    ("payments_siteline", "line_keeps_its_orders", "site_line_of_its_orders", f"UPDATE payments_siteline SET {change}")
    for change in (
        f"household_id = {STRANGER} WHERE id = {last('payments_siteline')}",
        f"recipient_id = {last('payments_siteline', 'recipient_id')}",
        f"component_id = {last('programmes_component')}",
        "commune_id = (SELECT parent_id FROM geography_area WHERE id = commune_id)",
        f"day_id = {OTHER_DAY}",
        f"plan_id = {OTHER_PLAN}",
        f"plan_id = {OTHER_PLAN}, day_id = {OTHER_DAY}",
    )
]
_DEALT = ("payments_siterecord", "record_of_its_agency", "site_record_of_its_agency")
_ORDER = ("payments_sitesettlement", "settlement_of_its_order", "site_settlement_of_its_order")
_KEPT = ("payments_sitesettlement", "settlement_is_kept", "site_settlement_is_kept")
_CARD = ("enrolment_card", "card_never_comes_back", "card_never_comes_back")
GUARDS += [
    (*_DEALT, said(device_id=last("payments_sitedevice"))),
    (*_DEALT, said(device_id="-7")),
    (*_DEALT, said(line_id="-7")),
    ("payments_siterecord", "record_never_changes", "de payments_siterecord ne",
     "UPDATE payments_siterecord SET amount_xof = 1"),
    ("payments_siterecord", "record_never_changes", "de payments_siterecord ne", "DELETE FROM payments_siterecord"),
    ("payments_siterecord", "record_never_truncated", "site_rows_are_kept",
     "TRUNCATE payments_siterecord, payments_sitesettlement"),
    ("payments_sitesettlement", "settlement_never_truncated", "site_rows_are_kept",
     "TRUNCATE payments_sitesettlement"),
    (*_KEPT, "DELETE FROM payments_sitesettlement"),
    (*_KEPT, "UPDATE payments_sitesettlement SET undone_at = now()"),
    (*_KEPT, "UPDATE payments_sitesettlement SET return_line_id = " + last("payments_returnline")),
    (*_KEPT, then("payments_sitesettlement", "undone_at = now()",
                  "UPDATE payments_sitesettlement SET undone_at = NULL")),
]  # fmt: skip
GUARDS += [
    (*_ORDER, lie)
    for lie in (
        copied("payments_sitesettlement", record_id=last("payments_siterecord")),
        said(**ABSENT) + ";" + copied("payments_sitesettlement", record_id=last("payments_siterecord")),
        copied("payments_sitesettlement", return_line_id=last("payments_returnline")),
        copied("payments_sitesettlement", entitlement_id=last("payments_entitlement")),
        copied("payments_sitesettlement", origin_round_id=last("payments_paymentround")),
        then("payments_returnline", "outcome = 'conflict'", copied("payments_sitesettlement")),
        then("payments_siteline", f"household_id = {STRANGER} WHERE id <> {last('payments_siteline')}",
             copied("payments_sitesettlement")),
        then("payments_siteline", f"recipient_id = {last('payments_siteline', 'recipient_id')}",
             copied("payments_sitesettlement")),
        then("payments_siteline", f"plan_id = {OTHER_PLAN}", copied("payments_sitesettlement")),
        then("payments_siteplan",
             f"payment_round_id = {last('payments_paymentround')}, list_hash = repeat('0', 64)"
             f" WHERE id <> {OTHER_PLAN}", copied("payments_sitesettlement")),
    )
]  # fmt: skip
GUARDS += [
    (*_CARD, f"UPDATE enrolment_card SET {change}")
    for change in (
        "number = reverse(number)",
        f"enrolment_id = {last('enrolment_enrolment')}",
        "recipient_id = (SELECT min(id) FROM registry_person WHERE id <> recipient_id)",
        "key_id = key_id + 1",
        "made_by_id = (SELECT min(id) FROM foundation_user WHERE id <> made_by_id)",
        "made_at = now() - interval '1 day'",
        f"{WITHDRAWN}; UPDATE enrolment_card SET withdrawn_why = 'y'",
        f"{WITHDRAWN}; UPDATE enrolment_card SET withdrawn_at = NULL, withdrawn_by_id = NULL, withdrawn_why = ''",
    )
]
SIGNED = {"enrolment_card.withdrawn_by_id": "withdrawn_at = now(), withdrawn_why = 'x'"}
"""What stands beside a signature, so that the key alone is false."""


@pytest.fixture
def kept() -> User:
    """One paid and one absent, their cards, a second agency's plan and device; who may take the payment back."""
    scene, released = staged(2)
    made = planned(scene, released)
    first, second = SiteLine.objects.order_by("pk")
    site_records.take(uuid.uuid4(), [paid(first), absent(second)], by=cashier(scene.agency))
    cards.issue(scene.component, scene.communes[0], by=scene.maker)
    agency = Agency.objects.create(code="AUTRE", name="Autre", kind="cash")
    SiteDevice.objects.create(number=uuid.uuid4(), agency=agency, seen_by=scene.maker)
    other = SitePlan.objects.create(
        payment_round=released, agency=agency, first_day=made.first_day, capacity=3, list_hash=made.list_hash,
        made_by=scene.maker,
    )  # fmt: skip
    SiteDay.objects.create(plan=other, commune=scene.communes[0], pay_point="Marché", day=made.first_day)
    make_households(1, make_village(scene.communes[0], 9))
    scene.prepared(2)
    component = Component.objects.get(pk=scene.component.pk)
    component.pk, component.code = None, "AUTRE"
    component.save()
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    return scene.officer


def test_each_constraint_refuses_its_lie(kept: User) -> None:
    each_constraint_refuses(LIES)


def test_each_guard_refuses_its_lie(kept: User) -> None:
    each_guard_refuses(GUARDS)


def test_what_an_order_settled_stays_until_its_payment_is_taken_back(kept: User) -> None:
    with connection.cursor() as cursor:
        cursor.execute("UPDATE payments_instruction SET status = status WHERE status = 'paid'")
    assert SiteSettlement.objects.get().undone_at is None
    corrections.undo_line(ReturnLine.objects.get(outcome="paid"), by=kept, reason="faux appareil")
    assert SiteSettlement.objects.get().undone_at


def test_no_constraint_is_without_its_lie(db: None) -> None:
    assert constraints_of(SITES) == {name for name, _ in LIES}


def test_no_guard_is_without_its_lie(db: None) -> None:
    assert guards_of(SITES) == sorted({f"{table} {trigger}" for table, trigger, _, _ in GUARDS})


def test_every_reference_leads_to_a_row_that_exists(kept: User) -> None:
    each_reference_refuses(SITES, SIGNED)


def test_each_table_has_a_row_to_lie_about(kept: User) -> None:
    each_table_has_a_row(SITES, COLUMNS)
