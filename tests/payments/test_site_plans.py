"""The days of the pay points: spread by a rule that a person can explain, and corrected by a person."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import groupby
from pathlib import Path

import pytest
from django.db import DatabaseError, transaction
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from jigi.foundation.bulk import counting_statements
from jigi.foundation.errors import Raced, Refused
from jigi.payments import dispatch, site_lists, site_plans
from jigi.payments.models import Instruction, PaymentRound, SiteDay, SiteLine, SitePlan
from jigi.payments.site_rules import SUNDAY, Village, opening_day, spread
from jigi.programmes.models import Agency
from tests.factories import make_households, make_user, make_village
from tests.payments.scene import Scene, stage

MONDAY = date(2026, 3, 2)
TO_COME = opening_day(timezone.localdate() + timedelta(days=3))


def days_of(sizes: list[int], capacity: int) -> list[tuple[int, int, date]]:
    """(village, households, day) of one pay point whose villages have these sizes."""
    villages = [Village(1, "Marché", number, size) for number, size in enumerate(sizes)]
    found = spread(villages, first_day=MONDAY, capacity=capacity)
    return [(one.village_id or 0, one.last - one.first + 1, one.day) for one in found]


def test_villages_come_whole_and_open_the_next_day_when_they_no_longer_fit() -> None:
    tuesday = MONDAY + timedelta(days=1)
    assert days_of([40, 50, 20], 100) == [(0, 40, MONDAY), (1, 50, MONDAY), (2, 20, tuesday)]


def test_a_village_larger_than_a_day_is_shared_equally() -> None:
    assert [size for _, size, _ in days_of([250], 100)] == [83, 83, 84]


def test_nobody_comes_on_a_sunday() -> None:
    assert days_of([1] * 7, 1)[-1][2] == MONDAY + timedelta(days=7)


def test_each_pay_point_begins_on_the_first_day() -> None:
    villages = [Village(1, "Marché", 1, 90), Village(1, "Mairie", 2, 90)]
    assert {one.day for one in spread(villages, first_day=MONDAY, capacity=100)} == {MONDAY}


@settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.too_slow])
@given(sizes=st.lists(st.integers(1, 400), min_size=1, max_size=12), capacity=st.integers(1, 150))
def test_everybody_has_one_day_and_no_day_is_over_full(sizes: list[int], capacity: int) -> None:
    villages = [Village(1, "Marché", number, size) for number, size in enumerate(sizes)]
    parts = spread(villages, first_day=MONDAY, capacity=capacity)
    for number, size in enumerate(sizes):
        own = [part for part in parts if part.village_id == number]
        assert [rank for part in own for rank in range(part.first, part.last + 1)] == list(range(1, size + 1))
        assert len(own) == -(-size // capacity)
    for day, here in groupby(parts, key=lambda one: one.day):
        assert sum(one.last - one.first + 1 for one in here) <= capacity
        assert day.weekday() != SUNDAY
    assert parts[0].day == MONDAY


def staged(*sizes: int) -> tuple[Scene, PaymentRound]:
    """A released round of one commune with so many households in each village."""
    scene = stage()
    for number, size in enumerate(sizes, start=1):
        scene.enrol(make_households(size, make_village(scene.communes[0], number)))
    return scene, scene.released()


def planned(scene: Scene, released: PaymentRound, capacity: int = 3) -> SitePlan:
    return site_plans.plan(released, scene.agency, first_day=TO_COME, capacity=capacity, by=scene.officer)


@pytest.mark.django_db
def test_every_order_of_the_round_has_its_day() -> None:
    scene, released = staged(2, 3, 1)
    made = planned(scene, released)
    assert made.list_hash == released.list_hash
    figures = site_plans.figures(made)
    assert [(one["households"], one["villages"]) for one in figures] == [(2, 1), (3, 1), (1, 1)]
    assert sum(one["total_xof"] for one in figures) == released.total_xof
    assert set(SiteLine.objects.values_list("household", flat=True)) == set(scene.households)


@pytest.mark.django_db
def test_the_number_of_statements_does_not_follow_that_of_households() -> None:
    scene, released = staged(2)
    with counting_statements() as few:
        planned(scene, released)
    other = stage(code="autre", communes=("ML010502",))
    other.enrol(make_households(9, make_village(other.communes[0])))
    more = other.released()
    with counting_statements() as many:
        planned(other, more, capacity=1)
    assert many.count == few.count


@pytest.mark.django_db
def test_planning_again_replaces_the_plan_and_a_withdrawn_one_lets_a_machine_pay() -> None:
    scene, released = staged(4)
    planned(scene, released)
    made = planned(scene, released, capacity=1)
    assert SiteDay.objects.count() == SiteLine.objects.count() == 4
    with pytest.raises(Refused, match="sur ses sites"):
        dispatch._refuse_sent_by_file(released, scene.agency)
    site_plans.withdraw(made, by=scene.officer)
    dispatch._refuse_sent_by_file(released, scene.agency)
    assert not SiteLine.objects.exists()


@pytest.mark.django_db
def test_a_village_is_moved_to_another_day_and_its_empty_day_is_gone() -> None:
    scene, released = staged(2, 3)
    planned(scene, released)
    first, second = SiteDay.objects.order_by("day")
    village = second.lines.first().village_id  # type: ignore[union-attr]
    assert site_plans.move(second, village, first.day, by=scene.officer) == first
    assert SiteDay.objects.get().lines.count() == 5
    with pytest.raises(Refused, match="ne convient pas"):
        site_plans.move(first, village, date(2015, 1, 5), by=scene.officer)


@pytest.mark.django_db
@pytest.mark.parametrize("asked", [{"capacity": 0}, {"first_day": date(2015, 1, 5)}])
def test_what_is_asked_wrongly_is_explained(asked: dict[str, object]) -> None:
    scene, released = staged(1)
    with pytest.raises(Refused):
        site_plans.plan(
            released, scene.agency, by=scene.officer, **({"first_day": TO_COME, "capacity": 3} | asked)  # type: ignore[arg-type]
        )  # fmt: skip


@pytest.mark.django_db
def test_only_the_agency_and_who_handles_the_round_plan_it() -> None:
    scene, released = staged(1)
    cashier, other = make_user("caissiere", "agency_user"), make_user("autre", "agency_user")
    cashier.staff_postings.update(organisation=scene.agency.code)
    other.staff_postings.update(organisation="AUTRE")
    site_plans.plan(released, scene.agency, first_day=TO_COME, capacity=3, by=cashier)
    with pytest.raises(Refused, match="ne permet pas"):
        site_plans.plan(released, scene.agency, first_day=TO_COME, capacity=3, by=other)


@pytest.mark.django_db
def test_nothing_is_planned_before_the_release() -> None:
    scene = stage()
    scene.enrol(make_households(1, make_village(scene.communes[0])))
    with pytest.raises(Refused, match="une fois le tour libéré"):
        planned(scene, scene.prepared())


@pytest.mark.django_db
def test_the_database_refuses_who_has_no_order_there_and_a_plan_of_another_list() -> None:
    scene, released = staged(2)
    made = planned(scene, released)
    line = SiteLine.objects.first()
    stranger = make_households(1, make_village(scene.communes[0]))[0]
    for lie in (
        lambda: SiteLine.objects.filter(pk=line.pk).update(household=stranger),
        lambda: SitePlan.objects.filter(pk=made.pk).update(list_hash="0" * 64),
        lambda: SitePlan.objects.filter(pk=made.pk).update(capacity=0),
    ):
        with pytest.raises(DatabaseError), transaction.atomic():
            lie()
    assert Instruction.objects.count() == 2


@pytest.mark.django_db
def test_a_list_that_is_out_keeps_its_plan_whatever_became_of_its_day() -> None:
    scene, released = staged(2)
    made = planned(scene, released)
    day = SiteDay.objects.get()
    site_lists.lines_of(made, verb="print", by=scene.officer)
    later = opening_day(day.day + timedelta(days=1))
    site_plans.move(day, SiteLine.objects.first().village_id, later, by=scene.officer)  # type: ignore[union-attr]
    with pytest.raises(Refused, match="déjà sortie"):
        site_plans.withdraw(made, by=scene.officer)


@pytest.mark.django_db
def test_a_list_of_a_plan_that_was_taken_back_does_not_leave() -> None:
    scene, released = staged(2)
    made = planned(scene, released)
    day = SiteDay.objects.get()
    site_plans.withdraw(made, by=scene.officer)
    with pytest.raises(Raced, match="retiré ou refait"):
        site_lists.load(day, by=scene.officer)


@pytest.mark.django_db
def test_what_a_bank_or_a_wallet_pays_by_file_is_not_handed_over_too(tmp_path: Path) -> None:
    scene, released = staged(2)
    made = planned(scene, released)
    with pytest.raises(Refused, match="se paient à ses sites"):
        scene.order_file(released, tmp_path)
    site_plans.withdraw(made, by=scene.officer)
    scene.order_file(released, tmp_path)
    with pytest.raises(Refused, match="partis par fichier"):
        planned(scene, released)
    Agency.objects.update(kind="cash")  # its file is a list for its own cashiers
    scene.agency.refresh_from_db()
    assert planned(scene, released)
