"""Which of our areas a line speaks of: by its code, the name agreeing; by its name inside its region; by position.

A code of another division of the country is followed by the successions of areas, where one area succeeds one.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

from jigi.foundation.errors import InputError
from jigi.geography.models import Area, AreaAlias, AreaSuccession, Boundary
from jigi.geography.polygons import MultiPolygon, locate
from jigi.geography.queries import version_in_use
from jigi.geography.rules import name_key

UP = {"commune": "cercle", "cercle": "region"}


@dataclass(frozen=True)
class Said:
    """A place as a line says it; "" and None where it does not. `level` "" is any level."""

    level: str = ""
    code: str = ""
    name: str = ""
    region_code: str = ""
    region: str = ""
    cercle_code: str = ""
    cercle: str = ""
    point: tuple[float, float] | None = None

    @property
    def shown(self) -> str:
        return " ".join(filter(None, [self.code, self.name, f"({self.region})" if self.region else ""]))


@dataclass(frozen=True)
class Found:
    """The number of an area, or why there is none and what to do; `part` is what was wrong: code or name."""

    area: int | None
    why: str = ""
    remedy: str = ""
    part: str = "code"


class Places:
    """The areas of the division in use, above villages, and what those of other divisions became there."""

    def __init__(self, by_position: tuple[str, ...] = ()) -> None:
        version = version_in_use()
        if version is None:
            raise InputError(
                "Aucun découpage n’est installé", remedy="Installez d’abord le répertoire des lieux (jigi setup)"
            )
        areas = Area.objects.exclude(level="village").order_by("version_id", "code")
        self.by_id = {area.pk: area for area in areas}
        self.ours = {area.code: area for area in self.by_id.values() if area.version_id == version.pk}
        self.others = {area.code: area for area in self.by_id.values() if area.version_id != version.pk}
        self.keys: dict[int, set[str]] = defaultdict(set, {pk: {name_key(a.name)} for pk, a in self.by_id.items()})
        for pk, key in AreaAlias.objects.filter(area__in=self.by_id).values_list("area_id", "name_key"):
            self.keys[pk].add(key)
        self.named: dict[tuple[str, str], list[Area]] = defaultdict(list)
        for area in self.ours.values():
            for key in self.keys[area.pk]:
                self.named[area.level, key].append(area)
        self._became = self._successions()
        self._found: dict[Said, Found] = {}
        # Asked before the first line: while lines are copied in, the connection answers nothing else.
        self._shapes = {level: self._limits(level) for level in by_position}

    def find(self, said: Said) -> Found:
        """The area that a line designates. Each distinct place is looked for once."""
        if (found := self._found.get(said)) is None:
            found = self._found[said] = self._find(said)
        return found

    def _find(self, said: Said) -> Found:
        area = self.ours.get(said.code) or self.others.get(said.code)
        if area is None:
            return self._by_name(said)
        if said.name and name_key(said.name) not in self.keys[area.pk]:
            return Found(
                None, f"Le code {said.code} est celui de « {area.name} », le nom est « {said.name[:60]} »",
                "Corrigez le code ou le nom : ils ne désignent pas le même lieu",
            )  # fmt: skip
        if said.level and area.level != said.level:
            why = f"Le code {said.code} est celui d’un lieu d’un autre niveau ({area.get_level_display()})"
            return Found(None, why, "Donnez le code du bon niveau")
        return Found(area.pk) if area.code in self.ours else self._succeeded(area)

    def _succeeded(self, area: Area) -> Found:
        """What an area of another division is in ours, when it is one area and nothing else became it."""
        kin = self._became.get(area.pk, set())
        if len(kin) == 1 and len(self._became.get(next(iter(kin)), ())) == 1:
            return Found(next(iter(kin)))
        why = "n’a pas de lieu équivalent" if not kin else "a été divisé ou regroupé"
        return Found(None, f"« {area.name} » ({area.code}) est d’un autre découpage et {why} dans celui qui sert ici",
                     "Donnez la valeur pour les lieux du découpage qui sert")  # fmt: skip

    def _by_name(self, said: Said) -> Found:
        code = f"Le code {said.code} est inconnu" if said.code else ""
        if not said.name:
            near = self._at(said)
            return near or Found(
                None, code or "Ni code ni nom de lieu", "Donnez le code du lieu, ou son nom et sa région"
            )
        levels = [said.level] if said.level else ["region", "cercle", "commune"]
        named = [area for level in levels for area in self.named[level, name_key(said.name)]]
        found = [area for area in named if self._within(area, said)]
        if len(found) == 1:
            return Found(found[0].pk)
        if near := self._at(said):
            return near
        where = f" dans « {said.region[:60]} »" if said.region else ""
        if found:
            return Found(None, f"« {said.name[:60]} » est le nom de plusieurs lieux{where}", "Donnez le code", "name")
        why = f"« {said.name[:60]} » n’est le nom d’aucun lieu{where}"
        return Found(None, f"{code} et {why}" if code else why, "Corrigez le nom, ou donnez le code du lieu", "name")

    def _within(self, area: Area, said: Said) -> bool:
        """Whether the region and the cercle that a line says, when it does, hold this area."""
        above = {self.by_id[pk].level: self.by_id[pk] for pk in self._above(area)}
        for level, code, name in (
            ("region", said.region_code, said.region), ("cercle", said.cercle_code, said.cercle),
        ):  # fmt: skip
            holder = above.get(level)
            if holder is None or holder == area or not (code or name):
                continue
            if holder.code != code and name_key(name) not in self.keys[holder.pk]:
                return False
        return True

    def _above(self, area: Area) -> list[int]:
        chain, one = [area.pk], area
        while one.parent_id in self.by_id:
            one = self.by_id[one.parent_id]
            chain.append(one.pk)
        return chain

    def _at(self, said: Said) -> Found | None:
        """The area whose loaded limits hold the position of a line."""
        if said.point is None or said.level not in self._shapes:
            return None
        code = locate([said.point], self._shapes[said.level])[0]
        return Found(self.ours[code].pk) if code else None

    def _limits(self, level: str) -> list[tuple[str, MultiPolygon]]:
        areas = [area.pk for area in self.ours.values() if area.level == level]
        return list(
            Boundary.objects.filter(area__in=areas).order_by("area__code").values_list("area__code", "coordinates")
        )

    def _successions(self) -> dict[int, set[int]]:
        """What each area is in another division, one side of which is ours."""
        kin: dict[int, set[int]] = defaultdict(set)
        ours = {area.pk for area in self.ours.values()}
        for before, after in AreaSuccession.objects.values_list("predecessor_id", "successor_id"):
            if (before in ours) != (after in ours):
                kin[before].add(after)
                kin[after].add(before)
        return kin
