"""The promise of speed: each step has its day, and a response that is stuck says where, and who is waited for."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from jigi.foundation.errors import InputError
from jigi.response import promise_rules as rules
from jigi.response import timeline
from jigi.response.models import Arm
from jigi.response.promise import CODES, SHIPPED, promise, read_promise
from tests.kept import Kept, once
from tests.payments.scene import beside
from tests.response.scene import Scene, stage

SIGNAL = date(2018, 4, 1)


def lines_of(done: int, *, today: date, over: bool = False) -> list[rules.Line]:
    """The timeline of a response whose `done` first steps were done a day after the signal."""
    moments = {code: rules.Moment(SIGNAL + timedelta(days=1) if n < done else None) for n, code in enumerate(CODES)}
    return rules.timeline(promise().steps, SIGNAL, moments, today=today, over=over)


def test_the_promise_counts_from_the_signal() -> None:
    lines = lines_of(0, today=SIGNAL)
    assert [line.target_on - SIGNAL for line in lines] == [timedelta(days=promise().days_to(code)) for code in CODES]
    assert promise().days_to("first_paid") == 30
    assert promise().days_of("prepared", "approved") == 3


def test_a_step_done_early_is_early_and_one_that_waits_is_late() -> None:
    lines = lines_of(2, today=SIGNAL + timedelta(days=20))
    assert (lines[0].state, lines[0].late) == ("done", -3)
    stuck = rules.stuck(lines)
    assert stuck is not None and (stuck.step.code, stuck.state, stuck.late) == ("listed", "late", 5)
    assert "liste" in stuck.step.awaited and lines[3].state == "to_come"


@given(st.integers(0, len(CODES)), st.integers(-5, 200), st.booleans())
def test_one_step_at_most_is_awaited_and_none_when_all_is_over(done: int, days: int, over: bool) -> None:
    lines = lines_of(done, today=SIGNAL + timedelta(days=days), over=over)
    assert sum(line.waits for line in lines) == (0 if over or done == len(CODES) else 1)
    assert [line.state for line in lines].count("done") == done
    assert all(line.late > 0 for line in lines if line.state == "late")


def test_a_file_of_the_promise_is_read_strictly(tmp_path: Path) -> None:
    text = SHIPPED.read_text(encoding="utf-8")
    for wrong, words in (
        (text.replace("days = 60", "days = 600"), "600 jours"), (text.replace('"released"', '"approved"'), "une fois"),
        (text.replace("days = 60", 'jours = "six"'), "days|jours"),
    ):  # fmt: skip
        file = tmp_path / "promise.toml"
        file.write_text(wrong, encoding="utf-8")
        with pytest.raises(InputError, match=words):
            read_promise(file)


def _scene(folder: Path) -> Scene:
    return stage()


scene_once = once("scene", _scene)


@pytest.fixture
def scene(scene_once: Kept[Scene], db: None) -> Scene:
    return scene_once.copy()


def states(scene: Scene) -> dict[str, str]:
    return {line.step.code: line.state for line in timeline.of(scene.activation)}


def test_the_steps_are_read_from_what_each_package_left(scene: Scene, tmp_path: Path) -> None:
    # Asked and decided a month after the signal: done, late; the list is then awaited.
    assert states(scene) == {**dict.fromkeys(CODES, "to_come"), "asked": "done", "decided": "done", "listed": "late"}
    now = timezone.now()
    cohort = scene.component.cohorts.get()
    Arm.objects.filter(pk=scene.activation.arms.get().pk).update(listed_at=now, enrolled_at=now, cohort=cohort)
    first = scene.money.released(1)
    assert states(scene)["released"] == "done" and states(scene)["ordered"] == "late"
    scene.money.order_file(first, tmp_path)
    scene.money.answer(first, tmp_path / "retour.csv")
    assert (states(scene)["first_paid"], states(scene)["last_paid"]) == ("done", "awaited")
    scene.money.close(first)
    scene.money.answer(scene.money.released(2), tmp_path / "retour-2.csv")
    lines = {line.step.code: line for line in timeline.of(scene.activation)}
    assert lines["last_paid"].moment.done_on == date(2016, 2, 10)


def test_an_arm_without_its_list_keeps_the_step_open(scene: Scene) -> None:
    Arm.objects.filter(activation=scene.activation).update(listed_at=timezone.now())
    base = beside(scene.money, "TM2").component
    Arm.objects.create(
        activation=scene.activation, kind="vertical", component=scene.component, base_component=base, places=1,
        made_by=scene.manager,
    )  # fmt: skip
    listed = next(line for line in timeline.of(scene.activation) if line.step.code == "listed")
    assert (listed.moment.done_on, listed.moment.done, listed.moment.parts) == (None, 1, 2)


def test_many_timelines_take_one_statement(scene: Scene) -> None:
    with CaptureQueriesContext(
        connection,
    ) as found:
        assert set(timeline.timelines([scene.activation, scene.activation])) == {scene.activation.pk}
    assert len([one for one in found if "response_arm" in one["sql"]]) == 1
