"""One PostgreSQL for the whole run, whatever the number of workers; each worker has its own database in it.

TEST_DATABASE_URL (or DATABASE_URL) names it: its account must be allowed to create databases. Without either,
an embedded server starts in a temporary folder and leaves with the run.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import django
import pytest
from django.conf import settings as django_settings
from hypothesis import settings as hypothesis_settings
from xdist.scheduler import LoadScopeScheduling

from jigi.foundation import server
from tests import kept, pattern

ROOT = Path(__file__).resolve().parents[1]

# The gate draws the same examples each time, so that what passed passes; JIGI_CHANCE=1 (`make fuzz`) draws new ones.
hypothesis_settings.register_profile("gate", derandomize=not os.environ.get("JIGI_CHANCE"), database=None)


def pytest_configure(config: pytest.Config) -> None:
    hypothesis_settings.load_profile("gate")
    # Not in pyproject.toml: pytest-django would load the settings before there is a database to name.
    os.environ["DJANGO_SETTINGS_MODULE"] = "jigi.site.settings"
    if not hasattr(config, "workerinput"):
        _find_database(config)
    # Test modules import models when they are collected.
    django.setup()
    # A password is hashed for a second on purpose; here it would be for nothing.
    django_settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


class _Apart(LoadScopeScheduling):
    """Every test goes to whichever worker is free, but for those that share one world that is long to make."""

    WORLDS = ("tests/browser/", "tests/crash/", "tests/outage/", "tests/demo/test_bench.py")

    def _split_scope(self, nodeid: str) -> str:
        return next((world for world in self.WORLDS if nodeid.startswith(world)), nodeid)


def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> _Apart:
    # Not `--dist loadgroup`: it renames tests by a private attribute that pytest 9.2 no longer reads.
    return _Apart(config, log)


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    kept.leave_unless(getattr(item, "fixturenames", []))


def _find_database(config: pytest.Config) -> None:
    home = _temporary_home()
    config.add_cleanup(lambda: _remove(home))
    given = os.environ.get("TEST_DATABASE_URL") or os.environ.get("DATABASE_URL")
    os.environ["DATABASE_URL"] = given or server.ensure_started(home, durable=False)
    # A test that leaves an export unread must not take the place of another's.
    os.environ |= {"JIGI_HOME": str(home), "JIGI_SECRET_KEY": "essai", "JIGI_EXPORTS": "0"}
    # Programs that a test starts find the package where pytest found it.
    os.environ["PYTHONPATH"] = str(ROOT / "src")


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings_parallel_suffix: None) -> None:
    """A worker's database is a copy of one whose tables are made once a run."""
    from django.db import connection

    connection.settings_dict["TEST"] |= {"TEMPLATE": pattern.ensure(os.environ["DATABASE_URL"]), "MIGRATE": False}


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: Any) -> None:
    """The tables, and what the fenced roles may do on them."""
    from jigi.foundation import fence  # models can be imported once there is a database

    with django_db_blocker.unblock():
        fence.grant()


@pytest.fixture(autouse=True)
def nothing_kept() -> None:
    """What a process keeps for some seconds is not kept from one test to the next."""
    from django.core.cache import caches

    caches["process"].clear()


@pytest.fixture
def client() -> Any:
    """A browser whose `force_login` counts as a proof just given: what a page does is tested, not the door."""
    from tests.factories import ProvedClient

    return ProvedClient()


@pytest.fixture
def home() -> Iterator[Path]:
    """A folder for an embedded server of this test's own, stopped and removed afterwards."""
    place = _temporary_home()
    yield place
    _remove(place)


@pytest.fixture(scope="session")
def shared() -> Path:
    """The data and specifications that stand beside the project."""
    folder = ROOT.parent / "shared"
    if not folder.is_dir():
        pytest.skip("le dossier ../shared est absent")
    return folder


def _temporary_home() -> Path:
    folder = Path(tempfile.mkdtemp(prefix="jigi-essai-"))
    folder.chmod(0o711)  # under root, the account that runs PostgreSQL walks through it
    return folder / "jigi"


def _remove(home: Path) -> None:
    server.stop(home, immediate=True)
    shutil.rmtree(home.parent)
