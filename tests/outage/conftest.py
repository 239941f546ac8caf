"""One machine for the tests that only shake it."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from jigi.foundation import server

if TYPE_CHECKING:
    from tests.factories import Areas
    from tests.outage.machine import Machine


@contextmanager
def _folder() -> Iterator[Path]:
    folder = Path(tempfile.mkdtemp(prefix="jigi-essai-"))
    folder.chmod(0o711)  # under root, the account that runs PostgreSQL walks through it
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def place() -> Iterator[Path]:
    with _folder() as folder:
        yield folder


@pytest.fixture(scope="session")
def model() -> Iterator[Machine]:
    """The machine that the others are copies of."""
    from tests.outage.machine import Machine

    with _folder() as folder:
        made = Machine(folder / "jigi")
        made.set_up()
        yield made


@pytest.fixture
def machine(place: Path, model: Machine) -> Iterator[Machine]:
    made = model.copied(place / "jigi")
    server.ensure_started(made.home)
    yield made
    made.stop()


@pytest.fixture
def areas(db: None) -> Areas:
    # Models can be imported once the tests have a database: not while this file is read.
    from tests.factories import make_areas

    return make_areas(communes=2)
