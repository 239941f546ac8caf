"""Poverty rates by area as a table gives them: « code » of an area at any level, « taux » from 0 to 1."""

from __future__ import annotations

from pathlib import Path

from jigi.foundation.errors import InputError
from jigi.foundation.tabular import as_decimal, open_table


def read_rates(path: str | Path) -> dict[str, float]:
    """The rates of a file by area code, for `actions.set_quotas`; InputError with the line of a mistake."""
    rates: dict[str, float] = {}
    with open_table(path) as table:
        code_column, rate_column = table.require("code", "taux")
        for line, cells in table:
            code = cells[code_column]
            if not code:
                raise InputError(
                    "Le code du lieu manque", file=path, line=line, column="code",
                    remedy="Écrivez-le, comme ML010501, ou retirez la ligne",
                )  # fmt: skip
            if code in rates:
                raise InputError(
                    f"Le lieu « {code[:60]} » a déjà un taux", file=path, line=line, column="code",
                    remedy="Gardez une seule des deux lignes",
                )  # fmt: skip
            rates[code] = _rate(cells[rate_column], path, line)
    if not rates:
        raise InputError("Le fichier n’a aucun taux", file=path, remedy="Ajoutez une ligne par lieu")
    return rates


def _rate(text: str, path: str | Path, line: int) -> float:
    try:
        rate = float(as_decimal(text))
    except ValueError as error:
        raise InputError(
            f"« {text[:60]} » {error}", file=path, line=line, column="taux", remedy="Écrivez 0,45 pour 45 %"
        ) from error
    if not 0 <= rate <= 1:
        raise InputError(
            f"Le taux « {text[:60]} » n’est pas entre 0 et 1", file=path, line=line, column="taux",
            remedy="Écrivez 0,45 pour 45 %",
        )  # fmt: skip
    return rate
