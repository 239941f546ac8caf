"""Sheets entered, approved, corrected in any order and by several hands: never twice a day, never above the cap, and
totals that equal their sums."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import transaction
from django.db.models import Sum
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from jigi.delivery.dues.models import Due
from jigi.delivery.reach.models import Reach
from jigi.delivery.works import rules
from jigi.delivery.works.models import Presence, Timesheet, WageLine, WorkCount
from tests.delivery.works_scene import START, Works, running

MARKS = st.text("PDA.", min_size=7, max_size=7)
SHEETS = st.lists(st.tuples(st.integers(0, 3), MARKS, MARKS), min_size=1, max_size=6)


def holds(works: Works) -> None:
    """What is true whatever was done."""
    live = Presence.objects.filter(undone_by=None)
    days = list(live.values_list("person", "held_on"))
    assert len(days) == len(set(days))
    for person in {person for person, _ in days}:
        own = live.filter(person=person).aggregate(sum=Sum("half_days"))["sum"]
        assert own == WorkCount.objects.get(person=person).half_days <= works.worksite.cap_half_days
    sheets_now = Timesheet.objects.filter(status="approved")
    wages = WageLine.objects.filter(timesheet__in=sheets_now).aggregate(sum=Sum("amount_xof"))["sum"] or 0
    due = Due.objects.filter(cancelled_at=None).aggregate(sum=Sum("amount_xof"))["sum"] or 0
    assert wages == due == (sheets_now.aggregate(sum=Sum("amount_xof"))["sum"] or 0)
    assert (live.aggregate(sum=Sum("half_days"))["sum"] or 0) * works.worksite.day_rate_xof // 2 == wages
    assert (Reach.objects.filter(sort="works").aggregate(sum=Sum("events"))["sum"] or 0) == len(days)


@pytest.mark.django_db
@settings(max_examples=6, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(SHEETS)
def test_sheets_in_any_order_keep_every_sum(played: list[tuple[int, str, str]]) -> None:
    with transaction.atomic():
        works = running(2, more=0)
        for week, first, second in played:
            day = START + timedelta(days=7 * week)
            grid = {1: first, 2: second}
            kept = Timesheet.objects.filter(first_day=day, status="approved").first()
            if kept is None:
                works.approved(grid, day)
            else:
                works.corrected(kept, grid)
            holds(works)
        transaction.set_rollback(True)


@pytest.mark.django_db
@settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(marks=st.text("PDTA.", min_size=14, max_size=14), half=st.integers(1, 3_000), task=st.integers(1, 9_000))
def test_sql_pays_a_line_as_the_rule_does(marks: str, half: int, task: int) -> None:
    with transaction.atomic():
        works = running(1, more=0, task_rate_xof=task, cap_half_days=120)
        worth = rules.work_of(marks, works.worksite.rates)
        sheet = works.approved({1: marks})
        assert (sheet.half_days, sheet.tasks, sheet.amount_xof) == (worth.half_days, worth.tasks, worth.amount_xof)
        transaction.set_rollback(True)
