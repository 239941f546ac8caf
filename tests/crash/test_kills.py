"""kill -9 at any moment of an import or its undo, of a round build, an approval, a release, a reconciliation: all once.

JIGI_SEED draws the moments; a failure says which seed and which kill.
"""

from __future__ import annotations

import os
import random
from collections import Counter

import pytest

from tests.crash import facts
from tests.crash.ground import HOUSEHOLDS, Ground, Kill
from tests.payments.scene import random_seed

pytestmark = pytest.mark.long
KILLS = int(os.environ.get("JIGI_KILLS", "2"))
"""Of each of fourteen kinds; `make test-size` plays sixteen of sixteen kinds."""
VICTIMS = ("worker", "database")
ACTS = {
    "import": ("import",),
    "undo": ("undo",),
    "prepare": ("prepare",),
    "release": ("release",),
    "reconcile": ("reconcile:AGENCE-ESSAI", "reconcile:AGENCE-B"),
}
BY_THE_SITE = {"approve": ("approve",), **ACTS}
ABSENT = HOUSEHOLDS // 20


def test_what_is_compared_is_one_right_one_order_and_one_posting_for_each(ground: Ground) -> None:
    told = ground.undisturbed("release")
    owed_xof, asked_xof = ABSENT * 30_000, HOUSEHOLDS * 30_000
    assert told["rights of the round"] == [(HOUSEHOLDS, HOUSEHOLDS, asked_xof)]
    assert told["orders of the round"] == [
        ("arrears", "open", ABSENT, ABSENT, owed_xof),
        ("right", "open", HOUSEHOLDS, HOUSEHOLDS, asked_xof),
    ]
    orders = 2 * HOUSEHOLDS + ABSENT
    assert ("commit", orders, orders, 2 * asked_xof + owed_xof) in told["postings"]
    assert told["list as frozen"]


@pytest.mark.parametrize("victim", VICTIMS)
@pytest.mark.parametrize("operation", ACTS)
def test_many_kills(ground: Ground, operation: str, victim: str) -> None:
    kills = [survive(ground, operation, victim, number) for number in range(KILLS)]
    at = Counter(kill.step if kill.interrupted else "trop tard" for kill in kills)
    spread = ", ".join(f"{step or 'début'} {count}" for step, count in at.most_common())
    print(f"\nJIGI_SEED={random_seed()} {operation}, {victim} : {spread}")
    assert sum(kill.interrupted for kill in kills) >= KILLS / 2, f"ces coups ne prouvent rien : {spread}"


@pytest.mark.parametrize(
    "operation",
    [pytest.param(one, marks=pytest.mark.size if one in ("undo", "prepare") else ()) for one in BY_THE_SITE],
)
def test_many_kills_of_the_site(ground: Ground, operation: str) -> None:
    kills = [survive_at_the_site(ground, operation, number) for number in range(KILLS)]
    spread = Counter(kill.step if kill.interrupted else "trop tard" for kill in kills)
    print(f"\nJIGI_SEED={random_seed()} {operation}, site : {dict(spread)}, de retour en {ground.longest_return:.1f} s")
    assert sum(kill.interrupted for kill in kills) >= KILLS / 2, f"ces coups ne prouvent rien : {spread}"


def survive_at_the_site(ground: Ground, operation: str, number: int) -> Kill:
    """A form sent, the site killed, the same form sent again, and everything as if nothing had happened."""
    seed = f"{random_seed()}:{operation}:site:{number}"
    acts = BY_THE_SITE[operation]
    act = acts[number % len(acts)]
    expected = ground.by_the_site(act)
    with ground.copy_for(act) as url:
        kill = ground.kill_site(url, act, random.Random(seed))
        told, wrong = ground.ask(url, facts.all_of_them), ground.ask(url, facts.wrongs)
    assert told == expected, f"graine {seed}, {kill}"
    assert not any(wrong.values()), f"graine {seed}, {kill} : {wrong}"
    return kill


def survive(ground: Ground, operation: str, victim: str, number: int) -> Kill:
    """One kill, the act done again, and everything as if nothing had happened."""
    seed = f"{random_seed()}:{operation}:{victim}:{number}"
    act = ACTS[operation][number % len(ACTS[operation])]
    expected = ground.undisturbed(act)
    with ground.copy_for(act) as url:
        kill = ground.kill(url, act, victim, random.Random(seed))
        told, wrong = ground.ask(url, facts.all_of_them), ground.ask(url, facts.wrongs)
    assert told == expected, f"graine {seed}, {kill}"
    assert not any(wrong.values()), f"graine {seed}, {kill} : {wrong}"
    return kill
