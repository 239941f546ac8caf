"""`jigi arms …`: the list and the enrolment of an arm, with figures as one object."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.command.terminal import terminal
from tests.response.arms_scene import make_scene
from tests.targeting.campaign import FORMULA, make_world

pytestmark = pytest.mark.django_db


def test_an_arm_is_listed_then_enrolled(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "essai.toml"
    path.write_text(FORMULA, encoding="utf-8")
    scene, jigi = make_scene(make_world(path)), terminal(capsys)
    arm = scene.planned(places=4)
    listed = jigi("arms", "list", arm.pk, "--by", "prepare", "--json")
    assert (listed.code, listed.figures) == (0, {"arm": arm.pk, "taken": 4, "beyond_quota": 8})
    enrolled = jigi("arms", "enrol", arm.pk, "--by", "prepare", "--json")
    assert (enrolled.code, enrolled.figures["enrolled"]) == (0, 4)
    again = jigi("arms", "enrol", arm.pk, "--by", "prepare", "--json")
    assert again.code == 1 and "impossible" in again.err
    assert jigi("arms", "list", 999_999, "--by", "prepare").code != 0
