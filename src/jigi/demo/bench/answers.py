"""Return files of agencies, as they come back: most paid, some absent, and a few lines that don't fit."""

from __future__ import annotations

import csv
from pathlib import Path

from jigi.foundation.bulk import copying_out
from jigi.payments.models import PaymentRound
from jigi.programmes.models import Agency

HEADER = ("reference", "statut", "montant_fcfa", "date", "motif", "reference_agence")
DAY = "2015-04-15"


def write_answers(payment_round: PaymentRound, agency: Agency, path: Path, *, faults: bool) -> int:
    """Answer every order of an agency; returns the lines written.

    All paid; or with `faults`, for every thousand orders: 50 absent, 10 refused, 2 of another amount, 2 of an
    unknown reference, and 3 lines said twice.
    """
    query = (
        "SELECT reference, amount_xof FROM payments_instruction"
        " WHERE round_id = %(round)s AND agency_id = %(agency)s ORDER BY id"
    )
    facts = {"round": payment_round.pk, "agency": agency.pk}
    lines = 0
    with path.open("w", newline="", encoding="utf-8-sig") as file, copying_out(query, facts) as orders:
        writer = csv.writer(file, delimiter=";")
        writer.writerow(HEADER)
        for number, (reference, amount) in enumerate(orders):
            line = [reference, "PAYE", amount, DAY, "", f"T{number:09}"]
            turn = _answer(line, number % 1_000) if faults else 1
            writer.writerows([line] * turn)
            lines += turn
    return lines


def _answer(line: list[str], rank: int) -> int:
    """Spoil some lines; how many times the line is said."""
    if rank < 50:
        line[1], line[4] = "ABSENT", "non présenté"
    elif rank < 60:
        line[1], line[4] = "REFUSE", "compte fermé"
    elif rank < 62:
        line[2] = "1"
    elif rank < 64:
        line[0] = f"{line[0]}9"
    return 2 if 64 <= rank < 67 else 1
