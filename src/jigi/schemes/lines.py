"""From a file given back to staged rows: which column says what, and each cell read as what it must be.

Columns are known by their names, whatever their case, accents and separators. What can't be read of a line goes with
it as faults (faults.py), so that a wrong line never stops the good ones.
"""

from __future__ import annotations

import re
import unicodedata
from calendar import monthrange
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from jigi.foundation.cells import as_date, as_decimal, as_integer
from jigi.foundation.errors import InputError
from jigi.foundation.keyring import vault
from jigi.foundation.runs import Work
from jigi.foundation.tabular import Table
from jigi.foundation.vault import masked
from jigi.schemes.models import Scheme

NAMES = {
    "rsu": ("numero rsu", "n rsu", "no rsu", "rsu"),
    "nina": ("nina", "numero nina"),
    "phone": ("telephone", "tel", "numero de telephone"),
    "name": ("nom", "nom complet", "nom et prenom", "nom et prenoms", "prenom et nom"),
    "nature": ("nature", "nature de la prestation"),
    "amount": ("montant", "montant fcfa", "montant xof"),
    "quantity": ("quantite",),
    "unit": ("unite",),
    "from": ("du", "date", "date de debut"),
    "to": ("au", "date de fin"),
    "reference": ("reference", "ref"),
    "scheme": ("regime", "code du regime"),
}
"""What a column says, by the names it may have once folded."""

NATURES = {
    "cash": ("argent", "especes", "cash", "transfert", "transfert monetaire"),
    "kind": ("nature", "en nature", "vivres"),
    "service": ("service",),
    "coverage": ("couverture", "assurance", "prise en charge"),
}
STAGED = (
    "line", "rsu", "nina_index", "nina_said", "phone_index", "phone_said", "name", "nature", "amount_xof", "quantity",
    "unit", "given_from", "given_to", "reference", "fault_columns", "fault_values", "fault_codes",
)  # fmt: skip
LARGEST_XOF, LARGEST_QUANTITY = 10**12, Decimal(10**9)
LONGEST_REFERENCE, LONGEST_UNIT = 80, 30
_SEPARATORS = re.compile(r"[\W_]+")
_NATURE_OF = {word: nature for nature, words in NATURES.items() for word in words}
_ROWS_PER_PROGRESS = 2_000


@dataclass(frozen=True)
class Columns:
    """Where each thing stands in a file: `at` by what it says, `header` as the file names it, `unread` the others."""

    at: Mapping[str, int]
    header: Sequence[str]
    unread: Sequence[str]

    def name(self, said: str) -> str:
        """The file's own name of a column, "" when it has none."""
        return self.header[self.at[said]] if said in self.at else ""


@dataclass
class _Line:
    """A line being read: its cells by what they say, and the faults found so far."""

    cells: Mapping[str, str]
    columns: Columns
    faults: list[tuple[str, str, str]] = field(default_factory=list)

    def fault(self, said: str, code: str, value: str = "") -> None:
        self.faults.append((self.columns.name(said), value[:80], code))


def columns_of(table: Table) -> Columns:
    """The columns of a file; InputError when one is missing, or said twice."""
    known = {name: said for said, names in NAMES.items() for name in names}
    at: dict[str, int] = {}
    unread = []
    for position, title in enumerate(table.header):
        said = known.get(folded(title))
        if said is None:
            unread.append(title)
        elif said in at:
            raise InputError(
                f"« {table.header[at[said]]} » et « {title} » disent la même chose",
                file=table.file, line=table.header_line, remedy="Gardez une seule des deux colonnes",
            )  # fmt: skip
        else:
            at[said] = position
    _check(table, at)
    return Columns(at, table.header, unread)


def _check(table: Table, at: Mapping[str, int]) -> None:
    missing = [
        name for said, name in (("reference", "référence"), ("nature", "nature"), ("from", "du")) if said not in at
    ]
    if not ({"rsu", "nina"} & at.keys() or {"phone", "name"} <= at.keys()):
        missing.append("numéro RSU (ou NINA, ou téléphone et nom)")
    if not ({"amount"} & at.keys() or {"quantity", "unit"} <= at.keys()):
        missing.append("montant (ou quantité et unité)")
    if missing:
        raise InputError(
            f"Colonnes manquantes : {', '.join(missing)}" if missing[1:] else f"Colonne manquante : {missing[0]}",
            file=table.file, line=table.header_line,
            why=f"Colonnes trouvées : {table.columns_said}",
            remedy="Renommez ou ajoutez ces colonnes",
        )  # fmt: skip


def staged(table: Table, columns: Columns, scheme: Scheme, today: date, work: Work) -> Iterator[Sequence[Any]]:
    """The rows of the file as STAGED; telephones and NINA leave as their blind index and their last digits."""
    for count, (number, cells) in enumerate(table):
        if count % _ROWS_PER_PROGRESS == 0:
            work.progress(*table.progress)
        line = _Line({said: cells[position] for said, position in columns.at.items()}, columns)
        yield number, *_read(line, scheme, today)


def _read(line: _Line, scheme: Scheme, today: date) -> list[Any]:
    who = _who(line)
    what = _what(line)
    when = _when(line, scheme, today, coverage=what[0] == "coverage")
    reference = _reference(line)
    written = line.cells.get("scheme", "")
    if written and folded(written) != folded(scheme.code):
        line.fault("scheme", "other_scheme", written)
    named, values, codes = zip(*line.faults, strict=True) if line.faults else ((), (), ())
    return [*who, *what, *when, reference, list(named), list(values), list(codes)]


def _who(line: _Line) -> list[Any]:
    said = {name: line.cells.get(name, "") for name in ("rsu", "nina", "phone", "name")}
    rsu = _rsu(line, said["rsu"])
    if not (said["rsu"] or said["nina"] or (said["phone"] and said["name"])):
        line.fault("rsu" if "rsu" in line.columns.at else "nina", "no_household")
    by_phone = not said["nina"] and bool(said["phone"] and said["name"])
    return [
        rsu,
        vault().index("document", said["nina"]) if said["nina"] else None, masked(said["nina"], 4),
        vault().index("phone", said["phone"]) if by_phone else None, masked(said["phone"], 2),
        said["name"],
    ]  # fmt: skip


def _rsu(line: _Line, said: str) -> str | None:
    """Ten digits with their check digits, the zeros that a spreadsheet took away given back."""
    if not said:
        return None
    digits = re.sub(r"[\s.\-]", "", said)
    number = digits.zfill(10)
    if not re.fullmatch(r"\d{6,10}", digits, re.ASCII) or int(number) % 97 != 1:
        line.fault("rsu", "rsu_shape", said)
        return None
    return number


def _what(line: _Line) -> list[Any]:
    nature = _NATURE_OF.get(folded(line.cells["nature"]))
    if nature is None:
        line.fault("nature", "nature", line.cells["nature"])
    amount = _amount(line, line.cells.get("amount", ""))
    quantity = _quantity(line, line.cells.get("quantity", ""))
    unit = line.cells.get("unit", "")
    if len(unit) > LONGEST_UNIT:
        line.fault("unit", "long", unit)
    elif unit and not line.cells.get("quantity", ""):
        line.fault("quantity", "no_quantity", unit)
    elif quantity is not None and not unit:
        line.fault("unit", "no_unit")
    said = line.cells.get("amount", "") or (nature != "cash" and line.cells.get("quantity", ""))
    if not said:
        line.fault("amount", "no_measure")
    return [nature, amount, quantity, unit]


def _amount(line: _Line, said: str) -> int | None:
    try:
        amount = as_integer(said) if said else None
    except ValueError:
        amount = 0
    if amount is not None and not 0 < amount <= LARGEST_XOF:
        line.fault("amount", "amount", said)
        return None
    return amount


def _quantity(line: _Line, said: str) -> Decimal | None:
    try:
        quantity = round(as_decimal(said), 3) if said else None
    except (ValueError, ArithmeticError):
        quantity = Decimal(0)
    if quantity is not None and not 0 < quantity < LARGEST_QUANTITY:
        line.fault("quantity", "quantity", said)
        return None
    return quantity


def _when(line: _Line, scheme: Scheme, today: date, *, coverage: bool) -> list[date | None]:
    """The first and the last day; without « au », those of « du », or for a coverage no end."""
    begins, ends = _days(line, "from") or (None, None)
    if line.cells.get("to"):
        ends = (_days(line, "to") or (None, None))[1]
    elif coverage:
        ends = None
    if not line.cells["from"]:
        line.fault("from", "no_day")
    elif begins and begins > today:
        line.fault("from", "future", line.cells["from"])
    elif begins and ((scheme.starts_on and begins < scheme.starts_on) or (scheme.ends_on and begins > scheme.ends_on)):
        line.fault("from", "not_then", line.cells["from"])
    if begins and ends and ends < begins:
        line.fault("to", "backwards")
    return [begins, ends]


def _days(line: _Line, said: str) -> tuple[date, date] | None:
    """The first and the last day of what is written: the same for a day, those of a month."""
    written = line.cells.get(said, "")
    if not written:
        return None
    try:
        found = as_date(written)
    except ValueError:
        found = None
    if found is None or found.precision not in ("day", "month"):
        line.fault(said, "day", written)
        return None
    if found.precision == "day":
        return found.day, found.day
    return found.day, found.day.replace(day=monthrange(found.day.year, found.day.month)[1])


def _reference(line: _Line) -> str | None:
    said = line.cells["reference"]
    if not said:
        line.fault("reference", "no_reference")
    elif len(said) > LONGEST_REFERENCE:
        line.fault("reference", "long", said)
    return said if 0 < len(said) <= LONGEST_REFERENCE else None


def folded(text: str) -> str:
    """A name without case, accents and separators: « Numéro_RSU » -> « numero rsu »."""
    bare = "".join(c for c in unicodedata.normalize("NFKD", text.casefold()) if not unicodedata.combining(c))
    return _SEPARATORS.sub(" ", bare).strip()
