"""One machine for the tests that only shake it."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.factories import Areas
    from tests.outage.machine import Machine


@pytest.fixture
def place() -> Iterator[Path]:
    folder = Path(tempfile.mkdtemp(prefix="jigi-essai-"))
    folder.chmod(0o711)  # under root, the account that runs PostgreSQL walks through it
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def machine(place: Path) -> Iterator[Machine]:
    from tests.outage.machine import Machine

    made = Machine(place / "jigi")
    made.set_up()
    yield made
    made.stop()


@pytest.fixture
def areas(db: None) -> Areas:
    # Models can be imported once the tests have a database: not while this file is read.
    from tests.factories import make_areas

    return make_areas(communes=2)
