"""What the database already knows of a version, in the shape that files are compared with."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

from jigi.foundation.errors import InputError
from jigi.geography.boundaries import Place
from jigi.geography.identity import KnownVillage
from jigi.geography.models import Area, AreaAlias, AreaVersion, Boundary
from jigi.geography.ties import Cercle, Commune, Gazetteer


@dataclass(frozen=True)
class Known:
    """The areas of one version, by what a file of villages or of boundaries needs of them."""

    version: AreaVersion
    areas: dict[int, Area]
    spellings: dict[int, tuple[str, ...]]

    def gazetteer(self, origin: str) -> Gazetteer:
        """Communes, cercles, boundaries and the villages that other files than `origin` brought."""
        villages = [(v.commune, v.name) for v in self.villages(origin) if not v.own]
        return Gazetteer(self._communes(), self._cercles(), self._boundaries(), villages)

    def villages(self, origin: str) -> list[KnownVillage]:
        """The villages, in the order they entered."""
        return [
            KnownVillage(
                area.code,
                area.name,
                self._parent(area).code,
                self._parent(self._parent(area)).code,
                area.source.startswith(f"{origin} ; "),
            )
            for area in sorted(self._of("village"), key=lambda area: area.pk)
        ]

    def places(self) -> list[Place]:
        """Regions, cercles and communes, for boundaries."""
        return [
            Place(area.code, self.spellings[area.pk], area.level, self._parent(area).code)
            for level in ("region", "cercle", "commune")
            for area in self._of(level)
        ]

    def reserved(self) -> set[str]:
        """The codes of what is not a village."""
        return {area.code for area in self.areas.values() if area.level != "village"}

    def _communes(self) -> list[Commune]:
        return [
            Commune(a.code, self.spellings[a.pk], self._parent(a).code, a.longitude, a.latitude)
            for a in self._of("commune")
        ]

    def _cercles(self) -> list[Cercle]:
        return [Cercle(a.code, self.spellings[a.pk], self.spellings[self._parent(a).pk]) for a in self._of("cercle")]

    def _boundaries(self) -> list[tuple[str, list[list[list[list[float]]]]]]:
        found = Boundary.objects.filter(area__version=self.version, area__level=Area.Level.COMMUNE)
        return list(found.order_by("area__code").values_list("area__code", "coordinates"))

    def _of(self, level: str) -> list[Area]:
        return [area for area in self.areas.values() if area.level == level]

    def _parent(self, area: Area) -> Area:
        assert area.parent_id is not None
        return self.areas[area.parent_id]


def read_known(version: str) -> Known:
    """Everything known of a version, in four queries. InputError when it is not installed."""
    found = AreaVersion.objects.filter(code=version).first()
    if found is None:
        raise InputError(
            f"Le découpage « {version} » n’est pas installé",
            remedy="Installez d’abord le répertoire des lieux",
        )
    areas = {area.pk: area for area in Area.objects.filter(version=found).order_by("code")}
    spellings: dict[int, list[str]] = defaultdict(list, {pk: [area.name] for pk, area in areas.items()})
    for pk, name in AreaAlias.objects.filter(area__version=found).order_by("name").values_list("area_id", "name"):
        spellings[pk].append(name)
    return Known(found, areas, {pk: tuple(names) for pk, names in spellings.items()})
