"""A server that may die without disturbing the other tests, and the scene in it, once a session."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from jigi.foundation import server

if TYPE_CHECKING:
    from tests.crash.ground import Ground


@pytest.fixture(scope="session")
def ground(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ground]:
    from tests.crash.ground import Ground  # its models want settings, which pytest has not read yet above

    folder = Path(tempfile.mkdtemp(prefix="jigi-essai-"))
    folder.chmod(0o711)  # under root, the account that runs PostgreSQL walks through it
    place = Ground(folder / "jigi", tmp_path_factory.mktemp("retours"))
    place.prepare()
    yield place
    server.stop(place.home, immediate=True)
    shutil.rmtree(folder)
