"""The published figures of AGR: 10,000 first instalments of 512 million francs, then 22,000 the year after."""

from __future__ import annotations

import time
from dataclasses import replace
from datetime import date

import pytest
from django.db import connection
from django.db.models import Avg, Count, Sum

from jigi.delivery.dues.models import Due
from jigi.delivery.grants import actions, instalments, selection
from jigi.delivery.grants.grant_models import GrantInstalment
from jigi.delivery.grants.models import GrantCall
from jigi.delivery.grants.terms import read_terms
from jigi.foundation.bulk import counting_statements
from tests.delivery.scene import Scene, stage
from tests.factories import make_households

pytestmark = pytest.mark.django_db
YEARS = {2018: (("AGR-120", 8_000), ("AGR-160", 2_000)), 2019: (("AGR-120", 22_000),)}
_APPLICATIONS = """
INSERT INTO delivery_grantapplication (call_id, contract_id, number, household_id, applicant_id, commune_id,
    activity_id, description, group_name, own_xof, incomes_xof, expenses_xof, status, why, made_by_id)
SELECT call.id, call.contract_id, row_number() OVER (ORDER BY household.id), household.id, member.person_id,
    household.commune_id, (SELECT min(id) FROM delivery_grantchoice WHERE call_id = call.id AND sort = 'activity'),
    'Petit commerce', '', 0, array_fill(20000::bigint, ARRAY[12]), array_fill(12000::bigint, ARRAY[12]),
    'submitted', '',
    call.made_by_id
FROM delivery_grantcall AS call, registry_household AS household
JOIN registry_membership AS member ON member.household_id = household.id AND member.role = 'recipient'
WHERE call.id = %(call)s AND household.id = ANY (%(households)s)
"""
_APPLICANTS = """
INSERT INTO delivery_grantapplicant (application_id, contract_id, component_id, household_id, person_id, leads, live)
SELECT one.id, one.contract_id, call.component_id, one.household_id, one.applicant_id, true, true
FROM delivery_grantapplication AS one JOIN delivery_grantcall AS call ON call.id = one.call_id WHERE call.id = %(call)s
"""
_TRAINED = """
INSERT INTO delivery_granttrainee (training_id, application_id, contract_id, commune_id, household_id, person_id,
    held_on, made_by_id)
SELECT training.id, one.id, one.contract_id, one.commune_id, one.household_id, one.applicant_id, training.day,
    one.made_by_id
FROM delivery_grantapplication AS one JOIN delivery_granttraining AS training ON training.call_id = one.call_id
WHERE one.call_id = %(call)s
"""
_SCORES = """
INSERT INTO delivery_grantscore (call_id, application_id, contract_id, juror_id, criterion_id, most_points, points,
    made_by_id)
SELECT one.call_id, one.id, one.contract_id, juror.id, criterion.id, criterion.most_points,
    criterion.most_points - (one.id + juror.id) %% 8, one.made_by_id
FROM delivery_grantapplication AS one
JOIN delivery_grantjuror AS juror ON juror.call_id = one.call_id
JOIN delivery_grantcriterion AS criterion ON criterion.call_id = one.call_id
WHERE one.call_id = %(call)s
"""


def _call(scene: Scene, code: str, year: int, places: int) -> GrantCall:
    """A call of so many places, as many households having applied, trained and scored."""
    terms = read_terms(code)
    offer = actions.Offer(
        f"{code[4:]}-{year}", f"AGR {year}", date(year, 1, 5), date(year, 2, 1), places, places * terms.amount_xof
    )
    call = actions.make_call(scene.contracts["grants"], offer, terms, scene.communes, by=scene.planner)
    actions.open_call(call, by=scene.planner)
    facts = {"call": call.pk, "households": make_households(places, scene.village, phones=False, prefix=offer.code)}
    for day in (10, 11):
        call.trainings.create(
            contract_id=call.contract_id, commune=scene.commune, day=date(year, 1, day), place="École",
            subject="Gestion", trainer="Awa", made_by=scene.agent,
        )  # fmt: skip
    for name in ("Awa Traoré", "Binta Diarra", "Moussa Keïta"):
        call.jurors.create(name=name, function="conseil communal", made_by=scene.planner)
    with connection.cursor() as cursor:
        for statement in (_APPLICATIONS, _APPLICANTS, _TRAINED, _SCORES):
            cursor.execute(statement, facts)
        cursor.execute("ANALYZE delivery_grantapplication, delivery_grantscore, delivery_granttrainee")
    actions.close_call(call, by=scene.planner)
    return call


def _given(scene: Scene, call: GrantCall, year: int) -> None:
    """Selected, enrolled, and the first instalments asked and released."""
    made = selection.propose(call, held_on=date(year, 2, 10), place="Mairie", by=scene.planner)
    selection.decide(made, by=scene.decider)
    selection.enrol(call, cohort=call.code, by=scene.planner)
    day = date(year, 3, 1)
    assert instalments.ask_all(call, 1, on=day, by=scene.planner) == call.places
    with counting_statements() as counted:
        assert instalments.release_all(call, 1, on=day, by=scene.decider) == call.places
    assert counted.count <= 16


def _play(years: dict[int, tuple[tuple[str, int], ...]]) -> dict[int, float]:
    scene, seconds = stage(("grants",)), {}
    contract = scene.contracts["grants"]
    type(contract).objects.filter(pk=contract.pk).update(ends_on=date(2020, 12, 31))
    contract.refresh_from_db()
    scene = replace(scene, contracts={"grants": contract})
    for year, told in years.items():
        calls = [_call(scene, code, year, places) for code, places in told]
        begun = time.perf_counter()
        for call in calls:
            _given(scene, call, year)
        seconds[year] = time.perf_counter() - begun
    return seconds


def _first_instalments(year: int) -> tuple[int, int, int]:
    """Grants, francs, and the mean of the first instalments of a year."""
    told = Due.objects.filter(sort="grants", earned_on__year=year).aggregate(
        n=Count("pk"), sum=Sum("amount_xof"), mean=Avg("amount_xof")
    )
    return told["n"], told["sum"], int(told["mean"])


def test_a_thousandth_of_the_golden_case_to_the_franc() -> None:
    small = {year: tuple((code, places // 1_000) for code, places in told) for year, told in YEARS.items()}
    _play(small)
    assert _first_instalments(2018) == (10, 512_000, 51_200)
    assert _first_instalments(2019) == (22, 1_056_000, 48_000)
    assert GrantInstalment.objects.filter(status="planned").count() == 2 * 32


@pytest.mark.size
def test_the_golden_case_to_the_franc_and_fast() -> None:
    seconds = _play(YEARS)
    assert _first_instalments(2018) == (10_000, 512_000_000, 51_200)
    assert _first_instalments(2019) == (22_000, 1_056_000_000, 48_000)
    print("seconds", seconds)
    assert seconds[2019] < 60
