"""A worksite from its proposal to its opening: its budget, its screening, its draw, its workers."""

from __future__ import annotations

import pytest

from jigi.delivery.works import actions, hiring
from jigi.delivery.works.models import Worker, Worksite
from jigi.enrolment.models import Enrolment
from jigi.foundation.bulk import counting_statements
from jigi.foundation.errors import Refused
from tests.delivery.scene import stage
from tests.delivery.works_scene import START, adults, approved, plan, proposed, running
from tests.factories import make_households

pytestmark = pytest.mark.django_db


def test_a_worksite_keeps_the_share_of_wages() -> None:
    with pytest.raises(Refused, match="60 %"):
        proposed(supervision_xof=181_000)


def test_a_worksite_is_of_its_plan_and_on_the_map() -> None:
    works = proposed(track=(13.05, -9.49, 13.06, -9.50))
    assert works.worksite.code == "HIMO-010501-001" and works.worksite.measure == "m"
    with pytest.raises(Refused, match="carte"):
        proposed(works.scene, track=(48.8, 2.3))


def test_a_forbidden_answer_puts_a_worksite_aside() -> None:
    works = proposed()
    assert not actions.screen(works.worksite, ["forest"], {}, by=works.scene.controller)
    assert works.worksite.status == "refused"
    with pytest.raises(Refused, match="impossible"):
        actions.approve(works.worksite, by=works.scene.decider)


def test_a_risk_is_followed_by_its_mitigation() -> None:
    works = proposed()
    with pytest.raises(Refused, match="mesure"):
        actions.screen(works.worksite, ["wells"], {}, by=works.scene.controller)
    assert actions.screen(works.worksite, ["wells"], {"wells": "talus et balisage"}, by=works.scene.controller)


def test_who_operates_does_not_screen_nor_approve() -> None:
    works = proposed()
    with pytest.raises(Refused):
        actions.screen(works.worksite, [], {}, by=works.scene.agent)
    actions.screen(works.worksite, [], {}, by=works.scene.controller)
    with pytest.raises(Refused):
        actions.approve(works.worksite, by=works.scene.planner)


def test_places_to_the_cap_are_paid_for_by_the_budget() -> None:
    works = proposed(places=5)
    actions.screen(works.worksite, [], {}, by=works.scene.controller)
    with pytest.raises(Refused, match="900000"):
        actions.approve(works.worksite, by=works.scene.decider)


def test_a_proposal_is_corrected_until_it_is_screened() -> None:
    works = proposed()
    actions.amend(works.worksite, plan(title="Diguettes"), by=works.scene.agent)
    assert works.worksite.title == "Diguettes"
    actions.screen(works.worksite, ["forest"], {}, by=works.scene.controller)
    with pytest.raises(Refused, match="avant l’examen"):
        actions.amend(works.worksite, plan(), by=works.scene.agent)
    actions.propose_again(works.worksite, reason="le tracé évite la forêt", by=works.scene.agent)
    assert works.worksite.status == "proposed" and works.worksite.screened_by is None


def test_one_adult_of_a_household_applies() -> None:
    works = approved()
    households = make_households(1, works.scene.village)
    hiring.apply(works.worksite, adults(households, "head"), by=works.scene.agent)
    with pytest.raises(Refused, match="déjà candidat"):
        hiring.apply(works.worksite, adults(households), by=works.scene.agent)
    (first,) = works.worksite.applications.all()
    hiring.withdraw(first, reason="trop loin", by=works.scene.agent)
    hiring.apply(works.worksite, adults(households), by=works.scene.agent)


def test_a_child_does_not_apply() -> None:
    works = approved()
    with pytest.raises(Refused, match="adulte certain"):
        hiring.apply(works.worksite, adults(make_households(1, works.scene.village), "child"), by=works.scene.agent)


def test_the_list_is_hashed_before_the_seed_is_known_and_drawn_by_another() -> None:
    works = approved(places=2)
    hiring.apply(works.worksite, adults(make_households(5, works.scene.village)), by=works.scene.agent)
    made = hiring.close_list(works.worksite, "lottery", by=works.scene.agent)
    assert made.applicants == 5 and len(made.list_hash) == 64 and not made.seed
    with pytest.raises(Refused):
        hiring.draw(works.worksite, "12", "le maire", by=works.scene.agent)
    with pytest.raises(Refused, match="témoins"):
        hiring.draw(works.worksite, "12", "", by=works.scene.decider)
    hiring.draw(works.worksite, "12", "le maire", by=works.scene.decider)
    assert works.worksite.applications.filter(status="chosen").count() == 2
    assert hiring.verify(works.worksite)


def test_a_list_that_changed_after_it_closed_is_not_drawn() -> None:
    works = approved()
    hiring.apply(works.worksite, adults(make_households(2, works.scene.village)), by=works.scene.agent)
    hiring.close_list(works.worksite, "lottery", by=works.scene.agent)
    hiring.withdraw(works.worksite.applications.first(), reason="malade", by=works.scene.agent)
    with pytest.raises(Refused, match="a changé"):
        hiring.draw(works.worksite, "12", "le maire", by=works.scene.decider)
    hiring.reopen_list(works.worksite, reason="un retrait", by=works.scene.agent)
    assert works.worksite.status == "approved"


def test_the_hired_are_enrolled_and_paid_themselves() -> None:
    works = running(3)
    paid = Enrolment.objects.filter(component=works.scene.components["HIMO"])
    assert {one.recipient_id for one in paid} == {one.person_id for one in works.workers}
    assert {one.first_term for one in paid} == {2}


def test_hiring_takes_as_many_statements_for_many_as_for_few() -> None:
    counts, scene = [], stage(("works",))
    for workers in (2, 12):
        works = approved(scene, places=workers, wages_xof=workers * 180_000, tools_xof=0, supervision_xof=0)
        hiring.apply(works.worksite, adults(make_households(workers, works.scene.village)), by=works.scene.agent)
        hiring.close_list(works.worksite, "lottery", by=works.scene.agent)
        hiring.draw(works.worksite, "1", "le maire", by=works.scene.decider)
        with counting_statements() as counter:
            hiring.hire(works.worksite, starts_on=START, by=works.scene.planner)
        counts.append(counter.count)
    assert counts[0] == counts[1]


def test_a_substitute_takes_the_place_and_the_crew_of_who_leaves() -> None:
    works = running(3)
    gone = works.workers[0]
    came = hiring.replace(gone, last_day=START, reason="a quitté le village", by=works.scene.planner)
    assert came is not None and came.crew_id == gone.crew_id and came.number == 4 and came.replaces == gone
    assert came.application.rank == 4
    with pytest.raises(Refused, match="a pris cette place"):
        hiring.come_back(gone, by=works.scene.agent)


def test_a_departure_noted_by_mistake_is_undone() -> None:
    works = running(2, more=0)
    gone = works.workers[0]
    assert hiring.replace(gone, last_day=START, reason="erreur", by=works.scene.planner) is None
    hiring.come_back(gone, by=works.scene.agent)
    assert Worker.objects.get(pk=gone.pk).ends_on is None


def test_a_household_has_one_worker_in_the_component() -> None:
    works = running(2, more=0)
    other = approved(works.scene)
    hiring.apply(other.worksite, adults(works.scene.households, "head"), by=works.scene.agent)
    hiring.close_list(other.worksite, "lottery", by=works.scene.agent)
    hiring.draw(other.worksite, "1", "le maire", by=works.scene.decider)
    with pytest.raises(Refused, match="déjà sur un chantier"):
        hiring.hire(other.worksite, starts_on=START, by=works.scene.planner)
    assert Worksite.objects.get(pk=other.worksite.pk).status == "hiring"
