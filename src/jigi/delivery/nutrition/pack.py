"""The papers of a village and day: the sheet to sign, with its squares, and what to do with it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import segno
from django.db import transaction

from jigi.delivery.nutrition.models import DistributionLine, DistributionStop
from jigi.foundation.errors import Refused
from jigi.foundation.fence import unfenced
from jigi.foundation.models import User
from jigi.sheets.actions import print_list
from jigi.sheets.models import Printing, Sheet
from jigi.sheets.rules import code_text, shown

ROWS = 22
INSTRUCTIONS = (
    "Affichez le barème. Mesurez la ration devant la personne.",
    "Reconnaissez la personne, ou le mandataire qu’elle envoie : notez son nom.",
    "« âge à vérifier » : voyez le carnet ou l’acte de naissance avant de remettre, et cochez.",
    "Notez le numéro du lot ouvert. Un lot périmé ou rappelé ne se distribue pas.",
    "Chacun signe, ou laisse l’empreinte de son pouce. Barrez les absents.",
    "Le soir : comptez le stock du site, et rapportez la feuille.",
)


@unfenced
@transaction.atomic
def number_sheet(stop: DistributionStop, *, by: User) -> Printing:
    """Number the sheet of a village, so that its pages, scanned when they come back, are attached to it.

    Numbered anew when people were added to the list since. Refused without the right over sheets in the commune, and
    for an empty list.
    """
    lines = DistributionLine.objects.filter(stop=stop)
    if not lines.exists():
        raise Refused("La liste du village est vide", remedy="Établissez d’abord la liste de la distribution.")
    known = list(lines.exclude(household=None).order_by("rank").values_list("household", flat=True))
    pages = -(-lines.count() // ROWS)
    made = print_list(
        Printing.Purpose.ATTENDANCE, stop.village, households=list(dict.fromkeys(known)), pages=pages, by=by
    )
    DistributionStop.objects.filter(pk=stop.pk).update(printing=made)
    stop.printing = made
    return made


@unfenced
def number_of(stop: DistributionStop, pages: int) -> str:
    """The number of a village's sheet; "" when it has none, or was numbered for fewer pages than its list has now."""
    found = Sheet.objects.filter(printing=stop.printing_id or 0, printing__pages=pages).first()
    return found.number if found else ""


def sheet_of(stop: DistributionStop, lines: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """The data of ration_sheet.typ."""
    cut = [lines[at : at + ROWS] for at in range(0, len(lines), ROWS)] or [[]]
    made, scale = stop.distribution, stop.distribution.scale
    number = number_of(stop, len(cut))
    return {
        "title": f"Distribution {made.number} · {made.contract.operator.name}",
        "place": str(stop.village),
        "commune": f"commune de {stop.commune} · {stop.place.name} · {stop.day:%d/%m/%Y}",
        "says": f"{scale.title} : {made.months} mois. " + " · ".join(_rations(stop)),
        "instructions": list(INSTRUCTIONS),
        "number": f"feuille n° {shown(number)}" if number else "feuille sans numéro",
        "squares": [_square(code_text(number, page)) if number else "" for page in range(1, len(cut) + 1)],
        "pages": [[_row(row) for row in page] for page in cut],
        "signed": ["Pour l’opérateur", "Pour le comité", "Pour le centre de santé"],
    }


def _rations(stop: DistributionStop) -> list[str]:
    made = stop.distribution
    return [
        f"{one.get_category_display()} : {one.grams_per_month * made.months / 1000:g} kg de {one.product.code}".replace(
            ".", ","
        )
        for one in made.scale.rations.select_related("product").order_by("category")
    ]


def _row(row: dict[str, Any]) -> list[str]:
    number = row["rsu_number"] or ""
    known = f"{number[:4]}-{number[4:8]}-{number[8:]}" if number else "recensé"
    check = "âge à vérifier □" if row["verdict"] == "unsure" else ""
    who = "enfant" if row["category"] == "child" else "femme"
    ration = f"{row['grams'] / 1000:g} kg".replace(".", ",")
    return [str(row["rank"]), known, row["name"], row["guardian"] or "", who, ration, check, ""]


def _square(text: str) -> str:
    made: str = segno.make(text, error="h", micro=False, boost_error=False).svg_inline(
        border=2, omitsize=True, lineclass=None
    )
    return made
