"""Budget lines as they are written: the block [agreement.budget] of a programme file, or a CSV or XLSX table.

    [agreement.budget]
    strict = true                  # a round that overspends a line is refused

    [[agreement.budget.line]]
    code = "1.1"
    label = "Transferts aux ménages"
    purpose = "transfers"          # or "fees", "management"
    component = "TM"               # left out: all that the agreement pays
    year = 2019                    # left out: the whole life of the agreement
    amount_xof = 2_500_000_000

A table has the columns `ligne`, `libelle`, `objet` (transferts, frais, gestion), `composante`, `exercice`, `montant`.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

from jigi.foundation.errors import InputError
from jigi.foundation.tabular import as_integer, open_table
from jigi.foundation.toml_table import Table
from jigi.programmes.budget_rules import Purpose, SaidBudget, SaidLine, mistake
from jigi.programmes.definition import BudgetDefinition, Place
from jigi.programmes.file_places import CODE, place_of

COLUMNS = ("ligne", "libelle", "objet", "composante", "exercice", "montant")
OBJECTS = {"transferts": Purpose.TRANSFERS, "frais": Purpose.FEES, "gestion": Purpose.MANAGEMENT}
HEADERS = {"code": "ligne", "purpose": "objet", "component": "composante", "amount_xof": "montant"}
LARGEST_XOF = 10**15
MOST_LINES = 2_000
FIRST_YEAR, LAST_YEAR = 1990, 2200


def read_budget(agreement: Table, programme: str, granted_xof: int) -> BudgetDefinition | None:
    """The budget of an agreement's block; None when it has none. Raises InputError at the line."""
    if "budget" not in agreement.data:
        return None
    part = agreement.table("budget")
    blocks = part.tables("line")
    if not blocks:
        raise part.error("", "Ce budget n’a aucune ligne", remedy="Ajoutez un bloc [[agreement.budget.line]]")
    budget = SaidBudget(tuple(_line(block, programme) for block in blocks), part.flag("strict", default=False))
    part.refuse_others()
    places = [place_of(block) for block in blocks]
    if wrong := mistake(budget.lines, granted_xof):
        raise places[wrong.index].error(wrong.column, wrong.what, remedy=wrong.remedy)
    return BudgetDefinition(budget, place_of(part))


def read_table(path: Path, *, granted_xof: int, strict: bool) -> SaidBudget:
    """The budget of a CSV or XLSX table. Raises InputError with the file, line, column and remedy."""
    with open_table(path) as table:
        header = [cell.strip().lower() for cell in table.header]
        if missing := [name for name in COLUMNS if name not in header]:
            raise InputError(
                f"Il manque la colonne « {missing[0]} »", file=path, line=table.header_line, column=missing[0],
                remedy=f"La première ligne nomme : {', '.join(COLUMNS)}.",
            )  # fmt: skip
        places = [header.index(name) for name in COLUMNS]
        numbered = [(line, _row(path, line, [cells[place].strip() for place in places])) for line, cells in table]
    if not 0 < len(numbered) <= MOST_LINES:
        raise InputError(f"Un budget a de 1 à {MOST_LINES} lignes", file=path, line=1, remedy="Relisez le fichier.")
    lines = tuple(line for _, line in numbered)
    if wrong := mistake(lines, granted_xof):
        line = numbered[wrong.index][0]
        raise InputError(wrong.what, file=path, line=line, column=HEADERS[wrong.column], remedy=f"{wrong.remedy}.")
    return SaidBudget(lines, strict)


def _line(part: Table, programme: str) -> SaidLine:
    amount = part.integer("amount_xof", minimum=1)
    if amount > LARGEST_XOF:
        raise part.error("amount_xof", f"{amount} n’est pas un montant possible")
    year = part.integer("year", minimum=FIRST_YEAR) if "year" in part.data else None
    if year and year > LAST_YEAR:
        raise part.error("year", f"{year} n’est pas un exercice")
    component = part.text("component", default="")
    said = SaidLine(
        part.text("code", pattern=CODE), _label(part, place_of(part)), Purpose(
            part.choice("purpose", [one.value for one in Purpose])
        ),
        component if not component or "." in component else f"{programme}.{component}", year, amount,
    )  # fmt: skip
    part.refuse_others()
    return said


def _label(part: Table, place: Place) -> str:
    label = part.text("label").strip()
    if len(label) > 160:
        raise place.error("label", f"Le libellé a {len(label)} caractères", remedy="Réduisez-le à 160")
    return label


def _row(path: Path, line: int, cells: Sequence[str]) -> SaidLine:
    code, label, purpose, component, year, written = cells

    def wrong(column: str, what: str, remedy: str) -> InputError:
        return InputError(what, file=path, line=line, column=column, remedy=remedy)

    if not re.fullmatch(CODE, code):
        raise wrong("ligne", f"« {code[:30]} » n’est pas un code de ligne", "Écrivez par exemple 1.1 ou TM-2019.")
    if not 0 < len(label) <= 160:
        raise wrong("libelle", "Le libellé manque ou dépasse 160 caractères", "Écrivez ce que la ligne paie.")
    if purpose.lower() not in OBJECTS:
        raise wrong("objet", f"L’objet « {purpose[:30]} » n’existe pas", f"Écrivez l’un de : {', '.join(OBJECTS)}.")
    if component and not re.fullmatch(rf"{CODE}\.{CODE}", component):
        raise wrong("composante", f"« {component[:50]} » n’est pas une composante", "Écrivez par exemple TM1.TM.")
    if year and not (year.isdecimal() and len(year) == 4 and FIRST_YEAR <= int(year) <= LAST_YEAR):
        raise wrong("exercice", f"« {year[:20]} » n’est pas un exercice", "Écrivez une année, ou rien pour toutes.")
    try:
        amount_xof = as_integer(written)
    except (ValueError, InputError):
        amount_xof = None
    if amount_xof is None or not 0 < amount_xof <= LARGEST_XOF:
        raise wrong("montant", f"« {written[:30]} » n’est pas un montant", "Écrivez un nombre entier de francs.")
    return SaidLine(code, label, OBJECTS[purpose.lower()], component, int(year) if year else None, amount_xof)
