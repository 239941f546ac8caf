"""A whole country of fictitious households for a bench, laid set-wise, with names as frequent as in the lists."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.db import transaction

from jigi.demo import population
from jigi.demo.bench.ground import PEOPLE, without_foreign_keys
from jigi.foundation.bulk import give_memory, run_sql
from jigi.foundation.first_load import first_load
from jigi.geography.models import Area

NAMES = Path(population.__file__).resolve().parents[1] / "data"
AS_LISTED = 4
"""How many times a name is written as listed for one time that it is written otherwise."""


def lay_crowd(households: int) -> None:
    """So many households of eight persons in all communes, head and recipient among them."""
    communes = Area.objects.filter(version__code="COD2019", level="commune").order_by("pk")
    facts = {
        "n": households,
        "communes": list(communes.values_list("pk", flat=True)),
        "surnames": list(_drawn("surnames.csv")),
        "given": list(_drawn("given_names.csv")),
    }
    with transaction.atomic(), at_once():
        run_sql("demo", "crowd", facts)


@contextmanager
def at_once() -> Iterator[None]:
    """Empty tables of persons filled inside, in a transaction: indexes and foreign keys are made once, at the end."""
    with without_foreign_keys(PEOPLE), first_load(PEOPLE):
        give_memory()
        yield


def _drawn(file: str) -> Iterator[str]:
    """Each name as often as it is counted, a part of them in its variants."""
    with (NAMES / file).open(encoding="utf-8", newline="") as lines:
        for row in csv.DictReader(lines):
            variants = [variant for variant in row["variants"].split("|") if variant] or [row["name"]]
            for rank in range(int(row["count"])):
                yield from [row["name"]] * AS_LISTED
                yield variants[rank % len(variants)]
