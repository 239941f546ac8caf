"""The command line, called in this process on the test database."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest


@dataclass(frozen=True)
class Answer:
    """What a command said: its exit code, its two outputs."""

    code: int
    out: str
    err: str

    @property
    def figures(self) -> dict[str, Any]:
        """The object of `--json`, the last line."""
        found: dict[str, Any] = json.loads(self.out.splitlines()[-1])
        return found


Jigi = Callable[..., Answer]


def terminal(capsys: pytest.CaptureFixture[str]) -> Jigi:
    """`jigi("intake", "import", path)`: run a command, give its answer."""
    from jigi.command.main import main

    def jigi(*words: object) -> Answer:
        capsys.readouterr()
        with pytest.raises(SystemExit) as left:
            main([str(word) for word in words])
        said = capsys.readouterr()
        assert "Traceback" not in said.err
        return Answer(int(left.value.code or 0), said.out, said.err)

    return jigi


def make_operator() -> Any:
    """The operator's account, posted in a small country: two communes of one village each."""
    from jigi.geography.installation import ADMINISTRATOR, OPERATOR, ensure_account
    from tests.factories import make_areas

    make_areas(communes=2, villages_per_commune=1)
    ensure_account(ADMINISTRATOR, "Comptes (essai)", "system_administrator", is_service=True)
    return ensure_account(OPERATOR, "Exploitant (essai)", "operator", is_service=True)
