"""A rule written twice, in Python and in SQL, says the same of whatever is drawn."""

from __future__ import annotations

import re
from datetime import date, timedelta
from pathlib import Path

import pytest
from django.db import connection, transaction
from django.utils import timezone
from hypothesis import HealthCheck, assume, example, given, settings
from hypothesis import strategies as st

from jigi.enrolment.models import Enrolment
from jigi.foundation.money import split_xof
from jigi.foundation.periods import Period
from jigi.ledger.queries import prove
from jigi.payments import rules
from jigi.payments.models import Entitlement, Instruction, PaymentRound
from tests.payments.scene import Scene, peopled

numbers = st.integers(1, 2**31)
attempts = st.integers(1, 9)
drawn = settings(
    max_examples=15, deadline=None, derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)  # fmt: skip

# References


@pytest.mark.django_db
@drawn
@given(rounds=st.integers(1, 2**40), rights=st.integers(1, 10**14 - 1), attempt=st.integers(1, 32_767))
@example(rounds=97, rights=1, attempt=1)
@example(rounds=2**40, rights=10**14 - 1, attempt=32_767)
def test_the_reference_of_python_is_that_of_sql(rounds: int, rights: int, attempt: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT payments_reference(%s, %s, %s::smallint)", [rounds, rights, attempt])
        assert cursor.fetchone() == (rules.reference(rounds, rights, attempt),)


@given(numbers, numbers, attempts, st.data())
def test_one_wrong_digit_breaks_the_check(rounds: int, rights: int, attempt: int, data: st.DataObject) -> None:
    said = rules.reference(rounds, rights, attempt)
    place = data.draw(st.sampled_from([n for n, mark in enumerate(said) if mark.isdigit()]))
    digit = data.draw(st.sampled_from("0123456789").filter(lambda drawn: drawn != said[place]))
    assert not holds(said[:place] + digit + said[place + 1 :])


@given(numbers, numbers, attempts, st.data())
def test_two_digits_exchanged_break_the_check(rounds: int, rights: int, attempt: int, data: st.DataObject) -> None:
    said = rules.reference(rounds, rights, attempt)
    pairs = [m.start() for m in re.finditer(r"(?=(\d)(?!\1)\d)", said)]
    assume(pairs)
    place = data.draw(st.sampled_from(pairs))
    assert not holds(said[:place] + said[place + 1] + said[place] + said[place + 2 :])


def holds(reference: str) -> bool:
    rounds, rights, attempt, check = reference.split("-")
    return f"{rules.check_digits(int(rounds), int(rights), int(attempt)):02}" == check


# Rights


@pytest.fixture
def scene(db: None) -> Scene:
    """Eight households; the last keeps all its terms, so that no round is empty."""
    return peopled(8)


@pytest.mark.django_db
@drawn
@given(
    st.lists(
        st.builds(
            rules.EnrolmentFacts,
            st.sampled_from(["active", "suspended", "exited"]), st.integers(1, 6), st.integers(6, 12),
        ), min_size=7, max_size=7,
    ), st.integers(1, 12),
)  # fmt: skip
def test_a_right_follows_from_the_enrolment(scene: Scene, facts: list[rules.EnrolmentFacts], term: int) -> None:
    entitled = {
        household for household, fact in zip(scene.households, facts, strict=False) if rules.is_entitled(fact, term)
    }  # fmt: skip
    with transaction.atomic():
        for household, fact in zip(scene.households, facts, strict=False):
            ended = {"exit_reason": "essai", "exited_at": timezone.now()} if fact.status == "exited" else {}
            Enrolment.objects.filter(household=household).update(**vars(fact), **ended)
        owed = Entitlement.objects.filter(payment_round=scene.prepared(term))
        assert set(owed.values_list("household", flat=True)) == entitled | {scene.households[7]}
        transaction.set_rollback(True)


# Returns

SAID = ("PAYE", "ABSENT", "REFUSE", "ANNULE", "ILLISIBLE")
STATES = ("open", "paid", "absent", "refused", "reversed", "unanswered")


@pytest.fixture
def orders(db: None, tmp_path: Path) -> tuple[Scene, list[Instruction]]:
    """One order in each of STATES, brought there by returns and a closing."""
    scene = peopled(5)
    closed = scene.close(scene.released(1))
    _open, paid, absent, refused, back = orders_of(scene.released(2), kind="right")
    rows = [(paid, "PAYE"), (absent, "ABSENT"), (refused, "REFUSE"), (back, "PAYE"), (back, "ANNULE")]
    scene.take(tmp_path / "premier.csv", [(order.reference, said, 30_000, "") for order, said in rows])
    return scene, [*orders_of(scene.component.rounds.get(term=2), kind="right"), orders_of(closed)[0]]


def orders_of(payment_round: PaymentRound, **chosen: str) -> list[Instruction]:
    return list(Instruction.objects.filter(payment_round=payment_round, **chosen).order_by("id"))


@drawn
@given(st.lists(st.tuples(st.integers(0, 5), st.sampled_from(SAID), st.booleans()), min_size=1, max_size=9))
@example([(0, "PAYE", True), (0, "ANNULE", True), (0, "ANNULE", True)])
@example([(0, "PAYE", False), (0, "ANNULE", True), (0, "PAYE", True)])
@example([(0, "ANNULE", True), (0, "PAYE", True)])
@example([(1, "ABSENT", True), (1, "ANNULE", True), (5, "PAYE", True)])
def test_a_return_does_what_the_manual_says(
    orders: tuple[Scene, list[Instruction]], tmp_path: Path, answers: list[tuple[int, str, bool]]
) -> None:
    scene, stand = orders
    assert tuple(order.status for order in stand) == STATES
    rows = [(stand[n].reference, said, 30_000 if same else 29_999, "") for n, said, same in answers]
    with transaction.atomic():
        lines = scene.take(tmp_path / "retour.csv", rows).return_file.return_lines.order_by("line")
        judged = list(lines.values_list("outcome", flat=True))
        assert prove().balanced
        transaction.set_rollback(True)
    for n, status in enumerate(STATES):
        said = [(read, same) for number, read, same in answers if number == n]
        got = [outcome for outcome, answer in zip(judged, answers, strict=True) if answer[0] == n]
        assert got == rules.outcomes(said, instruction_status=status)


@given(st.sampled_from(SAID), st.sampled_from(STATES), st.booleans())
def test_a_line_alone_is_a_file_of_one_line(said: str, status: str, same: bool) -> None:
    one = rules.outcome(said, instruction_status=status, same_amount=same)
    assert rules.outcomes([(said, same)], instruction_status=status) == [one]


# What the manual says, by examples


@pytest.mark.parametrize(
    ("status", "term", "entitled"),
    [
        ("active", 3, True),
        ("active", 4, True),
        ("active", 6, True),
        ("active", 2, False),
        ("active", 7, False),
        ("suspended", 4, False),
        ("exited", 4, False),
    ],
)
def test_a_term_is_owed_from_the_first_to_the_last(status: str, term: int, entitled: bool) -> None:
    assert rules.is_entitled(rules.EnrolmentFacts(status, first_term=3, last_term=6), term) is entitled


def test_a_reference_tells_round_right_and_attempt_with_two_digits_of_check() -> None:
    assert rules.reference(12, 4567, 1) == "12-4567-1-78"
    assert rules.reference(97, 1, 2) == "97-1-2-62"
    for rounds, rights, attempt in ((12, 4567, 1), (97, 1, 2), (2**40, 10**14 - 1, 9)):
        whole = (rounds % 97 * 10**14 + rights) * 10 + attempt
        assert (whole * 100 + rules.check_digits(rounds, rights, attempt)) % 97 == 1


@pytest.mark.parametrize(
    ("said", "state", "same", "outcome"),
    [
        ("PAYE", "open", True, "paid"),
        ("PAYE", "open", False, "wrong_amount"),
        ("PAYE", "paid", False, "repeated"),
        ("PAYE", "absent", True, "conflict"),
        ("PAYE", "reversed", True, "conflict"),
        ("ABSENT", "open", False, "absent"),
        ("ABSENT", "absent", True, "repeated"),
        ("ABSENT", "paid", True, "conflict"),
        ("REFUSE", "open", False, "refused"),
        ("REFUSE", "refused", True, "repeated"),
        ("REFUSE", "unanswered", True, "conflict"),
        ("ANNULE", "paid", True, "reversed"),
        ("ANNULE", "paid", False, "wrong_amount"),
        ("ANNULE", "reversed", True, "repeated"),
        ("ANNULE", "open", True, "conflict"),
        ("ANNULE", "absent", True, "conflict"),
        ("ILLISIBLE", "open", True, "unreadable"),
        ("ILLISIBLE", "paid", True, "unreadable"),
    ],
)
def test_an_answer_is_heard_by_the_state_of_its_order(said: str, state: str, same: bool, outcome: str) -> None:
    assert rules.outcome(said, instruction_status=state, same_amount=same) == outcome


@pytest.mark.parametrize(
    ("state", "lines", "found"),
    [
        ("open", "PAYE PAYE", "paid repeated"),
        ("open", "PAYE ABSENT", "paid conflict"),
        ("open", "ABSENT PAYE", "absent conflict"),
        ("open", "PAYE≠ PAYE", "wrong_amount conflict"),
        ("open", "PAYE PAYE≠ PAYE", "paid conflict repeated"),
        ("open", "REFUSE REFUSE ABSENT", "refused repeated conflict"),
        ("open", "ANNULE PAYE", "reversed paid"),
        ("open", "PAYE ANNULE ANNULE", "paid reversed repeated"),
        ("open", "ABSENT ANNULE", "absent conflict"),
        ("open", "ANNULE ANNULE", "conflict repeated"),
        ("paid", "PAYE ANNULE", "repeated reversed"),
        ("paid", "ANNULE", "reversed"),
        ("paid", "ANNULE≠", "wrong_amount"),
        ("open", "PAYE ANNULE≠", "paid wrong_amount"),
        ("reversed", "PAYE ANNULE", "conflict repeated"),
        ("open", "ILLISIBLE PAYE ILLISIBLE", "unreadable paid unreadable"),
        ("open", "", ""),
    ],
)
def test_the_first_answer_of_a_file_speaks_for_it(state: str, lines: str, found: str) -> None:
    """`≠` is a line of another amount."""
    read = [(line.removesuffix("≠"), not line.endswith("≠")) for line in lines.split()]
    assert rules.outcomes(read, instruction_status=state) == found.split()


# Money and periods


@given(st.integers(0, 10**15), st.lists(st.integers(0, 10**6), min_size=1, max_size=60))
def test_parts_add_up_to_the_franc(amount_xof: int, weights: list[int]) -> None:
    assume(sum(weights))
    parts = split_xof(amount_xof, weights)
    assert sum(parts) == amount_xof
    for part, weight in zip(parts, weights, strict=True):
        assert abs(part * sum(weights) - amount_xof * weight) < sum(weights)


@pytest.mark.parametrize("weights", [[], [0, 0], [1, -1], [3, -1]])
def test_nothing_is_split_by_impossible_weights(weights: list[int]) -> None:
    with pytest.raises(ValueError):
        split_xof(100, weights)


@given(st.dates(date(1960, 1, 1), date(2100, 1, 1)), st.integers(1, 36))
def test_a_period_is_followed_the_day_after_its_end(day: date, months: int) -> None:
    period = Period.month(day.year, day.month)
    after = period.next(months=months)
    assert after.start == period.end + timedelta(days=1)
    assert (after.end + timedelta(days=1)).day == 1
    length = (after.end.year - after.start.year) * 12 + after.end.month - after.start.month + 1
    assert length == months


@given(st.dates(date(1960, 1, 1), date(2100, 1, 1)), st.integers(0, 400))
def test_a_period_is_read_back_from_its_code(day: date, days: int) -> None:
    for period in (
        Period.month(day.year, day.month),
        Period.quarter(day.year, (day.month + 2) // 3),
        Period(day, day + timedelta(days=days)),
    ):
        assert Period.parse(period.code) == period


def test_twelve_quarters_are_three_years() -> None:
    period = Period.parse("2014T4")
    for _ in range(11):
        period = period.next(months=3)
    assert (period.code, str(period)) == ("2017T3", "3e trimestre 2017")
