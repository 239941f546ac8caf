"""The commands that take a file: what each needs beside, and a good file for it."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

SURVEY_MAPPING = """
name = "sondage"
source = "Sondage d’essai"
destination = "survey"
survey = "SONDAGE"

[household]
key = "numero"

[household.columns]
cluster = "grappe"
consumption_xof = "consommation"
household_size = "taille"
"""


@dataclass(frozen=True)
class Door:
    """A command: its words for a file, the figure that says how many lines went in, a good file's cells.

    `text` is the position of a column of free text.
    """

    words: Callable[[Path], Sequence[object]]
    went_in: str
    header: Sequence[str]
    rows: Sequence[Sequence[str]]
    text: int

    def content(self, delimiter: str = ",", encoding: str = "utf-8") -> bytes:
        return table([self.header, *self.rows], delimiter).encode(encoding)

    def with_text(self, text: str) -> Sequence[Sequence[str]]:
        """The rows, with that text in the column of free text of the first."""
        first = [text if place == self.text else cell for place, cell in enumerate(self.rows[0])]
        return [first, *self.rows[1:]]


def table(rows: Sequence[Sequence[str]], delimiter: str = ",") -> str:
    stream = io.StringIO()
    csv.writer(stream, delimiter=delimiter, lineterminator="\n").writerows(rows)
    return stream.getvalue()


def intake(folder: Path) -> Door:
    mapping = folder / "sondage.toml"
    mapping.write_text(SURVEY_MAPPING, encoding="utf-8")
    rows = [[f"F{n}", f"Fléna {n}", "150000", "7"] for n in range(1, 6)]
    return Door(
        lambda path: ("intake", "import", path, "--mapping", mapping), "merged",
        ["numero", "grappe", "consommation", "taille"], rows, 1,
    )  # fmt: skip


def geography(folder: Path) -> Door:
    rows = [[f"ML010501-9{n}", f"Fléna {n}", "ML010501", "13.0", "-9.4", "500"] for n in range(1, 6)]
    header = ["code", "nom", "commune_code", "latitude", "longitude", "population"]
    return Door(lambda path: ("geography", "load", path), "added", header, rows, 1)


def lists(folder: Path) -> Door:
    from jigi.registry.models import Household
    from tests.targeting.campaign import COLUMNS, FORMULA, make_world

    formula = folder / "essai.toml"
    formula.write_text(FORMULA, encoding="utf-8")
    world = make_world(formula)
    known = Household.objects.filter(pk__in=world.households[0]).select_related("village")
    rows = [
        [listed.source_key, listed.village.code, str(rank), "1", "0", "oui", "non", "Récolte perdue"]
        for rank, listed in enumerate(known, 1)
    ]
    words = ("targeting", "run", "Campagne", "--programme", "tm", "--areas", "ML010501", "--quota", "3",
             "--formula", "essai", "--by", "awa", "--lists")  # fmt: skip
    return Door(lambda path: (*words, path), "listed", COLUMNS, rows, 7)


def returns(folder: Path) -> Door:
    from jigi.payments.models import Instruction
    from tests.payments.scene import peopled

    scene = peopled(5)
    orders = Instruction.objects.filter(payment_round=scene.released())
    rows = [[order.reference, "PAYE", str(order.amount_xof), "2016-02-10", "Reçu à Fléna"] for order in orders]
    words = ("payments", "reconcile", "--agency", scene.agency.code, "--by", scene.officer.username)
    header = ["reference", "statut", "montant_fcfa", "date", "motif"]
    return Door(lambda path: (*words, path), "paid", header, rows, 4)


def schemes(folder: Path) -> Door:
    from jigi.geography.models import Area
    from jigi.registry.models import Household
    from tests.factories import make_households, make_village
    from tests.schemes.giving import make_scheme

    village = make_village(Area.objects.get(code="ML010501"))
    numbers = Household.objects.filter(pk__in=make_households(5, village)).values_list("rsu_number", flat=True)
    rows = [[f"R{n}", number, "vivres", "2,5", "sac de Fléna", "2016-02-02"] for n, number in enumerate(numbers)]
    header = ["reference", "numero_rsu", "nature", "quantite", "unite", "du"]
    words = ("schemes", "import", "--scheme", make_scheme().code)
    return Door(lambda path: (*words, path), "good", header, rows, 4)


DOORS = {
    "intake import": intake,
    "geography load": geography,
    "targeting run": lists,
    "payments reconcile": returns,
    "schemes import": schemes,
}
