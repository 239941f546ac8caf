"""XLSForm: from the sheets that people write to the XForm that phones fill, by pyxform.

    made = read_form("menage")                    # a questionnaire shipped with the project
    made = read_form(Path("enquete.xlsx"))        # or any workbook

The sheets are read through the one door of tables (foundation.tabular), so that pyxform is given texts only and never
opens a file. What it refuses is said in French with the sheet, the row and the column (xlsform_errors.py).
"""

from __future__ import annotations

import copy
import hashlib
import html
import re
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import ParseError

from defusedxml.ElementTree import fromstring
from pyxform.builder import create_survey_element_from_dict
from pyxform.errors import PyXFormError
from pyxform.utils import external_choices_to_csv, has_external_choices
from pyxform.xls2json import workbook_to_json
from pyxform.xls2json_backends import DefinitionData
from xlsxwriter import Workbook

from jigi.foundation.errors import InputError
from jigi.foundation.tabular import Limits, Table, open_table, sheet_names
from jigi.intake.xlsform_errors import in_french, warning_in_french

FOLDER = Path(__file__).with_name("forms")
SHEETS = ("survey", "choices", "settings", "external_choices", "entities")
ITEMSETS = "itemsets.csv"
LIMITS = Limits(max_rows=60_000, max_columns=120, max_bytes=64 << 20)
LARGEST_XFORM = 20 << 20

_ENGLISH = {"Other": "Autre", "Specify other.": "Précisez"}
_MEDIA = re.compile(r"jr://(?:file|file-csv|images|audio|video)/([^\"<>]{1,120})")
_PULLED = re.compile(r"pulldata\(\s*['\"]([\w.-]{1,100})['\"]")
_CODE = re.compile(r"[\w.:/-]{1,120}")


@dataclass(frozen=True)
class Sheet:
    """A sheet as texts: row `n` of the file is `rows[n - 2]`, empty where the file has a blank row."""

    header: tuple[str, ...]
    rows: list[dict[str, str]]


@dataclass(frozen=True)
class MadeForm:
    """A form read and converted. `media` are the files it names that must go with it."""

    file_name: str
    xlsform: bytes
    code: str
    title: str
    version: str
    xform: str
    definition: dict[str, Any]
    warnings: list[str]
    made_media: dict[str, bytes] = field(default_factory=dict)
    media: frozenset[str] = frozenset()


def shipped() -> list[str]:
    """The names of the questionnaires shipped with the project."""
    return sorted(path.name for path in FOLDER.iterdir() if (path / "survey.csv").is_file())


def read_form(name_or_path: str | Path) -> MadeForm:
    """Read a shipped questionnaire by its name, or a workbook by its path; InputError with what to correct."""
    if str(name_or_path) in shipped():
        sheets = _csv_sheets(FOLDER / str(name_or_path))
        return _made(f"{name_or_path}.xlsx", _workbook(sheets), sheets)
    path = Path(name_or_path)
    sheets = _workbook_sheets(path)
    return _made(path.name[-200:], path.read_bytes(), sheets)


def _workbook_sheets(path: Path) -> dict[str, Sheet]:
    names = sheet_names(path, limits=LIMITS)
    if "survey" not in names:
        raise InputError(
            "Ce fichier n’est pas un XLSForm : il n’a pas de feuille « survey »",
            file=path,
            why=f"Feuilles trouvées : {', '.join(names)}" if names else "",
            remedy="Donnez le classeur .xlsx du questionnaire, avec ses feuilles survey, choices et settings",
        )
    found = {}
    for name in (name for name in SHEETS if name in names):
        with open_table(path, sheet=name, limits=LIMITS) as table:
            found[name] = _sheet(table)
    return found


def _csv_sheets(folder: Path) -> dict[str, Sheet]:
    found = {}
    for path in (folder / f"{name}.csv" for name in SHEETS):
        if path.is_file():
            with open_table(path, limits=LIMITS) as table:
                found[path.stem] = _sheet(table)
    return found


def _sheet(table: Table) -> Sheet:
    rows: list[dict[str, str]] = []
    for line, cells in table:
        rows += [{} for _ in range(line - table.header_line - 1 - len(rows))]
        rows.append({name: cell for name, cell in zip(table.header, cells, strict=True) if cell})
    return Sheet(table.header, rows)


def _workbook(sheets: dict[str, Sheet]) -> bytes:
    """The same sheets as a workbook, for those who want to change a shipped questionnaire."""
    stream = BytesIO()
    # A date of its own would give the same sheets another workbook each time.
    with Workbook(stream, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}) as book:
        for name, sheet in sheets.items():
            page = book.add_worksheet(name)
            page.write_row(0, 0, sheet.header)
            for number, row in enumerate(sheet.rows, start=1):
                page.write_row(number, 0, [row.get(column, "") for column in sheet.header])
    return stream.getvalue()


def _made(file_name: str, xlsform: bytes, sheets: dict[str, Sheet]) -> MadeForm:
    settings, version = _settings(file_name, sheets)
    warnings: list[str] = []
    try:
        definition = workbook_to_json(_given(sheets, settings), fallback_form_name="data", warnings=warnings)
        _say_in_french(definition)
        kept = copy.deepcopy(definition)
        xform = create_survey_element_from_dict(definition).to_xml(validate=False, pretty_print=False)
        given = _given(sheets, settings)
        itemsets = external_choices_to_csv(given) if has_external_choices(kept) else ""
    except PyXFormError as error:
        raise in_french(str(error), file_name, row_of_type=_rows_by_type(sheets)) from error
    except (KeyError, ValueError, TypeError, AttributeError, RecursionError, IndexError) as error:
        # pyxform trips over sheets that it does not foresee.
        raise in_french("", file_name) from error
    _check_xform(xform, file_name)
    made_media = {ITEMSETS: itemsets.encode()} if itemsets else {}
    return MadeForm(
        file_name, xlsform, kept["id_string"], kept["title"], version, xform, kept,
        [*_repeated_choices(sheets), *dict.fromkeys(warning_in_french(text) for text in warnings if text)],
        made_media, named_media(xform) - set(made_media),
    )  # fmt: skip


def _check_xform(xform: str, file_name: str) -> None:
    if len(xform) > LARGEST_XFORM:
        raise InputError("Le questionnaire est trop grand pour un téléphone", file=file_name,
                         remedy="Coupez-le en plusieurs, ou mettez les longues listes dans un fichier CSV")  # fmt: skip
    try:
        fromstring(xform)
    except (ParseError, ValueError) as error:
        # pyxform writes some headers (« instance::a b ») into the XML as they are.
        raise InputError(
            "Aucun téléphone ne pourrait lire ce questionnaire", file=file_name,
            why="Un titre de colonne ou un réglage n’a pas la forme d’un nom XML.",
            remedy="Dans les titres à deux-points (instance::, bind::, attribute::), ôtez espaces et signes.",
        ) from error  # fmt: skip


def _rows_by_type(sheets: dict[str, Sheet]) -> dict[str, int]:
    """The first row of each type: pyxform does not say where an unknown one stands."""
    rows = enumerate(sheets["survey"].rows, start=2)
    return {row["type"]: line for line, row in reversed(list(rows)) if "type" in row}


def named_media(xform: str) -> frozenset[str]:
    """The files that an XForm speaks of."""
    pulled = {f"{name.removesuffix('.csv')}.csv" for name in _PULLED.findall(xform)}
    return frozenset({html.unescape(name) for name in _MEDIA.findall(xform) if name != "-"} | pulled)


def _settings(file_name: str, sheets: dict[str, Sheet]) -> tuple[dict[str, str], str]:
    """The settings, with an identity and a version where the sheet gives none: answers name both."""
    found = dict(sheets["settings"].rows[0]) if "settings" in sheets and sheets["settings"].rows else {}
    stem = re.sub(r"[^\w.-]+", "-", Path(file_name).stem)
    code = found.get("form_id") or found.get("id_string") or stem
    if not _CODE.fullmatch(code):
        raise InputError(
            f"L’identifiant « {code[:60]} » ne peut pas être celui d’un questionnaire", file=file_name, line=2,
            column="form_id", remedy="Feuille settings : des lettres, chiffres, points et tirets, sans espace",
        )  # fmt: skip
    found.pop("id_string", None)
    found["form_id"] = code
    found.setdefault("form_title", code)
    found["form_title"] = found["form_title"][:200]
    version = found.setdefault("version", _digest_of(sheets)[:10])
    if len(version) > 60:
        raise InputError("La version est trop longue", file=file_name, line=2, column="version",
                         remedy="Feuille settings : au plus 60 caractères")  # fmt: skip
    # Choices given twice stand in forms in use: they are said (warnings), not refused.
    found.setdefault("allow_choice_duplicates", "yes")
    return found, version


def _digest_of(sheets: dict[str, Sheet]) -> str:
    return hashlib.sha256(repr(sorted((name, sheet.rows) for name, sheet in sheets.items())).encode()).hexdigest()


def _given(sheets: dict[str, Sheet], settings: dict[str, str]) -> DefinitionData:
    """The sheets as pyxform wants them; it changes what it is given, so they are made anew each time."""
    given: dict[str, Any] = {"sheet_names": list(sheets), "fallback_form_name": "data"}
    for name, sheet in sheets.items():
        rows = sheet.rows if name == "survey" else [row for row in sheet.rows if row]
        if name == "external_choices":
            # They are written to a file as they are: a cell that is blank must keep its column.
            rows = [{column: row.get(column, "") for column in sheet.header} for row in rows]
        given[name] = [dict(row) for row in rows]
        given[f"{name}_header"] = [dict.fromkeys(sheet.header)]
    given["settings"], given["settings_header"] = [dict(settings)], [dict.fromkeys(settings)]
    return DefinitionData(**given)


def _say_in_french(part: dict[str, Any]) -> None:
    """The words that pyxform adds of itself (« or_other »)."""
    for inner in (*part.get("children", ()), *part.get("choices", ())):
        if isinstance(inner, dict):
            if isinstance(label := inner.get("label"), str) and label in _ENGLISH:
                inner["label"] = _ENGLISH[label]
            _say_in_french(inner)
    if isinstance(part.get("choices"), dict):
        for choices in part["choices"].values():
            _say_in_french({"choices": choices})


def _repeated_choices(sheets: dict[str, Sheet]) -> list[str]:
    seen: set[tuple[str, str]] = set()
    said = []
    for line, row in enumerate(sheets["choices"].rows if "choices" in sheets else (), start=2):
        named = (row.get("list_name", ""), row.get("name", ""))
        if row and named in seen:
            said.append(
                f"Feuille choices, ligne {line} : le choix « {named[1]} » est déjà dans la liste « {named[0]} » ;"
                " les deux réponses se confondront."
            )
        seen.add(named)
    return said
