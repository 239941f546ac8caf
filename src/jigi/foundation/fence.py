"""The lower fence: PostgreSQL's row-level security, entered for a person or for an act.

Pages and jobs connect under roles that own no table (`jigi_web`, `jigi_worker`). They read the fenced tables only
through a scope that lasts for the transaction: a person's (geography.scope), or an act's, which sees every row its
checks must weigh, such as a payment already made elsewhere. Without a scope there is no row. The operator's command
line owns the tables and is not fenced: `settings.FENCED` says which.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from typing import ParamSpec, TypeVar

from django.conf import settings
from django.db import connection, transaction
from psycopg import sql

READER, WORKER, ACTOR = "jigi_web", "jigi_worker", "jigi_act"
OPENED: list[str] = []
"""Every function that `unfenced` lets through: docs/access.md lists them, and a test compares."""

P = ParamSpec("P")
T = TypeVar("T")


@contextmanager
def acting(why: str) -> Iterator[None]:
    """Run inside the scope of an act, named by `why`: every row is seen and may be written.

    For actions, after or before they have checked the right of who acts, and for figures that add up
    everybody's rows without showing one.
    """
    if not settings.FENCED:
        yield
        return
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT current_user, current_setting('jigi.act', true)")
        role, before = cursor.fetchone()
        cursor.execute("SELECT set_config('jigi.act', %s, true)", [why])
        assume(ACTOR)
        yield
        assume(role)
        cursor.execute("SELECT set_config('jigi.act', %s, true)", [before or ""])


def unfenced(act: Callable[P, T]) -> Callable[P, T]:
    """The same, around an action or a function that adds up rows: its name is the act's."""

    @wraps(act)
    def acted(*args: P.args, **options: P.kwargs) -> T:
        with acting(f"{act.__module__}.{act.__name__}"):
            return act(*args, **options)

    OPENED.append(f"{act.__module__}.{act.__name__}")
    return acted


def assume(role: str) -> None:
    """Take a database role until the transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute(sql.SQL("SET LOCAL ROLE {}").format(sql.Identifier(role)))


def grant() -> None:
    """Give the roles what they may do on the tables of now; running it again changes nothing."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT foundation_grant()")
