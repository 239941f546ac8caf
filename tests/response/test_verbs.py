"""`jigi response …`: the list, one response and its days as JSON, and its end, safe to ask again."""

from __future__ import annotations

import argparse
from typing import Any

import pytest

from jigi.command.response import VERBS
from jigi.foundation.errors import JigiError
from tests.response.scene import past, stage

pytestmark = pytest.mark.django_db


def run(verb: str, **options: object) -> Any:
    return VERBS[f"response {verb}"].run(argparse.Namespace(**options))


def test_a_response_is_told_with_its_days(capsys: pytest.CaptureFixture[str]) -> None:
    stage()
    assert run("list")["responses"][0]["stuck"]["step"] == "listed"
    assert run("show", number="REP-1")["left_xof"] == 1_000_000
    steps = run("timeline", number="REP-1")["steps"]
    assert [steps[0]["state"], steps[2]["state"]] == ["done", "late"] and steps[2]["late_days"] == 15
    assert "en retard de 15 jours, par qui établit les listes" in capsys.readouterr().out
    with pytest.raises(JigiError, match="Aucune réponse « REP-7 »"):
        run("show", number="REP-7")


def test_the_end_is_played_again_and_again(capsys: pytest.CaptureFixture[str]) -> None:
    scene = stage()
    manager, decider = scene.manager.username, scene.decider.username
    assert run("sunset", number=None, by=manager) == {"responses": []}
    past(scene)
    assert run("sunset", number=None, by=manager)["responses"][0]["left"][0]["awaited"] == "la coordination"
    with pytest.raises(JigiError, match="ne permet pas"):
        run("close", number="REP-1", by=manager)
    assert run("close", number="REP-1", by=decider)["status"] == "closed"
    assert run("sunset", number=None, by=decider) == {"responses": []}
    assert "3 ménages sont sortis" in capsys.readouterr().out
