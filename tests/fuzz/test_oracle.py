"""The judge sees each thing that it is there to see."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from django.db import connection

from jigi.foundation.errors import InputError, JigiError, Refused
from jigi.foundation.models import User
from tests.fuzz import oracle
from tests.fuzz.oracle import Judge, wrong_words
from tests.fuzz.played import Found

pytestmark = pytest.mark.django_db


@pytest.fixture
def judge(tmp_path: Path) -> Judge:
    return Judge(tmp_path)


def writes_then_refuses() -> None:
    User.objects.create_user("reste")
    raise Refused("Ceci est refusé", remedy="Recommencez")


def leaves_a_file() -> None:
    Path(tempfile.gettempdir(), "reste").touch()


def leaves_a_table() -> None:
    with connection.cursor() as cursor:
        cursor.execute("CREATE TEMP TABLE stage_reste (x int)")


@pytest.mark.parametrize(("act", "said"), [(writes_then_refuses, "foundation_user"), (leaves_a_file, "reste")])
def test_what_is_left_behind_is_seen(judge: Judge, act: Callable[[], None], said: str) -> None:
    with pytest.raises(AssertionError, match=said):
        judge("1:1", act)


def test_a_staging_table_is_seen(judge: Judge) -> None:
    with pytest.raises(AssertionError, match="stage_reste"):
        judge("1:1", leaves_a_table, keep=True)


def test_a_crash_is_seen_with_the_number_of_its_try(judge: Judge) -> None:
    with pytest.raises(ZeroDivisionError) as crashed:
        judge("1:17", lambda: 1 // 0)
    assert "essai 1:17" in crashed.value.__notes__


def test_slowness_is_seen(judge: Judge, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(oracle, "MOST_SECONDS", 0.01)
    with pytest.raises(AssertionError, match=r"0\.\d s"):
        judge("1:1", lambda: time.sleep(0.05))


def test_greed_is_seen(judge: Judge, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(oracle, "MOST_KIB", -1)
    with pytest.raises(AssertionError, match="Mio de plus"):
        judge("1:1", lambda: None)


@pytest.mark.parametrize(
    ("error", "wrong"),
    [
        (InputError("Le fichier est vide"), "sans remède"),
        (JigiError("", remedy="Recommencez"), "rien n’est dit"),
        (JigiError("Ceci ne va pas", why="x" * 5_000, remedy="Recommencez"), "caractères"),
        (JigiError("Ceci ne va pas", why="The file is not valid", remedy="Recommencez"), "anglais"),
        (InputError("La cellule est vide", remedy="Remplissez-la"), "sans ligne"),
        (InputError("La cellule « the end » est vide", line=3, remedy="Remplissez-la"), ""),
    ],
)
def test_words_that_help_nobody_are_seen(error: JigiError, wrong: str) -> None:
    assert wrong in wrong_words(error) and bool(wrong) == bool(wrong_words(error))


def test_one_run_says_everything_it_found_once() -> None:
    found = Found()
    for number in ("1:1", "1:2"):
        found.add(number, ValueError("non"))
    with pytest.raises(AssertionError, match="1:1 ValueError") as said:
        found.assert_none()
    assert "1:2" not in str(said.value)
