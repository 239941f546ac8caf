"""How much anything may take: time of a statement, of a lock, of a page; memory and attempts of a job; exports.

Each limit is an environment variable with a default; 0 lifts it. A process is of one kind: « web » answers pages,
« job » does the work that waits, « terminal » is an operator at the keyboard, whom nothing hurries.
"""

from __future__ import annotations

import os
import resource
from dataclasses import dataclass
from typing import Literal

from jigi.foundation.errors import JigiError

Kind = Literal["web", "job", "terminal"]
MEGABYTE = 1024 * 1024


@dataclass(frozen=True)
class Patience:
    """What PostgreSQL gives a process, in seconds: one statement, one lock, a transaction that does nothing."""

    statement: int
    lock: int
    idle: int

    @property
    def options(self) -> str:
        """As libpq's `options`."""
        named = (
            ("statement_timeout", self.statement),
            ("lock_timeout", self.lock),
            ("idle_in_transaction_session_timeout", self.idle),
        )
        return " ".join(f"-c {name}={seconds}s" for name, seconds in named)


DEFAULTS: dict[Kind, Patience] = {
    "web": Patience(statement=30, lock=10, idle=60),
    "job": Patience(statement=1800, lock=120, idle=900),
    "terminal": Patience(statement=0, lock=0, idle=0),
}


ROLES: dict[Kind, str] = {"web": "jigi_web", "job": "jigi_worker"}
"""The database role under which a kind of process connects (foundation.fence); an operator has their own."""


def number(name: str, default: int) -> int:
    """An environment variable that is a whole number, 0 or more."""
    text = os.environ.get(name, "").strip()
    if not text:
        return default
    if not (text.isascii() and text.isdigit()):
        raise JigiError(f"{name} vaut « {text} »", remedy="Donnez un nombre entier, 0 pour lever la limite.")
    return int(text)


def kind_of_process() -> Kind:
    """What this process was started for: JIGI_PROCESS, set by `jigi serve` and `jigi worker`."""
    match os.environ.get("JIGI_PROCESS", ""):
        case "web":
            return "web"
        case "job":
            return "job"
        case _:
            return "terminal"


def patience(kind: Kind) -> Patience:
    """JIGI_WEB_STATEMENT_SECONDS, JIGI_JOB_LOCK_SECONDS... over the defaults of a kind of process."""
    usual = DEFAULTS[kind]
    if kind == "terminal":
        return usual
    return Patience(
        statement=number(f"JIGI_{kind.upper()}_STATEMENT_SECONDS", usual.statement),
        lock=number(f"JIGI_{kind.upper()}_LOCK_SECONDS", usual.lock),
        idle=number(f"JIGI_{kind.upper()}_IDLE_SECONDS", usual.idle),
    )


def job_attempts() -> int:
    """How many times a job is begun, whatever ended the others: JIGI_JOB_ATTEMPTS."""
    return max(number("JIGI_JOB_ATTEMPTS", 5), 1)


def hold_memory() -> int:
    """Refuse this process more memory than JIGI_JOB_MEMORY_MB; returns what it may have in MB, 0 without limit.

    A job that asks for more gets a MemoryError, fails with a sentence, and the machine goes on serving.
    """
    most = number("JIGI_JOB_MEMORY_MB", 4096)
    if most:
        _, hard = resource.getrlimit(resource.RLIMIT_DATA)
        asked = most * MEGABYTE
        resource.setrlimit(resource.RLIMIT_DATA, (asked if hard == resource.RLIM_INFINITY else min(asked, hard), hard))
    return most
