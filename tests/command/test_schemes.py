"""`jigi schemes …`: a file given back, recorded, sent again, undone."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from jigi.schemes.models import Benefit, Scheme
from tests.command.terminal import Jigi
from tests.factories import make_commune, make_households, make_village
from tests.schemes.giving import line, write


@pytest.fixture
def given(operator: Any, jigi: Jigi, tmp_path: Path) -> Path:
    """A file of the shipped scheme PGFS: a good line, a wrong one."""
    jigi("schemes", "load")
    household = make_households(1, make_village(make_commune("ML010501")))[0]
    return write(tmp_path / "pgfs.csv", [line("R1", household), line("R2", household, Nature="?")])


def test_a_file_is_recorded_once_and_undone_whole(given: Path, jigi: Jigi, tmp_path: Path) -> None:
    words = ("schemes", "import", given, "--scheme", "PGFS", "--json")
    first = jigi(*words, "--rejects", tmp_path / "a-corriger.csv").figures
    assert (first["good"], first["held"], first["status"], first["recognised"]) == (1, 1, "recorded", False)
    assert "n’est pas une nature" in (tmp_path / "a-corriger.csv").read_text(encoding="utf-8-sig")
    again = jigi(*words).figures
    assert again["recognised"] and again["batch"] == first["batch"] and Benefit.objects.count() == 1
    assert jigi("schemes", "undo", first["batch"], "--reason", "mauvais mois", "--json").figures["undone"] == 1
    assert not Benefit.objects.exists()


def test_a_check_records_nothing(given: Path, jigi: Jigi) -> None:
    answer = jigi("schemes", "import", given, "--scheme", "PGFS", "--check", "--json")
    assert answer.figures["status"] == "checked" and not Benefit.objects.exists()
    assert jigi("schemes", "import", given, "--scheme", "PGFS", "--json").figures["status"] == "recorded"


def test_an_unknown_scheme_or_batch_is_refused(given: Path, jigi: Jigi) -> None:
    answer = jigi("schemes", "import", given, "--scheme", "AMOO")
    assert answer.code == 1 and "« AMOO » est inconnu" in answer.err and "AMO," in answer.err
    assert jigi("schemes", "undo", "12", "--reason", "essai").code == 1
    assert jigi("schemes", "load", "--json").figures == {"changed": 0, "schemes": Scheme.objects.count()}
