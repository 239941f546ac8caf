"""A thousand ways to lie to the audit, drawn with a seed, by the owner of the tables with the guards off: all found.

Each is done on the same past, asserted to have changed something, proved to be found, and taken back.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from random import Random
from typing import Any

import pytest
from django.db import connection, transaction
from pytest_django import Settings

from jigi.foundation import proof
from tests.foundation import audit_ground as ground

TAMPERINGS = 1_000
SEED = int(os.environ.get("JIGI_SEED", "20150301"))

pytestmark = pytest.mark.django_db

COLUMNS = {
    "at": "at + interval '1 microsecond'",
    "by_id": "CASE WHEN by_id IS NULL THEN (SELECT min(id) FROM foundation_user) END",
    "origin": "origin || '.'",
    "verb": "verb || ' '",
    "noun": "upper(noun)",
    "object_id": "object_id || '0'",
    "before": "before || '{\"x\": 1}'",
    "after": "after - 'n'",
    "reason": "CASE reason WHEN '' THEN ' ' ELSE '' END",
    "subjects": "subjects || 7::bigint",
}
SEAL_COLUMNS = {
    "sealed_at": "sealed_at + interval '1 millisecond'",
    "firsts": "array_prepend(firsts[1], firsts[2:]) || 1::bigint",
    "lasts": "lasts[:cardinality(lasts) - 1] || lasts[cardinality(lasts)] + 1",
    "rows": "rows + 1",
    "floor": "floor + 1",
    "ceiling": "ceiling - 1",
    "writers": "writers || '9/9'::text",
    "marks": "set_byte(marks, 0, get_byte(marks, 0) # 1)",
    "previous": "translate(previous, '01', '10')",
    "digest": "translate(digest, '0123', '3210')",
}
ROW = ", ".join(COLUMNS)


def run(statement: str, *values: object) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(statement, values or None)
        return cursor.fetchall() if cursor.description else []


def sealed(draw: Random, count: int = 1) -> list[int]:
    """Numbers of sealed rows."""
    ids = [row[0] for row in run("SELECT id FROM foundation_auditevent WHERE id <= (SELECT max(l) FROM"
                                 " foundation_auditseal, unnest(lasts) AS l) ORDER BY id")]  # fmt: skip
    return sorted(draw.sample(ids, count))


def a_seal(draw: Random) -> int:
    return draw.choice([row[0] for row in run("SELECT number FROM foundation_auditseal ORDER BY number")])


def alter_a_row(draw: Random) -> None:
    column = draw.choice(list(COLUMNS))
    run(f"UPDATE foundation_auditevent SET {column} = {COLUMNS[column]} WHERE id = %s", *sealed(draw))


def renumber_a_row(draw: Random) -> None:
    new = draw.choice([-3, 10**12, 0])
    run("UPDATE foundation_auditevent SET id = %s WHERE id = %s", new, *sealed(draw))


def insert_in_the_past(draw: Random) -> None:
    """Under a number that a rollback left free, or below all numbers, copied from another row or not."""
    free = [row[0] for row in run("SELECT n FROM foundation_auditseal AS s, generate_series(0, s.floor) AS n"
                                  " WHERE s.number = (SELECT max(number) FROM foundation_auditseal) AND NOT EXISTS"
                                  " (SELECT FROM foundation_auditevent AS e WHERE e.id = n) ORDER BY n")]  # fmt: skip
    number = draw.choice([*free, -draw.randrange(1, 99), 10**9 + draw.randrange(99)])
    run(f"INSERT INTO foundation_auditevent (id, {ROW}) SELECT %s, {ROW} FROM foundation_auditevent WHERE id = %s",
        number, *sealed(draw))  # fmt: skip


def delete_a_row(draw: Random) -> None:
    run("DELETE FROM foundation_auditevent WHERE id = %s", *sealed(draw))


def delete_a_range(draw: Random) -> None:
    run("DELETE FROM foundation_auditevent WHERE id BETWEEN %s AND %s", *sealed(draw, 2))


def delete_the_last_rows(draw: Random) -> None:
    run("DELETE FROM foundation_auditevent WHERE id >= %s", *sealed(draw))


def delete_somebody_s_rows(draw: Random) -> None:
    verb = draw.choice(["see", "export", "freeze", "reveal"])
    run("DELETE FROM foundation_auditevent WHERE verb = %s", verb)


def swap_two_rows(draw: Random) -> None:
    one, other = sealed(draw, 2)
    listed = ", ".join(f"{name} = source.{name}" for name in COLUMNS)
    run(f"UPDATE foundation_auditevent AS e SET {listed} FROM foundation_auditevent AS source"
        " WHERE (e.id, source.id) IN ((%s, %s), (%s, %s))", one, other, other, one)  # fmt: skip


def replace_a_row(draw: Random) -> None:
    """Deleted, and another written under its number."""
    one, other = sealed(draw, 2)
    run("DELETE FROM foundation_auditevent WHERE id = %s", one)
    run(f"INSERT INTO foundation_auditevent (id, {ROW}) SELECT %s, {ROW} FROM foundation_auditevent WHERE id = %s",
        one, other)  # fmt: skip


def empty_the_rows(draw: Random) -> None:
    run("TRUNCATE foundation_auditevent")


def empty_everything(draw: Random) -> None:
    run("TRUNCATE foundation_auditevent, foundation_auditseal")


def empty_the_seals(draw: Random) -> None:
    run("TRUNCATE foundation_auditseal")


def alter_a_seal(draw: Random) -> None:
    column = draw.choice(list(SEAL_COLUMNS))
    run(f"UPDATE foundation_auditseal SET {column} = {SEAL_COLUMNS[column]} WHERE number = %s", a_seal(draw))


def delete_a_seal(draw: Random) -> None:
    run("DELETE FROM foundation_auditseal WHERE number = %s", a_seal(draw))


def delete_the_last_seals(draw: Random) -> None:
    run("DELETE FROM foundation_auditseal WHERE number >= %s", a_seal(draw))


def delete_the_last_seals_and_their_rows(draw: Random) -> None:
    number = a_seal(draw)
    run("DELETE FROM foundation_auditevent WHERE id >= (SELECT firsts[1] FROM foundation_auditseal WHERE number = %s)",
        number)  # fmt: skip
    run("DELETE FROM foundation_auditseal WHERE number >= %s", number)


def rewrite_rows_and_chain(draw: Random) -> None:
    """A row altered, and every seal from its own on computed again: only the anchors can tell."""
    alter_a_row(draw)
    ground.reseal(1)


def delete_rows_and_rewrite_the_chain(draw: Random) -> None:
    delete_a_row(draw)
    ground.reseal(1)


def rewrite_the_last_seal(draw: Random) -> None:
    last = run("SELECT max(number) FROM foundation_auditseal")[0][0]
    run("UPDATE foundation_auditevent SET reason = 'autre' WHERE id = (SELECT lasts[1] FROM foundation_auditseal"
        " WHERE number = %s)", last)  # fmt: skip
    ground.reseal(last)


KINDS: list[Callable[[Random], None]] = [
    alter_a_row, alter_a_row, alter_a_row, renumber_a_row, insert_in_the_past, insert_in_the_past, delete_a_row,
    delete_a_range, delete_the_last_rows, delete_somebody_s_rows, swap_two_rows, replace_a_row, empty_the_rows,
    empty_everything, empty_the_seals, alter_a_seal, alter_a_seal, delete_a_seal, delete_the_last_seals,
    delete_the_last_seals_and_their_rows, rewrite_rows_and_chain, delete_rows_and_rewrite_the_chain,
    rewrite_the_last_seal,
]  # fmt: skip


@pytest.fixture
def past(settings: Settings, tmp_path: Path) -> list[Path]:
    files = ground.anchored(settings, tmp_path)
    ground.lay(batches=8, rows=25)
    return files


def test_a_thousand_tamperings_are_all_found(past: list[Path]) -> None:
    draw, before = Random(SEED), ground.picture()
    assert proof.verify().holds
    done: Counter[str] = Counter()
    missed = []
    for number in range(TAMPERINGS):
        tamper = KINDS[number % len(KINDS)]
        with transaction.atomic():
            with ground.as_owner():
                tamper(draw)
            assert ground.picture() != before, f"{tamper.__name__} n’a rien changé"
            if proof.verify().holds:
                missed.append(f"{number} {tamper.__name__}")
            transaction.set_rollback(True)
        done[tamper.__name__] += 1
    assert not missed
    assert done.total() == TAMPERINGS and len(done) == len(set(KINDS))
    assert ground.picture() == before and proof.verify().holds


def lines_of(path: Path) -> list[str]:
    return path.read_text().splitlines(keepends=True)


@pytest.mark.parametrize("place", [0, 1])
@pytest.mark.parametrize("cut", [1, 3, 8])
def test_an_anchor_cut_short_is_found(past: list[Path], place: int, cut: int) -> None:
    past[place].write_text("".join(lines_of(past[place])[:-cut]))
    found = proof.verify()
    assert [finding.kind for finding in found.findings] == ["anchor_short"]
    assert str(past[place]) in found.findings[0].sentence


@pytest.mark.parametrize("line", [0, 4, 7])
@pytest.mark.parametrize("old, new", [("sceau", "sceau 9"), (" 25 ", " 24 "), ("sceau", "Sceau"), ("T", "t")])
def test_an_edited_anchor_is_found_and_named(past: list[Path], line: int, old: str, new: str) -> None:
    lines = lines_of(past[1])
    lines[line] = lines[line].replace(old, new, 1)
    past[1].write_text("".join(lines))
    found = proof.verify()
    assert {finding.kind for finding in found.findings} <= {"anchor_edited", "anchor_short"} and not found.holds
    assert all(str(past[1]) in finding.sentence for finding in found.findings)


@pytest.mark.parametrize("line", [0, 4, 7])
def test_another_digest_in_one_anchor_is_told_by_the_other(past: list[Path], line: int) -> None:
    lines = lines_of(past[0])
    words = lines[line].split()
    lines[line] = " ".join([*words[:-1], words[-1][::-1]]) + "\n"
    past[0].write_text("".join(lines))
    found = {finding.kind for finding in proof.verify().findings}
    assert found == {"anchors_disagree" if line == 7 else "anchor_edited"}  # nothing follows the last


def test_a_line_taken_out_of_an_anchor_is_found(past: list[Path]) -> None:
    lines = lines_of(past[0])
    past[0].write_text("".join(lines[:3] + lines[4:]))
    assert {finding.kind for finding in proof.verify().findings} == {"anchor_edited"}


def test_a_lost_anchor_is_found(past: list[Path]) -> None:
    past[0].unlink()
    assert [finding.kind for finding in proof.verify().findings] == ["anchor_missing"]


def test_one_anchor_rewritten_with_the_base_is_told_by_the_other(past: list[Path]) -> None:
    with ground.as_owner():
        rewrite_rows_and_chain(Random(SEED))
    ground.rewrite_anchor(past[0])
    found = proof.verify()
    assert [finding.kind for finding in found.findings] == ["anchors_disagree"]
    assert str(past[1]) in found.findings[0].sentence


def test_a_seal_rewritten_with_its_rows_is_told_by_the_anchors(past: list[Path]) -> None:
    with ground.as_owner():
        rewrite_the_last_seal(Random(SEED))
    assert [finding.kind for finding in proof.verify().findings] == ["seal_rewritten"] * 2


def test_guards_that_are_off_are_found(past: list[Path]) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("ALTER TABLE foundation_auditevent DISABLE TRIGGER audit_never_changes")
        assert [finding.kind for finding in proof.verify().findings] == ["guard_off"]
        transaction.set_rollback(True)


def test_what_was_done_and_where_is_said_in_french(past: list[Path]) -> None:
    one, other = sealed(Random(SEED), 2)
    with ground.as_owner():
        run("UPDATE foundation_auditevent SET verb = 'x' WHERE id = %s", one)
        run("DELETE FROM foundation_auditevent WHERE id = %s", other)
    said = " ".join(finding.sentence for finding in proof.verify().findings)
    assert "1 lignes ont été modifiées (sceaux" in said and f"numéros {one})" in said
    assert "1 lignes ont été effacées (sceaux" in said and f"numéros {other})" in said


def test_rows_without_a_seal_are_counted_apart(past: list[Path]) -> None:
    found = proof.verify()
    assert found.waiting == 3 and found.waiting_since is not None and found.holds
