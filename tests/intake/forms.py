"""Interviews written by hand: a correct pair of files to spoil one cell at a time."""

from __future__ import annotations

import csv
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from django.db import connection

from jigi.foundation.models import User
from jigi.intake.models import Batch
from jigi.intake.pipeline import import_file

Rows = list[dict[str, Any]]

MAPPING = """
name = "essai"
source = "Enquête d’essai"
destination = "register"

[household]
key = "fiche"
village = "village"
collected_on = "date"
collector = "enqueteur"

[household.columns]
rooms = "pieces"
roof = { column = "toit", codes = { "1" = "thatch", "2" = "sheet" }, unknown = ["9"] }
plough = "charrue"
land_ha = { column = "terre_m2", scale = 0.0001 }

[members]
key = "fiche"
line = "ligne"

[members.columns]
given_names = "prenom"
surname = "nom"
sex = "sexe"
birth_date = "naissance"
birth_precision = { column = "precision", codes = { "jour" = "day", "environ" = "about" } }
relation = "lien"
mother_line = "mere"
father_line = "pere"
phone = "tel"
nina = "nina"
role = "role"
"""

# Everything an import may write: two snapshots are equal when it wrote nothing.
TABLES = (
    "registry_household", "registry_person", "registry_membership", "registry_phone", "registry_identifier",
    "registry_livingconditions", "intake_batch", "intake_problem", "foundation_auditevent",
)  # fmt: skip


def household(number: int, **cells: Any) -> dict[str, Any]:
    return {
        "fiche": f"F{number}", "village": "ML010501-001", "date": "2016-05-01", "enqueteur": "E1",
        "pieces": "2", "toit": "1", "charrue": "oui", "terre_m2": "12500",
    } | cells  # fmt: skip


def family(number: int) -> Rows:
    """A head, his wife and their daughter; the wife receives."""
    shared = {
        "fiche": f"F{number}",
        "nom": "Keïta",
        "mere": "",
        "pere": "",
        "tel": "",
        "nina": "",
        "role": "",
    }
    return [
        shared | {"ligne": "1", "prenom": "Moussa", "sexe": "M", "naissance": "1975", "precision": "environ",
                  "lien": "chef", "tel": f"76 00 {number // 100 % 100:02} {number % 100:02}"},
        shared | {"ligne": "2", "prenom": "Awa", "nom": "Traoré", "sexe": "F", "naissance": "12/03/1980",
                  "precision": "jour", "lien": "épouse", "role": "allocataire"},
        shared | {"ligne": "3", "prenom": "Oumou", "sexe": "F", "naissance": "2012-01-05",
                  "precision": "jour", "lien": "fille", "mere": "2", "pere": "1"},
    ]  # fmt: skip


@dataclass
class Desk:
    """A table to fill forms on, in a folder, with the account that imports them."""

    folder: Path
    by: User
    mapping: str = MAPPING
    households: Rows = field(default_factory=list)
    members: Rows = field(default_factory=list)

    def fill(self, count: int, first: int = 1) -> Desk:
        for number in range(first, first + count):
            self.households.append(household(number))
            self.members += family(number)
        return self

    def send(self, **options: Any) -> Batch:
        """Write both files and import them."""
        return import_file(**self.files(), **options, by=self.by)

    def files(self) -> dict[str, Path]:
        paths = {"path": self.folder / "menages.csv", "members": self.folder / "membres.csv"}
        write_csv(paths["path"], self.households)
        write_csv(paths["members"], self.members)
        mapping = self.folder / "essai.toml"
        mapping.write_text(self.mapping, encoding="utf-8")
        return {**paths, "mapping": mapping}


def write_csv(path: Path, rows: Rows, *, encoding: str = "utf-8", delimiter: str = ";") -> None:
    with path.open("w", encoding=encoding, newline="") as stream:
        writer = csv.DictWriter(stream, list(rows[0]), delimiter=delimiter)
        writer.writeheader()
        writer.writerows(rows)


def snapshot(tables: Sequence[str] = TABLES) -> dict[str, list[Any]]:
    """Every row of the tables an import may write."""
    with connection.cursor() as cursor:
        found = {}
        for table in tables:
            cursor.execute(f"SELECT * FROM {table} ORDER BY id")
            found[table] = cursor.fetchall()
    return found


def unchanged(action: Callable[[], object]) -> bool:
    before = snapshot()
    action()
    return snapshot() == before
