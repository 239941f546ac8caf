"""The command line and its operator."""

from __future__ import annotations

from typing import Any

import pytest

from tests.command.terminal import Jigi, make_operator, terminal


@pytest.fixture
def jigi(capsys: pytest.CaptureFixture[str]) -> Jigi:
    return terminal(capsys)


@pytest.fixture
def operator(db: None) -> Any:
    return make_operator()
