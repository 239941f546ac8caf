"""Households reached by sessions and households paid: both counted, never added."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from django.db import connection

from jigi.delivery.sessions.models import Attendance
from jigi.enrolment.models import Enrolment
from jigi.monitoring.accompanied import Accompanied, accompanied
from jigi.monitoring.beneficiaries import beneficiaries
from tests.delivery.sessions.play import play
from tests.factories import make_households
from tests.payments.scene import stage

pytestmark = pytest.mark.django_db


def reach(households: int, paid: int, folder: Path) -> None:
    """So many households come to two sessions each; the first `paid` of them are paid in the same year."""
    one = play(1, 0)
    Enrolment.objects.all().delete()
    scene = stage(communes=(one.scene.commune.code,))
    numbers = make_households(households, one.scene.village)
    scene.enrol(numbers[:paid])
    released = scene.released()
    scene.answer(released, scene.order_file(released, folder))
    sessions = one.planned(villages=2, modules=17, first_on=date(2016, 2, 1))[: max(2, -(-households // 4_500))]
    for session in sessions:
        one.held(session, men=5_000, women=5_000, day=date(2016, 2, 20))
    facts = {"by": one.agent.pk, "households": numbers, "sessions": [session.pk for session in sessions]}
    with connection.cursor() as cursor:
        cursor.execute(_CAME, facts)


_CAME = """
INSERT INTO delivery_attendance (session_id, contract_id, component_id, commune_id, held_on, household_id, came, sex,
    mother, recipient, consented, means, entered_by_id)
SELECT session.id, session.contract_id, session.component_id, session.commune_id, session.held_on, household.id,
    'other', 'F', false, false, true, 'file', %(by)s
FROM unnest(%(households)s::bigint[]) WITH ORDINALITY AS household (id, n)
CROSS JOIN generate_series(0, 1) AS other
JOIN delivery_session AS session
    ON session.id = (%(sessions)s::bigint[])[1 + (household.n + other) %% cardinality(%(sessions)s::bigint[])]
"""


def test_155_reached_and_35_paid_are_155_households(tmp_path: Path) -> None:
    reach(155, 35, tmp_path)
    assert accompanied(2016) == Accompanied(reached=155, paid=35, both=35, either=155)
    assert accompanied(2015).either == 0 and accompanied(2016, communes=[]).either == 0
    found = {one.sort: one.households for one in beneficiaries(2016)}
    assert (found["sessions"], found["regular"], found[""]) == (155, 35, 155)


def test_who_was_paid_and_never_came_is_counted_once(tmp_path: Path) -> None:
    reach(4, 2, tmp_path)
    Attendance.objects.filter(household=Attendance.objects.order_by("household")[0].household_id).delete()
    assert accompanied(2016) == Accompanied(reached=3, paid=2, both=1, either=4)


@pytest.mark.parametrize(
    ("reached", "paid"),
    [pytest.param(15_500, 3_555, marks=pytest.mark.long), pytest.param(155_000, 35_554, marks=pytest.mark.size)],
)
def test_155_000_reached_in_a_year_in_which_35_554_were_paid(reached: int, paid: int, tmp_path: Path) -> None:
    """The programme's 2018, and its tenth."""
    reach(reached, paid, tmp_path)
    assert accompanied(2016) == Accompanied(reached=reached, paid=paid, both=paid, either=reached)
