"""The good rows of a partly bad file go in, whatever stands in the others."""

from __future__ import annotations

from pathlib import Path

import pytest

from jigi.foundation.errors import InputError
from tests.fuzz.cells import NASTY
from tests.fuzz.chance import tries
from tests.fuzz.doors import DOORS
from tests.fuzz.oracle import Judge
from tests.fuzz.played import SOME
from tests.fuzz.tables import plain_csv

pytestmark = pytest.mark.django_db
BREAKS_THE_FILE = {text for text in NASTY if any(ord(c) < 32 and c not in "\t\n\r" for c in text)}
"""A control character anywhere: the file is refused, with the line to correct."""


@pytest.mark.parametrize("name", ["menages", "membres", "prestations"])
@pytest.mark.parametrize("count", SOME)
def test_rows_left_alone_go_in(name: str, count: int, tmp_path: Path) -> None:
    door, path = DOORS[name](tmp_path), tmp_path / "essai.csv"
    judge = Judge(tmp_path)
    assert door.key is not None
    for number, chance in tries(f"partly {name}", count // 10):
        rows = [list(row) for row in door.rows]
        spoiled = chance.choice(rows[1:])
        column = chance.choice([at for at in range(len(spoiled)) if at != door.key])
        spoiled[column] = chance.choice([text for text in NASTY if _writable(text)])
        path.write_bytes(plain_csv(rows))
        alone = {row[door.key] for row in rows[1:]} - {spoiled[door.key]}
        judge(number, lambda alone=alone: _goes_in(door, path, alone))  # type: ignore[misc]


def _goes_in(door: object, path: Path, alone: set[str]) -> None:
    try:
        door.take(path)  # type: ignore[attr-defined]
    except InputError as error:
        raise AssertionError(f"tout est refusé : {error}") from error
    assert alone <= door.went_in(), alone - door.went_in()  # type: ignore[attr-defined]


def _writable(text: str) -> bool:
    unseen = any(ord(c) in range(0x7F, 0xA0) or c in "\u2028\u2029" for c in text)
    return text not in BREAKS_THE_FILE and not unseen and not any("\ud800" <= c <= "\udfff" for c in text)
