"""Pages are asked as a browser asks them; people hold their roles in one of two communes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import pytest
from django.core.cache import caches

if TYPE_CHECKING:
    from tests.factories import Areas


@pytest.fixture(autouse=True)
def fresh_figures() -> Iterator[None]:
    """Figures are kept for a minute: not from one test to the next."""
    caches["process"].clear()
    yield
    caches["process"].clear()


@pytest.fixture(autouse=True)
def fenced(settings: Any) -> None:
    """Pages are asked as `jigi serve` answers them: under a role that owns no table."""
    settings.FENCED = True


@pytest.fixture
def areas(db: None) -> Areas:
    # Models can be imported once the tests have a database: not while this file is read.
    from tests.factories import make_areas

    return make_areas(communes=2)
