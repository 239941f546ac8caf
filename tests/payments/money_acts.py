"""The acts that may be tried on money, drawn from what there is: as Jigi does each and as the model tells it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from copy import deepcopy
from dataclasses import dataclass
from random import Random
from typing import Any

from tests.payments.money_facts import SETTLED, WAITING, Forbidden, OrderKey, Row
from tests.payments.money_model import Model
from tests.payments.money_world import World

WORDS = ["PAYE"] * 5 + ["ABSENT", "ABSENT", "REFUSE", "ANNULE", "XYZ"]
NEXT = {"draft": "prepare", "prepared": "freeze", "frozen": "approve", "approved": "release", "released": "close"}
VERBS = ["prepare", "freeze", "approve", "release", "close", "send_back", "cancel"]


@dataclass
class Act:
    """One act: what Jigi does, and what the model does with the numbers that it gave."""

    name: str
    do: Callable[[World], Any]
    tell: Callable[[Model, Any], Any]


Kind = Callable[[Random, Model], Act | None]


def pick(draw: Random, found: Any) -> Any:
    return draw.choice(sorted(found))


# What may be tried now, by name: None when there is nothing to try it on.


def enrol(draw: Random, model: Model) -> Act:
    household, first = pick(draw, model.commune_of), draw.randint(1, model.terms)
    return Act(
        f"enrol {household} {first}", lambda w: w.enrol(household, first),
        lambda m, n: m.enrol(household, first, n),
    )  # fmt: skip


def move(draw: Random, model: Model) -> Act:
    number, verb = pick(draw, model.enrolments), draw.choice(["suspend", "resume", "exit"])
    return Act(f"{verb} {number}", lambda w: w.move(number, verb), lambda m, _: m.move(number, verb))


def commune(draw: Random, model: Model) -> Act:
    place = pick(draw, model.agency_of)
    verb = "lift" if place in model.suspended else "suspend_commune"
    return Act(f"{verb} {place}", lambda w: getattr(w, verb)(place), lambda m, _: getattr(m, verb)(place))


def open_round(draw: Random, model: Model) -> Act:
    kind = draw.choice(["term", "term", "term", "catch_up"])
    opened = [one.term for one in model.rounds.values() if one.kind == "term" and one.status != "cancelled"]
    soon = min(model.terms, max(opened, default=0) + 1)
    term = draw.randint(1, soon)
    places = draw.choice([sorted(model.agency_of), *([one] for one in sorted(model.agency_of)), []])
    return Act(
        f"open {kind} {term} {places}", lambda w: w.open(kind, term, places),
        lambda m, n: m.open(kind, term, places, n),
    )  # fmt: skip


def advance_round(draw: Random, model: Model) -> Act | None:
    live = {number for number, one in model.rounds.items() if one.status in NEXT}
    if not live:
        return None
    number = pick(draw, live)
    verb = draw.choice([NEXT[model.rounds[number].status]] * 8 + VERBS)
    if verb in ("send_back", "cancel"):
        return Act(f"{verb} {number}", lambda w: w.verb(number, verb), lambda m, _: m.give_up(number, verb))
    return _onward(verb, number, draw.choice(["coordinator", "region"]) if verb == "approve" else "")


def order_file(draw: Random, model: Model) -> Act | None:
    if not model.rounds:
        return None
    number, agency = pick(draw, model.rounds), pick(draw, set(model.agency_of.values()))
    return Act(
        f"order_file {number} {agency}", lambda w: w.order_file(number, agency),
        lambda m, asked: _same(m.order_file(number, agency), asked),
    )  # fmt: skip


def reissue(draw: Random, model: Model) -> Act | None:
    if not model.orders:
        return None
    key = pick(draw, model.orders)
    return Act(f"reissue {key}", lambda w: w.reissue(key), lambda m, n: m.reissue(key, n))


def answer(draw: Random, model: Model) -> Act | None:
    """A return file: orders answered well or badly, repeated, reversed, unknown, of another agency or amount."""
    agency = pick(draw, set(model.agency_of.values()))
    own = sorted(key for key, one in model.orders.items() if one.agency == agency and one.status in ("open", "paid"))
    if not own:
        return None
    some: list[OrderKey | None] = [*own * 6, *sorted(model.orders), None]
    rows: list[Row] = []
    for key in draw.choices(some, k=draw.randint(1, 6)):
        amount = model.orders[key].amount if key else model.amount
        other = draw.choice([0, 0, 0, -10_000, -10_000, 5_000])
        rows.append((key, draw.choice(WORDS), amount + other if amount + other > 0 else amount))
    return _file(agency, rows)


def answer_all(draw: Random, model: Model) -> Act | None:
    """A clean file of a whole round: paid, but for some who are absent."""
    left = {(one.round, one.agency) for one in model.orders.values()
            if one.status == "open" and model.rounds[one.round].status == "released"}  # fmt: skip
    if not left:
        return None
    number, agency = pick(draw, left)
    own = sorted(key for key, one in model.orders.items() if (one.round, one.agency) == (number, agency))
    rows = [(key, draw.choice(["PAYE", "PAYE", "ABSENT"]), model.orders[key].amount) for key in own]
    return _file(agency, rows)


def answer_less(draw: Random, model: Model) -> Act | None:
    """An agency says that it gave less than one order asked."""
    held = {number for number, one in model.rounds.items() if one.status == "released"}
    left = sorted(key for key, one in model.orders.items() if one.status == "open" and one.round in held)
    if not left:
        return None
    key = draw.choice(left)
    order = model.orders[key]
    return _file(order.agency, [(key, "PAYE", draw.choice([1, max(1, order.amount // 2), max(1, order.amount - 1)]))])


def answer_again(draw: Random, model: Model) -> Act | None:
    """The same file, once more."""
    if not model.files:
        return None
    one = model.files[pick(draw, model.files)]
    if any(key and key not in model.orders for key, _, _ in one.rows):
        return None
    return _file(one.agency, list(one.rows))


def _file(agency: int, rows: list[Row]) -> Act:
    def tell(model: Model, taken: tuple[int, list[int]] | None) -> None:
        assert (taken is None) == model.known(agency, rows), "a file is taken once"
        if taken:
            model.reconcile(agency, rows, *taken)

    return Act(f"reconcile {agency} {rows}", lambda w: w.reconcile(agency, rows), tell)


def of_line(draw: Random, model: Model) -> Act | None:
    """A person undoes, takes as a part or sets aside a line; mostly one that it can be done to."""
    verb = draw.choice(["undo_line", "undo_line", "accept_part", "accept_part", "dismiss"])
    fitting = {
        number for number, line in model.lines.items() if _fits(model, number, verb)
    }  # fmt: skip
    found = fitting or set(model.lines)
    if not found:
        return None
    number = pick(draw, found)
    return Act(f"{verb} {number}", lambda w: getattr(w, verb)(number), lambda m, _: getattr(m, verb)(number))


def _fits(model: Model, number: int, verb: str) -> bool:
    line = model.lines[number]
    if verb == "undo_line":
        return line.outcome in SETTLED or model.part_of(number) is not None
    return line.outcome in WAITING and not line.resolved and (verb != "accept_part" or line.outcome == "wrong_amount")


def assign(draw: Random, model: Model) -> Act | None:
    waiting = [number for number, line in model.lines.items() if line.outcome not in ("paid", "repeated")]
    if not waiting or not model.orders:
        return None
    number = pick(draw, waiting)
    own = model.lines[number].order
    key = draw.choice([*([own] * 4 if own in model.orders else []), *sorted(model.orders)])
    return Act(f"assign {number} {key}", lambda w: w.assign(number, key), lambda m, _: m.assign(number, key))


def undo_file(draw: Random, model: Model) -> Act | None:
    if not model.files:
        return None
    number = pick(draw, model.files)
    return Act(f"undo_file {number}", lambda w: w.undo_file(number), lambda m, _: m.undo_file(number))


def funds(draw: Random, model: Model) -> Act:
    agreement, agency = pick(draw, model.granted), pick(draw, set(model.agency_of.values()))
    xof, month = draw.choice([1_000, 30_000, 90_000]), draw.randint(1, 3)
    name = draw.choice(["decide_loss", "give_back", "give_back", "amend", "advance", "clear", "close_month"])
    signed = draw.choice([xof, -xof])
    return {
        "decide_loss": Act("decide_loss", lambda w: w.decide_loss(), lambda m, _: m.decide_loss()),
        "give_back": Act("give_back", lambda w: w.give_back(), lambda m, n: _same(m.give_back(), n)),
        "amend": Act(f"amend {agreement} {signed}", lambda w: w.amend(agreement, signed),
                     lambda m, _: m.amend(agreement, signed)),
        "advance": Act(f"advance {agreement} {agency} {xof} {month}",
                       lambda w: w.advance(agreement, agency, xof, month),
                       lambda m, n: m.advance(agreement, agency, xof, month, n)),
        "clear": Act(f"clear {agreement} {agency}", lambda w: w.clear(agreement, agency),
                     lambda m, n: _same(m.clear(agreement, agency), n)),
        "close_month": Act(f"close_month {month}", lambda w: w.close_month(month), lambda m, _: m.close_month(month)),
    }[name]  # fmt: skip


def rule_fee(draw: Random, model: Model) -> Act:
    agency, xof = pick(draw, set(model.agency_of.values())), draw.choice([50, 700])
    return Act(f"rule_fee {agency} {xof}", lambda w: w.rule_fee(agency, xof), lambda m, _: m.rule_fee(agency, xof))


def _same(told: Any, found: Any) -> None:
    assert told == found


FIRST = (("prepare", ""), ("freeze", ""), ("approve", "region"), ("approve", "coordinator"), ("release", ""))


def first_term(model: Model) -> Iterator[Act]:
    places = sorted(model.agency_of)
    opened: list[int] = []

    def begun(of: Model, number: int) -> None:
        opened.append(number)
        of.open("term", 1, places, number)

    yield Act("open term 1", lambda w: w.open("term", 1, places), begun)
    for verb, hand in FIRST:
        yield _onward(verb, opened[0], hand)


def _onward(verb: str, number: int, hand: str = "") -> Act:
    by = (hand,) if verb == "approve" else ()
    return Act(
        f"{verb} {number} {hand}", lambda w: w.verb(number, verb, hand), lambda m, _: getattr(m, verb)(number, *by)
    )


ACTS: list[Kind] = [
    *[advance_round] * 9, *[open_round] * 3, *[answer] * 3, *[answer_all] * 2, *[answer_less] * 3, answer_again,
    *[assign] * 2, *[of_line] * 7, undo_file, order_file, move, move, enrol, commune, reissue, reissue,
    *[funds] * 3, rule_fee,
]  # fmt: skip
AT_ONCE: list[Kind] = [
    advance_round, advance_round, answer, answer_all, answer_less, of_line, assign, undo_file, of_line, funds, commune,
    reissue,
]  # fmt: skip


def some_act(draw: Random, model: Model, kinds: Sequence[Kind]) -> Act:
    """Seven times in eight an act that the model allows, where a few draws find one."""
    bold = draw.randint(0, 7) == 7
    act = None
    for _ in range(6):
        found = draw.choice(kinds)(draw, model)
        act = found or act
        if found and (bold or _allowed(found, model)):
            return found
    return act or move(draw, model)


def _allowed(act: Act, model: Model) -> bool:
    try:
        act.tell(deepcopy(model), -1)
    except Forbidden:
        return False
    except (AssertionError, TypeError):  # only what is done says the numbers that this act would give
        return True
    return True
