"""What every file must meet: taken with its accounts right, or refused in words a person can act on, nothing changed.

judge = Judge(folder)
refused = judge("20150301:17", lambda: import_file(path, ...))     # None when it was taken
"""

from __future__ import annotations

import re
import resource
import tempfile
import time
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

from django.apps import apps
from django.db import connection, transaction

from jigi.foundation.errors import InputError, JigiError

MOST_SECONDS = 5.0
MOST_KIB = 400 << 10
LONGEST_SENTENCE = 4_000
JOURNAL = {"foundation_run", "foundation_runstep", "foundation_runcheck"}
"""What is kept of long work, whatever becomes of the work."""

_QUOTED = re.compile(r"«[^»]*»|\([^)]*\)", re.DOTALL)
_ENGLISH = re.compile(
    r"\b(the|is|are|was|not|no such|error|invalid|unexpected|cannot|unknown|found|expected|with|failed|missing|must|has"
    r"|should|exceeds|could|value|while|line|out of|too large|does)\b"
)


class Judge:
    """Plays one try after another on the same world, each taken back, and says what is wrong with any."""

    def __init__(self, folder: Path) -> None:
        self.temporary = folder / "temporaire"
        self.temporary.mkdir()
        self.before = rows_of_all()

    def begin_again(self) -> None:
        """The world has changed since, and rightly."""
        self.before = rows_of_all()

    def __call__(self, name: str, act: Callable[[], object], *, keep: bool = False) -> JigiError | None:
        """Play a try; AssertionError with its name when it broke a rule. Returns the refusal, None when it was taken.

        What it writes is taken back, unless it was taken and is to be kept.
        """
        began, memory, writing = time.perf_counter(), _memory(), Writing()
        with connection.execute_wrapper(writing):
            refused, after = self._played(name, act, keep, writing)
        seconds = time.perf_counter() - began
        assert seconds < MOST_SECONDS, f"{name} : {seconds:.1f} s"
        assert _memory() - memory < MOST_KIB, f"{name} : {(_memory() - memory) >> 10} Mio de plus"
        assert not list(self.temporary.iterdir()), f"{name} : {list(self.temporary.iterdir())}"
        assert not (left := staging_tables() if writing.seen else []), f"{name} : {left}"
        if refused:
            assert after == self.before, f"{name} : refusé, mais écrit {_different(self.before, after)}"
            assert not (wrong := wrong_words(refused)), f"{name} : {wrong} : {refused!s:.600}"
        return refused

    def _played(
        self, name: str, act: Callable[[], object], keep: bool, writing: Writing
    ) -> tuple[JigiError | None, dict[str, int]]:  # fmt: skip
        refused, kept = None, tempfile.tempdir
        tempfile.tempdir = str(self.temporary)
        try:
            with transaction.atomic():
                try:
                    act()
                except JigiError as error:
                    refused = error
                # An act that spoils the transaction it stands in leaves it to be taken back whole.
                counted = writing.seen and (refused or keep) and not connection.needs_rollback
                after = rows_of_all() if counted else self.before
                if keep and not refused:
                    self.before = after
                else:
                    transaction.set_rollback(True)
        except Exception as error:
            error.add_note(f"essai {name}")
            raise
        finally:
            tempfile.tempdir = kept
        return refused, after


class Writing:
    """Whether anything but reading was asked of the database: only then are its rows worth counting."""

    def __init__(self) -> None:
        self.seen = False

    def __call__(self, execute: Callable[..., Any], sql: Any, params: Any, many: bool, context: Any) -> Any:
        self.seen = self.seen or not str(sql).lstrip().startswith(("SELECT", "SAVEPOINT", "RELEASE", "ROLLBACK"))
        return execute(sql, params, many, context)


def wrong_words(error: JigiError) -> str:
    """What is wrong with the words of a refusal, "" when a person can act on them."""
    said = str(error)
    if not error.what.strip():
        return "rien n’est dit"
    if not error.remedy.strip():
        return "sans remède"
    if len(said) > LONGEST_SENTENCE:
        return f"{len(said)} caractères"
    if found := _ENGLISH.search(_QUOTED.sub("", f"{error.what} {error.why} {error.remedy}")):
        return f"de l’anglais (« {found[0]} »)"
    if isinstance(error, InputError) and re.search(r"\b[Ll]a (cellule|ligne)\b", error.what) and error.line is None:
        return "sans ligne"
    return ""


def rows_of_all() -> dict[str, int]:
    """Rows of every table of ours, the journal of runs apart."""
    with connection.cursor() as cursor:
        # Planned once a connection: hundreds of tables, counted before and after each try.
        cursor.execute("SELECT FROM pg_prepared_statements WHERE name = 'rows_of_all'")
        if cursor.fetchone() is None:
            cursor.execute(f"PREPARE rows_of_all AS {_counting()}")
        cursor.execute("EXECUTE rows_of_all")
        return dict(cursor.fetchall())


def staging_tables() -> list[str]:
    """Temporary tables that are not to leave with the transaction."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT relname FROM pg_class WHERE relpersistence = 't' AND relkind = 'r' AND pg_table_is_visible(oid)"
            " AND relname ~ '^(stage_|geography_st)'"
        )
        return [name for (name,) in cursor.fetchall()]


@cache
def _counting() -> str:
    names = sorted({
        model._meta.db_table for model in apps.get_models(include_auto_created=True)
        if model._meta.managed and model.__module__.startswith("jigi.")
    } - JOURNAL)  # fmt: skip
    return " UNION ALL ".join(f"SELECT '{name}', count(*) FROM \"{name}\"" for name in names)


def _different(before: dict[str, int], after: dict[str, int]) -> dict[str, int]:
    return {name: after[name] - count for name, count in before.items() if after.get(name) != count}


def _memory() -> int:
    """The most that this process ever held, in KiB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
