"""Interviews that go in by the importer, and what a test reads back from orders."""

from __future__ import annotations

import csv
import tomllib
from pathlib import Path

from jigi.foundation.models import User
from jigi.foundation.tabular import open_table
from jigi.intake import mapping
from jigi.intake.models import Batch
from jigi.intake.pipeline import import_file
from jigi.payments.models import Instruction, PaymentRound
from tests.factories import make_user


def imported(folder: Path, households: list[dict[str, str]], members: list[dict[str, str]]) -> Batch:
    """Import files of the fictitious population; columns that rows don't say are empty."""
    said = tomllib.loads(mapping.find("population_fictive").read_text(encoding="utf-8"))
    paths = {}
    for name, rows in (("household", households), ("members", members)):
        table = said[name]
        filled = [column for key, column in table.items() if key != "columns"] + list(table["columns"].values())
        columns = [c if isinstance(c, str) else c["column"] for c in filled if isinstance(c, str) or "column" in c]
        paths[name] = folder / f"{name}.csv"
        with paths[name].open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, columns, restval="", delimiter=";")
            writer.writeheader()
            writer.writerows(rows)
    by = User.objects.filter(username="importe").first() or make_user("importe")
    return import_file(paths["household"], "population_fictive", members=paths["members"], by=by)


def interview(key: str) -> dict[str, str]:
    return {
        "numero_fiche": key, "date_enquete": "2014-06-01", "enqueteur": "E01", "village_code": "ML010501-001",
    }  # fmt: skip


def recipient(key: str, **cells: str) -> dict[str, str]:
    return {
        "numero_fiche": key, "numero_ligne": "1", "prenom": "Awa", "nom": "Traoré", "sexe": "F",
        "date_naissance": "1980", "precision_naissance": "annee", "lien": "chef", "telephone": "76000001",
        "telephone_de": "soi", "role": "allocataire", **cells,
    }  # fmt: skip


def orders_of(payment_round: PaymentRound) -> list[str]:
    lines = Instruction.objects.filter(payment_round=payment_round).order_by("id")
    return list(lines.values_list("reference", flat=True))


def cells_of(path: Path, column: str) -> list[str]:
    with open_table(path) as table:
        return [cells[table.header.index(column)] for _, cells in table]
