"""The order file as an agency receives it: its slip checked first, then its lines one by one."""

from __future__ import annotations

import csv
import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

from python_calamine import CalamineError, CalamineWorkbook

COLUMNS = (
    "reference",
    "numero_rsu",
    "allocataire",
    "telephone",
    "site_de_paiement",
    "compte",
    "montant_fcfa",
    "nature",
    "tour",
)
SLIP_COLUMNS = ("fichier", "lignes", "total_fcfa", "empreinte_sha256")


class RefusedOrder(Exception):
    """The order can't be executed: the sentence says why, in French."""


class Order(NamedTuple):
    """One line to execute."""

    line: int
    reference: str
    amount_xof: int


@dataclass(frozen=True)
class Totals:
    """What an order file adds up to."""

    lines: int
    amount_xof: int


def read(path: Path) -> Iterator[Order]:
    """The lines of an order file, CSV or XLSX; RefusedOrder with the line when one can't be executed."""
    rows = _sheet_rows(path) if path.suffix.lower() == ".xlsx" else _csv_rows(path)
    _, header = next(rows, (0, ()))
    missing = [column for column in COLUMNS if column not in header]
    if missing:
        raise RefusedOrder(f"Colonnes manquantes dans l’ordre : {', '.join(missing)}.")
    reference, amount = header.index("reference"), header.index("montant_fcfa")
    for line, cells in rows:
        if any(cells):
            yield _order(line, cells, reference, amount)


def check(path: Path) -> Totals:
    """Add the order up and hold it against its slip, when it has one. A reference may appear only once."""
    seen: set[int] = set()
    lines = amount_xof = 0
    for order in read(path):
        key = int.from_bytes(hashlib.blake2b(order.reference.encode(), digest_size=8).digest(), "big")
        if key in seen:
            raise RefusedOrder(f"Ligne {order.line} : la référence {order.reference} est répétée dans l’ordre.")
        seen.add(key)
        lines += 1
        amount_xof += order.amount_xof
    totals = Totals(lines, amount_xof)
    for slip in (path.with_name(path.name + ".bordereau.csv"), path.with_name(path.stem + ".bordereau.csv")):
        if slip.exists():
            _hold_against(path, slip, totals)
            break
    return totals


def _order(line: int, cells: Sequence[str], reference: int, amount: int) -> Order:
    if len(cells) <= max(reference, amount) or not cells[reference]:
        raise RefusedOrder(f"Ligne {line} : la référence manque.")
    if not (cells[amount].isascii() and cells[amount].isdigit()) or int(cells[amount]) == 0:
        raise RefusedOrder(f"Ligne {line} : « {cells[amount]} » n’est pas un montant entier positif.")
    return Order(line, cells[reference], int(cells[amount]))


def _hold_against(path: Path, slip: Path, totals: Totals) -> None:
    rows = _csv_rows(slip)
    _, header = next(rows, (0, ()))
    # What else a slip declares (the hash of the frozen list) is not the agency's to recompute.
    if tuple(header)[: len(SLIP_COLUMNS)] != SLIP_COLUMNS:
        raise RefusedOrder(f"Le bordereau « {slip.name} » n’a pas les colonnes {';'.join(SLIP_COLUMNS)}.")
    declared = next((cells for _, cells in rows if cells and cells[0] == path.name), None)
    if declared is None:
        raise RefusedOrder(f"Le bordereau « {slip.name} » ne parle pas du fichier « {path.name} ».")
    found = (str(totals.lines), str(totals.amount_xof), _digest(path))
    for name, said, counted in zip(SLIP_COLUMNS[1:], declared[1 : len(SLIP_COLUMNS)], found, strict=True):
        if said.lower() != counted:
            raise RefusedOrder(f"Le bordereau dit {name} = {said}, l’ordre donne {counted}. Rien n’est exécuté.")


def _digest(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _csv_rows(path: Path) -> Iterator[tuple[int, Sequence[str]]]:
    with path.open(encoding="utf-8-sig", newline="") as stream:
        reader = csv.reader(stream, delimiter=";", strict=True)
        try:
            for cells in reader:
                yield reader.line_num, cells
        except (csv.Error, UnicodeDecodeError) as error:
            raise RefusedOrder(f"Ligne {reader.line_num} de « {path.name} » illisible : {error}.") from None


def _sheet_rows(path: Path) -> Iterator[tuple[int, Sequence[str]]]:
    try:
        sheet = CalamineWorkbook.from_path(str(path)).get_sheet_by_index(0)
    except CalamineError as error:
        raise RefusedOrder(f"Classeur « {path.name} » illisible : {error}.") from None
    for line, row in enumerate(sheet.iter_rows(), 1):
        yield line, [_text(value) for value in row]


def _text(value: Any) -> str:
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)
