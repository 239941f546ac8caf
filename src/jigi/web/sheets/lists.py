"""The lists of a village, cut in pages that each bear their square: community list, households, attendance."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from jigi.foundation.errors import InputError
from jigi.foundation.models import User
from jigi.geography.models import Area
from jigi.registry import queries as registry
from jigi.registry.models import Household
from jigi.sheets.models import Printing
from jigi.web.sheets.squares import numbered

ROWS = 24
BLANK_PAGES = 2
MOST_HOUSEHOLDS = 2_000
Purpose = Printing.Purpose


@dataclass(frozen=True)
class Shape:
    """A list: its columns with their widths as Typst writes them, what is said above it, what is signed below."""

    columns: tuple[tuple[str, str], ...]
    says: str
    signed: tuple[str, ...]


SHAPES = {
    Purpose.COMMUNITY: Shape(
        (("n°", "9mm"), ("Chef de ménage : prénom et nom", "1fr"), ("Surnom", "26mm"), ("Membres", "16mm"),
         ("Pourquoi l’assemblée le propose", "58mm")),
        "L’assemblée du village nomme les ménages les plus pauvres, du plus pauvre au moins pauvre.",
        ("Pour le village", "Pour le comité", "Pour le programme"),
    ),
    Purpose.VILLAGE: Shape(
        (("n°", "9mm"), ("N° RSU", "27mm"), ("Chef de ménage", "1fr"), ("Membres", "16mm"), ("Observations", "58mm")),
        "Les ménages du village au registre. Notez ce qui a changé : départ, décès, naissance, erreur.",
        ("Pour le comité", "Pour le programme"),
    ),
    Purpose.ATTENDANCE: Shape(
        (("n°", "9mm"), ("N° RSU", "27mm"), ("Chef de ménage", "1fr"), ("Qui est venu", "42mm"),
         ("Signature ou empreinte", "42mm")),
        "Chaque présent signe, ou laisse l’empreinte de son pouce.",
        ("Pour le comité", "Pour le programme"),
    ),
}  # fmt: skip


def listed(purpose: str, village: Area, *, by: User) -> list[int]:
    """The households that a list of a village names, in its order; none on a community list, which is filled.

    InputError for more than a list holds: nobody is left out without a word.
    """
    if purpose == Purpose.COMMUNITY:
        return []
    found = registry.visible_to(by).filter(village=village, status=Household.Status.ACTIVE)
    households = list(found.order_by("head_name", "pk").values_list("pk", flat=True)[: MOST_HOUSEHOLDS + 1])
    if len(households) > MOST_HOUSEHOLDS:
        raise InputError(
            f"Ce village a plus de {MOST_HOUSEHOLDS} ménages, ce qu’une liste tient",
            remedy="Depuis « Ménages », exportez ceux du village et imprimez-les en plusieurs parties.",
        )
    return households


def pages_of(purpose: str, households: Sequence[int]) -> int:
    """How many pages a list has."""
    return max(1, -(-len(households) // ROWS)) if purpose != Purpose.COMMUNITY else BLANK_PAGES


def document(printing: Printing, *, by: User) -> dict[str, Any]:
    """The data of numbered_list.typ."""
    shape, sheet = SHAPES[Purpose(printing.purpose)], printing.sheets.get()
    rows = _rows(printing, by)
    cut = [rows[at : at + ROWS] for at in range(0, len(rows), ROWS)] or [[]]
    return {
        "title": f"{printing.get_purpose_display()[:1].upper()}{printing.get_purpose_display()[1:]}",
        "place": str(printing.village),
        "commune": f"commune de {printing.commune}",
        "says": shape.says,
        "columns": [{"title": title, "width": width} for title, width in shape.columns],
        "signed": shape.signed,
        "sheet": numbered(sheet.number, len(cut)),
        "pages": cut,
    }


def _rows(printing: Printing, by: User) -> list[list[str]]:
    """A row a household that one still sees; blank rows on a list that is filled by hand."""
    columns = len(SHAPES[Purpose(printing.purpose)].columns)
    if printing.purpose == Purpose.COMMUNITY:
        return [[str(n), *[""] * (columns - 1)] for n in range(1, ROWS * BLANK_PAGES + 1)]
    seen = registry.visible_to(by).in_bulk(printing.households)
    rows = []
    for n, pk in enumerate(printing.households, 1):
        one = seen.get(pk)
        said = [one.rsu, one.head_name] if one else ["—", "hors de votre affectation"]
        size = [str(one.size) if one else ""] if printing.purpose == Purpose.VILLAGE else [""]
        rows.append([str(n), *said, *size, ""])
    return rows
