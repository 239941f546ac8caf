"""How long a fact holds: the rule, and the same asked of the whole register."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from jigi.foundation.bulk import counting_statements
from jigi.registry import facts, queries
from jigi.registry.freshness import HEALTH, HOUSEHOLD, LIVING, Freshness, Kind, Life, Seen, first_valid, months_later
from jigi.registry.freshness import facts as facts_of
from jigi.registry.models import Health, Household, LivingConditions
from tests.factories import make_commune, make_households, make_village

TODAY = date(2026, 6, 15)
YEARS = {"min_value": date(2010, 1, 1), "max_value": date(2030, 12, 31)}
KINDS = {kind.code: kind for kind in facts.kinds()}
ASKED = [kind for kind in facts.kinds() if kind.carrier != HEALTH]


@pytest.mark.parametrize(
    ("seen", "state"),
    [
        (date(2026, 6, 1), Freshness.FRESH),
        (date(2024, 9, 15), Freshness.FRESH),
        (date(2024, 9, 14), Freshness.SOON),
        (date(2024, 6, 15), Freshness.SOON),
        (date(2024, 6, 14), Freshness.STALE),
        (None, Freshness.NEVER),
    ],
)
def test_a_fact_of_24_months_warns_3_months_before(seen: date | None, state: Freshness) -> None:
    assert Life(24, 3).freshness(seen, TODAY) is state


def test_what_does_not_age_is_always_up_to_date() -> None:
    assert Life(None).freshness(date(1990, 1, 1), TODAY) is Freshness.FRESH
    assert Life(None).valid_until(date(1990, 1, 1)) is None


def test_the_31st_becomes_the_last_day_of_a_shorter_month() -> None:
    assert months_later(date(2024, 8, 31), 6) == date(2025, 2, 28)
    assert Life(6).valid_until(date(2023, 8, 31)) == date(2024, 2, 29)


@given(st.dates(**YEARS), st.dates(**YEARS), st.integers(1, 60))
def test_a_fact_is_stale_when_its_last_day_is_over(seen: date, today: date, months: int) -> None:
    assert (seen < first_valid(today, months)) == (months_later(seen, months) < today)


def test_each_kind_has_the_source_of_its_carrier_or_a_newer_one() -> None:
    visit, change = Seen(date(2024, 1, 1), "RSU", "F-1", "E7", "v3"), Seen(date(2025, 1, 1), "demande 12")
    visits = {HOUSEHOLD: visit, LIVING: None}
    found = {one.kind.code: one for one in facts_of(facts.kinds(), visits, TODAY, [("contact", change)])}
    assert found["contact"].seen == change and found["residence"].seen == visit
    assert found["contact"].valid_until == date(2026, 1, 1)
    assert found["food"].freshness is Freshness.NEVER and "health" not in found


@pytest.mark.parametrize(("day", "wins"), [(date(2023, 12, 31), False), (date(2024, 1, 1), True)])
def test_an_older_change_does_not_hide_a_visit(day: date, wins: bool) -> None:
    visit, change = Seen(date(2024, 1, 1), "RSU"), Seen(day, "demande 12")
    [found] = facts_of([KINDS["contact"]], {HOUSEHOLD: visit}, TODAY, [("contact", change)])
    assert (found.seen == change) == wins


@pytest.fixture
def households(db: None) -> list[int]:
    return make_households(6, make_village(make_commune("ML010501")))


days = st.one_of(
    st.dates(**YEARS),
    # About the ends of what holds: the day itself, and its neighbours.
    st.builds(
        lambda kind, back, off: months_later(TODAY, back - (kind.life.months or 0)) + timedelta(days=off),
        st.sampled_from(ASKED), st.integers(0, 6), st.integers(-1, 1),
    ),
)  # fmt: skip
lives = st.tuples(days, st.one_of(st.none(), days))


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(drawn=st.lists(lives, min_size=6, max_size=6), today=st.one_of(st.just(TODAY), st.dates(**YEARS)))
def test_the_filters_keep_what_the_rule_says(
    households: list[int], drawn: list[tuple[date, date | None]], today: date
) -> None:
    with transaction.atomic():
        _visit(households, drawn)
        said = {
            (one.pk, fact.kind.code, fact.freshness)
            for one in Household.objects.select_related("living_conditions")
            for fact in queries.facts_of(one, today)
        }
        kept = {
            (pk, kind.code, state)
            for kind in ASKED
            for state in Freshness
            for pk in Household.objects.filter(queries.aged(kind, state, today)).values_list("pk", flat=True)
        }
        transaction.set_rollback(True)
    assert said == kept


def _visit(households: list[int], drawn: list[tuple[date, date | None]]) -> None:
    for pk, (visit, living) in zip(households, drawn, strict=True):
        Household.objects.filter(pk=pk).update(collected_on=visit)
        if living:
            LivingConditions.objects.create(household_id=pk, collected_on=living)


@pytest.mark.parametrize("kind", [one for one in ASKED if one.life.months], ids=lambda kind: kind.code)
def test_a_filter_is_one_statement(households: list[int], kind: Kind) -> None:
    with counting_statements() as counter:
        list(Household.objects.filter(queries.aged(kind, Freshness.STALE, TODAY))[:50])
    assert counter.count == 1


def test_living_conditions_of_a_household_without_a_day_are_refused(households: list[int]) -> None:
    with pytest.raises(IntegrityError, match="living_conditions_have_a_day"), transaction.atomic():
        LivingConditions.objects.create(household_id=households[0])
    LivingConditions.objects.create(survey="ESSAI", survey_key="1")


@pytest.mark.parametrize("index", ["household_by_visit", "living_conditions_by_visit"])
def test_the_days_of_visits_are_indexed(db: None, index: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT indexdef FROM pg_indexes WHERE indexname = %s", [index])
        assert "collected_on" in cursor.fetchone()[0]


def test_health_has_the_oldest_day_of_the_present_members(households: list[int]) -> None:
    one = Household.objects.get(pk=households[0])
    for line, day in ((1, date(2025, 3, 1)), (2, date(2026, 3, 1))):
        Health.objects.create(person=one.memberships.get(line=line).person, collected_on=day)
    told = {fact.kind.code: fact for fact in queries.facts_of(one, TODAY, sensitive=True)}
    assert told["health"].seen == Seen(date(2025, 3, 1)) and told["health"].freshness is Freshness.STALE
    assert "health" not in {fact.kind.code for fact in queries.facts_of(one, TODAY)}


def test_counts_of_a_commune_say_how_many_are_to_be_seen_again(households: list[int]) -> None:
    commune = Household.objects.get(pk=households[0]).commune
    Household.objects.update(collected_on=date.today())
    Household.objects.filter(pk__in=households[:2]).update(collected_on=months_later(date.today(), -25))
    assert queries.counts_by_commune()[commune.pk] == queries.Counts(6, 18, 2)
