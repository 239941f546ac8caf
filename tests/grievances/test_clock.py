"""Deadlines in working days, set by the database at each move; what is late rises one level, once."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pytest
from django.db import connection
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from jigi.foundation.bulk import fetch_sql
from jigi.foundation.errors import InputError, Refused
from jigi.foundation.models import AuditEvent
from jigi.grievances import actions, pipeline, queries, reference, trail
from jigi.grievances.catalogue import CATEGORIES, read_categories, read_holidays
from jigi.grievances.models import Case, Deadline, Event, Holiday
from jigi.grievances.rules import is_number, working_day
from jigi.grievances.states import CASE, LEVELS, LIVE
from tests.factories import make_user
from tests.grievances.world import World


def in_sql(call: str, *values: object) -> object:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {call}", values)
        return cursor.fetchone()[0]


class SameAsTheRule(TestCase):
    @settings(max_examples=60, deadline=None)
    @given(start=st.dates(date(2025, 1, 1), date(2034, 6, 1)), days=st.integers(0, 60))
    def test_the_database_counts_working_days_as_the_rule_does(self, start: date, days: int) -> None:
        off = set(Holiday.objects.values_list("day", flat=True))
        assert in_sql("grievances_working_day(%s, %s)", start, days) == working_day(start, days, off)


@pytest.mark.django_db
def test_numbers_drawn_by_the_database_check_themselves() -> None:
    numbers = [in_sql("grievances_number()") for _ in range(50)]
    assert all(is_number(one) for one in numbers) and len(set(numbers)) == 50
    assert not is_number(numbers[0] + 1)


def test_a_week_end_and_independence_day_do_not_count() -> None:
    assert working_day(date(2026, 9, 18), 2, read_holidays()) == date(2026, 9, 23)


@pytest.mark.django_db
def test_every_state_of_every_category_has_its_deadline_at_each_level() -> None:
    wanted = len(read_categories()) * len(LIVE) * len(LEVELS)
    assert Deadline.objects.count() == wanted
    assert set(LIVE) <= set(CASE.states)


@pytest.mark.django_db
def test_each_move_gives_a_new_day(world: World) -> None:
    case = world.heard("payment_missing", received_on=date(2026, 11, 26))
    assert case.due_on == date(2026, 11, 30)
    actions.acknowledge(case, by=world.officer)
    assert case.due_on == working_day(date.today(), 2, read_holidays())


@pytest.mark.django_db
def test_what_is_late_rises_one_level_and_once(world: World) -> None:
    late = world.heard(received_on=date.today() - timedelta(days=30))
    fresh = world.heard()
    assert pipeline.escalate(by=None) == 1
    assert pipeline.escalate(by=None) == 0
    late.refresh_from_db(), fresh.refresh_from_db()
    assert (late.level, fresh.level) == ("cercle", "commune")
    assert late.due_on > date.today()
    assert Event.objects.filter(case=late, verb="escalate").count() == 1


@pytest.mark.django_db
def test_it_rises_to_the_country_and_stays_there(world: World) -> None:
    case = world.heard()
    seen = []
    for _ in range(4):
        Case.objects.filter(pk=case.pk).update(due_on=date.today() - timedelta(days=1))
        pipeline.escalate(by=None)
        case.refresh_from_db()
        seen.append(case.level)
    assert seen == ["cercle", "region", "country", "country"]


@pytest.mark.django_db
def test_raising_is_one_statement_however_many(world: World) -> None:
    for _ in range(3):
        world.heard(received_on=date.today() - timedelta(days=30))
    told = fetch_sql("grievances", "escalate", {"today": date.today(), "by": None})
    assert told == [{"risen": 3, "apart": []}]


@pytest.mark.django_db
def test_sensitive_cases_rise_uncounted_with_the_proof_of_their_trail(world: World) -> None:
    case = world.heard("gender_violence", by=world.referent, received_on=date.today() - timedelta(days=30))
    assert pipeline.escalate(by=None) == 0
    case.refresh_from_db()
    assert case.level == "cercle"
    proof = {"sha256": trail.digest(case.events.get(verb="escalate"))}
    assert AuditEvent.objects.filter(noun=trail.SENSITIVE, after=proof).exists()
    assert not AuditEvent.objects.filter(verb="escalate").exists()


@pytest.mark.django_db
def test_the_clock_is_not_for_everybody(world: World) -> None:
    with pytest.raises(Refused):
        pipeline.escalate(by=world.officer)
    assert pipeline.gather(by=make_user("exploite", "operator")) == dict.fromkeys(pipeline.SOURCES, 0)


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        ("severity = 1\n", "severity = 9\n", "La gravité va de 1 à 3"),
        ("received = 2, ", "", "Il manque un délai"),
        ("received = 2,", "received = 900,", "plus d’un an"),
        ('"appeal", ', '"pendre", ', "n’est pas un acte"),
        ('name = "erreur de ciblage"\n', 'name = "erreur de ciblage"\nnom = "x"\n', "nom"),
    ],
)
def test_a_mistake_of_the_categories_is_told_with_its_line(tmp_path, before: str, after: str, said: str) -> None:  # type: ignore[no-untyped-def]
    text = CATEGORIES.read_text(encoding="utf-8")
    path = tmp_path / "categories.toml"
    path.write_text(text.replace(before, after, 1), encoding="utf-8")
    with pytest.raises(InputError, match=said) as error:
        read_categories(path)
    assert "ligne" in str(error.value)


@pytest.mark.django_db
def test_time_to_answer_counts_complaints_and_those_answered_in_time(world: World) -> None:
    """Fees demanded: 1, 2, 2, 10 and 3 working days from hearing to deciding, so 18 in all."""
    days = read_holidays()
    for late in (0, 1):
        heard = date(2026, 3, 2)
        case = world.answered(received_on=heard)
        told = working_day(heard, 18 + late, days)
        Case.objects.filter(pk=case.pk).update(answered_on=told, decided_on=heard)
    Case.objects.create(
        category_id="fees_demanded", channel="system", origin="finding", origin_key="1", anonymous=True,
        commune=world.commune, received_on=date(2026, 3, 2),
    )  # fmt: skip
    (row,) = queries.times(world.officer, date(2026, 3, 1), date(2026, 3, 31))
    assert (row["cases"], row["answered"], row["in_time"]) == (2, 2, 1)


@pytest.mark.django_db
def test_a_category_that_has_cases_keeps_its_secrecy(world: World, tmp_path: Path) -> None:
    world.heard("fees_demanded")
    text = CATEGORIES.read_text(encoding="utf-8")
    path = tmp_path / "categories.toml"
    path.write_text(
        text.replace('name = "frais exigés"\n', 'name = "frais exigés"\nsensitive = true\n'), encoding="utf-8"
    )
    operator = make_user("exploite", "operator")
    with pytest.raises(Refused, match="« fees_demanded » a déjà des plaintes"):
        reference.load(path, by=operator)
    assert reference.load(by=operator)["categories"] == len(read_categories())
