"""Checks that are data: what each names, what the report counts, and enumerators held against one another."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from django.db import connection
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from jigi.foundation.bulk import run_sql
from jigi.foundation.errors import InputError
from jigi.geography.models import Area, Boundary
from jigi.intake import checks
from jigi.intake.models import Batch, CheckCount, Fieldwork
from jigi.intake.rules import robust_scores
from tests.intake.forms import Desk, household

TIMED = 'started_at = "debut"\nended_at = "fin"\nlatitude = "lat"\nlongitude = "lon"\nvillage = "village"'
AT = {"debut": "2016-05-01T09:00:00.000+00:00", "fin": "2016-05-01 09:40", "lat": "13.0", "lon": "-9.4"}


def timed(desk: Desk) -> Desk:
    """The same desk, whose forms say where and when they were filled."""
    desk.mapping = desk.mapping.replace('village = "village"', TIMED)
    for row in desk.households:
        row.update({**AT, **{name: row[name] for name in AT if name in row}})
    return desk


def found(batch: Batch) -> set[str]:
    return set(batch.problems.values_list("code", flat=True))


@pytest.mark.parametrize(
    ("line", "cells", "code"),
    [
        (1, {"naissance": "2012", "precision": ""}, "head_child"),
        (1, {"naissance": "2004", "precision": ""}, "head_young"),
        (2, {"sexe": "M"}, "spouse_sex"),
        (2, {"naissance": "2006-01-01", "mere": ""}, "spouse_child"),
        (3, {"naissance": "1960-01-01", "mere": "", "pere": ""}, "child_older"),
        (3, {"naissance": "1990-01-01"}, "mother_close"),
        (3, {"naissance": "1984-01-01", "mere": ""}, "father_close"),
        (3, {"lien": "père"}, "parent_younger"),
    ],
)
def test_members_are_held_against_one_another(desk: Desk, line: int, cells: dict[str, str], code: str) -> None:
    desk.fill(1).members[line - 1].update(cells)
    assert code in found(desk.send())


@pytest.mark.parametrize(
    ("cells", "code"),
    [
        ({"pieces": "0"}, "no_room"),
        ({"pieces": "31"}, "many_rooms"),
        ({"terre_m2": "2000000"}, "large_land"),
        ({"fin": "2016-05-01 09:03"}, "short"),
        ({"fin": "2016-05-01 08:50"}, "time_backwards"),
        ({"debut": "ce matin"}, "moment"),
        ({"lat": "18.5"}, "gps_far"),
    ],
)
def test_an_interview_is_held_against_bounds_its_clock_and_its_place(
    desk: Desk, cells: dict[str, str], code: str
) -> None:
    desk.fill(1).households[0].update(cells)
    batch = timed(desk).send()
    assert code in found(batch) and batch.households_merged == 1


def test_a_good_interview_names_nothing(desk: Desk) -> None:
    batch = timed(desk.fill(2)).send()
    assert found(batch) == set() and batch.households_merged == 2


def test_an_error_holds_the_interview_and_a_warning_does_not(desk: Desk) -> None:
    desk.fill(2).members[0].update({"naissance": "2012", "precision": ""})
    desk.households[1]["pieces"] = "0"
    batch = desk.send()
    assert (batch.households_merged, batch.households_held) == (1, 1)
    assert batch.problems.get(code="head_child").column == "naissance"


def test_a_position_is_held_against_the_boundary_where_there_is_one(desk: Desk) -> None:
    square = [[[[-9.5, 12.9], [-9.3, 12.9], [-9.3, 13.1], [-9.5, 13.1], [-9.5, 12.9]]]]
    Boundary.objects.create(area=Area.objects.get(code="ML010501"), coordinates=square, source="essai")
    desk.fill(3)
    for row, latitude in zip(desk.households, ("13.0", "13.101", "13.5"), strict=True):
        row["lat"] = latitude
    named = timed(desk).send().problems.get(code="gps_outside")
    assert (named.key, named.column) == ("F3", "lat") and "44 km" in named.message


def test_a_place_or_a_telephone_that_many_share_is_named_on_each(desk: Desk) -> None:
    for row in desk.fill(5).members:
        row["tel"] = "76 00 00 01" if row["lien"] == "chef" else ""
    batch = timed(desk).send()
    assert batch.problems.filter(code="gps_shared").count() == 5
    assert batch.problems.filter(code="phone_shared").count() == 5


def test_an_enumerator_who_stands_apart_is_named_once(desk: Desk) -> None:
    for number, minutes in enumerate((38, 40, 42, 44, 3), start=1):
        for turn in range(5):
            at = {
                "enqueteur": f"E{number}",
                "lat": f"13.{number}{turn}",
                "fin": f"2016-05-01 09:{minutes + turn % 2:02}",
            }
            desk.fill(1, number * 10 + turn).households[-1].update(at)
    batch = timed(desk).send()
    named = batch.problems.get(code="profile_minutes")
    assert "E5 : 3 min en moyenne, contre 40" in named.message
    assert Fieldwork.objects.get(collector="E5").outlying == "profile_minutes"


def test_the_report_counts_every_check_of_what_it_examined(desk: Desk) -> None:
    desk.fill(3).households[1]["pieces"] = "0"
    batch = desk.send()
    counts = {one.code: (one.examined, one.concerned) for one in batch.check_counts.all()}
    assert set(counts) == set(checks.checks().titles)
    assert (counts["no_room"], counts["no_document"], counts["birth_about"]) == ((3, 1), (3, 3), (9, 3))
    assert (counts["gps_missing"], counts["repeated"]) == ((3, 3), (3, 0))


def test_what_an_enumerator_brought_is_kept_by_week(desk: Desk) -> None:
    desk.fill(3).households[2].update(household(3, date="2016-05-10", pieces="0"))
    batch = desk.send()
    first, second = Fieldwork.objects.filter(batch=batch).order_by("week")
    assert (str(first.week), first.interviews, first.size, first.with_warnings) == ("2016-04-25", 2, 3.0, 0)
    assert (str(second.week), second.interviews, second.with_warnings) == ("2016-05-09", 1, 1)


def test_a_batch_taken_again_is_counted_again(desk: Desk) -> None:
    desk.fill(2).households[1]["village"] = "ML010501-009"
    first = desk.send()
    again = desk.fill(1, 3).send()
    assert again.pk != first.pk and CheckCount.objects.filter(batch=first).count() == len(checks.checks().titles)


@pytest.mark.parametrize(
    ("good", "bad", "says"),
    [
        ('code = "no_room"', 'code = "crowded"', "dit deux fois"),
        ('column = "rooms"', 'column = "pieces"', "pas un fait connu"),
        ('severity = "warning"', 'severity = "grave"', "« grave »"),
        ('title = "Aucune pièce"', 'titre = "Aucune pièce"', "Il manque « title »"),
    ],
)
def test_a_mistake_in_the_file_is_said(tmp_path: Path, good: str, bad: str, says: str) -> None:
    path = tmp_path / "checks.toml"
    path.write_text(checks.FILE.read_text(encoding="utf-8").replace(good, bad, 1), encoding="utf-8")
    with pytest.raises(InputError, match=says):
        checks.read_checks(path)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.none() | st.integers(-50, 50).map(float), min_size=1, max_size=12))
def test_sql_and_python_score_alike(db: None, values: list[float | None]) -> None:
    rows = [{"enumerator": f"E{n:02}", "line": n, "minutes": value, "members": 1} for n, value in enumerate(values)]
    with connection.cursor() as cursor:
        run_sql("intake", "drop_stages")
        cursor.execute(
            "CREATE TEMP TABLE stage_interview AS SELECT *, NULL::float8 AS missing, NULL::float8 AS minimal FROM"
            " jsonb_to_recordset(%s::jsonb) AS r (enumerator text, line bigint, minutes float8, members bigint)",
            [json.dumps(rows)],
        )
        run_sql("intake", "create_stage_enumerator", {"least_interviews": 1})
        cursor.execute("SELECT minutes_score FROM stage_enumerator ORDER BY enumerator")
        assert [row[0] for row in cursor.fetchall()] == pytest.approx(robust_scores(values))
