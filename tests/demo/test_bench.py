"""`jigi bench`: a measure beside its reference, in a database that goes away, with a constant number of statements."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from typing import Any

import pytest
from django.db import connection
from tests import pattern

KEYS = [
    "name", "size", "seconds", "rate", "statements", "peak_mb", "reference", "reference_seconds", "ratio",
]  # fmt: skip
BENCH = (sys.executable, "-m", "jigi", "bench")
BENCHES = {"round": ("--history", "2"), "import": (), "reconcile": (), "vault": (), "backup": (), "registry": ()}

FAILING = """
import django
django.setup()
from jigi.demo.bench.trial import Bench, run_bench
run_bench(Bench("round", 1, "", "", {"phase inconnue": print}), 1, 0, print)
"""


@pytest.fixture(scope="module", autouse=True)
def tables() -> Iterator[None]:
    """The benches of this file copy tables that are made once."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("JIGI_BENCH_TEMPLATE", pattern.ensure(os.environ["DATABASE_URL"]))
        yield


@cache
def measured(name: str, size: int) -> dict[str, Any]:
    words = [*BENCH, name, "--size", str(size), "--json", *BENCHES.get(name, ())]
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout.splitlines()[-1])


@pytest.mark.parametrize(
    "name",
    [pytest.param(name, marks=pytest.mark.long) for name in ("round", "import", "reconcile", "vault")]
    + [
        pytest.param(name, marks=pytest.mark.size)
        for name in ("backup", "registry", "dispatch", "money", "dashboards", "extract", "statement", "served")
    ],
)
def test_a_bench_prints_its_figures_in_one_object(name: str) -> None:
    found = measured(name, 1_000)
    assert list(found)[: len(KEYS)] == KEYS
    assert (found["name"], found["size"]) == (name, 1_000)
    assert all(found[key] > 0 for key in KEYS if key not in ("name", "reference"))


@pytest.mark.long
def test_no_fiche_is_lost_while_an_import_runs() -> None:
    words = [*BENCH, "openrosa", "--size", "300", "--json"]
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout.splitlines()[-1])
    assert (found["fiches_received"], found["fiches_lost"]) == (300, 0)


@pytest.mark.long
def test_a_rotation_seals_every_value_anew() -> None:
    assert measured("vault", 1_000)["rows"] == 1_000


@pytest.mark.parametrize(
    "name", [pytest.param(name, marks=pytest.mark.long if name == "round" else pytest.mark.size) for name in BENCHES]
)
def test_statements_do_not_grow_with_the_households(name: str) -> None:
    assert measured(name, 3_000)["statements"] == measured(name, 1_000)["statements"]


@pytest.mark.long
def test_a_round_is_measured_with_and_without_its_past() -> None:
    found = measured("round", 1_000)
    assert (found["history"], found["arrears"]) == (2, 50)
    assert found["history_ratio"] == round(found["seconds"] / found["seconds_without_history"], 2)


@pytest.mark.long
def test_an_import_brings_every_person_in() -> None:
    found = measured("import", 1_000)
    assert (found["households_merged"], found["persons_merged"]) == (1_000, found["persons"])


@pytest.mark.long
def test_a_reconciliation_meets_every_kind_of_line() -> None:
    found = measured("reconcile", 1_000)
    assert (found["lines"], found["paid"], found["unpaid"], found["exceptions"]) == (1_003, 936, 60, 4)


@pytest.mark.size
def test_a_backup_is_measured_on_whole_households() -> None:
    found = measured("backup", 1_000)
    assert found["persons"] > 5_000
    assert found["seconds"] == pytest.approx(found["create_seconds"] + found["restore_seconds"])


@pytest.mark.parametrize("words", [("round", "--size", "0"), ("round", "--history", "12")])
def test_what_makes_no_sense_is_refused_in_french(words: tuple[str, ...]) -> None:
    done = subprocess.run([*BENCH, *words], capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert re.search("La taille est d’au moins 1|Les tours passés vont de 0 à 11", done.stderr)


def test_a_bench_that_fails_takes_its_database_away(db: None) -> None:
    with subprocess.Popen([sys.executable, "-c", FAILING], stderr=subprocess.PIPE, text=True) as running:
        _, said = running.communicate()
    assert "La mesure s’est arrêtée à : phase inconnue" in said
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_database WHERE datname = %s", [f"jigi_bench_{running.pid}"])
        assert cursor.fetchone() == (0,)
