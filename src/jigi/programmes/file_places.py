"""Where the blocks and codes of a programme file stand, for the errors that name them."""

from __future__ import annotations

from jigi.foundation.periods import Period
from jigi.foundation.toml_table import Table
from jigi.programmes.definition import Code, Place

CODE = r"[A-Za-z0-9][A-Za-z0-9._-]{0,23}"


def place_of(part: Table) -> Place:
    """The lines of a block and of its keys."""
    return Place(part.file, {key: part.line(key) for key in ("", *part.data)})


def codes_of(part: Table, key: str) -> tuple[Code, ...] | None:
    """The codes of a list with their lines; None when the key is absent."""
    if key not in part.data:
        return None
    found = part.codes(key)
    return tuple(Code(code, line) for code, line in zip(found, part.item_lines(key), strict=True))


def some_codes(part: Table, key: str) -> tuple[Code, ...] | None:
    """The same of a list that chooses something: empty, or naming a thing twice, it is refused."""
    found = codes_of(part, key)
    if found == ():
        raise part.error(
            key, "Une liste vide ne choisit rien", remedy="Écrivez ce qui est éligible, ou retirez la clef : tout l’est"
        )
    seen: set[str] = set()
    for code in found or ():
        if code.value in seen:
            raise place_of(part).error(key, f"« {code.value} » est écrit deux fois", line=code.line)
        seen.add(code.value)
    return found


def some_periods(part: Table, key: str) -> tuple[tuple[Period, int], ...] | None:
    """The periods of such a list with their lines."""
    found = []
    for code in some_codes(part, key) or ():
        try:
            period = Period.parse(code.value)
        except ValueError as error:
            raise place_of(part).error(
                key, f"« {code.value} » n’est pas une période", line=code.line,
                remedy="Écrivez un trimestre (2015T1), un mois (2015-03) ou deux jours (2015-01-01/2018-12-31)",
            ) from error  # fmt: skip
        found.append((period, code.line))
    return tuple(found) if key in part.data else None
