"""Places for questionnaires: the lists that phones choose from, and the commune that some names designate."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Mapping
from functools import lru_cache
from io import StringIO

from django.db.models import Q

from jigi.foundation.models import User
from jigi.geography.access import postings_with
from jigi.geography.models import Area
from jigi.geography.rules import best_match

PLACE_FILES = {"regions.csv": "region", "cercles.csv": "cercle", "communes.csv": "commune", "villages.csv": "village"}
"""Files that a form may name without anybody giving them (« select_one_from_file villages.csv »)."""

DIVISION = "COD2019"
COLLECT = "intake.collect"
_PARENTS = {"regions.csv": "pays", "cercles.csv": "region", "communes.csv": "cercle", "villages.csv": "commune"}


def place_list(file_name: str, user: User) -> bytes:
    """A list of places as CSV (name, label, and the code of the area above), of where the person collects."""
    header = ["name", "label", _PARENTS[file_name]]
    level = PLACE_FILES[file_name]
    places = Area.objects.filter(_of(user, level), version__code=DIVISION, level=level)
    rows = places.order_by("name", "code").values_list("code", "name", "parent__code")
    stream = StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(header)
    writer.writerows(rows)
    return stream.getvalue().encode()


def _of(user: User, level: str) -> Q:
    """The areas of a level that hold a posting of this person, or lie under one."""
    condition = Q(pk__in=[])
    for posting in postings_with(user, COLLECT):
        above = posting.area.path.strip("/").split("/")
        condition |= Q(path__startswith=posting.area.path) | Q(code__in=above)
    return condition


class CommuneFinder:
    """The commune that names designate, from the widest area down: « Kayes », « Kéniéba », « Sitakily ».

    `labels` gives the name that a form shows for the code of a choice. Names are compared as heard
    (geography.rules); an area that is not found leaves the search to the next, in the whole country.
    """

    def __init__(self, division: str, labels: Mapping[str, str]) -> None:
        areas = Area.objects.filter(version__code=division, level__in=("region", "cercle", "commune"))
        self._areas = list(areas.values_list("code", "name", "path", "level"))
        self._labels = labels
        self.find = lru_cache(maxsize=20_000)(self._find)

    def _find(self, names: tuple[str, ...]) -> str:
        within = ""
        for name, level in zip(names, ("region", "cercle", "commune")[-len(names) :], strict=False):
            label = self._labels.get(name, name.replace("-", " "))
            found = self._match(label, level, within) or self._match(label, level, "")
            if level == "commune":
                return found[0] if found else ""
            within = found[1] if found else within
        return ""

    def _match(self, name: str, level: str, within: str) -> tuple[str, str] | None:
        candidates = {code: (label, path) for code, label, path, of in self._areas if of == level and within in path}
        match = best_match(name, ((code, label) for code, (label, _) in candidates.items()))
        return (match.code, candidates[match.code][1]) if match else None


def labels_of(itemsets: bytes) -> dict[str, str]:
    """Code -> name shown, of the list of choices that goes with a form."""
    rows: Iterable[dict[str, str]] = csv.DictReader(StringIO(itemsets.decode("utf-8", "replace")))
    return {row["name"]: row["label"] for row in rows if row.get("name") and row.get("label")}
