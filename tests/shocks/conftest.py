from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from jigi.foundation.models import User
    from tests.factories import Areas


@pytest.fixture
def areas(db: None) -> Areas:
    from tests.factories import make_areas

    return make_areas(communes=2)


@pytest.fixture
def officer(areas: Areas) -> User:
    """Who may load signals and alerts."""
    from tests.factories import make_user

    return make_user("awa", "monitoring_officer")
