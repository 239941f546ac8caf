"""Approvals by amount band, as reviewed data: how many, from which roles, by programme (data/approvals.toml)."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path

from jigi.foundation.toml_table import Table, parse, read_text
from jigi.geography.roles import roles

SHIPPED = Path(__file__).with_name("data") / "approvals.toml"
RIGHT = "payments.approve"


@dataclass(frozen=True)
class Band:
    """From `from_xof` francs on, a round of a programme ("": of any) needs one approval of each role ("": any role)."""

    programme: str
    from_xof: int
    approvers: tuple[str, ...]


@cache
def bands() -> tuple[Band, ...]:
    """The bands in force."""
    return read_bands(SHIPPED)


def approvers(found: tuple[Band, ...], programme: str, total_xof: int) -> tuple[str, ...]:
    """The roles that must approve a list of `total_xof` francs: the band of the programme, at or below it."""
    own = [band for band in found if band.programme == programme] or [band for band in found if not band.programme]
    reached = [band for band in own if band.from_xof <= total_xof]
    return max(reached, key=lambda band: band.from_xof).approvers


def read_bands(path: Path) -> tuple[Band, ...]:
    """The bands of a reviewed file.

    Raises InputError with the line: an unknown role or one that can't approve, nobody to approve, two bands from one
    amount, a programme without a band from zero.
    """
    top = parse(read_text(path), path)
    top.text("author"), top.text("source"), top.day("valid_from")
    tables = top.tables("band")
    top.refuse_others()
    found = tuple(_band(table) for table in tables)
    for table, band in zip(tables, found, strict=True):
        if sum((band.programme, band.from_xof) == (one.programme, one.from_xof) for one in found) > 1:
            raise table.error("from_xof", "Deux tranches partent du même montant")
        if not any(one.programme == band.programme and one.from_xof == 0 for one in found):
            raise table.error("from_xof", "Aucune tranche ne part de 0", remedy="Ajoutez la première tranche.")
    if not any(not band.programme for band in found):
        raise top.error(
            "", "Il manque les tranches de tout programme", remedy='Écrivez programme = "" et from_xof = 0.'
        )
    return found


def _band(table: Table) -> Band:
    asked = table.codes("approvers")
    band = Band(table.text("programme", default=""), table.integer("from_xof"), asked)
    table.refuse_others()
    able = {code for code, role in roles().items() if RIGHT in role.rights}
    if not asked:
        raise table.error("approvers", "Personne n’approuverait", remedy='Écrivez au moins [""].')
    for code in asked:
        if code and code not in able:
            listed = ", ".join(sorted(able))
            raise table.error("approvers", f"Le rôle « {code} » n’approuve pas", remedy=f"Rôles possibles : {listed}.")
    return band
