"""`jigi works …`: a sheet entered from a file, compared, signed, approved; the draw verified; the figures as JSON."""

from __future__ import annotations

import argparse
from datetime import date
from pathlib import Path

import pytest

from jigi.command.works import VERBS
from jigi.delivery.works.manual import FILE
from jigi.delivery.works.models import WorkApplication
from jigi.foundation.errors import JigiError, Refused
from tests.delivery.works_scene import running

pytestmark = pytest.mark.django_db


def run(verb: str, **options: object) -> dict[str, object]:
    return VERBS[f"works {verb}"].run(argparse.Namespace(**options))


def test_from_a_file_to_days(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    works = running(2)
    sheet = works.open(days=2)
    at = {"code": works.worksite.code, "number": sheet.number}
    path, rejects = tmp_path / "f.csv", tmp_path / "rejets.csv"
    path.write_text("ligne;01/02/2016;02/02/2016\n1;P;D\n2;Z;P\n", encoding="utf-8")
    with pytest.raises(Refused, match="1 erreurs"):
        run("enter", **at, file=path, keep_good=False, rejects=rejects, by=works.scene.agent.username)
    assert "ligne 3" in capsys.readouterr().out and rejects.exists()
    entered = run("enter", **at, file=path, keep_good=True, rejects=None, by=works.scene.agent.username)
    assert entered == {"lines": 1, "problems": 1, "hand": 1, "revision": 1}
    assert run("look", **at)["ready"] is True
    run("sign", **at, by=works.scene.foreman.username)
    assert run("approve", **at, by=works.scene.controller.username)["amount_xof"] == 3_000
    span = {"first": date(2016, 1, 1), "last": date(2016, 12, 31)}
    assert run("days", programme="ACC", component="HIMO", **span)["half_days"] == 3
    (listed,) = run("list", state="running")["worksites"]  # type: ignore[misc]
    assert listed["amount_xof"] == 3_000


def test_a_draw_that_was_touched_is_seen() -> None:
    works = running(2)
    assert run("verify", code=works.worksite.code)["verified"] is True
    first, second = WorkApplication.objects.filter(rank__in=(1, 2)).order_by("rank")
    WorkApplication.objects.filter(pk=first.pk).update(rank=2)
    WorkApplication.objects.filter(pk=second.pk).update(rank=1)
    with pytest.raises(JigiError, match="ne sont pas ceux de la graine"):
        run("verify", code=works.worksite.code)


def test_the_reviewed_file_is_checked() -> None:
    assert "children" in run("manual", file=FILE)["forbidden"]  # type: ignore[operator]
