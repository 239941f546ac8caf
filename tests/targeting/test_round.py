"""A campaign from its quotas to its frozen result, each household with the reason."""

from __future__ import annotations

import pytest
from django.db import DatabaseError, transaction
from django.db.models import F
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from jigi.foundation.bulk import counting_statements
from jigi.foundation.errors import Refused
from jigi.foundation.models import AuditEvent
from jigi.geography.models import Area
from jigi.registry.models import Household, LivingConditions
from jigi.targeting import actions, pipeline, queries, rules
from jigi.targeting.models import ListedHousehold, Quota, Result, TargetingRound
from tests.factories import make_user

RATES = {"ML": 0.4, "ML010501-002": 0.8}


@pytest.fixture
def ranked(world, list_file) -> TargetingRound:
    """Places for 2 and 3 households; the first village lists its six households, the second four."""
    round_ = world.open_round(quota_total=5)
    listed = world.households[0] + world.households[1][:4]
    actions.import_lists(round_, list_file(listed), by=world.manager)
    actions.set_quotas(round_, 5, {"ML010501-001": 0.4, "ML": 0.6}, by=world.manager)
    actions.rank(round_, by=world.manager)
    return round_


def test_places_follow_the_rate_of_the_smallest_area_that_has_one(world):
    places = actions.set_quotas(world.open_round(), 90, RATES, by=world.manager)
    assert [places[village.pk] for village in world.villages] == [30, 60]
    only_people = actions.set_quotas(TargetingRound.objects.get(), 90, {}, poverty_exponent=0, by=world.manager)
    assert [only_people[village.pk] for village in world.villages] == [45, 45]
    assert Quota.objects.count() == 2


def test_a_village_never_gets_more_places_than_listed_households(world, list_file):
    round_ = world.open_round()
    actions.import_lists(round_, list_file(world.households[0] + world.households[1][:2]), by=world.manager)
    places = actions.set_quotas(round_, 6, RATES, by=world.manager)
    assert [places[village.pk] for village in world.villages] == [4, 2]
    with pytest.raises(Refused, match="qui en acceptent 8"):
        actions.set_quotas(round_, 9, RATES, by=world.manager)


def test_an_unknown_poverty_rate_is_refused(world):
    with pytest.raises(Refused, match="1 villages n’ont pas de taux"):
        actions.set_quotas(world.open_round(), 6, {"ML010501-002": 0.8}, by=world.manager)


def test_no_commune_is_never_all_communes(world):
    with pytest.raises(Refused, match="aucune commune"):
        actions.open_round("Vide", [], programme_code="tm", formula=None, quota_total=1, by=world.manager)


def test_a_cercle_stands_for_its_communes(world):
    cercle = Area.objects.get(code="ML0105")
    round_ = actions.open_round("Cercle", [cercle], programme_code="tm", formula=None, quota_total=1, by=world.manager)
    assert [chosen.commune for chosen in round_.communes.all()] == [world.commune]


def test_the_poorest_listed_are_chosen_and_everyone_has_a_reason(world, ranked):
    reasons = dict(Result.objects.values_list("household_id", "reason"))
    first, second = world.households
    # Thatched and large: the fifth household, then the third; six and four are large but under sheet.
    assert [reasons[n] for n in first] == ["beyond_quota"] * 2 + [
        "within_quota",
        "beyond_quota",
        "within_quota",
        "beyond_quota",
    ]
    assert [reasons[n] for n in second[4:]] == ["not_listed"] * 2
    assert Result.objects.filter(selected=True).count() == 5 and ranked.status == "ranked"


def test_the_reason_is_a_sentence_with_the_figures(world, ranked):
    chosen = Result.objects.get(household_id=world.households[0][4])
    assert queries.reason_of(chosen) == "Retenu : 1er sur 6 dans Village fictif 1, pour 2 places."
    unlisted = queries.results_of(Household.objects.get(pk=world.households[1][5]))[0]
    assert "ne l’a pas inscrit sur la liste communautaire" in queries.reason_of(unlisted)


def test_a_listed_household_without_questionnaire_is_not_ranked(world, list_file):
    LivingConditions.objects.filter(household_id=world.all[4]).delete()
    round_ = world.open_round()
    actions.import_lists(round_, list_file(world.all), by=world.manager)
    actions.set_quotas(round_, 11, RATES, by=world.manager)
    assert actions.rank(round_, by=world.manager)["no_score"] == 1
    held = Result.objects.get(household_id=world.all[4])
    assert (held.selected, held.position, held.score) == (False, None, None)


def test_without_a_formula_the_committee_decides(world, list_file):
    round_ = world.open_round(formula=False)
    actions.import_lists(round_, list_file(world.all[::-1]), by=world.manager)
    actions.set_quotas(round_, 4, {"ML": 0.5}, by=world.manager)
    actions.rank(round_, by=world.manager)
    chosen = set(Result.objects.filter(selected=True).values_list("household_id", flat=True))
    assert chosen == {*world.households[0][4:], *world.households[1][4:]}


def test_ranking_waits_for_quotas_and_lists(world, list_file):
    round_ = world.open_round()
    with pytest.raises(Refused, match="quota"):
        actions.rank(round_, by=world.manager)
    actions.set_quotas(round_, 5, RATES, by=world.manager)
    with pytest.raises(Refused, match="listé"):
        actions.rank(round_, by=world.manager)


def test_a_reopened_campaign_ranks_the_same_again(world, ranked):
    before = list(Result.objects.order_by("household_id").values_list("household_id", "score", "position", "reason"))
    actions.reopen(ranked, by=world.manager, reason="Liste à corriger")
    assert not Result.objects.exists()
    actions.rank(ranked, by=world.manager)
    after = list(Result.objects.order_by("household_id").values_list("household_id", "score", "position", "reason"))
    assert after == before


def test_a_frozen_result_has_its_hash_and_never_changes(world, ranked):
    digest = actions.freeze(ranked, by=world.manager)
    assert len(digest) == 64 and ranked.status == "frozen" and queries.verify_hash(ranked)
    lies = (
        lambda: Result.objects.update(selected=False, reason="beyond_quota"),
        lambda: Result.objects.filter(selected=True).delete(),
        lambda: Quota.objects.update(places=100),
        lambda: ListedHousehold.objects.update(rank=1),
        lambda: ranked.communes.all().delete(),
        lambda: pipeline.write_results(ranked, None),
        lambda: TargetingRound.objects.update(status="ranked"),
    )
    for lie in lies:
        with pytest.raises(DatabaseError, match="gelée"), transaction.atomic():
            lie()
    with pytest.raises(Refused, match="gelée"):
        actions.reopen(ranked, by=world.manager, reason="Trop tard")


def test_the_hash_tells_another_result(world, ranked):
    first = pipeline.result_hash(ranked)
    Result.objects.filter(household_id=world.all[0]).update(score=1.0)
    assert pipeline.result_hash(ranked) != first


def test_no_row_moves_into_a_frozen_campaign(world, ranked, list_file):
    actions.freeze(ranked, by=world.manager)
    other = actions.open_round(
        "Autre", [world.commune], programme_code="tm", formula=None, quota_total=1, by=world.manager
    )
    actions.import_lists(other, list_file(world.households[1][4:]), by=world.manager)
    with pytest.raises(DatabaseError, match="gelée"), transaction.atomic():
        other.listed.update(targeting_round=ranked)


def test_every_action_leaves_its_trace(world, ranked):
    actions.freeze(ranked, by=world.manager)
    verbs = AuditEvent.objects.filter(noun="targeting_round", object_id=str(ranked.pk)).order_by("id")
    assert [event.verb for event in verbs] == ["open", "import_lists", "set_quotas", "rank", "freeze"]
    assert {event.by for event in verbs} == {world.manager}


def test_only_who_runs_targeting_here_may_act(world):
    round_ = world.open_round()
    for user in (make_user("binta", "auditor"), make_user("issa", programme="autre")):
        with pytest.raises(Refused, match="affectation"):
            actions.set_quotas(round_, 5, RATES, by=user)


def test_ranking_takes_as_many_statements_for_more_households(world, list_file):
    counts = []
    for listed in (world.all[:2], world.all):
        round_ = world.open_round()
        actions.import_lists(round_, list_file(listed), by=world.manager)
        actions.set_quotas(round_, 2, {"ML": 0.5}, by=world.manager)
        with counting_statements() as counter:
            actions.rank(round_, by=world.manager)
        counts.append(counter.count)
        TargetingRound.objects.update(name=F("id"))
    assert counts[0] == counts[1]


def test_the_parts_of_a_score_add_up(world, ranked):
    household = Household.objects.get(pk=world.households[0][4])
    parts = queries.score_parts(household, world.formula)
    assert parts.score == pytest.approx(Result.objects.get(household=household).score, abs=1e-9)
    roof = next(part for part in parts.parts if part.term.column == "roof")
    assert (roof.value, roof.term.label) == ("thatch", "Toit") and roof.difference < 0
    assert parts.village_households == 6 and 20_000 < parts.predicted_xof < 300_000


def test_a_household_never_visited_has_no_parts(world):
    LivingConditions.objects.filter(household_id=world.all[0]).delete()
    assert queries.score_parts(Household.objects.get(pk=world.all[0]), world.formula) is None


def test_the_error_is_measured_against_a_known_consumption(world, ranked):
    selected = set(Result.objects.filter(selected=True).values_list("household_id", flat=True))
    keys = dict(Household.objects.values_list("pk", "source_key"))
    perfect = [(key, 1 if number in selected else 9) for number, key in keys.items()]
    assert queries.selection_error(ranked, perfect).missed == 0
    inverse = [(key, 9 if number in selected else 1) for number, key in keys.items()]
    found = queries.selection_error(ranked, inverse)
    assert (found.households, found.selected, found.missed) == (12, 5, 1.0)
    assert found.at_random == pytest.approx(7 / 12)


def test_a_commune_takes_its_poverty_rate_from_its_own_scores(world):
    rates = queries.estimated_poverty_rates(world.formula, [world.commune], poor_share=0.5)
    assert rates == {"ML010501": pytest.approx(0.5, abs=0.1)}


def test_people_see_the_campaigns_of_their_areas(world, ranked):
    assert list(queries.visible_to(world.manager)) == [ranked]
    assert queries.results_visible_to(world.manager, ranked).count() == 12
    stranger = make_user("sira", "treasurer")
    assert not queries.visible_to(stranger).exists()
    assert not queries.results_visible_to(stranger, ranked).exists()


def test_the_table_of_villages_adds_up(world, ranked):
    rows = queries.villages_of(ranked)
    assert [(row["places"], row["listed"], row["selected"], row["households"]) for row in rows] == [
        (2, 6, 2, 6),
        (3, 4, 3, 6),
    ]


@settings(
    max_examples=15,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(
    sizes=st.lists(st.integers(1, 3), min_size=12, max_size=12),
    ranks=st.lists(st.none() | st.integers(1, 3), min_size=12, max_size=12),
    places=st.tuples(st.integers(0, 6), st.integers(0, 6)),
    by_committee=st.booleans(),
)
def test_postgresql_ranks_as_the_rules_do(world, sizes, ranks, places, by_committee):
    with transaction.atomic():
        round_ = world.open_round(20, formula=not by_committee)
        given_world(world, round_, sizes, ranks, places)
        pipeline.write_results(round_, None if by_committee else queries.fitted_of(world.formula))
        found = list(round_.results.exclude(reason="not_listed").order_by("household_id"))
        expected = expected_outcomes(world, found, places, by_committee)
        transaction.set_rollback(True)
    assert [(r.household_id, r.position, r.selected, r.reason) for r in found] == expected


def given_world(world, round_, sizes, ranks, places) -> None:
    for number, size in zip(world.all, sizes, strict=True):
        LivingConditions.objects.filter(household_id=number).update(household_size=size, roof="sheet")
    ListedHousehold.objects.bulk_create(
        ListedHousehold(
            targeting_round=round_, household_id=number, rank=rank, food_insecurity=True, income_source=False,
            production_tools=False, household_composition=False, file_name="", line=2,
        )
        for number, rank in zip(world.all, ranks, strict=True)
        if rank
    )  # fmt: skip
    Quota.objects.bulk_create(
        Quota(targeting_round=round_, village=village, population=1, poverty_rate=1, places=n)
        for village, n in zip(world.villages, places, strict=True)
    )


def expected_outcomes(world, found, places, by_committee) -> list[tuple]:
    outcomes = []
    for village, quota in zip(world.villages, places, strict=True):
        candidates = [
            rules.Candidate(r.household_id, r.committee_rank, r.score) for r in found if r.village_id == village.pk
        ]
        outcomes += rules.rank(candidates, quota, by_committee=by_committee)
    return sorted((o.household_id, o.position, o.selected, o.reason) for o in outcomes)
