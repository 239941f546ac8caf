"""Figures in words: values, shares of targets, how old they are; the table of an exported snapshot with HXL tags."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from jigi.results.models import Figure, Snapshot, Value
from jigi.results.report import KINDS, written
from jigi.results.rules import DIMENSIONS, UNKNOWN, Indicator, reached
from jigi.web.formats import number, short_day

SEXES = {"F": "femmes et filles", "M": "hommes et garçons", UNKNOWN: "non connu"}
BANDS = {
    "00-04": "0 à 4 ans",
    "05-14": "5 à 14 ans",
    "15-24": "15 à 24 ans",
    "25-59": "25 à 59 ans",
    "60+": "60 ans et plus",
}

COLUMNS = (
    ("Code", "#indicator+code"), ("Indicateur", "#indicator+name"), ("Ventilation", "#meta+breakdown"),
    ("Code du lieu", "#adm+code"), ("Lieu", "#adm+name"), ("Composante", "#activity+type"),
    ("Convention", "#funding+code"), ("Sexe", "#population+sex"), ("Âge", "#population+age"),
    ("Trimestre", "#date+quarter"), ("Nombre", "#indicator+num"), ("Sur", "#indicator+denom"),
    ("Valeur", "#indicator+value"), ("Unité", "#indicator+unit"), ("Du", "#date+start"), ("Au", "#date+end"),
    ("Dernier fait", "#date+latest"), ("Lignes", "#meta+rows"), ("Repris", "#meta+loaded"), ("Source", "#meta+source"),
    ("Instantané", "#meta+snapshot"),
)  # fmt: skip
HEADERS = tuple(header for header, _ in COLUMNS)
TAGS = tuple(tag for _, tag in COLUMNS)


@dataclass(frozen=True)
class Line:
    """An indicator with its figure in a place, as the list shows it."""

    indicator: Indicator
    value: Value | None
    year: int

    @property
    def text(self) -> str:
        return said(self.indicator, self.value)

    @property
    def over(self) -> str:
        """« 262 sur 306 », for a share."""
        if self.value is None or self.value.denominator is None or not self.indicator.is_percentage:
            return ""
        return f"{number(self.value.numerator)} sur {number(self.value.denominator)}"

    @property
    def target(self) -> str:
        found = self.indicator.target(self.year)
        return written(self.indicator, found.value) if found else ""

    @property
    def reached(self) -> str:
        part = reached(self.indicator, self.value.value if self.value else None, self.year)
        return "" if part is None else f"{number(100 * part)} %"

    @property
    def age(self) -> str:
        """How old what it counts is."""
        if self.value is None:
            return ""
        if self.value.loaded:
            return "repris d’un fichier"
        return f"faits jusqu’au {short_day(self.value.latest_on)}" if self.value.latest_on else "sans jour"


def said(indicator: Indicator, value: Value | None) -> str:
    """The figure, « — » when nothing stands behind it."""
    if value is None or (value.rows == 0 and not value.loaded):
        return "—"
    return written(indicator, value.value)


def part_of(value: Value | Figure, agreements: dict[str, str]) -> str:
    """What a figure is of: « Kita », « femmes et filles », « TM · IDA »."""
    parts = (
        value.area.name if value.area else "", KINDS.get(value.kind, value.kind),
        agreements.get(value.agreement, value.agreement), SEXES.get(value.sex, value.sex),
        BANDS.get(value.band, value.band), value.quarter,
    )  # fmt: skip
    return " · ".join("non connu" if part == UNKNOWN else part for part in parts if part)


def exported(snapshot: Snapshot, values: Iterable[Value], known: dict[str, Indicator]) -> Iterator[tuple[object, ...]]:
    """The rows of the file: the line of HXL tags, then every figure the person may see."""
    yield TAGS
    for one in values:
        indicator = known.get(one.indicator)
        if indicator is None:
            continue
        value = one.value
        yield (
            one.indicator, indicator.name, DIMENSIONS[one.dimension], one.area.code if one.area else "",
            one.area.name if one.area else "", one.kind, one.agreement, one.sex, one.band, one.quarter, one.numerator,
            one.denominator, value if value is None or indicator.is_percentage else round(value, 1),
            "part" if indicator.is_percentage else indicator.unit, snapshot.since, snapshot.until, one.latest_on,
            one.rows, one.loaded, one.source, snapshot.pk,
        )  # fmt: skip
