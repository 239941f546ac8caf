"""To which commune a village belongs, by the best evidence that its row gives, and how sure that is.

A row may give a commune's code, names spelt anyhow, a position, or only a cercle. Each kind of evidence is
a rung, tried from the surest down; what tied a village is kept with it, so that a doubtful tie can be looked
at again.
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from functools import cached_property

from jigi.geography.polygons import MultiPolygon, locate
from jigi.geography.rules import Match, best_match, name_key


class Means(Enum):
    """What tied a village to its commune: a French phrase and a confidence from 0 to 1."""

    CODE = ("par le code de la commune", 1.0)
    NAME = ("par le nom de la commune dans le cercle", 0.95)
    BOUNDARY = ("par la position dans les limites de la commune", 0.85)
    NAMESAKE = ("par un village de même nom dans le cercle", 0.7)
    ARRONDISSEMENT = ("par l’arrondissement", 0.5)
    NEAREST = ("par le centre de commune le plus proche", 0.4)
    SEAT = ("commune inconnue : chef-lieu du cercle, à préciser", 0.1)

    def __init__(self, phrase: str, confidence: float) -> None:
        self.phrase = phrase
        self.confidence = confidence


@dataclass(frozen=True)
class Commune:
    """A commune that a village may belong to. `names` are its name and its other spellings."""

    code: str
    names: tuple[str, ...]
    cercle: str
    longitude: float | None = None
    latitude: float | None = None


@dataclass(frozen=True)
class Cercle:
    """A cercle with its spellings and the spellings of its region."""

    code: str
    names: tuple[str, ...]
    region_names: tuple[str, ...]


@dataclass(frozen=True)
class VillageRow:
    """A village as a file gives it. `line` is its line there; "" and None are unknown.

    `commune_codes` are all that the row gives for its commune, in the order of trust.
    """

    line: int
    name: str
    code: str = ""
    commune_codes: tuple[str, ...] = ()
    commune: str = ""
    arrondissement: str = ""
    cercle: str = ""
    region: str = ""
    longitude: float | None = None
    latitude: float | None = None
    population: int | None = None

    @property
    def located(self) -> bool:
        return self.longitude is not None and self.latitude is not None


@dataclass(frozen=True)
class Tie:
    """The commune's code and the evidence."""

    commune: str
    means: Means


@dataclass
class Gazetteer:
    """What is known before the file: communes, cercles, boundaries by commune, villages of other files.

    `villages` are (commune code, village name) pairs.
    """

    communes: Sequence[Commune]
    cercles: Sequence[Cercle]
    boundaries: Sequence[tuple[str, MultiPolygon]] = ()
    villages: Iterable[tuple[str, str]] = ()
    _matches: dict[tuple[str, ...], Match | None] = field(default_factory=dict)

    @cached_property
    def by_code(self) -> dict[str, Commune]:
        return {commune.code: commune for commune in self.communes}

    @cached_property
    def in_cercle(self) -> dict[str, list[Commune]]:
        found: dict[str, list[Commune]] = defaultdict(list)
        for commune in self.communes:
            found[commune.cercle].append(commune)
        return found

    def cercle_of(self, row: VillageRow) -> str:
        """The code of the cercle that a row names or codes, "" when it does not."""
        match = self._once(("cercle", row.region, row.cercle), lambda: self._find_cercle(row))
        return match.code if match else ""

    def commune_named(self, cercle: str, name: str) -> Match | None:
        """The commune of that name in a cercle; anywhere when `cercle` is "", then only by an equal key."""
        return self._once(("commune", cercle, name), lambda: self._find_commune(cercle, name))

    def nearest(self, cercle: str, longitude: float, latitude: float) -> str:
        """The commune of a cercle (of the country when "") whose centre is nearest; "" when none has one."""
        shrink = math.cos(math.radians(latitude))
        candidates = self.in_cercle[cercle] if cercle else self.communes
        away = [
            (math.hypot((c.longitude - longitude) * shrink, c.latitude - latitude), c.code)
            for c in candidates
            if c.longitude is not None and c.latitude is not None
        ]
        return min(away)[1] if away else ""

    def seat(self, cercle: str) -> str:
        """The commune that carries the name of its cercle, "" when none does."""
        name = next((known.names[0] for known in self.cercles if known.code == cercle), "")
        match = self.commune_named(cercle, name)
        return match.code if match else ""

    def _find_cercle(self, row: VillageRow) -> Match | None:
        if row.cercle in {known.code for known in self.cercles}:
            return Match(row.cercle, 1.0)
        region = name_key(row.region)
        here = [c for c in self.cercles if not region or region in map(name_key, c.region_names)]
        return best_match(row.cercle, _spellings(here or self.cercles))

    def _find_commune(self, cercle: str, name: str) -> Match | None:
        if cercle:
            return best_match(name, _spellings(self.in_cercle[cercle]))
        wanted = name_key(name)
        found = {c.code for c in self.communes if wanted and wanted in map(name_key, c.names)}
        return Match(found.pop(), 1.0) if len(found) == 1 else None

    def _once(self, key: tuple[str, ...], find: Callable[[], Match | None]) -> Match | None:
        if key not in self._matches:
            self._matches[key] = find()
        return self._matches[key]


def tie(rows: Sequence[VillageRow], known: Gazetteer) -> dict[int, Tie]:
    """The tie of each row, by line; a row that nothing ties is absent."""
    ties = _tie_alone(rows, known)
    _tie_by_company(rows, known, ties)
    return ties


def _tie_alone(rows: Sequence[VillageRow], known: Gazetteer) -> dict[int, Tie]:
    """The rungs that need only the row itself: code, name, boundary, nearest centre."""
    located = [row for row in rows if row.located]
    places = locate([(row.longitude or 0.0, row.latitude or 0.0) for row in located], known.boundaries)
    inside = {row.line: code for row, code in zip(located, places, strict=True) if code}
    ties = {}
    for row in rows:
        if found := _tie_one(row, inside.get(row.line, ""), known):
            ties[row.line] = found
    return ties


def _tie_one(row: VillageRow, inside: str, known: Gazetteer) -> Tie | None:
    for code in row.commune_codes:
        if code in known.by_code:
            return Tie(code, Means.CODE)
    cercle = known.cercle_of(row)
    if match := known.commune_named(cercle, row.commune):
        return Tie(match.code, Means.NAME)
    if inside and _agrees(row, known.by_code[inside], cercle):
        return Tie(inside, Means.BOUNDARY)
    # A row that names neither a cercle nor a commune could lie anywhere: only a boundary ties it.
    if row.located and (cercle or row.commune):
        code = known.nearest(cercle, row.longitude or 0.0, row.latitude or 0.0)
        return Tie(code, Means.NEAREST) if code else None
    return None


def _agrees(row: VillageRow, commune: Commune, cercle: str) -> bool:
    """Whether a position may speak against the row's names: same cercle, none given, or same commune name."""
    return not cercle or commune.cercle == cercle or name_key(row.commune) in map(name_key, commune.names)


def _tie_by_company(rows: Sequence[VillageRow], known: Gazetteer, ties: dict[int, Tie]) -> None:
    """The rungs that look at other villages: a namesake, the arrondissement, at last the cercle's seat."""
    namesakes = _namesakes(rows, known, ties)
    arrondissements = _arrondissements(rows, known, ties)
    for row in rows:
        if row.line in ties:
            continue
        cercle = known.cercle_of(row)
        communes = set().union(*(namesakes[cercle, key] for key in _village_keys(row.name)))
        if len(communes) == 1:
            ties[row.line] = Tie(communes.pop(), Means.NAMESAKE)
        elif votes := arrondissements.get((cercle, name_key(row.arrondissement))):
            ties[row.line] = Tie(min(votes, key=lambda code: (-votes[code], code)), Means.ARRONDISSEMENT)
        elif cercle and (seat := known.seat(cercle)):
            ties[row.line] = Tie(seat, Means.SEAT)


def _namesakes(
    rows: Sequence[VillageRow], known: Gazetteer, ties: Mapping[int, Tie]
) -> dict[tuple[str, str], set[str]]:
    """(cercle, village key) -> the communes where a village of that name is known."""
    found: dict[tuple[str, str], set[str]] = defaultdict(set)
    tied = [(ties[row.line].commune, row.name) for row in rows if row.line in ties]
    for commune, name in [*tied, *known.villages]:
        found[known.by_code[commune].cercle, name_key(name)].add(commune)
    return found


def _arrondissements(
    rows: Sequence[VillageRow], known: Gazetteer, ties: Mapping[int, Tie]
) -> dict[tuple[str, str], Counter[str]]:
    """(cercle, arrondissement key) -> how many of its villages are in each commune."""
    found: dict[tuple[str, str], Counter[str]] = defaultdict(Counter)
    for row in rows:
        if row.arrondissement and row.line in ties:
            found[known.cercle_of(row), name_key(row.arrondissement)][ties[row.line].commune] += 1
    return found


def _village_keys(name: str) -> list[str]:
    """The keys of a village name and, for a hamlet « Karéga/Fasséma », of the village it belongs to."""
    keys = [name_key(name)]
    for mark in ("\\", "/", "(", " - "):
        if mark in name:
            keys.append(name_key(name.split(mark)[0]))
    return [key for key in keys if len(key) > 2]


def _spellings(places: Iterable[Commune | Cercle]) -> list[tuple[str, str]]:
    return [(place.code, name) for place in places for name in place.names]
