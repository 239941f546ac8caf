"""People at the door: accounts with a password, a browser that is not yet signed in, codes of an application."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

import pytest
from django.test import Client

if TYPE_CHECKING:
    from tests.factories import Areas


@pytest.fixture
def client() -> Client:
    """A browser that proves nothing by itself."""
    return Client()


@pytest.fixture
def areas(db: None) -> Areas:
    from tests.factories import make_areas

    return make_areas(communes=2)


@pytest.fixture
def code_of() -> Any:
    """`code_of(secret)`: what the application shows now."""
    from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value

    return lambda secret: format_hotp_value(hotp_value(secret, int(time.time()) // 30))
