"""A dispatch in memory that talks to the twin, with kills: thousands of schedules of faults in little time."""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from jigi.foundation.wire import Cut, Reply
from jigi.payments import dispatch_rules as rules
from jigi.payments.adapters.conversation import Payment
from jigi.payments.adapters.pispi import Access, PiSpi
from jigi.payments.adapters.pispi_twin import BASE, TOKEN, Faults, Platform
from jigi.payments.dispatch_engine import Answer, DueGroup, Settings, Step, run_pass

ALIAS = "9b1b2499-3e50-435b-b757-{:012}"


class Killed(BaseException):
    """The worker dies here."""


def access(base: str = "", *, page_size: int = 100) -> Access:
    return Access(
        base_url=base + BASE, token_url=base + TOKEN, client_id="jigi", client_secret="s", api_key="k",
        webhook_secret="w", payer_alias=ALIAS.format(0), page_size=page_size,
    )  # fmt: skip


@dataclass
class TwinWire:
    """Calls the platform without a network. `dies` is asked before each request leaves and after it arrived."""

    platform: Platform
    dies: Callable[[], None] = lambda: None
    seen: list[tuple[str, str, bytes, int | None, bytes]] = field(default_factory=list)
    keep: bool = False

    def request(self, method: str, url: str, headers: Mapping[str, str], body: bytes | None) -> Reply:
        self.dies()
        lower = {name.lower(): text for name, text in headers.items()}
        told = self.platform.answer(method, url, lower, body or b"")
        content = b"" if told.body is None else json.dumps(told.body).encode()
        if self.keep:
            self.seen.append((method, url, body or b"", told.status, content))
        self.dies()
        if told.status is None or told.delay_s:
            raise Cut("coupé")
        return Reply(told.status, content, {name.lower(): text for name, text in told.headers.items()})


@dataclass
class Line:
    tx_id: str
    alias: str
    amount_xof: int
    group: str
    status: str = rules.LIVE
    reason: str = ""


@dataclass
class Group:
    code: str
    status: str = rules.STORED
    asked: int = 0
    posts: int = 0
    denials: int = 0
    next_at: float = 0.0


@dataclass
class MemoryStore:
    """Keeps what the tables keep, and refuses what they refuse."""

    groups: dict[str, Group]
    lines: dict[str, Line]
    dies: Callable[[], None] = lambda: None
    now: float = 0.0
    released: bool = False
    withdrawn: bool = False

    def due(self, most: int) -> list[DueGroup]:
        waiting = sorted((g for g in self.groups.values() if g.next_at <= self.now), key=lambda g: g.next_at)
        return [
            DueGroup(0, g.code, rules.GroupFacts(g.status, self.released, self.withdrawn, g.asked), g.posts)
            for g in waiting if g.status not in (rules.DONE, rules.WITHDRAWN)
        ][:most]  # fmt: skip

    def leaving(self, steps: Sequence[Step]) -> None:
        self.dies()
        for step in steps:
            group = self.groups[step.group.code]
            group.status = step.stored.status
            group.next_at = self.now + 30
            if step.verb == "send":
                group.posts += 1
                assert group.posts <= group.denials + 1, "left again though nobody said that it is not there"
        self.dies()

    def payments(self, group: DueGroup) -> list[Payment]:
        return [Payment(one.tx_id, one.alias, one.amount_xof) for one in self.lines.values() if one.group == group.code]

    def open_payments(self, group: DueGroup) -> Mapping[str, int]:
        return {
            one.tx_id: one.amount_xof for one in self.lines.values()
            if one.group == group.code and one.status in (rules.LIVE, rules.TO_VERIFY)
        }  # fmt: skip

    def heard(self, answers: Sequence[Answer]) -> None:
        self.dies()
        for answer in answers:
            group, heard = self.groups[answer.step.group.code], answer.heard
            group.status, group.asked, group.next_at = heard.status, heard.asked, self.now + heard.wait_s
            group.denials += heard.denied
            for tx_id, one in answer.verdicts.items():
                self.lines[tx_id].status, self.lines[tx_id].reason = one.status, one.reason
            if heard.status == rules.WITHDRAWN:
                for line in self.lines.values():
                    if line.group == group.code and line.status == rules.LIVE:
                        line.status = rules.REJECTED
        self.dies()


def faults(draw: random.Random) -> Faults:
    """Any mix of the faults of the platform."""
    share = lambda: draw.choice([0.0, 0.0, 0.1, 0.3])  # noqa: E731
    switch = lambda: draw.random() < 0.5  # noqa: E731
    return Faults(
        last_attempt=switch(), total_is_page=switch(), filters_ignored=switch(), forgetful=switch(), slowly=switch(),
        newest_first=switch(), page_ignored=draw.random() < 0.2,
        busy=share(), broken=share(), cut=share(), half=share(), slow=share(), slow_s=60, late=share(),
    )  # fmt: skip


@dataclass
class Schedule:
    """One drawn story: a platform with faults, a worker that is killed, people who release or withdraw."""

    seed: int

    def play(self) -> tuple[Platform, MemoryStore]:
        draw = random.Random(self.seed)
        platform = Platform(faults(draw), seed=self.seed, page_most=draw.choice([1, 3, 1000]))
        store = _stored(draw, platform)
        kill = draw.choice([0.0, 0.02, 0.1])
        calm_after, withdraws = draw.randint(5, 60), draw.random() < 0.15

        def dies() -> None:
            if draw.random() < kill:
                raise Killed

        store.dies = dies
        talk = self._worker(platform, dies)
        for turn in range(400):
            if turn == calm_after:  # faults end at last, so that the story does
                platform.faults = replace(platform.faults, busy=0, broken=0, cut=0, half=0, slow=0, late=0)
                kill = 0.0
            if turn > calm_after // 2:
                store.released, store.withdrawn = not withdraws, withdraws
            if draw.random() < 0.02:  # somebody sends one of our payments again, by another tool
                again = draw.choice(list(store.lines.values()))
                if again.tx_id in platform.by_tx:
                    said = {"txId": again.tx_id, "payeAlias": again.alias, "montant": again.amount_xof}
                    platform._write(said, ALIAS.format(0), draw.choice([again.group, "AUTRE"]))
            try:
                spoken = run_pass(store, talk, None, Settings(width=2, grace_s=30, label="essai"))
            except Killed:
                talk = self._worker(platform, dies)
                continue
            if not spoken and turn > calm_after:
                waits = [g.next_at for g in store.groups.values() if g.status not in _ENDED and g.next_at > store.now]
                if not waits:
                    break
                store.now = min(waits)
            store.now += draw.choice([0.0, 1.0, 40.0])
        return platform, store

    def _worker(self, platform: Platform, dies: Callable[[], None]) -> PiSpi:
        return PiSpi(access(page_size=2), TwinWire(platform, dies), clock=lambda: 0.0)


_ENDED = (rules.DONE, rules.WITHDRAWN)


def _stored(draw: random.Random, platform: Platform) -> MemoryStore:
    groups = {f"G{n}": Group(f"G{n}") for n in range(draw.randint(1, 2))}
    lines = {}
    for n in range(draw.randint(1, 4)):
        alias = ALIAS.format(n + 1)
        if (luck := draw.random()) < 0.15:
            platform.unknown_aliases.add(alias)
        elif luck < 0.3:
            platform.refused[alias] = "AC07"
        lines[f"T{n}"] = Line(f"T{n}", alias, 30_000, draw.choice(list(groups)))
    # Somebody else's payments stand in the same lists.
    for n in range(draw.randint(0, 3)):
        platform._write({"txId": f"X{n}", "payeAlias": ALIAS.format(99), "montant": 5}, ALIAS.format(0), "AUTRE")
    return MemoryStore({code: g for code, g in groups.items() if any(x.group == code for x in lines.values())}, lines)


__all__ = ["ALIAS", "Killed", "MemoryStore", "Schedule", "TwinWire", "access"]
