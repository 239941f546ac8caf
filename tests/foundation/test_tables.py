"""The tables of a new database: the quick way ends where Django's own way ends."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator

import psycopg
import pytest

from jigi.foundation import backup_programs
from jigi.foundation.server import drop_database
from tests import pattern

DJANGO_S = "from django.core.management import call_command; call_command('migrate', verbosity=0, interactive=False)"


@pytest.fixture
def url() -> Iterator[str]:
    """An empty database."""
    given, name = os.environ["DATABASE_URL"], f"jigi_tables_{os.getpid()}"
    with psycopg.connect(pattern.named(given, "postgres"), autocommit=True) as server:
        drop_database(server, name)
        server.execute(f"CREATE DATABASE {name} TEMPLATE template0 ENCODING 'UTF8'")  # type: ignore[call-overload]
        yield pattern.named(given, name)
        drop_database(server, name)


def schema(url: str) -> list[str]:
    """Every statement that would make the tables anew, sorted: what is made in another order is the same."""
    with psycopg.connect(url) as connection:
        folder = backup_programs.folder_for(connection.info.server_version // 10_000)
    words = [folder / "pg_dump", "--schema-only", "--no-owner", "--dbname", url]
    said = subprocess.run(words, check=True, capture_output=True, text=True).stdout
    # What a recent pg_dump writes around its statements is drawn anew each time.
    return sorted(re.sub(r"^\\(un)?restrict .*$", "", said, flags=re.MULTILINE).split(";\n"))


@pytest.mark.size
def test_the_quick_way_makes_what_django_makes(url: str) -> None:
    words = [sys.executable, "-W", "ignore", "-c", f"import django; django.setup(); {DJANGO_S}"]
    subprocess.run(words, check=True, env=os.environ | {"DATABASE_URL": url})
    quick = pattern.named(url, pattern.ensure(os.environ["DATABASE_URL"]))
    assert schema(quick) == schema(url)
