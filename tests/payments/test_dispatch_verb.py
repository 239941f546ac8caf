"""`jigi payments dispatch TOUR`: the same acts as the page, and figures that add up."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

import pytest

from jigi.command.dispatch import VERBS
from jigi.foundation.errors import JigiError
from jigi.payments.dispatch_models import Channel
from tests.factories import make_user
from tests.payments.dispatch_scene import open_channel
from tests.payments.scene import peopled
from tests.payments.test_channels import FILE
from tests.payments.test_pispi import twin

pytestmark = pytest.mark.django_db


def typed(verb: str, *words: str) -> dict[str, Any]:
    parser = argparse.ArgumentParser()
    VERBS[verb].arguments(parser)
    return VERBS[verb].run(parser.parse_args(words))


def test_a_round_is_given_released_run_and_read_against_the_twin() -> None:
    scene = peopled(4)
    tour = str(scene.released().pk)
    with twin() as base:
        open_channel(scene, base)
        (begun,) = typed("payments dispatch", tour, "start", "--by", scene.officer.username)["dispatches"]
        assert (begun["status"], begun["orders"], begun["amount_xof"]) == ("running", 4, 120_000)
        typed("payments dispatch", tour, "release", "--by", scene.treasurer.username)
        typed("payments dispatch", tour, "run", "--seconds", "40", "--by", scene.officer.username)
    (told,) = typed("payments dispatch", tour, "--by", scene.officer.username)["dispatches"]
    assert (told["status"], told["settled"], told["states"]["executed"]["orders"]) == ("done", 4, 4)
    assert sum(one["orders"] for one in told["states"].values()) == told["orders"]


def test_a_round_without_a_channel_has_no_dispatch_and_says_so_by_name() -> None:
    scene = peopled(1)
    tour = str(scene.released().pk)
    assert typed("payments dispatch", tour, "--by", scene.officer.username)["dispatches"] == []
    with pytest.raises(JigiError, match="n’a pas de canal"):
        typed("payments dispatch", tour, "start", "--agency", scene.agency.code, "--by", scene.officer.username)
    with pytest.raises(JigiError, match="n’est pas une agence"):
        typed("payments dispatch", tour, "--agency", "PERSONNE", "--by", scene.officer.username)


def test_the_verb_sets_a_channel(tmp_path: Path) -> None:
    scene, by = peopled(1), make_user("admin", "system_administrator")
    (path := tmp_path / "canal.toml").write_text(FILE, encoding="utf-8")
    typed("payments channel", scene.agency.code, str(path), "--by", by.username)
    assert Channel.objects.get().agency == scene.agency
