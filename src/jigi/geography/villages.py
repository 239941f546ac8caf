"""Reading a table of villages, whatever its columns are called, into rows ready to be tied to communes."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from jigi.foundation.errors import InputError
from jigi.foundation.tabular import Limits, Table, as_decimal, as_integer, open_table
from jigi.geography.polygons import MALI
from jigi.geography.ties import VillageRow

MOST_VILLAGES = 200_000
"""Far above any country of the Sahel (Mali has about 12,500 villages): more is another kind of file."""
MOST_PEOPLE = 10_000_000

SYNONYMS: Mapping[str, tuple[str, ...]] = {
    "name": (
        "village",
        "nom_village",
        "nom_du_village",
        "village_name",
        "nom",
        "name",
        "localite",
        "adm4_name",
    ),
    "code": ("code_village", "village_code", "code_electoral", "adm4_pcode", "code"),
    "commune_code": ("adm3_pcode", "commune_pcode", "pcode_commune", "code_commune", "commune_code"),
    "commune": ("commune", "nom_commune", "commune_name", "adm3_name"),
    "arrondissement": ("arrondissement", "nom_arrondissement"),
    "cercle": ("cercle", "nom_cercle", "adm2_name", "adm2_pcode", "cercle_code"),
    "region": ("region", "nom_region", "adm1_name"),
    "latitude": ("latitude", "lat", "gps_lat", "y"),
    "longitude": ("longitude", "lon", "lng", "long", "gps_lon", "x"),
    "population": ("population", "pop", "habitants", "nombre_habitants", "population_totale"),
}
"""Our field -> the column names that mean it, best first; they are compared without accents and case."""


@dataclass(frozen=True)
class Reject:
    """What could not be loaded: its line (or feature number) in the file, column, French reason, cells."""

    line: int
    reason: str
    column: str = ""
    cells: tuple[str, ...] = ()


@dataclass
class VillageFile:
    """What a file of villages holds: its header, sound rows, rejects, and positions left aside."""

    header: tuple[str, ...]
    rows: list[VillageRow] = field(default_factory=list)
    cells: dict[int, tuple[str, ...]] = field(default_factory=dict)
    rejects: list[Reject] = field(default_factory=list)
    misplaced: int = 0


def read_villages(path: Path, columns: Mapping[str, str] | None = None) -> VillageFile:
    """Read a table of villages. `columns` names the column of a field when its name says nothing.

    Rows without a name or with a number that is none are rejects; positions outside the country are left
    aside and counted. InputError when the file is not such a table or holds no village.
    """
    with open_table(path, limits=Limits(max_rows=MOST_VILLAGES)) as table:
        places = _places(table, columns or {})
        found = VillageFile(table.header)
        for line, cells in table:
            found.cells[line] = tuple(cells)
            try:
                row = _row(line, cells, places)
            except _Unreadable as error:
                column = table.header[places[error.field][0]] if error.field in places else ""
                found.rejects.append(Reject(line, error.reason, column, tuple(cells)))
                continue
            found.misplaced += not row.located and _gives_position(cells, places)
            found.rows.append(row)
    if not found.cells:
        raise InputError("Le fichier n’a que son en-tête", file=path, remedy="Ajoutez une ligne par village")
    return found


def header_key(name: str) -> str:
    """A column name without accents, case and punctuation: « Code Commune » -> « code_commune »."""
    folded = unicodedata.normalize("NFKD", name.casefold())
    letters = (c if c.isalnum() else " " for c in folded if not unicodedata.combining(c))
    return "_".join("".join(letters).split())


class _Unreadable(ValueError):
    """A cell that cannot be understood."""

    def __init__(self, field_name: str, reason: str) -> None:
        self.field, self.reason = field_name, reason
        super().__init__(reason)


def _places(table: Table, columns: Mapping[str, str]) -> dict[str, list[int]]:
    """Field -> positions of its columns, best first. InputError when what is needed is not there."""
    if unknown := sorted(set(columns) - set(SYNONYMS)):
        raise InputError(
            f"Champ inconnu : « {unknown[0]} »",
            file=table.file,
            remedy=f"Champs possibles : {', '.join(SYNONYMS)}",
        )
    keys = [header_key(name) for name in table.header]
    places: dict[str, list[int]] = {}
    for name, synonyms in SYNONYMS.items():
        if name in columns:
            places[name] = list(table.require(columns[name]))
        elif found := [keys.index(synonym) for synonym in synonyms if synonym in keys]:
            places[name] = found
    where = {"commune_code", "commune", "cercle"} & set(places) or {"latitude", "longitude"} <= set(places)
    if "name" in places and where:
        return places
    raise InputError(
        "Ce tableau n’est pas une liste de villages",
        file=table.file,
        line=table.header_line,
        why=f"Colonnes trouvées : {table.columns_said}",
        remedy="Il faut une colonne « village » et une au moins parmi « commune_code », « commune »,"
        " « cercle », ou bien « latitude » et « longitude »",
    )


def _row(line: int, cells: Sequence[str], places: Mapping[str, Sequence[int]]) -> VillageRow:
    def given(name: str) -> list[str]:
        return [cells[place] for place in places.get(name, ()) if cells[place]]

    def first(name: str) -> str:
        return next(iter(given(name)), "")

    name, code = first("name"), first("code")
    if not any(c.isalnum() for c in name):
        raise _Unreadable("name", "village sans nom")
    if len(name) > 120:
        raise _Unreadable("name", "nom de plus de 120 caractères")
    if len(code) > 30 or "/" in code:
        raise _Unreadable("code", f"« {code[:40]} » n’est pas un code de 30 caractères au plus, sans barre")
    longitude = _number("longitude", first("longitude"), as_decimal)
    latitude = _number("latitude", first("latitude"), as_decimal)
    population = _number("population", first("population"), as_integer)
    if population is not None and not 0 <= population <= MOST_PEOPLE:
        raise _Unreadable("population", f"population négative, ou de plus de {MOST_PEOPLE} personnes")
    if longitude is None or latitude is None or not MALI.holds(longitude, latitude):
        longitude = latitude = None
    return VillageRow(
        line=line,
        name=name,
        code=code,
        commune_codes=tuple(given("commune_code")),
        commune=first("commune"),
        arrondissement=first("arrondissement"),
        cercle=first("cercle"),
        region=first("region"),
        longitude=longitude,
        latitude=latitude,
        population=None if population is None else int(population),
    )


def _number(name: str, text: str, read: Callable[[str], object]) -> float | None:
    if not text:
        return None
    try:
        return float(str(read(text)))
    except ValueError as error:
        raise _Unreadable(name, f"« {text[:40]} » {error}") from None


def _gives_position(cells: Sequence[str], places: Mapping[str, Sequence[int]]) -> bool:
    return any(cells[place] for name in ("latitude", "longitude") for place in places.get(name, ()))
