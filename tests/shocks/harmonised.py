"""The real table of the Cadre Harmonisé, 2014-2019, as a history of signals, and in the tables."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from datetime import date
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from jigi.shocks.panel import History, Place, Value

if TYPE_CHECKING:
    from jigi.geography.models import Area

ROOT = Path(__file__).resolve().parents[2]
TABLE = ROOT / "../shared/data/shocks/mali_cadre_harmonise_2014_2019_by_cercle.csv"
AREAS = ROOT / "src/jigi/geography/data/areas_cod2019.csv"
PERIODS = {"Jan-May": ((1, 1), (5, 31)), "Jun-Aug": ((6, 1), (8, 31)), "Sep-Dec": ((9, 1), (12, 31))}
PUBLISHED = {"Sep-Dec": (12, 15), "Jan-May": (3, 31)}
SIGNALS = {"ch_phase": "phase_class", "ch_phase35": "phase35", "ch_population": "population"}


with AREAS.open(encoding="utf-8") as _file:
    CENTRES = {row["code"]: (float(row["longitude"]), float(row["latitude"])) for row in csv.DictReader(_file)}


@cache
def places() -> dict[int, Place]:
    """Regions, cercles, and the communes of Bamako, numbered in the order of the file."""
    found: dict[str, Place] = {}
    with AREAS.open(encoding="utf-8") as file:
        for number, row in enumerate(csv.DictReader(file), 1):
            if row["level"] == "commune" and not row["code"].startswith("ML0901"):
                continue
            above = found[row["parent"]].path if row["parent"] else "/"
            found[row["code"]] = Place(
                number, row["code"], row["name"], row["level"], f"{above}{row['code']}/", int(row["population"] or 0)
            )
    return {place.pk: place for place in found.values()}


@cache
def history() -> History:
    """All of the table, as it was published."""
    numbers = {place.code: place.pk for place in places().values()}
    values = []
    with TABLE.open(encoding="utf-8") as file:
        for row in csv.DictReader(file):
            area = numbers[row["adm3_pcod2"] or row["adm2_pcod2"]]  # Bamako is analysed by commune
            (since, until), year = PERIODS[row["reference_label"]], int(row["reference_year"])
            day = date(int(row["exercise_year"]), *PUBLISHED[row["exercise_label"]])
            for signal, column in SIGNALS.items():
                if row[column]:
                    values.append(Value(
                        signal, area, date(year, *since), date(year, *until), day, row["chtype"] == "current", True,
                        float(row[column]),
                    ))  # fmt: skip
    return History(places(), values)


def write() -> None:
    """The same in the tables, with the places it speaks of."""
    from jigi.geography.models import Area, AreaVersion

    version, _ = AreaVersion.objects.get_or_create(
        code="COD2019", defaults={"name": "Découpage 2019", "valid_from": date(2009, 1, 1), "source": "essai"}
    )
    made: dict[str, Area] = {}
    for level in ("country", "region", "cercle", "commune"):
        rows = [
            Area(
                version=version, code=one.code, name=one.name, level=level, path=one.path, population=one.population,
                longitude=CENTRES[one.code][0], latitude=CENTRES[one.code][1],
                parent=made.get(one.path.strip("/").split("/")[-2] if one.path.count("/") > 2 else ""),
            ) for one in places().values() if one.level == level
        ]  # fmt: skip
        made |= {one.code: one for one in Area.objects.bulk_create(rows)}
    publish(made)


def publish(areas: Mapping[str, Area]) -> None:
    """The figures of the table, for areas by their codes."""
    from jigi.shocks.models import SignalValue

    SignalValue.objects.bulk_create(
        SignalValue(
            signal=one.signal, source="CH", area=areas[places()[one.area].code], starts_on=one.starts_on,
            ends_on=one.ends_on, published_on=one.published_on, status="final", value=one.value,
            outlook="observed" if one.observed else "projected",
        ) for one in history().values
    )  # fmt: skip
