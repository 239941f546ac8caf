"""An extract as the worker writes it, on connections of their own, in a copy of the test database."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.db import connection

from jigi.foundation.fence import acting
from jigi.foundation.runs import side_connection
from jigi.registry.models import Household
from jigi.results import extract, extract_files
from tests.copies import copied
from tests.results.test_extract import analyst_of, database_of, granted

pytestmark = pytest.mark.django_db


@pytest.fixture
def _django_db_helper() -> None:
    """Instead of pytest-django's: this test wants a database, and no transaction around it."""


@pytest.fixture
def copy(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    """A database of the test's own, where what it commits is seen from another connection."""
    with django_db_blocker.unblock(), copied("extrait"):
        yield


def test_every_table_is_read_at_one_moment_by_a_role_that_owns_none(copy: None, tmp_path: Path, settings: Any) -> None:
    """As the worker does it, under the fence; what is written while it reads is in no table."""
    settings.FENCED = True
    analyst = analyst_of(tmp_path)
    with acting("essai"):
        request = granted(analyst)
    seen: list[str] = []
    honest = extract_files.copy_out

    def meanwhile(query: str, file: Any) -> int:
        with connection.cursor() as cursor:
            cursor.execute("SELECT current_setting('transaction_isolation') || ' ' || current_user")
            seen.append(cursor.fetchone()[0])
        with side_connection() as other:
            other.execute("UPDATE registry_household SET size = 29")
        return honest(query, file)

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(extract_files, "copy_out", meanwhile)
        made = extract.make(request)
    assert set(seen) == {"repeatable read jigi_act"}
    with acting("essai"), database_of(analyst, made, tmp_path) as database:
        assert database.execute("SELECT max(taille) FROM menages").fetchall() == [(3,)]
        assert Household.objects.filter(size=29).count() == 9
