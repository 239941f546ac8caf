"""Every verb of `jigi` is listed, explains itself in French, and refuses what it does not know."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from jigi import __version__
from jigi.command.main import VERBS
from tests.command.terminal import Jigi


@pytest.mark.parametrize("verb", VERBS)
def test_a_verb_explains_itself(jigi: Jigi, verb: str) -> None:
    answer = jigi(*verb.split(), "--help")
    assert answer.code == 0 and f"jigi {verb}" in answer.out
    assert VERBS[verb][1][:20] in answer.out and not answer.err


@pytest.mark.parametrize("asked", [(), ("--help",), ("-h",), ("help",)])
def test_help_lists_every_verb_on_its_line(jigi: Jigi, asked: tuple[str, ...]) -> None:
    answer = jigi(*asked)
    assert answer.code == 0
    for verb, (_, sentence) in VERBS.items():
        [line] = [line for line in answer.out.splitlines() if line.split("  ")[1:2] == [f"jigi {verb}"]]
        assert line.endswith(sentence)


def test_a_group_lists_its_verbs(jigi: Jigi) -> None:
    answer = jigi("payments", "--help")
    assert answer.code == 0 and "payments reconcile" in answer.out and "intake" not in answer.out


@pytest.mark.parametrize("words", [("payer",), ("payments", "payer"), ("payments",), ("--rien",)])
def test_an_unknown_verb_is_refused(jigi: Jigi, words: tuple[str, ...]) -> None:
    answer = jigi(*words)
    assert answer.code == 2 and not answer.out
    assert f"« {' '.join(words)} » n’est pas une commande" in answer.err


@pytest.mark.parametrize("words", [("ledger", "prove", "--rien"), ("payments", "close"), ("payments", "close", "dix")])
def test_a_wrong_argument_is_said_in_french(jigi: Jigi, words: tuple[str, ...]) -> None:
    answer = jigi(*words)
    assert answer.code == 2 and "jigi" in answer.err
    assert not any(english in answer.err for english in ("usage:", "error:", "required", "unrecognized", "invalid"))


def test_the_version(jigi: Jigi) -> None:
    assert jigi("--version").out.strip() == __version__


@pytest.mark.parametrize("words", [("database", "status"), ("population", "make", "--help"), ("demo", "--help")])
def test_a_verb_starts_in_a_process_of_its_own(words: tuple[str, ...]) -> None:
    done = subprocess.run([sys.executable, "-m", "jigi", *words], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize("words", [("--help",), ("payments", "open", "--help")])
def test_a_closed_pipe_leaves_no_trace(words: tuple[str, ...]) -> None:
    command = subprocess.Popen([sys.executable, "-m", "jigi", *words], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    assert command.stdout and command.stderr
    command.stdout.close()
    assert command.stderr.read() == b""
    command.wait(timeout=60)


@pytest.mark.parametrize(
    ("database", "says"),
    [("postgresql://personne@localhost:1/rien", "jigi doctor"), ("mysql://x", "postgresql://")],
)
def test_a_missing_database_is_a_sentence(database: str, says: str) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "jigi", "payments", "list"], capture_output=True, text=True, check=False,
        env=os.environ | {"DATABASE_URL": database},
    )  # fmt: skip
    assert done.returncode == 1 and "Traceback" not in done.stderr
    assert says in done.stderr
