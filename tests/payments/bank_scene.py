"""An account at a bank on which statements are played: its files, its advances, its hands."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from jigi.foundation.models import User
from jigi.payments import advances, bank_accounts, bank_statements
from jigi.payments.bank_accounts import Described
from jigi.payments.bank_models import BankAccount
from jigi.payments.bank_statements import Taken
from tests.factories import make_user
from tests.payments.bank import RIB
from tests.payments.scene import Scene, peopled

HEADER = ("Date", "Libellé", "Référence", "Débit", "Crédit")


@dataclass
class Banked:
    """A scene with an account that mirrors the treasury of its agreement, and the people who keep it."""

    scene: Scene
    bank: BankAccount
    keeper: User
    other: User
    folder: Path

    def statement(
        self, opening: int, *lines: Sequence[object], closing: int | None = None, name: str = "releve.csv",
        header: Sequence[str] = HEADER,
    ) -> Path:  # fmt: skip
        """A file of these lines: day, label, reference, amount received (negative: given); the closing is their sum."""
        path = self.folder / name
        total = opening + sum(int(str(one[3])) for one in lines)
        with path.open("w", newline="", encoding="utf-8") as file:
            writer = csv.writer(file, delimiter=";")
            writer.writerow(header)
            writer.writerow(["", "Solde initial", "", *_sides(opening)])
            for day, label, reference, amount in lines:
                writer.writerow([day, label, reference, *_sides(int(str(amount)))])
            writer.writerow(["", "Solde final", "", *_sides(total if closing is None else closing)])
        return path

    def take(self, opening: int, *lines: Sequence[object], **options: object) -> Taken:
        return bank_statements.take(self.bank, self.statement(opening, *lines, **options), by=self.keeper)  # type: ignore[arg-type]

    def advance(self, amount_xof: int, reference: str, on: date) -> None:
        """An advance to the agency, proposed and approved: an item of the ledger."""
        made = advances.propose(
            self.scene.agreement, self.scene.agency, amount_xof, reference=reference, paid_on=on, document="avis",
            decision="essai", by=self.keeper,
        )  # fmt: skip
        advances.approve(made, by=self.other)


def banked(folder: Path, households: int = 1) -> Banked:
    scene = peopled(households, money=100_000_000)
    said = Described("BDM-IDA", "Compte désigné", "BDM", RIB, agreement=scene.agreement.code)
    bank = bank_accounts.describe(said, by=make_user("regle", "system_administrator"))
    return Banked(scene, bank, make_user("tient", "finance_officer"), scene.treasurer, folder)


def _sides(amount: int) -> tuple[str, str]:
    return (f"{-amount}", "") if amount < 0 else ("", f"{amount}")
