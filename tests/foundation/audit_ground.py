"""An audit with a past: rows of every shape, numbers lost to a rollback, seals over them, two anchors."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.db import connection, transaction
from pytest_django import Settings

from jigi.foundation import anchors, audit, seals
from jigi.foundation.bulk import statement
from jigi.foundation.models import AuditSeal, User


def anchored(settings: Settings, folder: Path) -> list[Path]:
    """Two anchors of this test's own."""
    settings.AUDIT_ANCHORS = [folder / "here" / "anchor.log", folder / "there" / "anchor.log"]
    return settings.AUDIT_ANCHORS


def write(rows: int, by: User | None = None, *, word: str = "ligne") -> None:
    """So many rows of every shape: with and without person, change, reason, households."""
    with connection.cursor() as cursor:
        cursor.execute(
            """INSERT INTO foundation_auditevent
                (at, by_id, origin, verb, noun, object_id, before, after, reason, subjects)
            SELECT now() - make_interval(secs => 3600 - n), CASE WHEN n %% 3 = 0 THEN NULL ELSE %(by)s::bigint END,
                '10.0.0.' || n %% 7 || ' /menages/', (ARRAY['see', 'export', 'freeze', 'reveal'])[1 + n %% 4],
                'household', n::text, CASE WHEN n %% 2 = 0 THEN '{"status": "open"}' ELSE '{}' END::jsonb,
                jsonb_build_object('n', n, 'mot', %(word)s::text), CASE WHEN n %% 5 = 0 THEN 'appel' ELSE '' END,
                CASE WHEN n %% 4 = 0 THEN ARRAY[n, n + 1]::bigint[] ELSE '{}' END
            FROM generate_series(1, %(rows)s) AS n""",
            {"rows": rows, "by": by.pk if by else None, "word": word},
        )


def lay(batches: int = 6, rows: int = 20) -> None:
    """Sealed batches, with some numbers lost between them, and a few rows that still wait for a seal."""
    person = User.objects.create_user("awa", full_name="Awa")
    for batch in range(batches):
        write(rows, person, word=f"lot {batch}")
        lose_numbers(2)
        seals.seal()
    write(3, person, word="en attente")


def lose_numbers(count: int) -> None:
    """Rows written and taken back: their numbers are given to nobody."""
    with transaction.atomic():
        for _ in range(count):
            audit.record("see", "household", 1, by=None)
        transaction.set_rollback(True)


@contextmanager
def as_owner() -> Iterator[None]:
    """The owner of the tables, with the guards off, who puts them back as they were."""
    tables = ("foundation_auditevent", "foundation_auditseal")
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        for table in tables:
            cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        yield
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        for table in tables:
            cursor.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")


def picture() -> str:
    """A digest of all that the two tables hold, made otherwise than the seals are."""
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT md5(coalesce((SELECT string_agg(e::text, '|' ORDER BY id) FROM foundation_auditevent AS e), '')
                || '#' || coalesce((SELECT string_agg(s::text, '|' ORDER BY number)
                    FROM foundation_auditseal AS s), ''))"""
        )
        return str(cursor.fetchone()[0])


def reseal(first: int) -> None:
    """What a thief who owns the tables does: every seal from this one computed again over the rows of now."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT max(number) FROM foundation_auditseal")
        for number in range(first, cursor.fetchone()[0] + 1):
            cursor.execute(_RESEAL_ROWS, {"number": number})
            cursor.execute(_RESEAL, {"number": number})


def rewrite_anchor(path: Path) -> None:
    """An anchor that says what the database says."""
    path.unlink()
    for seal in AuditSeal.objects.order_by("number"):
        mark = anchors.Mark(anchors.SEAL, seal.number, anchors.written(seal.sealed_at), seal.rows, seal.digest)
        anchors.append(path, mark)


_HELD = (
    "(SELECT event.id, " + statement("foundation", "audit_digest") + " AS digest FROM foundation_auditevent AS event"
    " JOIN foundation_auditseal AS s ON s.number = %(number)s"
    " JOIN LATERAL unnest(s.firsts, s.lasts) AS b (first, last) ON event.id BETWEEN b.first AND b.last)"
)
_RESEAL_ROWS = f"""UPDATE foundation_auditseal SET (firsts, lasts, rows, marks) = (
    SELECT array_agg(id ORDER BY id), array_agg(id ORDER BY id), count(*),
        string_agg(substring(digest FROM 1 FOR 4), ''::bytea ORDER BY id) FROM {_HELD} AS held)
    WHERE number = %(number)s"""
_RESEAL = f"""UPDATE foundation_auditseal AS changed
    SET previous = said.previous, digest = said.digest
    FROM (SELECT seal.previous, {statement("foundation", "seal_digest")} AS digest FROM (
        SELECT s.number, s.sealed_at, s.firsts, s.lasts, s.rows, s.floor, s.ceiling, s.writers, s.marks,
            coalesce((SELECT digest FROM foundation_auditseal AS p WHERE p.number = s.number - 1), repeat('0', 64))
                AS previous
        FROM foundation_auditseal AS s WHERE s.number = %(number)s) AS seal,
        (SELECT string_agg(digest, ''::bytea ORDER BY id) AS content FROM {_HELD} AS held) AS gathered
    ) AS said WHERE changed.number = %(number)s"""
