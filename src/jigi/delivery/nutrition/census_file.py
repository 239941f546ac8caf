"""A census as a file of the operator (CSV or Excel): good lines are counted in, the others said with what to do."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from django.db import transaction

from jigi.delivery.contracts.access import require_operator
from jigi.delivery.contracts.models import Contract
from jigi.delivery.nutrition import census
from jigi.delivery.nutrition.census import Counted
from jigi.delivery.nutrition.problems import Problem
from jigi.foundation.errors import InputError, JigiError
from jigi.foundation.fence import unfenced
from jigi.foundation.models import User
from jigi.foundation.tabular import as_boolean, as_date, open_table
from jigi.geography.models import Area
from jigi.registry.models import Household

COLUMNS = ("Village", "Catégorie", "Nom")
OPTIONAL = (
    "Mère ou gardien", "Naissance", "Terme attendu", "Allaite depuis", "Centre de santé", "Consentement", "N° RSU",
)  # fmt: skip
CATEGORIES = {"enfant": "child", "femme": "woman"}


@dataclass(frozen=True)
class Taken:
    """What became of a file."""

    added: int
    known: int
    problems: tuple[Problem, ...]


class _Wrong(Exception):
    def __init__(self, column: str, what: str, remedy: str = "Corrigez la cellule, puis renvoyez le fichier.") -> None:
        self.column, self.what, self.remedy = column, what, remedy


@unfenced
@transaction.atomic
def take(path: str | Path, contract: Contract, *, by: User) -> Taken:
    """Count in who a file names. A line known already changes nothing, so a corrected file may be sent again whole.

    InputError when it is no such file; Refused without the right.
    """
    require_operator(by, contract)
    added = known = 0
    problems = []
    villages = _villages(contract)
    with open_table(path) as table:
        table.require(*COLUMNS)
        if table.header_only:
            raise InputError("Le fichier n’a qu’un en-tête", file=path, remedy="Vérifiez que l’export est complet")
        for line, cells in table:
            row = dict(zip(table.header, cells, strict=True))
            try:
                said = _counted(row, villages)
                if census._is_in(contract, said):
                    known += 1
                else:
                    census.add(contract, said, by=by)
                    added += 1
            except _Wrong as wrong:
                problems.append(Problem(line, wrong.column, wrong.what, wrong.remedy))
            except JigiError as error:
                problems.append(Problem(line, "", error.what, error.remedy))
    return Taken(added, known, tuple(problems))


def _villages(contract: Contract) -> dict[str, list[Area]]:
    """The villages of the contract's communes, by folded name and by code."""
    found: dict[str, list[Area]] = {}
    communes = contract.communes.values_list("commune", flat=True)
    for village in Area.objects.filter(parent__in=communes, level=Area.Level.VILLAGE).select_related("parent"):
        for key in {village.name.casefold(), village.code.casefold()}:
            found.setdefault(key, []).append(village)
    return found


def _counted(row: dict[str, str], villages: dict[str, list[Area]]) -> Counted:
    named = villages.get(row["Village"].casefold(), [])
    if len(named) != 1:
        what = "plusieurs villages du contrat" if named else "un village que le contrat ne couvre pas"
        raise _Wrong("Village", f"« {row['Village']} » est {what}", "Écrivez le code du village.")
    category = CATEGORIES.get(row["Catégorie"].casefold(), "")
    if not category:
        raise _Wrong("Catégorie", f"« {row['Catégorie']} » n’est ni enfant, ni femme")
    said = dict(
        category=category, village=named[0], name=row["Nom"], guardian=row.get("Mère ou gardien", ""),
        birth=_read(row, "Naissance", lambda text: tuple(as_date(text))), due_on=_day(row, "Terme attendu"),
        breastfeeding_since=_day(row, "Allaite depuis"), centre=row.get("Centre de santé", ""),
        consent=bool(_read(row, "Consentement", as_boolean)), **_registered(row),
    )  # fmt: skip
    counted = Counted(**said)
    if fault := census.fault_of(counted):
        raise _Wrong("", fault)
    return counted


def _registered(row: dict[str, str]) -> dict[str, Any]:
    """The household and the person whom a line names by the RSU number."""
    number = "".join(mark for mark in row.get("N° RSU", "") if mark.isdigit())
    if not number:
        return {}
    household = Household.objects.filter(rsu_number=number, status="active").first()
    if household is None:
        raise _Wrong("N° RSU", "Ce numéro n’est celui d’aucun ménage du registre", "Relisez-le, ou laissez-le vide.")
    person = census.member_named(household, row["Nom"])
    if person is None:
        raise _Wrong(
            "Nom", "Aucun membre de ce ménage ne s’appelle ainsi", "Écrivez le nom du registre, ou sans N° RSU."
        )
    return {"household": household, "person": person}


def _day(row: dict[str, str], column: str) -> date | None:
    return _read(row, column, lambda text: as_date(text).day)


def _read(row: dict[str, str], column: str, reader: Callable[[str], Any]) -> Any:
    text = row.get(column, "")
    try:
        return reader(text) if text else None
    except ValueError as error:
        raise _Wrong(column, f"« {text[:60]} » {error}") from None
