"""Two hands on one account at a bank at once: each line is in one match, one statement is taken once."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from jigi.payments import bank_matching, bank_statements
from jigi.payments.bank_models import BankLine, BankMatch, BankMatchLine
from tests.copies import at_once, copied, one_was_first
from tests.payments.bank_scene import banked

pytestmark = pytest.mark.django_db


@pytest.fixture
def _django_db_helper() -> None:
    """Instead of pytest-django's: these tests want a database, and no transaction around them."""


@pytest.fixture(scope="module")
def copy(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    with django_db_blocker.unblock(), copied("banque"):
        yield


def test_two_hands_take_and_match_once(copy: None, tmp_path: Path) -> None:
    place = banked(tmp_path)
    place.advance(100, "VIR-1", date(2026, 1, 5))
    path = place.statement(
        0, ("05/01/2026", "VIR-1", "", -100), ("06/01/2026", "x", "", -5), ("06/01/2026", "y", "", 5)
    )
    taken = at_once(*[lambda: bank_statements.take(place.bank, path, by=place.keeper).lines] * 4)
    assert sorted(taken) == [0, 0, 0, 3]
    found = at_once(*[lambda: bank_matching.match_all(place.bank, by=place.keeper).total] * 4)
    assert sorted(found) == [0, 0, 0, 1]
    rest = [str(one) for one in BankLine.objects.exclude(amount_xof=-100).values_list("pk", flat=True)]
    assert one_was_first(at_once(*[lambda: bank_matching.match(place.bank, rest, [], by=place.keeper)] * 4))
    undone = BankMatch.objects.get(how="person")
    assert one_was_first(at_once(*[lambda: bank_matching.undo(undone, by=place.keeper, reason="x")] * 4))
    assert BankMatchLine.objects.filter(live=True).count() == 1
