"""Any file at the door of a command: taken, or refused in French with its place and remedy, and nothing written."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.command.doors import DOORS, Door, table
from tests.command.files import BAD, ODD, as_nobody, counts, undone
from tests.command.terminal import Answer, Jigi

pytestmark = pytest.mark.usefixtures("operator")


@pytest.fixture(params=DOORS)
def door(request: pytest.FixtureRequest, operator: object, tmp_path: Path) -> Door:
    return DOORS[request.param](tmp_path)


def refused(answer: Answer, path: Path) -> bool:
    """Exit code 1, one French sentence that names the file and says what to do, nothing on the output."""
    what, _, rest = answer.err.partition(" : ")
    return answer.code == 1 and what == "jigi" and path.name in answer.err and rest.count(".") >= 2


def test_a_bad_file_is_refused_and_nothing_is_written(jigi: Jigi, door: Door, tmp_path: Path) -> None:
    before = counts()
    for kind, (make, says) in BAD.items():
        path = make(door, tmp_path)
        answer = jigi(*door.words(path))
        assert refused(answer, path) and says in answer.err, (kind, answer)
        assert counts() == before, kind


def test_an_odd_file_goes_in_like_another(jigi: Jigi, door: Door, tmp_path: Path) -> None:
    for kind, make in ODD.items():
        with undone():
            answer = jigi(*door.words(make(door, tmp_path)), "--json")
            assert answer.code == 0 and answer.figures[door.went_in] == len(door.rows), (kind, answer)


def test_a_formula_in_a_cell_is_text(jigi: Jigi, door: Door, tmp_path: Path) -> None:
    path = tmp_path / "formule.csv"
    path.write_text(table([door.header, *door.with_text("=1+1;@SOMME(A1)")]), encoding="utf-8")
    answer = jigi(*door.words(path), "--json")
    assert answer.code == 0 and answer.figures[door.went_in] == len(door.rows)


def test_a_file_that_may_not_be_read(jigi: Jigi, door: Door, tmp_path: Path) -> None:
    path = tmp_path / "secret.csv"
    path.write_bytes(door.content())
    path.chmod(0)
    jigi(*door.words(path), "--help")  # what a verb imports is read before the rights are lost
    before = counts()
    with as_nobody():
        answer = jigi(*door.words(path))
    assert answer.code == 1 and "n’est pas permise" in answer.err
    assert counts() == before
