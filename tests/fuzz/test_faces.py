"""One try in fifty also comes by the page and by the command: they say what the act says, and nothing breaks."""

from __future__ import annotations

import html
import uuid
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction

from jigi.foundation.errors import JigiError
from jigi.foundation.models import User
from jigi.web.imports import uploads
from tests.command.terminal import Jigi, terminal
from tests.factories import ProvedClient
from tests.fuzz.chance import tries
from tests.fuzz.doors import DOORS, Door
from tests.fuzz.oracle import Judge
from tests.fuzz.played import SIZES
from tests.fuzz.tables import as_csv
from tests.fuzz.workbooks import as_xlsx

pytestmark = pytest.mark.django_db
MAKERS = {"csv": as_csv, "xlsx": as_xlsx}
WITH_PAGE = ("menages", "membres", "correspondances", "retours", "prestations", "changements")
WITH_WORDS = ("menages", "membres", "sondage", "retours", "prestations", "villages", "listes")


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(uploads, "FOLDER", tmp_path / "envois")
    return tmp_path


@pytest.mark.parametrize("kind", MAKERS)
@pytest.mark.parametrize("name", WITH_PAGE)
@pytest.mark.parametrize("count", SIZES)
def test_pages(name: str, kind: str, count: int, folder: Path, settings: Any) -> None:
    door = DOORS[name](folder)
    client = ProvedClient(raise_request_exception=False)
    client.force_login(User.objects.get(username=door.by))
    for number, path, refused in _tries(kind, name, door, count // 50, folder):
        settings.FENCED = True
        with transaction.atomic():
            answer = client.post(door.page, _form(door, path), follow=True)
            transaction.set_rollback(True)
        settings.FENCED = False
        _told(number, answer, refused, path)


@pytest.mark.parametrize("kind", MAKERS)
@pytest.mark.parametrize("name", WITH_WORDS)
@pytest.mark.parametrize("count", SIZES)
def test_commands(
    name: str, kind: str, count: int, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:  # fmt: skip
    door, jigi = DOORS[name](folder), terminal(capsys)
    for number, path, refused in _tries(kind, name, door, count // 50, folder):
        _answered(number, jigi, door, path, refused)


def _tries(kind: str, name: str, door: Door, count: int, folder: Path) -> Iterator[tuple[str, Path, JigiError | None]]:
    judge, path = Judge(folder), folder / f"essai.{kind}"
    for number, chance in tries(f"{kind} {name}", max(count // 6, 2)):
        path.write_bytes(MAKERS[kind](chance, door.rows))
        yield number, path, judge(number, partial(door.take, path))


def _form(door: Door, path: Path) -> dict[str, Any]:
    sent = {"cle": str(uuid.uuid4()), door.field: path, **door.beside()}
    return {
        name: SimpleUploadedFile(value.name, value.read_bytes()) if isinstance(value, Path) else value
        for name, value in sent.items()
    }


def _told(number: str, answer: Any, refused: JigiError | None, path: Path) -> None:
    text = html.unescape(answer.content.decode())
    if refused is None:
        assert answer.status_code == 200, f"{number} : {answer.status_code} {text:.500}"
        return
    assert answer.status_code in (400, 403), f"{number} : {answer.status_code}"
    empty = not path.stat().st_size and "vide" in text
    assert empty or (refused.what in text and refused.remedy in text), f"{number} : {refused}"


def _answered(number: str, jigi: Jigi, door: Door, path: Path, refused: JigiError | None) -> None:
    with transaction.atomic():
        answer = jigi(*door.words, path)
        transaction.set_rollback(True)
    assert answer.code in (0, 1), f"{number} : {answer}"
    assert not answer.code or answer.err.startswith("jigi : "), f"{number} : {answer}"
    if refused:
        assert answer.code == 1 and refused.what in answer.err and refused.remedy in answer.err, f"{number} : {answer}"
