"""The dispatch itself: store what leaves, let it leave, store what was heard. It knows neither SQL nor HTTP.

Each pass takes the groups that are due, at most `width` of them, and makes one request for each, side by side. A
worker may be killed at any line: what had left is found stored, and is asked about before anything leaves again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass
from typing import Protocol

from jigi.payments import dispatch_rules as rules
from jigi.payments.adapters.conversation import Conversation, Entries, Outcome, Payment


@dataclass(frozen=True)
class DueGroup:
    """A group whose turn has come; `posts` counts the times it left."""

    pk: int
    code: str
    facts: rules.GroupFacts
    posts: int


@dataclass(frozen=True)
class Step:
    """A step of one group: the state it has once the step is stored, before anything leaves."""

    group: DueGroup
    verb: str

    @property
    def stored(self) -> rules.GroupFacts:
        facts = self.group.facts
        status = rules.LEFT.get(self.verb, facts.status)
        return rules.GroupFacts(status, facts.released, facts.withdrawn, facts.asked)


@dataclass(frozen=True)
class Answer:
    """What a step brought: what becomes of the group, and what is proven of its payments (for « follow »)."""

    step: Step
    heard: rules.Heard
    verdicts: Mapping[str, rules.Verdict]


class Store(Protocol):
    """Where groups and payments are kept. Each method is one transaction, committed when it returns."""

    def due(self, most: int) -> list[DueGroup]:
        """The groups whose time has come, oldest first."""

    def leaving(self, steps: Sequence[Step]) -> None:
        """Keep that these steps leave now; a group whose step is « send » leaves once more."""

    def payments(self, group: DueGroup) -> list[Payment]:
        """The payments of a group that nothing settled yet, as they are sent."""

    def open_payments(self, group: DueGroup) -> Mapping[str, int]:
        """Reference and amount of the payments of a group of which nothing is proven yet."""

    def heard(self, answers: Sequence[Answer]) -> None:
        """Keep what was heard: the state of the groups, and what is proven of their payments."""


@dataclass(frozen=True)
class Settings:
    """`width`: requests side by side that the agency allows; `grace_s`: how long a cut request may still arrive."""

    width: int
    grace_s: float
    label: str


def run_pass(store: Store, talk: Conversation, pool: Executor | None, settings: Settings) -> int:
    """One pass over what is due; returns how many groups it spoke of."""
    steps = [Step(one, rules.next_step(one.facts)) for one in store.due(settings.width)]
    steps = [one for one in steps if one.verb != "wait"]
    if not steps:
        return 0
    store.leaving(steps)
    asked = [_prepared(store, talk, one, settings) for one in steps]
    each: Callable[..., Iterable[Answer]] = pool.map if pool else map
    store.heard(list(each(_carried_out, asked)))
    return len(steps)


def _prepared(store: Store, talk: Conversation, step: Step, settings: Settings) -> Callable[[], Answer]:
    """Read what a step needs here, where the database is; the request itself is made by another thread."""
    if step.verb == "follow":
        wanted = store.open_payments(step.group)
        return lambda: _followed(talk, step, wanted, settings)
    if step.verb == "drop":
        return lambda: Answer(step, rules.Heard(rules.WITHDRAWN, 0.0, 0), {})
    payments = store.payments(step.group) if step.verb == "send" else []
    code = step.group.code
    requests: dict[str, Callable[[], Outcome]] = {
        "send": lambda: talk.send(code, payments, settings.label), "ask": lambda: talk.ask(code),
        "release": lambda: talk.release(code), "withdraw": lambda: talk.withdraw(code),
    }  # fmt: skip
    request = requests[step.verb]
    return lambda: Answer(step, rules.hear(step.verb, step.stored, request(), grace_s=settings.grace_s), {})


def _carried_out(request: Callable[[], Answer]) -> Answer:
    return request()


def _followed(talk: Conversation, step: Step, wanted: Mapping[str, int], settings: Settings) -> Answer:
    """Read the entries of a released group and weigh each payment that is open."""
    facts, once = step.stored, step.group.posts <= 1
    found = talk.entries(step.group.code, list(wanted), once=once)
    if not isinstance(found, Entries):
        return Answer(step, rules.hear("follow", facts, found, grace_s=settings.grace_s), {})
    verdicts = {
        tx_id: rules.verdict(found.by_tx.get(tx_id, ()), amount_xof=amount, complete=found.complete, once=once)
        for tx_id, amount in wanted.items()
    }
    if all(one.status in (rules.EXECUTED, rules.REJECTED) for one in verdicts.values()):
        return Answer(step, rules.Heard(rules.DONE, 0.0, 0), verdicts)
    return Answer(step, rules.Heard(facts.status, rules.backoff(facts.asked), facts.asked + 1), verdicts)
