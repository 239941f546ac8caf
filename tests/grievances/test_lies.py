"""Each constraint and trigger of complaints, by the lie that it refuses."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from jigi.grievances import actions, joining
from jigi.grievances.models import Act, Case, CaseFile, CaseHousehold, CasePayment, Category, Deadline, Reading
from tests.grievances.world import World

pytestmark = pytest.mark.django_db
TODAY, NOW = date(2026, 11, 2), timezone.now()

CASE_LIES: dict[str, dict[str, Any]] = {
    "grievance_status": {"status": "perdue"},
    "grievance_level": {"level": "quartier"},
    "grievance_anonymous_names_nobody": {"anonymous": True, "name_sealed": b"x"},
    "grievance_sensitive_is_not_told": {"category": "gender_violence", "sensitive": True, "subject": "voisine"},
    "grievance_sensitive_as_its_category": {"category": "gender_violence"},
    "grievance_decision_is_signed": {"status": "decided"},
    "grievance_decided_by_another": {"proposed_by": "officer", "decided_by": "officer"},
    "grievance_answer_has_a_day": {
        "status": "answered", "outcome": "founded", "proposed_by": "officer", "decided_by": "cercle",
        "decided_on": TODAY,
    },
    "grievance_answer_comes_after": {"answered_on": date(2014, 1, 1)},
    "grievance_answer_says_how": {"answered_on": TODAY + timedelta(days=400)},
    "grievance_decision_comes_after": {"decided_on": date(2014, 1, 1)},
    "grievance_joined_to_another": {"status": "joined"},
    "grievance_birth_is_kept": {"received_on": TODAY - timedelta(days=400)},
}  # fmt: skip
ACT_LIES: dict[str, dict[str, Any]] = {
    "grievance_act_status": {"status": "rêvé", "done_by": "cercle", "done_at": NOW},
    "grievance_act_says_why": {"why": ""},
    "grievance_act_done_by_another": {"status": "done", "result": "vu sur place", "done_by": "officer", "done_at": NOW},
    "grievance_act_is_signed": {"status": "done", "result": "vu sur place"},
    "grievance_act_made_something": {"status": "done", "done_by": "cercle", "done_at": NOW},
    "grievance_act_names_its_order": {"kind": "reissue"},
    "grievance_act_lifts_a_block": {"lifted_by": "cercle", "lifted_at": NOW},
    "grievance_act_as_its_case": {"sensitive": True},
}


def valued(world: World, facts: dict[str, Any]) -> dict[str, Any]:
    found = {}
    for name, value in facts.items():
        if name == "category":
            value = Category.objects.get(code=value)
        found[name] = getattr(world, value) if name.endswith("_by") else value
    return found


@pytest.mark.parametrize("name", CASE_LIES)
def test_a_lie_about_a_case(world: World, name: str) -> None:
    case = world.heard(household=None, name="Awa")
    with pytest.raises(DatabaseError, match=name), transaction.atomic():
        try:
            Case.objects.filter(pk=case.pk).update(**valued(world, CASE_LIES[name]))
        except DatabaseError as error:
            raise DatabaseError(f"{named(error)} {error}") from error


@pytest.mark.parametrize("name", ACT_LIES)
def test_a_lie_about_an_act(world: World, name: str) -> None:
    facts = {"case": world.heard(), "kind": "visit", "why": "Voir sur place", "asked_by": world.officer}
    with pytest.raises(DatabaseError, match=name), transaction.atomic():
        try:
            Act.objects.create(**facts | valued(world, ACT_LIES[name]))
        except DatabaseError as error:
            raise DatabaseError(f"{named(error)} {error}") from error


def test_a_sensitive_case_does_not_become_ordinary(world: World) -> None:
    case = world.heard("gender_violence", by=world.referent)
    sql = "UPDATE grievances_case SET sensitive = false, category_id = 'fraud' WHERE id = %s"
    refused("grievance_sensitive_stays_so", sql, case.pk)


def test_hands_differ_whatever_the_names_written(world: World) -> None:
    case = world.answered()
    refused("grievance_decided_by_a_third", "UPDATE grievances_case SET decided_by_id = %s WHERE id = %s",
            world.officer.pk, case.pk)  # fmt: skip
    actions.appeal(case, "Elle dit n’avoir rien reçu.", by=world.officer)
    sql = "UPDATE grievances_case SET decided_by_id = NULL, proposed_by_id = %s, status = 'examination' WHERE id = %s"
    refused("grievance_appeal_by_a_third", sql, world.cercle.pk, case.pk)


def test_no_chain_of_joined_complaints(world: World) -> None:
    one, two, three = world.heard(), world.heard(), world.heard()
    sql = "UPDATE grievances_case SET status = 'joined', same_as_id = %s WHERE id = %s"
    joining.join(one, two, "La même femme a rappelé.", by=world.officer)
    refused("grievance_joined_to_a_lone_one", sql, one.pk, three.pk)
    refused("grievance_joined_to_a_lone_one", sql, three.pk, two.pk)
    turned = "UPDATE grievances_case SET sensitive = true, category_id = 'child_protection' WHERE id = %s"
    refused("grievance_joined_to_a_lone_one", turned, two.pk)


def named(error: DatabaseError) -> str:
    cause: Any = error.__cause__
    return str(cause.diag.constraint_name)


def refused(name: str, sql: str, *values: object) -> None:
    with pytest.raises(DatabaseError) as told, transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql, values)
    assert named(told.value) == name


def test_a_number_is_well_formed_and_its_own(world: World) -> None:
    facts = (
        "category_id, channel, number, received_on, received_by_id, sensitive, status, level, language, origin, "
        "origin_key, anonymous, name_sealed, name_index, phone_sealed, phone_index, told_sealed, told_index, subject, "
        "outcome, appeals, satisfaction"
    )
    sql = (
        f"INSERT INTO grievances_case ({facts}) VALUES ('fraud', 'desk', %s, now(), %s, false, 'received', "
        "'commune', 'fr', %s, %s, true, '', '', '', '', '', '', '', '', 0, '')"
    )
    good, who = world.heard().number, world.officer.pk
    refused("grievances_case_number_key", sql, good, who, "complaint", "")
    refused("grievance_number_checks", sql, good + 1, who, "complaint", "")
    refused("grievance_number_of_twelve_digits", sql, 98, who, "complaint", "")
    refused("grievance_says_who_heard_it", sql, good + 97, None, "complaint", "")
    refused("grievance_origin_has_a_key", sql, good + 97, who, "finding", "")
    with connection.cursor() as cursor:
        cursor.execute(sql, [good + 97, None, "finding", "12"])
    refused("grievance_origin_once", sql, good + 194, None, "finding", "12")


def test_the_trail_is_kept(world: World) -> None:
    case = world.heard()
    Reading.objects.create(case=case, by=world.officer, verb="see")
    refused("grievance_is_kept", "DELETE FROM grievances_case WHERE id = %s", case.pk)
    refused("grievance_is_kept", "DELETE FROM grievances_event")
    refused("grievance_is_kept", "UPDATE grievances_event SET verb = 'note'")
    for sql in ("UPDATE grievances_reading SET verb = 'list'", "DELETE FROM grievances_reading"):
        with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(sql)


def test_a_household_is_named_once_and_an_order_exists(world: World) -> None:
    case, home = world.heard(), world.households[0]
    with pytest.raises(DatabaseError, match="grievance_household_once"), transaction.atomic():
        CaseHousehold.objects.create(case=case, household=home)
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    with pytest.raises(DatabaseError, match="n'est pas d'un ménage"), transaction.atomic():
        CasePayment.objects.create(case=case, household=home, instruction_id=1, origin_round_id=1, reference="1-1-1-1")


def test_categories_days_and_files_are_sound(world: World) -> None:
    with pytest.raises(DatabaseError, match="grievance_category_severity"), transaction.atomic():
        Category.objects.create(code="x", name="x", severity=4)
    with pytest.raises(DatabaseError, match="grievance_deadline_days"), transaction.atomic():
        Deadline.objects.create(category_id="fraud", status="closed", level="commune", days=0)
    with pytest.raises(DatabaseError, match="grievance_deadline_once"), transaction.atomic():
        Deadline.objects.create(category_id="fraud", status="received", level="commune", days=2)
    with pytest.raises(DatabaseError, match="grievance_file_counts"), transaction.atomic():
        CaseFile.objects.create(file_name="x", file_hash="x", rows=1, kept=2, made_by=world.officer)
    refused(
        "grievance_sensitive_as_its_category",
        "UPDATE grievances_category SET sensitive = true WHERE code = %s AND EXISTS (SELECT FROM grievances_case)",
        world.heard().category_id,
    )
