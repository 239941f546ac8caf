"""The files of a delivery, in one ZIP: CSV and XLSX of the same lines, their manifest, and how they may be used."""

from __future__ import annotations

import csv
import hashlib
import json
import zipfile
from collections.abc import Iterable, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import xlsxwriter
from django.utils import timezone

from jigi.foundation.cells import neutralise
from jigi.sharing.content import Column
from jigi.sharing.facts import facts
from jigi.sharing.models import SharingDelivery
from jigi.sharing.rules import shown_count

SHEET_ROWS = 1_000_000
CONDITIONS = (
    "Ces données ne servent qu’à la finalité de la convention, et à qui y travaille.",
    "Elles ne sont ni cédées, ni publiées, ni rapprochées d’autres fichiers pour une autre fin.",
    "Elles sont détruites à la fin de la convention ; les copies aussi.",
    "Les retraits et les corrections que Jigi fait connaître sont appliqués sous trente jours.",
    "Toute perte ou tout accès indu est dit à l’administration du registre sous soixante-douze heures.",
)


def pack(delivery: SharingDelivery, columns: Sequence[Column], lines: Iterable[Sequence[str]], place: Path) -> Path:
    """Write the ZIP of a delivery in a private folder, in one pass over its lines and constant memory."""
    names = [column.name for column in columns]
    sheets = {"donnees.csv": place / "donnees.csv", "donnees.xlsx": place / "donnees.xlsx"}
    count = _written(names, lines, sheets["donnees.csv"], sheets["donnees.xlsx"])
    assert count == delivery.lines, "les lignes écrites sont celles qui sont notées"
    packed = place / "remise.zip"
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("LISEZMOI.txt", _readme(delivery))
        archive.writestr(
            "manifeste.json", json.dumps(_manifest(delivery, columns, sheets), ensure_ascii=False, indent=2)
        )
        for name, path in sheets.items():
            archive.write(path, name)
            path.unlink()
    return packed


def _written(names: list[str], lines: Iterable[Sequence[str]], as_csv: Path, as_xlsx: Path) -> int:
    """Both files at once; returns the lines."""
    count = 0
    with ExitStack() as opened:
        writer = csv.writer(opened.enter_context(as_csv.open("w", encoding="utf-8-sig", newline="")), delimiter=";")
        options = {"constant_memory": True, "strings_to_urls": False, "tmpdir": str(as_xlsx.parent)}
        book = opened.enter_context(xlsxwriter.Workbook(as_xlsx, options))
        writer.writerow(names)
        sheet: Any = None
        for count, line in enumerate(lines, start=1):
            if (row := (count - 1) % SHEET_ROWS) == 0:
                sheet = _sheet(book, names)
            cells = [neutralise(cell) for cell in line]
            writer.writerow(cells)
            for place, cell in enumerate(cells):
                sheet.write_string(row + 1, place, cell)
        if sheet is None:
            _sheet(book, names)
    return count


def _sheet(book: Any, names: list[str]) -> Any:
    sheet = book.add_worksheet()
    sheet.freeze_panes(1, 0)
    sheet.set_column(0, len(names) - 1, 16)
    sheet.write_row(0, 0, names, book.add_format({"bold": True}))
    return sheet


def _manifest(delivery: SharingDelivery, columns: Sequence[Column], sheets: dict[str, Path]) -> dict[str, Any]:
    request = delivery.request
    agreement = request.agreement
    opposed = shown_count(delivery.opposed, whole=False)
    return {
        "remise": delivery.pk,
        "faite_le": timezone.localtime().isoformat(timespec="seconds"),
        "demande": request.pk,
        "usage_prevu": request.reason,
        "criteres": request.criteria.sentences(),
        "ages_au": request.as_of.isoformat(),
        "lieux": sorted(area.code for area in request.areas.all()),
        "convention": {
            "numero": agreement.code, "partenaire": agreement.partner_name, "finalite": agreement.purpose,
            "base_legale": agreement.legal_basis, "apdp": agreement.apdp_reference,
            "du": agreement.starts_on.isoformat(), "au": agreement.ends_on.isoformat(),
        },
        "lignes": delivery.lines,
        "menages": delivery.households,
        "menages_laisses_de_cote_par_une_opposition": "moins de 10" if opposed is None else opposed,
        "donnees": {code: facts()[code].label for code in request.fields},
        "colonnes": {column.name: column.says for column in columns},
        "empreintes_sha256": {name: _digest(path) for name, path in sheets.items()},
        "conditions": list(CONDITIONS),
    }  # fmt: skip


def _readme(delivery: SharingDelivery) -> str:
    agreement = delivery.request.agreement
    told = [
        f"Remise {delivery.pk} du registre social unifié à {agreement.partner_name}, convention {agreement.code}.",
        f"Finalité : {agreement.purpose}",
        "",
        "donnees.csv (UTF-8, points-virgules) et donnees.xlsx disent la même chose ; manifeste.json dit le sens de",
        "chaque colonne, les critères et les empreintes.",
        "",
        "Conditions :",
        *(f"- {condition}" for condition in CONDITIONS),
    ]
    return "\r\n".join(told) + "\r\n"


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
