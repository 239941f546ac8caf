"""`jigi forms` and `jigi intake submissions`: a questionnaire in, and what phones sent of it."""

from __future__ import annotations

from pathlib import Path

import pytest

from jigi.geography.installation import ensure_account
from jigi.intake.models import FormVersion
from jigi.intake.reception import receive
from jigi.registry.models import Household
from tests.command.terminal import Jigi, terminal
from tests.intake.collected import changed, fiche, make_collector

pytestmark = pytest.mark.django_db


def test_a_form_is_loaded_published_and_its_fiches_poured(capsys: pytest.CaptureFixture[str]) -> None:
    jigi, collector = terminal(capsys), make_collector()
    ensure_account("exploitant", "Exploitant", "operator", area_code="ML")
    loaded = jigi("forms", "load", "menage", "--publish", "--json").figures
    assert (loaded["form"], loaded["status"], loaded["mapped"], loaded["missing"]) == ("menage", "published", True, [])
    assert jigi("forms", "load", "menage", "--json").figures["recognised"]
    receive(fiche(), files={}, device="", by=collector)
    receive(fiche(changed(identification={"village": "ML999999-001"})), files={}, device="", by=collector)
    poured = jigi("intake", "submissions", "--form", "menage", "--json").figures["versions"]
    assert [(one["taken"], one["merged"], one["held"]) for one in poured] == [(2, 1, 1)]
    assert Household.objects.count() == 1


def test_nothing_to_pour_changes_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    jigi = terminal(capsys)
    make_collector()
    ensure_account("exploitant", "Exploitant", "operator", area_code="ML")
    jigi("forms", "load", "menage")
    said = jigi("intake", "submissions", "--form", "menage", "--json")
    assert said.code == 0 and said.figures["versions"] == []
    assert "n’est pas chargé" in jigi("intake", "submissions", "--form", "autre").err
    assert jigi("forms", "publish", str(FormVersion.objects.get().pk)).code == 0


def test_a_file_of_a_form_that_is_a_folder_is_told(operator: object, jigi: Jigi, tmp_path: Path) -> None:
    answer = jigi("forms", "load", "menage", "--media", tmp_path)
    assert answer.code == 1 and "ne peut pas être lu. Donnez le chemin d’un fichier" in answer.err
