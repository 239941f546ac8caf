"""`jigi audit …` and `jigi monitoring watch`: what they say, and how they leave."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from pytest_django import Settings

from jigi.command.main import main
from jigi.foundation.models import AuditEvent
from tests.factories import make_areas, make_user
from tests.foundation import audit_ground as ground

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def past(settings: Settings, tmp_path: Path) -> None:
    ground.anchored(settings, tmp_path)
    make_areas()
    make_user("exploitant", "operator")
    ground.lay(batches=2)


def run(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, str, str]:
    with pytest.raises(SystemExit) as left:
        main(words)
    said = capsys.readouterr()
    return int(left.value.code or 0), said.out, said.err


def test_an_audit_in_place_leaves_with_nothing_to_say(capsys: pytest.CaptureFixture[str]) -> None:
    code, said, _ = run(capsys, "audit", "verify", "--json")
    figures = json.loads(said.splitlines()[-1])
    assert (code, figures["holds"], figures["seals"], figures["rows"]) == (0, True, 2, 40)
    assert "Rien n’a été modifié" in said and "attendent leur sceau" in said


def test_an_audit_that_was_touched_leaves_with_one(capsys: pytest.CaptureFixture[str]) -> None:
    with ground.as_owner():
        AuditEvent.objects.filter(pk=AuditEvent.objects.order_by("pk")[0].pk).delete()
    code, said, complaint = run(capsys, "audit", "verify", "--json")
    figures = json.loads(said.splitlines()[-1])
    assert code == 1 and not figures["holds"]
    assert {finding["kind"] for finding in figures["findings"]} == {"deleted", "seal_broken"}
    assert "ANOMALIE : 1 lignes ont été effacées" in said and "prévenez l’auditeur" in complaint


def test_sealing_says_how_many_and_then_nothing_new(capsys: pytest.CaptureFixture[str]) -> None:
    assert "3 lignes scellées, sceau 3" in run(capsys, "audit", "seal")[1]
    assert "Rien de nouveau" in run(capsys, "audit", "seal")[1]


def test_going_on_after_a_restore_asks_for_a_reason(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(capsys, "audit", "resume")[0] == 2
    code, said, _ = run(capsys, "audit", "resume", "--reason", "base restaurée du 31 janvier")
    assert code == 0 and "reprend au sceau 2" in said
    assert "base restaurée du 31 janvier" in run(capsys, "audit", "verify")[1]


def test_watching_tells_what_each_rule_found(capsys: pytest.CaptureFixture[str]) -> None:
    code, said, _ = run(capsys, "monitoring", "watch", "--json")
    assert code == 0 and "Exports de nuit" in said and len(json.loads(said.splitlines()[-1])["rules"]) == 10
