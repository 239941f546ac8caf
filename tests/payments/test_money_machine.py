"""Ledger, rounds and agencies in any order, cut and at once: after every act they say what a plain model says.

The acts run in a copy of the test database, committed as in production (money_world.py); the model (money_model.py)
says what each does, or that it is forbidden. What is refused leaves everything as it was, and so does what is cut at
any of its statements. Of two acts at once there is an order, one after the other, that explains what both did.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from copy import deepcopy
from random import Random
from typing import Any

import psycopg
import pytest
from django.db import OperationalError
from hypothesis import HealthCheck, Phase, note, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule, run_state_machine_as_test

from jigi.foundation.errors import Refused
from jigi.payments import approvals
from tests.copies import at_once, copied
from tests.payments import money_world
from tests.payments.money_acts import ACTS, AT_ONCE, Act, first_term, some_act
from tests.payments.money_facts import Forbidden
from tests.payments.money_model import Model
from tests.payments.money_world import Cut, World, cut_at, expected, fingerprint, refuse_lies, said

pytestmark = pytest.mark.django_db


class MoneyMachine(RuleBasedStateMachine):
    """`world` and `start` are laid once; every example plays in a copy of their database."""

    world: World
    start: Model

    def __init__(self) -> None:
        super().__init__()
        self.model, self.count = deepcopy(self.start), 0
        self._held = ExitStack()
        self._held.enter_context(copied("jeu"))
        self.print = fingerprint()

    def teardown(self) -> None:
        try:
            money_world.refuse_changed_lists()
        finally:
            self._held.close()

    def play(self, act: Act, cut: int) -> None:
        note(f"{act.name}, cut at {cut}" if cut else act.name)
        if cut:
            try:
                with cut_at(cut):
                    result = self._done(act)
            except Cut as power:
                left = _changed(self.print, fingerprint())
                assert not left, f"{act.name}, cut at {cut} ({power}), left something in {left}"
                result = self._done(act)
        else:
            result = self._done(act)
        if isinstance(result, Refused):
            left = _changed(self.print, fingerprint())
            assert not left, f"{act.name} was refused ({result}) and left something in {left}"
        model = _told(self.model, act, result)
        assert model is not None, f"{act.name}: the model forbids it, Jigi answered {result!r}"
        self.model = model
        self._agree(act.name)

    def _done(self, act: Act) -> Any:
        try:
            return act.do(self.world)
        except Refused as refused:
            return refused

    def _until_free(self, act: Act) -> Any:
        """The act, asked again as the site says (web/limits.py) when PostgreSQL gave it up for the other's locks."""
        for _ in range(3):
            try:
                return act.do(self.world)
            except OperationalError as error:
                if not isinstance(error.__cause__, psycopg.errors.DeadlockDetected | psycopg.errors.LockNotAvailable):
                    raise
        raise AssertionError(f"{act.name} never had its turn")

    def _agree(self, what: str) -> None:
        wrong = _unlike(said(self.world), self.model)
        assert not wrong, f"after {what}, found and told: {wrong}"
        refuse_lies()
        self.print = fingerprint()

    @initialize(released=st.sampled_from([True, True, True, False]))
    def begin(self, released: bool) -> None:
        """Most stories begin when a first term is with the agencies."""
        if released:
            for act in first_term(self.model):
                self.play(act, 0)

    @rule(chance=st.integers(0, 2**32))
    def step(self, chance: int) -> None:
        """One rule, or Hypothesis would leave whole kinds of acts out of an example, and its draws are not even."""
        self.count += 1
        draw = Random(f"{chance} {self.count}")
        how = draw.choice(["alone"] * 5 + ["cut"] * 2 + ["at once"])
        if how == "at once":
            return self.at_once(some_act(draw, self.model, AT_ONCE), some_act(draw, self.model, AT_ONCE))
        self.play(some_act(draw, self.model, ACTS), draw.randint(1, 60) if how == "cut" else 0)

    def at_once(self, first: Act, second: Act) -> None:
        """Two acts on two connections: one after the other, in one order or the other, they did what is there."""
        note(f"{first.name} | {second.name}")
        results = at_once(lambda: self._until_free(first), lambda: self._until_free(second))
        for result in results:
            assert not isinstance(result, Exception) or isinstance(result, Refused), (first.name, second.name, result)
        found, whys = said(self.world), []
        for turn in ((0, 1), (1, 0)):
            model: Model | None = self.model
            for at in turn:
                model = _told(model, (first, second)[at], results[at]) if model else None
            whys.append(_unlike(found, model) if model else "forbidden")
            if model and not whys[-1]:
                self.model = model
                return self._agree(f"{first.name} | {second.name}")
        raise AssertionError(f"no order explains {first.name} | {second.name}: {results}, {whys}")


def _changed(before: dict[str, str], after: dict[str, str]) -> list[str]:
    return [table for table in after if after[table] != before.get(table)]


def _unlike(found: dict[str, Any], model: Model) -> dict[str, Any]:
    """Where the tables and the model differ: what each says."""
    told = expected(model)
    return {key: _apart(found[key], told[key]) for key in told if found[key] != told[key]}


def _apart(found: dict[Any, Any], told: dict[Any, Any]) -> dict[Any, Any]:
    keys = [key for key in {**found, **told} if found.get(key) != told.get(key)]
    return {key: (found.get(key), told.get(key)) for key in keys}


def _told(model: Model, act: Act, result: Any) -> Model | None:
    """The model after an act that gave this result; None when it forbids what was done, or knows why not to refuse."""
    after = deepcopy(model)
    try:
        act.tell(after, None if isinstance(result, Refused) else result)
    except Forbidden:
        return deepcopy(model) if isinstance(result, Refused) else None
    except AssertionError:
        return None
    return None if isinstance(result, Refused) else after


@pytest.fixture
def _django_db_helper() -> None:
    """Instead of pytest-django's: these tests want a database, and no transaction around them."""


@pytest.fixture(scope="module")
def laid(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    """The scene, committed in a copy of the worker's database."""
    with django_db_blocker.unblock(), copied("monnaie"), pytest.MonkeyPatch.context() as patched:
        patched.setattr(approvals, "bands", lambda: money_world.BANDS)
        MoneyMachine.world, MoneyMachine.start = money_world.lay()
        yield


def play(examples: int, steps: int) -> None:
    slow = [HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much]
    run_state_machine_as_test(  # type: ignore[no-untyped-call]
        MoneyMachine,
        settings=settings(
            max_examples=examples, stateful_step_count=steps, deadline=None, suppress_health_check=slow,
            # A story is told by its acts: a shorter one is not worth the minutes that it takes to find.
            phases=[Phase.explicit, Phase.reuse, Phase.generate],
        ),
    )  # fmt: skip


def test_money_is_what_the_model_says_whatever_is_done_in_any_order(laid: None) -> None:
    play(3, 30)


@pytest.mark.size
def test_money_is_what_the_model_says_for_two_minutes(laid: None) -> None:
    play(25, 60)
