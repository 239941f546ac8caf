"""Figures of years that this database did not see, as a file gives them: one a line, each with its source.

Columns: annee, indicateur, valeur, source; and, when the figure is told in parts, sur (its denominator), lieu (code of
a region or commune), composante (nature), convention, sexe, age, trimestre.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from jigi.foundation.cells import as_integer
from jigi.foundation.errors import InputError
from jigi.foundation.tabular import open_table
from jigi.geography.models import Area
from jigi.results.framework import KINDS, framework
from jigi.results.rules import BANDS, Key

NEEDED = ("annee", "indicateur", "valeur", "source")
OPTIONAL = ("sur", "lieu", "composante", "convention", "sexe", "age", "trimestre")
MOST_LINES = 20_000
BY_COLUMNS = {
    frozenset(): "", frozenset({"kind"}): "kind", frozenset({"agreement"}): "agreement", frozenset({"sex"}): "sex",
    frozenset({"band"}): "band", frozenset({"quarter"}): "quarter", frozenset({"kind", "agreement"}): "kind_agreement",
    frozenset({"region"}): "region", frozenset({"commune"}): "commune", frozenset({"region", "kind"}): "region_kind",
    frozenset({"commune", "quarter"}): "commune_quarter",
}  # fmt: skip


@dataclass(frozen=True)
class Given:
    """A line of the file."""

    line: int
    year: int
    indicator: str
    key: Key
    area: Area | None
    numerator: int
    denominator: int | None
    source: str


def read_figures(path: Path) -> list[Given]:
    """The figures of a file. Raises InputError with the line and the column of the first mistake."""
    found: list[Given] = []
    seen: set[tuple[int, str, Key]] = set()
    areas = {
        area.code: area
        for area in Area.objects.filter(level__in=("region", "commune")).order_by("version__valid_from", "pk")
    }
    with open_table(path) as table:
        places = dict(zip(NEEDED, table.require(*NEEDED), strict=True))
        places |= {name: table.header.index(name) for name in OPTIONAL if name in table.header}
        for line, cells in table:
            one = _given(line, {name: cells[place].strip() for name, place in places.items()}, areas, path)
            if (one.year, one.indicator, one.key) in seen:
                raise _wrong(path, line, "indicateur", "Ce chiffre est déjà donné plus haut", "Gardez une des lignes")
            seen.add((one.year, one.indicator, one.key))
            found.append(one)
            if len(found) > MOST_LINES:
                raise _wrong(path, line, "annee", f"Plus de {MOST_LINES} chiffres", "Coupez le fichier par année")
    if not found:
        raise InputError("Le fichier n’a aucun chiffre", file=path, remedy="Ajoutez une ligne par chiffre")
    return found


def _given(line: int, said: dict[str, str], areas: dict[str, Area], path: Path) -> Given:
    def whole(column: str) -> int:
        try:
            found = as_integer(said[column])
        except ValueError as error:
            raise _wrong(path, line, column, f"« {said[column][:40]} » {error}", "Écrivez un nombre entier") from error
        if not 0 <= found < 10**17:
            raise _wrong(path, line, column, f"« {said[column][:40]} » est hors de portée", "Écrivez un nombre positif")
        return found

    year = whole("annee")
    if not 1990 <= year <= 2200:
        raise _wrong(path, line, "annee", f"« {year} » n’est pas une année", "Écrivez-la en quatre chiffres")
    if said["indicateur"] not in framework().indicators:
        raise _wrong(path, line, "indicateur", f"« {said['indicateur'][:40]} » n’est pas du cadre de résultats",
                     "Prenez un code que donne jigi results show")  # fmt: skip
    if not said["source"] or len(said["source"]) > 300:
        raise _wrong(
            path, line, "source", "La source manque, ou dépasse 300 caractères", "Dites qui a publié ce chiffre"
        )
    if "|" in said["source"] or "|" in said.get("convention", ""):
        raise _wrong(path, line, "source", "Une barre verticale ne se garde pas", "Retirez-la")
    code = said.get("lieu", "")
    area = areas.get(code)
    if code and area is None:
        raise _wrong(
            path, line, "lieu", f"« {code[:40]} » n’est ni une région ni une commune", "Écrivez son code, comme ML05"
        )
    key = _key(said, area, path, line)
    number, over = whole("valeur"), whole("sur") if said.get("sur") else None
    told = framework().indicators[said["indicateur"]]
    if told.is_percentage and not (over and number <= over):
        raise _wrong(
            path, line, "sur", "Une part se donne sur un total", "Écrivez le nombre dans valeur et le total dans sur"
        )
    if not told.is_percentage and over not in (None, told.per):
        raise _wrong(path, line, "sur", "Cet indicateur n’est pas une part", "Laissez la colonne sur vide")
    denominator = None if told.measure == "count" else over
    return Given(line, year, said["indicateur"], key, area, number, denominator, said["source"])


def _key(said: dict[str, str], area: Area | None, path: Path, line: int) -> Key:
    told = {
        "kind": said.get("composante", ""), "agreement": said.get("convention", ""), "sex": said.get("sexe", ""),
        "band": said.get("age", ""), "quarter": said.get("trimestre", ""),
    }  # fmt: skip
    for column, name, allowed in (("composante", "kind", KINDS), ("sexe", "sex", ("F", "M")), ("age", "band", BANDS)):
        if told[name] and told[name] not in allowed:
            raise _wrong(
                path, line, column, f"« {told[name][:40]} » est inconnu ici", f"Possibles : {', '.join(allowed)}"
            )
    if len(told["agreement"]) > 40:
        raise _wrong(path, line, "convention", "Le code dépasse 40 caractères", "Prenez le code de la convention")
    if told["quarter"] and not _is_quarter(told["quarter"]):
        raise _wrong(path, line, "trimestre", f"« {told['quarter'][:20]} » n’est pas un trimestre", "Écrivez 2018-T3")
    if told["quarter"] and told["quarter"][:4] != said["annee"]:
        raise _wrong(
            path, line, "trimestre", f"« {told['quarter']} » est d’une autre année", "Écrivez-en un de l’année"
        )
    columns = {name for name, value in told.items() if value} | ({str(area.level)} if area else set())
    dimension = BY_COLUMNS.get(frozenset(columns))
    if dimension is None:
        raise _wrong(path, line, "", "Ces colonnes ne se remplissent pas ensemble", "Donnez une ventilation à la fois")
    return Key(dimension, area.code if area else "", **told)


def _is_quarter(text: str) -> bool:
    year, part, number = text.partition("-T")
    return len(year) == 4 and year.isascii() and year.isdigit() and part == "-T" and number in ("1", "2", "3", "4")


def _wrong(path: Path, line: int, column: str, what: str, remedy: str) -> InputError:
    return InputError(what, file=path, line=line, column=column, remedy=remedy)
