"""The provider as it may behave, without a network: it accepts, hands over once or, without its key, as often as asked.

Faults are shares of the requests: « busy » (429) and « down » (500 before anything is done), « broken » (500 after it
is done), « cut » (no answer, after it is done), « lost » (no answer, and nothing done), « slow »
(answers late), « twice » (each report twice). With « forgetful » it has no key of idempotency: a reference posted twice
is handed over twice.
"""

from __future__ import annotations

import json
import random
import threading
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from typing import Any


@dataclass(frozen=True)
class Faults:
    busy: float = 0.0
    down: float = 0.0
    broken: float = 0.0
    cut: float = 0.0
    lost: float = 0.0
    slow: float = 0.0
    slow_s: float = 0.2
    twice: float = 0.0
    undelivered: float = 0.0
    forgetful: float = 0.0

    @classmethod
    def read(cls, text: str) -> Faults:
        """From « cut=0.1,busy=0.2 ». Raises ValueError for a fault that does not exist."""
        said = dict(part.split("=", 1) for part in text.split(",") if part)
        if unknown := set(said) - {field.name for field in fields(cls)}:
            raise ValueError(f"fault unknown: {sorted(unknown)}")
        return cls(**{name: float(value) for name, value in said.items()})


@dataclass(frozen=True)
class Answer:
    """`status` None: the connection is cut. `body` is JSON."""

    status: int | None
    body: Any = None
    delay_s: float = 0.0


class Platform:
    """What the provider holds. `handed` counts how often each reference reached a telephone."""

    def __init__(
        self, faults: Faults | None = None, *, seed: int = 1, tell: Callable[[dict[str, Any]], None] | None = None
    ) -> None:  # fmt: skip
        self.faults, self._draw, self._tell = faults or Faults(), random.Random(seed), tell  # nosec B311
        self.held: dict[str, dict[str, Any]] = {}
        self.handed: Counter[str] = Counter()
        self.asked = 0
        self._lock = threading.Lock()

    def answer(self, method: str, path: str, body: bytes) -> Answer:
        with self._lock:
            if method == "GET" and path == "/twin/figures":
                return Answer(200, {"messages": len(self.held), "handed": sum(self.handed.values()),
                                    "most": max(self.handed.values(), default=0), "asked": self.asked})  # fmt: skip
            fault = self._fault()
            delay = self.faults.slow_s if self._draws(self.faults.slow) else 0.0
            if fault in ("busy", "down", "lost"):
                status = {"busy": 429, "down": 500, "lost": None}[fault]
                return Answer(status, {"reason": fault}, delay)
            done, reports = self._done(method, path, body)
        for report in reports:
            if self._tell:
                self._tell(report)
        if fault in ("broken", "cut"):
            return Answer(500 if fault == "broken" else None, {"reason": fault}, delay)
        return Answer(done.status, done.body, delay)

    def _done(self, method: str, path: str, body: bytes) -> tuple[Answer, list[dict[str, Any]]]:
        if method == "GET":
            self.asked += 1
            found = self.held.get(path.removeprefix("/messages/"))
            return (Answer(200, found) if found else Answer(404, {"reason": "unknown"})), []
        try:
            said: Mapping[str, Any] = json.loads(body)
            reference, to = str(said["reference"]), str(said["to"])
        except (ValueError, KeyError, TypeError):
            return Answer(400, {"reason": "malformed"}), []
        if not to.removeprefix("+").isdigit():
            return Answer(422, {"reason": "number"}), []
        known = reference in self.held
        if not known or self.faults.forgetful:
            self.handed[reference] += 1
        if known:
            return Answer(200, self.held[reference]), []
        failed = self._draws(self.faults.undelivered)
        status = ("failed" if failed else "delivered") if self._tell else "sent"
        self.held[reference] = {"reference": reference, "id": f"T{len(self.held) + 1}", "status": status}
        if not self._tell:
            return Answer(202, self.held[reference]), []
        report = {"reference": reference, "status": status, "reason": "absent" if failed else ""}
        return Answer(202, {**self.held[reference], "status": "sent"}), [report] * (1 + self._draws(self.faults.twice))

    def _fault(self) -> str:
        drawn = self._draw.random()
        for name in ("busy", "down", "broken", "cut", "lost"):
            drawn -= getattr(self.faults, name)
            if drawn < 0:
                return name
        return ""

    def _draws(self, share: float) -> bool:
        return share > 0 and self._draw.random() < share
