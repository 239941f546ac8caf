"""One database for all: backups only read it. Each test has a home and a disk of its own."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.backup.shelf import Shelf


@pytest.fixture(scope="session")
def source() -> Iterator[str]:
    from tests.backup.shelf import CONTENT, database

    with database("a_sauver", CONTENT) as url:
        yield url


@pytest.fixture
def shelf(tmp_path: Path, source: str, monkeypatch: pytest.MonkeyPatch) -> Shelf:
    from jigi.foundation import backup_key, backup_parts
    from tests.backup.shelf import PART, Shelf

    monkeypatch.setattr(backup_parts, "PART_BYTES", PART)
    monkeypatch.setenv(backup_key.VARIABLE, str(tmp_path / "cle"))
    uploads = tmp_path / "jigi" / "uploads" / "abc" / "menages"
    uploads.mkdir(parents=True)
    (uploads / "menages.csv").write_text("fiche;village\n" * 2_000)
    (tmp_path / "jigi" / "secret-key").write_text("un secret du site")
    return Shelf(tmp_path, source)
