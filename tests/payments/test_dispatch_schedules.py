"""Never two payments for one right, never an executed payment held for unpaid: over drawn faults and kills."""

from __future__ import annotations

import pytest

from jigi.payments import dispatch_rules as rules
from tests.payments.pispi_scene import Schedule
from tests.payments.scene import random_seed


def play(count: int) -> dict[str, int]:
    """Play so many schedules; returns how their payments ended."""
    ends: dict[str, int] = {}
    for seed in range(random_seed(), random_seed() + count):
        platform, store = Schedule(seed).play()
        for line in store.lines.values():
            done = platform.executed[line.tx_id]
            assert done <= 1, f"{line.tx_id} payé {done} fois (graine {seed})"
            assert not (done and line.status == rules.REJECTED), f"{line.tx_id} payé et dit impayé (graine {seed})"
            assert done or line.status != rules.EXECUTED, f"{line.tx_id} dit payé sans l’être (graine {seed})"
            ends[line.status] = ends.get(line.status, 0) + 1
    return ends


def test_no_schedule_of_faults_and_kills_pays_twice_or_hides_a_payment() -> None:
    ends = play(200)
    # The stories end: nearly every payment is known for what it is once the faults are over.
    assert ends[rules.EXECUTED] > 100 and ends[rules.REJECTED] > 20
    assert ends.get(rules.LIVE, 0) + ends.get(rules.TO_VERIFY, 0) < sum(ends.values()) * 0.2


@pytest.mark.fuzz
def test_ten_thousand_schedules() -> None:
    play(10_000)
