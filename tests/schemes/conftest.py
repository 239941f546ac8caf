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
    """Who may record what schemes gave, in the whole country."""
    from tests.factories import make_user

    return make_user("awa", "programme_manager")


@pytest.fixture
def households(areas: Areas) -> list[int]:
    """Three households of the first village."""
    from tests.factories import make_households

    return make_households(3, areas.villages[0])
