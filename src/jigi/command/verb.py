"""What the verbs of the command line share: their shape, who acts, progress in the terminal."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    SpinnerColumn,
    TextColumn,
    TimeElapsedColumn,
)

from jigi.foundation.errors import JigiError

Figures = dict[str, Any]
console = Console(stderr=True, highlight=False)


@dataclass(frozen=True)
class Verb:
    """A verb: what it takes, and what it does; it returns the figures that `--json` prints."""

    arguments: Callable[[argparse.ArgumentParser], None]
    run: Callable[[argparse.Namespace], Figures]


def nothing(parser: argparse.ArgumentParser) -> None:
    """A verb without arguments."""


def say(text: str) -> None:
    """A line for the person, on standard output."""
    print(text, flush=True)


@contextmanager
def progress() -> Iterator[Callable[[str, int, int], None]]:
    """A bar in the terminal that follows a run's steps (give the yielded function to `runs.listening`)."""
    columns = (
        SpinnerColumn(), TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn(),
    )  # fmt: skip
    with Progress(*columns, console=console, transient=True, disable=not sys.stderr.isatty()) as bar:
        task = bar.add_task("", total=None)

        def listen(step: str, done: int, total: int) -> None:
            bar.update(task, description=step, completed=done, total=total or None)

        yield listen


def number(text: str) -> int:
    """An integer argument that may be written « 50 000 » or « 50_000 »."""
    try:
        return int(text.replace(" ", "").replace("_", "").replace("\u202f", ""))
    except ValueError:
        raise argparse.ArgumentTypeError(f"« {text} » n’est pas un nombre entier") from None


def acting(parser: argparse.ArgumentParser, *, default: str = "exploitant") -> None:
    """The option that says who acts."""
    parser.add_argument("--by", default=default, metavar="COMPTE", help=f"compte qui agit ({default})")


def wrong(what: str, remedy: str) -> JigiError:
    return JigiError(what, remedy=remedy)
