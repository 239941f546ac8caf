from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from jigi.foundation.models import User
    from jigi.shocks.models import Alert
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


@pytest.fixture
def take(officer: User, tmp_path: Path) -> Any:
    """Takes a CAP message: `take("A2", kind="Cancel", ...)`, as `test_cap.message` writes it."""
    from jigi.shocks import alerts
    from tests.shocks.test_cap import message

    def taken(identifier: str = "A1", **said: Any) -> Alert:
        path = tmp_path / "alerte.xml"
        path.write_bytes(message(identifier, **said))
        return alerts.take(path, by=officer)[0]

    return taken
