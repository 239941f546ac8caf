"""A return file as agencies send them: made from the order file they were given, one line in twenty spoilt."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

HEADER = ("reference", "telephone", "statut", "montant_fcfa", "date", "reference_agence")
DAY, WRITTEN = "2015-04-15", "15/04/2015"
ABSENT, REFUSED, DIRTY = 50, 10, 50  # of each thousand orders


def answer_orders(orders: Path, returned: Path, count: int) -> int:
    """Answer every order of a CSV file, until the return file has `count` lines; returns the lines written.

    Of each thousand orders 890 are paid as asked, 50 absent and 10 refused. The 50 others are dirty: no reference but
    the telephone (16), the amount and the day as people write them (10), paid then taken back (4), another amount (6),
    an unknown reference (6), a word that says nothing (2), said twice (6).
    """
    with (
        orders.open(encoding="utf-8-sig", newline="") as asked,
        returned.open("w", encoding="utf-8", newline="") as out,
    ):
        writer, lines = csv.writer(out, delimiter=";"), 0
        writer.writerow(HEADER)
        for line in islice(_answers(csv.DictReader(asked, delimiter=";")), count):
            writer.writerow(line)
            lines += 1
    return lines


def _answers(orders: Iterator[dict[str, str]]) -> Iterator[list[str]]:
    for number, order in enumerate(orders):
        line = [order["reference"], "", "PAYE", order["montant_fcfa"], DAY, f"T{number:09}"]
        rank = number % 1_000
        if rank < ABSENT:
            line[2] = "ABSENT"
        elif rank < ABSENT + REFUSED:
            line[2] = "REFUSE"
        if 0 <= rank - ABSENT - REFUSED < DIRTY:
            yield from _spoilt(line, order, rank - ABSENT - REFUSED)
        else:
            yield line


def _spoilt(line: list[str], order: dict[str, str], rank: int) -> Iterator[list[str]]:
    if rank < 16:
        line[0], line[1] = "", order["telephone"]
    elif rank < 26:
        line[3], line[4] = f"{int(line[3]):,}".replace(",", " "), WRITTEN
    elif rank < 30:
        yield list(line)
        line[2] = "ANNULE"
    elif rank < 36:
        line[3] = "1"
    elif rank < 42:
        line[0] = f"{line[0]}9"
    elif rank < 44:
        line[2] = "???"
    else:
        yield list(line)
    yield line
