"""A merge undone: the register is what it was before, or nothing has moved and what holds it is said."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction

from jigi.changes import actions as changes
from jigi.foundation.bulk import counting_statements
from jigi.foundation.errors import Refused
from jigi.foundation.models import AuditEvent, Run
from jigi.geography.models import Area
from jigi.intake.models import Batch
from jigi.intake.pipeline import import_file
from jigi.intake.undoing import undo
from jigi.registry.models import Household, LivingConditions, Membership, Person
from tests.changes.ground import DAY
from tests.factories import make_component, make_enrolments, make_user
from tests.intake.forms import Desk, snapshot, write_csv
from tests.intake.test_surveys import MAPPING as SURVEY
from tests.schemes.giving import give, make_scheme

WHY = "mauvais village sur toutes les fiches"
REGISTER = (
    "registry_household", "registry_person", "registry_membership", "registry_phone", "registry_identifier",
    "registry_health", "registry_livingconditions",
)  # fmt: skip
INDEXED = """
SELECT key.conrelid::regclass, key.conname FROM pg_constraint AS key
WHERE key.contype = 'f' AND key.conparentid = 0 AND key.confrelid::regclass::text = ANY (%s)
    AND NOT EXISTS (SELECT FROM pg_index AS found
        WHERE found.indrelid = key.conrelid AND found.indkey[0] = key.conkey[1])
"""


def test_the_register_is_what_it_was_before(desk: Desk) -> None:
    desk.fill(2).send()
    before = snapshot(REGISTER)
    desk.members[0]["nina"] = ""
    batch = desk.fill(3, first=10).send()
    undo(batch, by=desk.by, reason=WHY)
    assert snapshot(REGISTER) == before
    assert (batch.status, batch.households_merged) == ("undone", 3)


def test_the_same_files_come_again_in_a_new_batch(desk: Desk) -> None:
    first = desk.fill(2).send()
    undo(first, by=desk.by, reason=WHY)
    second = desk.send()
    assert not second.recognised and second.pk != first.pk
    assert (second.status, Household.objects.count(), Person.objects.count()) == ("merged", 2, 6)


def test_what_a_later_file_had_found_known_comes_in_by_it(desk: Desk) -> None:
    first = desk.fill(2).send()
    later = desk.fill(1, first=3).send()
    undo(first, by=desk.by, reason=WHY)
    again = desk.send()
    assert (again.pk, again.households_merged, again.households_known) == (later.pk, 3, 0)


def test_the_sample_of_a_survey_is_undone_too(desk: Desk) -> None:
    row = {"grappe": "G1", "poids": "12,5", "consommation": "150000", "taille": "7", "toit": "3"}
    write_csv(desk.folder / "sondage.csv", [{"numero": f"{n}", **row} for n in range(2)])
    mapping = desk.folder / "sondage.toml"
    mapping.write_text(SURVEY, encoding="utf-8")
    batch = import_file(desk.folder / "sondage.csv", mapping, by=desk.by)
    assert LivingConditions.objects.filter(survey="ESSAI2016").count() == 2
    undo(batch, by=desk.by, reason=WHY)
    assert not LivingConditions.objects.exists()


def _enrolled(household: Household) -> None:
    make_enrolments(make_component([household.commune]), [household.pk])


def _asked(household: Household) -> None:
    agent = make_user("agent", "social_officer")
    said: dict[str, Any] = {"household": household, "effective_on": DAY, "reason": "essai", "fact_source": "household"}
    changes.draft(
        "identity", typed={"person.nickname": "Ba"}, by=agent, person=household.memberships.first().person, **said
    )  # type: ignore[union-attr]


def _given(household: Household) -> None:
    give(make_scheme(), household.pk, "R1", make_user("registre", "social_officer"))


def _left_for_another(household: Household) -> None:
    elsewhere = Household.objects.create(
        rsu_number="1000000088", commune=household.commune, head_name="Awa", size=1, source="x", source_key="x",
        content_hash=b"", collected_on=DAY,
    )  # fmt: skip
    child = household.memberships.get(line=3)
    Membership.objects.filter(pk=child.pk).update(ended_on=DAY, end_reason="departure")
    Membership.objects.create(household=elsewhere, person=child.person, line=1, relation="head", started_on=DAY)


@pytest.mark.parametrize(
    ("build", "said"),
    [
        (_enrolled, "inscription (1)"),
        (_asked, "demande"),
        (_given, "prestation"),
        (_left_for_another, "appartenance (1)"),
    ],
)
def test_what_was_built_on_is_not_undone(desk: Desk, build: Callable[[Household], None], said: str) -> None:
    batch = desk.fill(2).send()
    build(Household.objects.get(source_key="F1"))
    before = snapshot(REGISTER)
    with pytest.raises(Refused) as refused:
        undo(batch, by=desk.by, reason=WHY)
    assert said in refused.value.why and snapshot(REGISTER) == before
    assert Batch.objects.get().status == "merged"


def test_a_reason_and_the_right_in_every_commune_are_asked(desk: Desk) -> None:
    desk.fill(2).households[1]["village"] = "ML010502-001"
    batch = desk.send()
    with pytest.raises(Refused, match="Dites pourquoi"):
        undo(batch, by=desk.by, reason=" ")
    for who in (make_user("a", "auditor"), make_user("b", area=Area.objects.get(code="ML010502"))):
        with pytest.raises(Refused, match="affectation"):
            undo(batch, by=who, reason=WHY)


def test_a_batch_that_merged_nothing_or_is_undone_is_not_undone(desk: Desk) -> None:
    batch = desk.fill(1).send()
    undo(batch, by=desk.by, reason=WHY)
    with pytest.raises(Refused, match="« défait »"):
        undo(batch, by=desk.by, reason=WHY)


def test_the_database_refuses_a_batch_half_undone(desk: Desk) -> None:
    batch = desk.fill(1).send()
    with pytest.raises(IntegrityError, match="le registre garde"), transaction.atomic():
        Batch.objects.update(status="undone")
    undo(batch, by=desk.by, reason=WHY)
    with pytest.raises(IntegrityError, match="il ne change plus"), transaction.atomic():
        Batch.objects.update(status="merged")


def test_the_run_and_the_audit_say_who_and_why(desk: Desk) -> None:
    batch = desk.fill(2).send()
    undo(batch, by=desk.by, reason=WHY)
    run = Run.objects.get(kind="intake.undo", subject=f"intake.batch:{batch.pk}")
    assert run.status == "done"
    assert run.steps.get(name="Retrait du registre").rows_out == 2
    event = AuditEvent.objects.filter(noun="intake.batch", object_id=batch.pk).latest("id")
    assert (event.verb, event.by, event.reason) == ("undo", desk.by, WHY)


def test_statements_do_not_depend_on_the_number_of_households(desk: Desk) -> None:
    counts = []
    for count, first in [(2, 1), (60, 100)]:
        desk.households, desk.members = [], []
        batch = desk.fill(count, first).send()
        with counting_statements() as counted:
            undo(batch, by=desk.by, reason=WHY)
        counts.append(counted.count)
    assert counts[0] == counts[1] < 60


def test_the_database_finds_by_an_index_what_points_at_who_goes(db: None) -> None:
    with connection.cursor() as cursor:
        cursor.execute(INDEXED, [["registry_household", "registry_person"]])
        assert cursor.fetchall() == []
