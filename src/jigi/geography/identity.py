"""Which village a row of a file is: one already known, or a new one with its code.

A given code names the village. Without one, a village is recognised by its name in its commune, or as the
same row of the same file loaded before; a new one is numbered after the last of its commune, in file order.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

from jigi.geography.rules import name_key
from jigi.geography.ties import Tie, VillageRow


@dataclass(frozen=True)
class KnownVillage:
    """A village in the database, in the order it entered. `own`: this same file brought it."""

    code: str
    name: str
    commune: str
    cercle: str
    own: bool


@dataclass
class Identities:
    """The code of each row, by line, and the French reasons why some rows have none.

    `met` are the lines that met, by its name alone, a village that another file brought.
    """

    codes: dict[int, str] = field(default_factory=dict)
    refused: dict[int, str] = field(default_factory=dict)
    met: set[int] = field(default_factory=set)


def identify(
    rows: Sequence[VillageRow],
    ties: Mapping[int, Tie],
    cercles: Mapping[str, str],
    known: Sequence[KnownVillage],
    reserved: Collection[str],
) -> Identities:
    """Give every tied row its code.

    `cercles` gives the cercle of a commune; `reserved` are the codes of areas that are not villages. Codes
    that a file repeats from commune to commune are numbers inside the commune: they get its code in front.
    """
    identities = Identities()
    local = _numbers_restart(rows, ties)
    by_code = {village.code: village for village in known}
    lines: dict[str, int] = {}
    for row in (row for row in rows if row.code and row.line in ties):
        commune = ties[row.line].commune
        code = f"{commune}-{row.code}" if local else row.code
        if reason := _conflict(row, code, commune, by_code.get(code), lines.get(code), reserved):
            identities.refused[row.line] = reason
        else:
            identities.codes[row.line] = code
            lines[code] = row.line
    unnamed = [row for row in rows if not row.code and row.line in ties]
    taken = {*by_code, *reserved, *lines}
    _recognise_or_number(unnamed, ties, cercles, known, taken, identities)
    return identities


def _numbers_restart(rows: Sequence[VillageRow], ties: Mapping[int, Tie]) -> bool:
    communes: dict[str, set[str]] = defaultdict(set)
    for row in rows:
        if row.code and row.line in ties:
            communes[row.code].add(ties[row.line].commune)
    return any(len(found) > 1 for found in communes.values())


def _conflict(
    row: VillageRow,
    code: str,
    commune: str,
    village: KnownVillage | None,
    line: int | None,
    reserved: Collection[str],
) -> str:
    if line is not None:
        return f"code « {code} » déjà donné à la ligne {line}"
    if code in reserved or len(code) > 30:
        return f"code « {code} » déjà celui d’un autre lieu" if code in reserved else f"code « {code} » trop long"
    if village and not village.own and village.commune != commune and name_key(village.name) != name_key(row.name):
        return f"code « {code} » déjà celui du village « {village.name} »"
    return ""


def _recognise_or_number(
    rows: Sequence[VillageRow],
    ties: Mapping[int, Tie],
    cercles: Mapping[str, str],
    known: Sequence[KnownVillage],
    taken: set[str],
    identities: Identities,
) -> None:
    others: dict[tuple[str, str], list[str]] = defaultdict(list)
    own: dict[tuple[str, str], list[str]] = defaultdict(list)
    for village in reversed(known):
        place = village.cercle if village.own else village.commune
        (own if village.own else others)[place, name_key(village.name)].append(village.code)
    last: dict[str, int] = defaultdict(int)
    for row in rows:
        commune, key = ties[row.line].commune, name_key(row.name)
        if others[commune, key]:
            identities.codes[row.line] = others[commune, key].pop()
            identities.met.add(row.line)
            continue
        if own[cercles[commune], key]:
            identities.codes[row.line] = own[cercles[commune], key].pop()
            continue
        code = ""
        while not code or code in taken:
            last[commune] += 1
            code = f"{commune}-{last[commune]:04d}"
        taken.add(code)
        identities.codes[row.line] = code
