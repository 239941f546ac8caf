"""Mappings: reviewed TOML files that say which column of a file fills which fact, and by which codes.

name = "enquete_2016"
source = "Enquête RSU 2016"
destination = "register"          # or "survey", with survey = "CODE"

[household]
key = "numero_fiche"              # « @line » where the file has no number
village = "village_code"          # or commune = "..."
collected_on = "date_enquete"     # or { value = "2016-05-01" }

[household.columns]
rooms = "pieces"
roof = { column = "toit", codes = { "1" = "thatch", "2" = "sheet" }, unknown = ["9"] }
land_ha = { column = "terre_m2", scale = 0.0001 }

[members]                         # of a register
key = "numero_fiche"
line = "numero_ligne"

[members.columns]
given_names = "prenom"
"""

from __future__ import annotations

import difflib
import hashlib
import re
from collections.abc import Mapping as Dictionary
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from jigi.foundation.errors import InputError
from jigi.foundation.toml_table import Table, parse, read_text
from jigi.intake.targets import INTERVIEW, LIVING, MEMBER, SURVEY_ONLY, Target

FOLDER = Path(__file__).with_name("mappings")
BY_LINE = "@line"
REQUIRED_OF_REGISTER = ("collected_on",)
REQUIRED_OF_MEMBERS = ("given_names", "surname", "sex", "relation")


@dataclass(frozen=True)
class Filling:
    """How one fact is filled: from a column (through codes or a scale), or with the same value for all."""

    name: str
    target: Target
    column: str = ""
    value: str = ""
    codes: Dictionary[str, str] | None = None
    unknown: frozenset[str] = frozenset()
    scale: float | None = None


@dataclass(frozen=True)
class Roster:
    """How the file of members is read."""

    key: str
    line: str
    sheet: str
    fillings: tuple[Filling, ...]


@dataclass(frozen=True)
class Mapping:
    """A mapping read and checked. `digest` is the SHA-256 of its text."""

    file: str
    digest: str
    name: str
    source: str
    survey: str
    geography: str
    sheet: str
    key: str
    interview: tuple[Filling, ...]
    living: tuple[Filling, ...]
    members: Roster | None
    text: str = ""
    """What it was read from: a batch under review keeps it."""

    @property
    def is_survey(self) -> bool:
        return bool(self.survey)

    def column_of(self, name: str) -> str:
        """The file's name of the column that fills a fact, or ''."""
        everything = self.interview + self.living + (self.members.fillings if self.members else ())
        return next((filling.column for filling in everything if filling.name == name), "")


def find(name_or_path: str | Path) -> Path:
    """A mapping shipped with the project, by its name, or any TOML file by its path."""
    is_name = re.fullmatch(r"\w+", str(name_or_path)) is not None
    shipped = FOLDER / f"{name_or_path}.toml"
    return shipped if is_name and shipped.is_file() else Path(name_or_path)


def read_mapping(name_or_path: str | Path) -> Mapping:
    """Read and check a mapping; InputError with the line of what is wrong."""
    path = find(name_or_path)
    return parse_mapping(read_text(path), path)


def parse_mapping(text: str, path: str | Path) -> Mapping:
    """The mapping that a text is; `path` is what messages call it. InputError with the line of what is wrong."""
    top = parse(text, path)
    survey = top.text("survey", pattern=r"[\w.-]{1,40}") if _is_survey(top) else ""
    household = top.table("household")
    key = household.text("key")
    members = None if survey else _read_roster(top.table("members"))
    if members and key == BY_LINE:
        raise household.error(
            "key",
            "Un registre ne peut pas numéroter les fiches par leur ligne",
            remedy="Donnez la colonne du numéro de fiche, que le fichier des membres répète",
        )
    mapping = Mapping(
        file=str(path),
        digest=hashlib.sha256(text.encode()).hexdigest(),
        name=top.text("name", pattern=r".{1,120}"),
        source=top.text("source", pattern=r".{1,60}"),
        survey=survey,
        geography=household.text("geography", default="COD2019"),
        sheet=household.text("sheet", default=""),
        key=key,
        interview=_read_interview(household, bool(survey)),
        living=_fillings(household.table("columns"), {**LIVING, **(SURVEY_ONLY if survey else {})}, bool(survey)),
        members=members,
        text=text,
    )
    household.refuse_others(*INTERVIEW)
    top.refuse_others()
    return mapping


def _is_survey(top: Table) -> bool:
    return top.choice("destination", ("register", "survey")) == "survey"


def _read_interview(household: Table, survey: bool) -> tuple[Filling, ...]:
    fillings = _fillings(household, INTERVIEW, survey, only=INTERVIEW)
    filled = {filling.name for filling in fillings}
    if survey and filled - {"collected_on"}:
        surplus = sorted(filled - {"collected_on"})[0]
        raise household.error(surplus, "Une enquête par sondage ne garde ni lieu ni enquêteur", remedy="Retirez-le")
    for name in () if survey else REQUIRED_OF_REGISTER:
        if name not in filled:
            raise household.error("", f"Il manque « {name} »", remedy=f'Ajoutez {name} = "nom de la colonne"')
    if not survey and not filled & {"village", "commune"}:
        raise household.error("", "Il manque le lieu", remedy="Ajoutez village ou commune, avec sa colonne")
    return fillings


def _read_roster(table: Table) -> Roster:
    columns = table.table("columns")
    fillings = _fillings(columns, MEMBER, survey=False)
    filled = {filling.name for filling in fillings}
    for name in REQUIRED_OF_MEMBERS:
        if name not in filled:
            raise columns.error("", f"Il manque « {name} »", remedy=f'Ajoutez {name} = "nom de la colonne"')
    if {"mother_line", "father_line"} & filled and "line" not in table.data:
        raise table.error("", "Il manque « line »", why="mother_line et father_line renvoient aux lignes du ménage")
    roster = Roster(table.text("key"), table.text("line", default=""), table.text("sheet", default=""), fillings)
    table.refuse_others()
    return roster


def _fillings(
    table: Table, targets: Dictionary[str, Target], survey: bool, only: Dictionary[str, Target] | None = None
) -> tuple[Filling, ...]:
    """The fillings of a table in the order of their names; others are refused unless `only` is given."""
    found = []
    for name in sorted(table.data):
        if name in targets:
            found.append(_filling(table, name, table.data[name], targets[name], survey))
        elif only is None:
            close = difflib.get_close_matches(name, targets, n=1)
            remedy = f"Vouliez-vous dire « {close[0]} » ?" if close else f"Noms possibles : {', '.join(targets)}"
            raise table.error(name, f"« {name} » n’est pas un fait connu", remedy=remedy)
    return tuple(found)


def _filling(table: Table, name: str, said: Any, target: Target, survey: bool) -> Filling:
    if isinstance(said, str) and said.strip():
        return Filling(name, target, column=said, codes=_default_codes(target, survey))
    if not isinstance(said, dict):
        raise table.error(name, 'Il faut le nom d’une colonne entre guillemets, ou { column = "…" }')
    inner = table.table(name)
    if "value" in said:
        filling = Filling(name, target, value=inner.text("value"))
    else:
        filling = Filling(
            name,
            target,
            column=inner.text("column"),
            codes=_codes(table, inner, name, target, survey),
            unknown=frozenset(inner.codes("unknown")),
            scale=_scale(table, inner, name, target),
        )
    inner.refuse_others()
    return filling


def _codes(table: Table, inner: Table, name: str, target: Target, survey: bool) -> Dictionary[str, str] | None:
    """The codes of the file -> what is stored, as text ; every stored value must be one the fact can take."""
    if "codes" not in inner.data:
        return _default_codes(target, survey)
    given = inner.table("codes")
    allowed = None if survey or not (target.closed and target.codes) else set(target.codes.values())
    codes: dict[str, str] = {}
    for code in given.data:
        value = given.data[code]
        fits = isinstance(value, bool) if target.kind == "boolean" else type(value) in (str, int, float)
        stored = {True: "t", False: "f"}[value] if isinstance(value, bool) else str(value)
        if not fits or (allowed is not None and stored not in allowed) or len(stored) > max(target.length, 5):
            possible = "true, false" if target.kind == "boolean" else ", ".join(sorted(allowed or []))
            raise table.error(
                name,
                f"Le code « {code} » donne « {value} », que ce fait ne peut pas prendre",
                remedy=f"Valeurs possibles : {possible}" if possible else "Donnez un texte court",
            )
        codes[code] = stored
    return codes


def _default_codes(target: Target, survey: bool) -> Dictionary[str, str] | None:
    return None if survey or not target.closed else target.codes


def _scale(table: Table, inner: Table, name: str, target: Target) -> float | None:
    if "scale" not in inner.data:
        return None
    scale = inner.number("scale")
    if target.kind not in ("integer", "rounded", "decimal", "real") or scale <= 0:
        raise table.error(name, "« scale » multiplie un nombre par un nombre positif", remedy="Retirez-le")
    return scale


def missing_sheet(mapping: Mapping) -> InputError:
    """The refusal of a register whose members are in no file."""
    return InputError(
        "Il manque le fichier des membres",
        file=mapping.file,
        why="Un ménage du registre a des membres",
        remedy="Donnez-le avec --members, ou nommez sa feuille par sheet sous [members]",
    )
