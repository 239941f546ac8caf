"""What is said whole by several rows: the database checks it when the transaction ends, not row by row."""

from __future__ import annotations

from typing import Literal

from django.db import connection
from psycopg import sql

Constraint = Literal[
    "amendment_says_its_budget", "amendment_says_its_eligibility", "budget_is_said_whole", "budget_line_is_of_a_whole",
    "eligibility_is_said_whole", "eligible_item_is_of_a_whole",
]  # fmt: skip


def said_whole_later(*names: Constraint) -> None:
    """Wait for the end of the transaction, also where something in it asked for every check at once."""
    with connection.cursor() as cursor:
        named = sql.SQL(", ").join(map(sql.Identifier, names))
        cursor.execute(sql.SQL("SET CONSTRAINTS {} DEFERRED").format(named))
