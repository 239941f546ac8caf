"""Schemes, files that they give back, and batches brought to a state, for the tests.

scheme = make_scheme("AMO")
path = write(folder / "amo.csv", [line(rsu="4827193066", montant="30 000")])
record(receive(path, scheme, by=officer), by=officer)
"""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import xlsxwriter

from jigi.foundation.models import User
from jigi.registry.models import Household
from jigi.schemes import actions
from jigi.schemes.models import Benefit, BenefitBatch, Scheme

HEADER = (
    "Référence", "Numéro RSU", "NINA", "Téléphone", "Nom", "Nature", "Montant", "Quantité", "Unité", "Du", "Au",
)  # fmt: skip


def make_scheme(code: str = "PAM-VIVRES", **said: Any) -> Scheme:
    """A scheme of the organisation « PAM », for food, unless said otherwise."""
    facts = {
        "name": f"Régime {code}", "kind": "non_contributory", "branch": "food", "organisation": "PAM",
        "institution": "Institution d’essai", "source": "essai", **said,
    }  # fmt: skip
    return Scheme.objects.get_or_create(code=code, defaults=facts)[0]


def line(reference: str = "R1", household: int | None = None, **said: Any) -> dict[str, Any]:
    """A correct line: 30 000 francs given on 2 February 2016 to a household, one cell or another said otherwise."""
    rsu = Household.objects.get(pk=household).rsu_number if household else ""
    return {
        "Référence": reference, "Numéro RSU": rsu, "Nature": "argent", "Montant": "30000", "Du": "2016-02-02", **said,
    }  # fmt: skip


def write(
    path: Path, lines: Sequence[Mapping[str, Any]], *, encoding: str = "utf-8", delimiter: str = ";",
    header: Sequence[str] = HEADER,
) -> Path:  # fmt: skip
    """A CSV file of these lines."""
    with path.open("w", encoding=encoding, newline="") as file:
        writer = csv.DictWriter(file, header, restval="", delimiter=delimiter, extrasaction="ignore")
        writer.writeheader()
        writer.writerows(lines)
    return path


def write_workbook(path: Path, lines: Sequence[Mapping[str, Any]]) -> Path:
    """The same as Excel: numbers are numbers and days are days."""
    with xlsxwriter.Workbook(str(path), {"default_date_format": "dd/mm/yyyy"}) as book:
        sheet = book.add_worksheet("Prestations")
        sheet.write_row(0, 0, HEADER)
        for number, said in enumerate(lines, start=1):
            for column, name in enumerate(HEADER):
                sheet.write(number, column, said.get(name, ""))
    return path


def recorded(path: Path, scheme: Scheme, by: User) -> BenefitBatch:
    """The batch of a file, received and recorded."""
    return actions.record(actions.receive(path, scheme, by=by), by=by)


def give(scheme: Scheme, household: int, reference: str, by: User, **said: Any) -> Benefit:
    """A benefit written straight into the table, in a batch of its own."""
    batch = BenefitBatch.objects.create(
        scheme=scheme, file_name="essai.csv", file_hash="a" * 64, sent_by=by, status="refused"
    )
    facts = {
        "nature": "cash", "amount_xof": 30_000, "given_from": date(2016, 2, 2), "given_to": date(2016, 2, 2), **said,
    }  # fmt: skip
    return Benefit.objects.create(scheme=scheme, batch=batch, household_id=household, reference=reference, **facts)


def faults(batch: BenefitBatch) -> list[tuple[int, str]]:
    """The lines of a batch that are held, and why."""
    return sorted(batch.problems.filter(severity="error").values_list("line", "code"))


def merge(one: int, into: int) -> None:
    """The register says that a household is another."""
    Household.objects.filter(pk=one).update(status="merged", merged_into_id=into)
