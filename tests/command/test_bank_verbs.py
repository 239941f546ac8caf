"""`jigi ledger bank …`: set, take, match, say where it stands; the figures as JSON."""

from __future__ import annotations

import argparse
from datetime import date
from pathlib import Path

import pytest

from jigi.command.bank import VERBS
from jigi.foundation.errors import Refused
from tests.factories import make_user
from tests.payments.bank_scene import banked
from tests.payments.test_bank_accounts import FILE

pytestmark = pytest.mark.django_db


def run(verb: str, **options: object) -> dict[str, object]:
    return VERBS[f"ledger bank {verb}"].run(argparse.Namespace(**options))


def test_from_the_file_of_accounts_to_the_state(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    place = banked(tmp_path)
    place.advance(100, "VIR-1", date(2026, 1, 5))
    make_user("regle2", "system_administrator")
    (tmp_path / "comptes.toml").write_text(FILE, encoding="utf-8")
    assert run("accounts", file=tmp_path / "comptes.toml", by="regle2") == {"accounts": ["BDM-2"]}
    path = place.statement(0, ("05/01/2026", "VIR-1", "", -100), ("06/01/2026", "Frais", "", -5))
    assert run("take", account="BDM-IDA", file=path, by="tient")["lines"] == 2
    assert run("take", account="BDM-IDA", file=path, by="tient")["known"] is True
    assert run("match", account="BDM-IDA", by="tient") == {"by_reference": 1, "by_amount": 0}
    (found,) = run("state", account="BDM-IDA", on=date(2026, 1, 31))["accounts"]  # type: ignore[misc]
    assert (found["bank_xof"], found["ledger_xof"], found["ties"], len(found["outstanding"])) == (-105, -100, True, 1)
    assert "8-30 jours : banque 1" in capsys.readouterr().out
    with pytest.raises(Refused, match="n’est pas un compte bancaire"):
        run("state", account="AUTRE", on=None)
