"""What other schemes gave to the fictitious households, sent back through the same door as a user's file."""

from __future__ import annotations

import csv
import random
from collections.abc import Iterator, Sequence
from pathlib import Path

from jigi.foundation.models import User
from jigi.registry.models import Household
from jigi.schemes.actions import receive, record
from jigi.schemes.models import Scheme

HEADER = ("Référence", "Numéro RSU", "Nature", "Montant", "Quantité", "Unité", "Du", "Au")
GIFTS: dict[str, tuple[float, int, Sequence[str]]] = {
    "RAMED": (0.12, 1, ("couverture", "", "1", "carte")),
    "PAM-VIVRES": (0.20, 3, ("vivres", "", "50", "kg")),
    "INPS-RETRAITE": (0.02, 4, ("argent", "{amount}", "", "")),
}
"""Of each scheme: the share of households, how many times each was served, what was given."""

TROUBLED = 400
"""One line in so many has a number that a tired hand copied wrong."""


def give_back(folder: Path, seed: int, *, by: User) -> int:
    """Write, receive and record a file for each scheme; returns the benefits recorded."""
    recorded = 0
    numbers = list(Household.objects.order_by("pk").values_list("rsu_number", flat=True))
    for scheme in Scheme.objects.filter(code__in=GIFTS).order_by("code"):
        path = folder / f"prestations-{scheme.code.lower()}.csv"
        with path.open("w", encoding="cp1252", newline="") as file:
            writer = csv.writer(file, delimiter=";")
            writer.writerow(HEADER)
            writer.writerows(_lines(scheme.code, numbers, random.Random(f"{seed}/{scheme.code}")))  # nosec B311
        batch = receive(path, scheme, by=by)
        if batch.status == "checked":
            recorded += record(batch, by=by).lines_good
    return recorded


def _lines(code: str, numbers: Sequence[str], draw: random.Random) -> Iterator[Sequence[str]]:
    share, times, (nature, amount, quantity, unit) = GIFTS[code]
    for number in numbers:
        if draw.random() > share:
            continue
        for turn in range(times):
            said = amount.format(amount=f"{draw.randrange(60, 240) * 500}")
            month = f"{3 * turn + 1:02}/2016"
            copied = number[::-1] if draw.randrange(TROUBLED) == 0 else number
            yield f"{code}-{number}-{turn + 1}", copied, nature, said, quantity, unit, month, ""
