"""The state of a reconciliation: aged on both sides, tied to the franc, the same in SQL as in plain Python."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest
from django.db import connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from jigi.ledger import actions as ledger
from jigi.ledger.models import Entry
from jigi.payments import bank_matching, bank_operations
from jigi.payments.bank_matching import item_of, outstanding
from jigi.payments.bank_models import BankLine, BankMatch, BankMatchLine
from jigi.payments.bank_rules import Moved, ReadLine, ReadStatement, Standing, band, fault, standing
from jigi.payments.bank_state import alerts, state, visible_to
from tests.factories import make_user
from tests.kept import Kept, once
from tests.payments.bank_scene import Banked, banked

pytestmark = pytest.mark.django_db
START = date(2026, 1, 1)


def _place(tmp_path: Path) -> Banked:
    return banked(tmp_path)


place_once = once("place", _place)


@pytest.fixture
def place(place_once: Kept[Banked], db: None) -> Banked:
    return place_once.copy()


def test_what_is_outstanding_is_listed_and_aged_and_ties_one_side_to_the_other(place: Banked) -> None:
    place.advance(100_000, "VIR-1", START)
    place.advance(40_000, "VIR-2", date(2026, 3, 20))
    place.take(500_000, ("20/03/2026", "VIR-1", "", -100_000), ("25/03/2026", "Frais", "", -590))
    bank_matching.match_all(place.bank, by=place.keeper)
    found = state(place.bank, date(2026, 4, 25))
    assert (found.bank_xof, found.ledger_xof, found.ties) == (399_410, -140_000, True)
    assert [(one.side, one.amount_xof, one.band) for one in found.outstanding] == [
        ("bank", 500_000, "31-90"), ("ledger", -40_000, "31-90"), ("bank", -590, "31-90"),
    ]  # fmt: skip
    assert [(one.bank, one.waiting) for one in alerts(place.keeper, date(2026, 4, 25))] == [
        (place.bank, len(found.old))
    ]
    assert found.aged()[2] == ("31-90", 2, 499_410, 1, -40_000)
    assert len(found.old) == 3
    assert [one.waiting for one in alerts(place.keeper, date(2026, 4, 20))] == [2]
    assert len(state(place.bank, date(2026, 4, 20)).old) == 2


def test_a_match_counts_on_the_day_of_the_last_that_it_holds(place: Banked) -> None:
    place.advance(100_000, "VIR-1", START)
    place.take(0, ("20/03/2026", "VIR-1", "", -100_000))
    bank_matching.match_all(place.bank, by=place.keeper)
    early, late = state(place.bank, date(2026, 3, 19)), state(place.bank, date(2026, 3, 20))
    assert ([one.days for one in early.outstanding], early.bank_xof, early.ledger_xof) == ([77], 0, -100_000)
    assert (late.outstanding, late.bank_xof) == ([], -100_000)


def test_an_explanation_counts_once_it_is_posted(place: Banked) -> None:
    place.take(0, ("20/03/2026", "Frais", "", -590))
    key = outstanding(place.bank)[0].key
    made = bank_operations.explain(place.bank, [key], [], "charge", "avis", by=place.keeper)
    before = state(place.bank, date(2026, 3, 20))
    assert [one.waiting for one in alerts(place.keeper, date(2026, 4, 25))] == [1]
    assert ([one.waiting for one in before.outstanding], before.ties) == ([True], True)
    bank_operations.approve(made, by=place.other)
    assert alerts(place.keeper, date(2026, 4, 25)) == []
    after = state(place.bank, date(2026, 3, 20))
    assert (after.outstanding, after.bank_xof, after.ledger_xof) == ([], -590, -590)


def test_an_account_is_seen_with_its_agreement(place: Banked) -> None:
    assert list(visible_to(place.keeper)) == [place.bank]
    assert not visible_to(make_user("a", "system_administrator")).exists()


DAYS = st.integers(0, 200).map(lambda n: START + timedelta(days=n))
AMOUNTS = st.integers(-50, 50).filter(bool)
PAIRS = st.lists(st.tuples(DAYS, DAYS, AMOUNTS), min_size=1, max_size=3)
GROUPS = st.lists(st.tuples(PAIRS, st.sampled_from(("lines", "items", "both", "matched"))), max_size=5)
Group = tuple[list[tuple[date, date, int]], str]


@given(groups=GROUPS, day=DAYS)
@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_sql_says_what_the_rule_says(place: Banked, groups: list[Group], day: date) -> None:
    with transaction.atomic():
        lines, items = _written(place, groups)
        found = state(place.bank, day)
        transaction.set_rollback(True)
    sides: tuple[dict[str, int], dict[str, int]] = ({}, {})
    for one in found.outstanding:
        aged = sides[one.side == "ledger"]
        aged[one.band] = aged.get(one.band, 0) + one.amount_xof
    assert Standing(found.bank_xof, found.ledger_xof, *sides) == standing(lines, items, day)
    assert found.ties


def _written(place: Banked, groups: list[Group]) -> tuple[list[Moved], list[Moved]]:
    """The groups as lines and items of the database, and as the rule reads them."""
    lines: list[Moved] = []
    items: list[Moved] = []
    taken = place.take(0, ("01/01/2026", "Début", "", 1), ("02/01/2026", "Fin", "", -1)).statements[0]
    lines += [Moved(START, 1), Moved(START + timedelta(days=1), -1)]
    for number, (pairs, what) in enumerate(groups):
        match = (
            BankMatch.objects.create(bank=place.bank, how="person", made_by=place.keeper) if what == "matched" else None
        )
        held = match.pk if match else None
        for nth, (line_day, item_day, amount) in enumerate(pairs):
            if what != "items":
                kept = BankLine.objects.create(
                    bank=place.bank, statement=taken, line=9, booked_on=line_day, amount_xof=amount,
                    bank_reference=f"{number}-{nth}",
                )  # fmt: skip
                lines.append(Moved(line_day, amount, held))
                if match:
                    BankMatchLine.objects.create(match=match, line=kept)
            if what != "lines":
                key = _posted(place, amount, item_day)
                items.append(Moved(item_day, amount, held))
                if match:
                    item_of(match, key, amount).save(force_insert=True)
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    return lines, items


def _posted(place: Banked, amount: int, day: date) -> str:
    """An entry that the bank account mirrors."""
    own, fund = place.bank.own, place.bank.fund
    other = (
        ledger.open_account("essai:recu", "essai", "received", fund) if amount > 0
        else ledger.open_account("essai:frais", "essai", "charges", fund)
    )  # fmt: skip
    sides = (own, other) if amount > 0 else (other, own)
    number = Entry.objects.count()
    entry = ledger.post("bank", f"essai:{number}", "essai", [ledger.Line("bank", number, *sides, abs(amount))],
                        by=place.keeper, on=day)  # fmt: skip
    return f"{entry.pk}.1.bank.{sides[0].pk}.{sides[1].pk}"


OPENED = ReadStatement("", START, START + timedelta(days=9), 100, 105, (ReadLine(2, START, 5),), 3)


@pytest.mark.parametrize(
    ("read", "said"),
    [
        (OPENED, None),
        (replace(OPENED, closing_xof=104), ("closing", 3, -1)),
        (replace(OPENED, lines=(ReadLine(2, START, 5, balance_xof=104),)), ("running", 2, -1)),
        (replace(OPENED, lines=(ReadLine(2, START - timedelta(days=1), 5),)), ("outside", 2, 0)),
    ],
)
def test_a_statement_holds_together(read: ReadStatement, said: tuple[str, int, int] | None) -> None:
    found = fault(read)
    assert (found and (found.what, found.line, found.gap_xof)) == said


@pytest.mark.parametrize(
    ("days", "name"), [(0, "0-7"), (7, "0-7"), (8, "8-30"), (31, "31-90"), (90, "31-90"), (91, "90+")]
)
def test_an_age_has_its_band(days: int, name: str) -> None:
    assert band(days) == name
