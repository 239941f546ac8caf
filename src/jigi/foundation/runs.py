"""Runs: long work that shows its steps, checks and progress to everybody while it goes on.

Progress is written through a connection of its own, so that it is seen while the work's transaction is
still open, and stays when that transaction is rolled back.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any, LiteralString

import psycopg
from django.db import connection
from psycopg.types.json import Jsonb

from jigi.foundation.errors import JigiError
from jigi.foundation.logs import described
from jigi.foundation.models import Run, RunStep, User

Listener = Callable[[str, int, int], None]
_listener: ContextVar[Listener | None] = ContextVar("run_listener", default=None)


@contextmanager
def listening(listener: Listener) -> Iterator[None]:
    """Call `listener(step, done, total)` for every progress made inside (the terminal's progress bars)."""
    token = _listener.set(listener)
    try:
        yield
    finally:
        _listener.reset(token)


@dataclass
class Step:
    """A step being run: set what it read and wrote."""

    name: str
    rows_in: int | None = None
    rows_out: int | None = None


@dataclass
class Work:
    """An open run. `progress` says how far; `step` names a part; `check` records what must hold."""

    run_id: int
    _journal: psycopg.Connection[Any]
    _position: int = 0
    _last: float = 0.0
    _name: str = ""
    seconds: dict[str, float] = field(default_factory=dict)

    def progress(self, done: int, total: int) -> None:
        """Tell how far the current step is; at most twice a second reaches the database."""
        if listener := _listener.get():
            listener(self._name, done, total)
        now = time.monotonic()
        if now - self._last >= 0.5 or done == total:
            self._last = now
            self._write("UPDATE foundation_run SET done = %s, total = %s WHERE id = %s", (done, total, self.run_id))

    @contextmanager
    def step(self, name: str) -> Iterator[Step]:
        step, began = Step(name), time.monotonic()
        self._name = name
        self._position += 1
        if listener := _listener.get():
            listener(name, 0, 0)
        self._write("UPDATE foundation_run SET step = %s, done = 0, total = 0 WHERE id = %s", (name, self.run_id))
        yield step
        seconds = time.monotonic() - began
        self.seconds[name] = self.seconds.get(name, 0.0) + seconds
        self._write(
            "INSERT INTO foundation_runstep (run_id, position, name, rows_in, rows_out, seconds)"
            " SELECT id, %s, %s, %s, %s, %s FROM foundation_run WHERE id = %s",
            (self._position, name, step.rows_in, step.rows_out, seconds, self.run_id),
        )

    def check(self, name: str, passed: bool, detail: str = "") -> None:
        """Record a check; a failed one stops the run, and with it the transaction it stands in."""
        self._write(
            "INSERT INTO foundation_runcheck (run_id, name, passed, detail)"
            " SELECT id, %s, %s, %s FROM foundation_run WHERE id = %s",
            (name, passed, detail, self.run_id),
        )
        if not passed:
            raise JigiError(f"Contrôle non satisfait : {name}", why=detail)

    def _write(self, query: LiteralString, facts: Sequence[Any]) -> None:
        with connection.wrap_database_errors:  # callers know one kind of error, Django's
            self._journal.execute(query, facts)


@contextmanager
def start(
    kind: str, title: str, *, by: User | None, subject: str = "", parameters: Mapping[str, Any] | None = None
) -> Iterator[Work]:
    """Open a run around work: marked done at the end, failed with its message when an error escapes."""
    with side_connection() as journal:
        row = journal.execute(
            "INSERT INTO foundation_run"
            " (kind, title, subject, parameters, by_id, status, step, done, total, message, pid)"
            " VALUES (%s, %s, %s, %s, %s, 'running', '', 0, 0, '', %s) RETURNING id",
            (kind, title, subject, Jsonb(dict(parameters or {})), by.pk if by else None, os.getpid()),
        ).fetchone()
        assert row is not None
        work = Work(row[0], journal)
        try:
            yield work
        except BaseException as error:
            _finish(journal, work.run_id, "failed", _told(error))
            raise
        _finish(journal, work.run_id, "done", "")


def leave_failed(kind: str, title: str, *, subject: str, message: str, by: User | None = None) -> None:
    """A run that says why nothing was done, for work that never came to open one; `by` asked for it."""
    with side_connection() as journal:
        row = journal.execute(
            "INSERT INTO foundation_run"
            " (kind, title, subject, parameters, by_id, status, step, done, total, message, pid)"
            " VALUES (%s, %s, %s, '{}', %s, 'running', '', 0, 0, '', %s) RETURNING id",
            (kind, title, subject, by.pk if by else None, os.getpid()),
        ).fetchone()
        assert row is not None
        _finish(journal, row[0], "failed", message)


def of_subject(subject: str) -> list[Run]:
    """The runs on one thing, latest first, with their steps."""
    return list(Run.objects.filter(subject=subject).prefetch_related("steps", "checks").order_by("-id"))


def steps_of(run_id: int) -> list[RunStep]:
    return list(RunStep.objects.filter(run_id=run_id))


def abandon_dead(alive: Callable[[int], bool]) -> int:
    """Mark as failed the runs whose process is gone (`alive(pid)` is False); returns how many."""
    dead = [run.pk for run in Run.objects.filter(status=Run.Status.RUNNING) if not alive(run.pid)]
    with side_connection() as journal:
        for run_id in dead:
            _finish(journal, run_id, "failed", "Interrompu : le processus s’est arrêté. Relancez l’action.")
    return len(dead)


def _told(error: BaseException) -> str:
    """What a person reads of a failure: an error that was not written for them is introduced."""
    if isinstance(error, JigiError):
        return str(error)
    if isinstance(error, MemoryError):
        return (
            "Le travail demandait plus de mémoire que permis : rien n’a été changé. Coupez le fichier ou le tour en"
            " plusieurs, ou demandez à l’exploitant de relever JIGI_JOB_MEMORY_MB."
        )
    return (
        "Arrêt imprévu : rien n’a été changé. Relancez l’action ; si cela revient, donnez ceci à l’exploitant : "
        f"{described(error)}."
    )


def _finish(journal: psycopg.Connection[Any], run_id: int, status: str, message: str) -> None:
    try:
        journal.execute(
            "UPDATE foundation_run SET status = %s, message = %s, finished_at = now() WHERE id = %s",
            (status, message, run_id),
        )
    except psycopg.OperationalError:
        # The database went away under us: abandon_dead() will close this run at the next start.
        return


@contextmanager
def side_connection() -> Iterator[psycopg.Connection[Any]]:
    """A short-lived autocommit connection beside Django's own, to the same database."""
    params = connection.get_connection_params()
    kept = {k: v for k, v in params.items() if k in ("dbname", "user", "password", "host", "port")}
    with psycopg.connect(**kept, autocommit=True) as journal:
        yield journal
