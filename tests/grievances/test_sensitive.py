"""A sensitive case is shown by the database to two named roles, and to nothing else: each way around it is tried."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction

from jigi.foundation.errors import Refused
from jigi.foundation.fence import acting, assume
from jigi.foundation.models import AuditEvent
from jigi.geography.roles import roles
from jigi.geography.scope import seen_by
from jigi.grievances import actions, acts, queries, trail
from jigi.grievances.models import Act, Case, Event, Reading
from tests.factories import make_user
from tests.grievances.world import World

pytestmark = pytest.mark.django_db
TABLES = ("case", "casehousehold", "event", "reading", "act")


@pytest.fixture(autouse=True)
def fenced(settings: Any) -> None:
    settings.FENCED = True


@pytest.fixture
def case(world: World) -> Case:
    made = world.in_examination("gender_violence", by=world.referent)
    trail.read(made, "see", by=world.referent)
    with acting("jigi.grievances.essai"):
        Act.objects.create(
            case=made, kind="investigation", why="Voir le centre de santé", sensitive=True, asked_by=world.referent
        )
    return made


def rows(table: str) -> int:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*) FROM grievances_{table}")
        return int(cursor.fetchone()[0])


def test_two_named_roles_hold_the_right() -> None:
    holders = {code for code, role in roles().items() if "grievances.sensitive" in role.rights}
    assert holders == {"sensitive_case_officer", "sensitive_case_lead"}


@pytest.mark.parametrize("role", sorted(set(roles()) - {"sensitive_case_officer", "sensitive_case_lead"}))
def test_no_other_role_reads_a_row_of_it_even_in_raw_sql(world: World, case: Case, role: str) -> None:
    with seen_by(make_user("curieux", role)):
        assert [rows(table) for table in TABLES] == [0] * len(TABLES)


def test_the_two_roles_read_it_in_their_region_only(world: World, case: Case) -> None:
    for user in (world.referent, world.lead):
        with seen_by(user):
            assert [rows(table) for table in TABLES] == [1, 1, 4, 1, 1]
            assert queries.sensitive_visible_to(user).count() == 1
    with seen_by(make_user("loin", "sensitive_case_officer", world.areas.communes[1])):
        assert rows("case") == 0


def test_the_site_without_a_scope_and_an_act_of_another_package_read_nothing(case: Case) -> None:
    with transaction.atomic():
        for role in ("jigi_web", "jigi_worker"):
            assume(role)
            assert [rows(table) for table in TABLES] == [0] * len(TABLES)
    with acting("jigi.payments.actions.release"):
        assert [rows(table) for table in TABLES] == [0] * len(TABLES)


def test_an_act_of_another_package_does_not_write_it_either(case: Case) -> None:
    with acting("jigi.payments.actions.release"):
        assert Case.objects.filter(pk=case.pk).update(language="bm") == 0


def test_the_site_does_not_write_cases_by_itself(world: World, case: Case) -> None:
    with pytest.raises(DatabaseError, match=r"permission denied|droit refusé"), seen_by(world.referent):
        Case.objects.filter(pk=case.pk).update(language="bm")


def test_the_lists_and_figures_of_who_may_read_it_do_not_hold_it(world: World, case: Case) -> None:
    world.heard()
    for user in (world.referent, world.officer):
        with seen_by(user):
            assert queries.visible_to(user).count() == 1
            assert sum(row["cases"] for row in queries.times(user, case.received_on, case.received_on)) == 1
    assert queries.followed(case.number) is None


def test_the_audit_proves_its_trail_and_tells_nothing(world: World, case: Case) -> None:
    told = AuditEvent.objects.filter(noun__in=("grievance", trail.SENSITIVE))
    assert {(one.noun, one.object_id, tuple(one.subjects), one.reason) for one in told} == {
        (trail.SENSITIVE, "—", (), "")
    }
    with acting("jigi.grievances.essai"):
        kept = {trail.digest(event) for event in Event.objects.filter(case=case)}
    assert kept == {one.after["sha256"] for one in told if one.after}


def test_each_reading_is_kept(world: World, case: Case) -> None:
    trail.read(case, "see", by=world.lead)
    with seen_by(world.lead):
        assert list(Reading.objects.order_by("pk").values_list("by", flat=True)) == [world.referent.pk, world.lead.pk]


def test_a_case_that_turns_out_sensitive_is_gone_for_who_sorted_it(world: World) -> None:
    case = world.heard()
    actions.acknowledge(case, by=world.officer)
    actions.sort(case, "child_protection", by=world.officer)
    with seen_by(world.officer):
        assert not Case.objects.filter(pk=case.pk).exists()
    with pytest.raises(Refused):
        actions.examine(case, by=world.officer)
    with pytest.raises(Refused, match="ne devient pas ordinaire"):
        actions.sort(case, "fraud", by=world.referent)


def turned(world: World) -> Case:
    """An ordinary complaint, examined, of which a visit was done and another is asked, that turns out sensitive."""
    case, home = world.in_examination(), world.households[0]
    done = acts.ask(case, "visit", "La voisine dit ce qu’il a fait.", by=world.officer, household=home)
    acts.carry_out(done, by=world.cercle, result="Elle l’a dit aussi, à voix basse.")
    acts.ask(case, "visit", "Revoir la voisine sans lui.", by=world.officer, household=home)
    actions.propose(case, "founded", "La voisine le confirme.", by=world.officer)
    actions.sort(case, "gender_violence", by=world.officer)
    return case


def test_what_is_found_sensitive_in_examination_is_hidden_with_what_it_asked(world: World) -> None:
    case = turned(world)
    for user in (world.officer, world.cercle, world.country):
        with seen_by(user):
            assert [rows(table) for table in TABLES] == [0] * len(TABLES)
            assert not queries.acts_visible_to(user).exists()
    with seen_by(world.lead):
        kept = queries.one_visible_to(world.lead).get()
        assert (kept.status, kept.outcome, kept.assigned_to) == ("sorted", "", None)
        assert set(kept.acts.values_list("status", flat=True)) == {"done", "withdrawn"}
    with pytest.raises(Refused):
        acts.ask(case, "visit", "La voisine dit ce qu’il a fait.", by=world.officer)


def test_the_trace_shows_no_more_what_it_said_before_it_turned(world: World) -> None:
    case, other = turned(world), world.heard()
    told = AuditEvent.objects.filter(noun="grievance")
    assert told.filter(object_id=str(case.pk)).exists()
    with seen_by(world.country):
        left = queries.shown(AuditEvent.objects.filter(noun="grievance"))
        assert set(left.values_list("object_id", flat=True)) == {str(other.pk)}


def test_the_database_gives_its_acts_the_case_s_secret(world: World) -> None:
    case = world.in_examination()
    acts.ask(case, "visit", "Voir chez elle ce qu’il en est.", by=world.officer)
    sql = "UPDATE grievances_case SET sensitive = true, category_id = 'gender_violence' WHERE id = %s"
    wanted = pytest.raises(DatabaseError, match="grievance_act_of_sensitive_stays_apart")
    with wanted, transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql, [case.pk])
