"""Reading a GeoJSON file of boundaries and matching each feature to an area, by its code or by its name."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from jigi.foundation.errors import InputError
from jigi.geography.polygons import multipolygon, problem, simplified
from jigi.geography.rules import best_match
from jigi.geography.villages import Reject, header_key

MOST_BYTES = 150 << 20
TOLERANCE = 0.002
"""Degrees (about 200 m) that a stored outline may stray from the file's."""

LEVELS = ("commune", "cercle", "region")
CODE_KEYS = {
    "commune": ("adm3_pcode", "adm3pcode", "adm3_code", "commune_code", "code_commune"),
    "cercle": ("adm2_pcode", "adm2pcode", "adm2_code", "cercle_code", "code_cercle"),
    "region": ("adm1_pcode", "adm1pcode", "adm1_code", "region_code", "code_region"),
}
NAME_KEYS = {
    "commune": ("adm3_name", "adm3_fr", "adm3_en", "commune", "nom_commune", "name_3"),
    "cercle": ("adm2_name", "adm2_fr", "adm2_en", "cercle", "nom_cercle", "name_2"),
    "region": ("adm1_name", "adm1_fr", "adm1_en", "region", "nom_region", "name_1"),
}
ANY_CODE, ANY_NAME = ("code", "pcode"), ("name", "nom", "shapename")


@dataclass(frozen=True)
class Place:
    """An area that a boundary may belong to. `names` are its name and its other spellings."""

    code: str
    names: tuple[str, ...]
    level: str
    parent: str


@dataclass
class BoundaryFile:
    """What a file of boundaries gives: simplified outlines by area code, how they were matched, rejects."""

    outlines: dict[str, list[Any]] = field(default_factory=dict)
    by_code: int = 0
    by_name: int = 0
    rejects: list[Reject] = field(default_factory=list)
    features: int = 0


def read_boundaries(path: Path, places: Sequence[Place]) -> BoundaryFile:
    """Read and match a GeoJSON file of polygons.

    A feature that designates no area, or one already given, is a reject, numbered from 1. InputError when the
    file is not GeoJSON, when one geometry is unsound or outside the country, or when nothing matched.
    """
    features = _features(path)
    known = _Places(places)
    found = BoundaryFile(features=len(features))
    for number, feature in enumerate(features, 1):
        if wrong := problem(feature.get("geometry")):
            raise InputError(
                f"Le contour n° {number} n’est pas utilisable",
                file=path,
                why=f"{_label(feature)} : {wrong}",
                remedy="Corrigez-le dans votre logiciel de cartes ; rien n’a été chargé",
            )
        _match(number, feature, known, found)
    if not found.outlines:
        raise InputError(
            "Aucun contour ne correspond à un lieu connu",
            file=path,
            why=found.rejects[0].reason,
            remedy="Chaque contour doit porter un code (adm1_pcode, adm2_pcode, adm3_pcode) ou un nom",
        )
    return found


class _Places:
    """The areas, found by code or by level, parent and name."""

    def __init__(self, places: Sequence[Place]) -> None:
        self.by_code = {place.code: place for place in places}
        self.by_level: dict[str, list[Place]] = defaultdict(list)
        for place in places:
            self.by_level[place.level].append(place)

    def named(self, name: str, level: str, parent: str) -> Place | None:
        near = [p for p in self.by_level[level] if not parent or p.parent == parent]
        match = best_match(name, [(place.code, known) for place in near for known in place.names])
        return self.by_code[match.code] if match else None


def _match(number: int, feature: Mapping[str, Any], known: _Places, found: BoundaryFile) -> None:
    properties = _properties(feature)
    place, means, why = _designated(properties, known)
    if place is None:
        found.rejects.append(Reject(number, why, cells=(_label(feature),)))
        return
    if place.code in found.outlines:
        reason = f"« {place.names[0]} » ({place.code}) a déjà reçu un contour de ce fichier"
        found.rejects.append(Reject(number, reason, cells=(_label(feature),)))
        return
    found.outlines[place.code] = simplified(multipolygon(feature["geometry"]), TOLERANCE)
    if means == "code":
        found.by_code += 1
    else:
        found.by_name += 1


def _designated(properties: Mapping[str, str], known: _Places) -> tuple[Place | None, str, str]:
    """The area that a feature designates, by what, and the French reason when it designates none."""
    level, code, name = _finest(properties)
    if place := known.by_code.get(code):
        names = [(place.code, spelling) for spelling in place.names]
        if name and best_match(name, names) is None:
            # The same code names different places in different divisions: the name must not contradict it.
            return None, "", f"le code {code} est celui de « {place.names[0]} », le contour dit « {name} »"
        return place, "code", ""
    if not name:
        return None, "", f"code inconnu : « {code} »" if code else "ni code ni nom de lieu"
    levels = [level] if level else LEVELS
    options = [place for each in levels if (place := known.named(name, each, _parent(properties, each, known)))]
    if len(options) == 1:
        return options[0], "name", ""
    return None, "", f"nom inconnu : « {name} »" if not options else f"nom de plusieurs lieux : « {name} »"


def _finest(properties: Mapping[str, str]) -> tuple[str, str, str]:
    """The finest level that the properties speak of ("" when they don't say), its code and its name."""
    for level in LEVELS:
        code, name = _first(properties, CODE_KEYS[level]), _first(properties, NAME_KEYS[level])
        if code or name:
            return level, code, name
    return "", _first(properties, ANY_CODE), _first(properties, ANY_NAME)


def _parent(properties: Mapping[str, str], level: str, known: _Places) -> str:
    """The code of the parent that the properties name, "" when they don't."""
    if level == "region":
        return ""
    above = LEVELS[LEVELS.index(level) + 1]
    if (code := _first(properties, CODE_KEYS[above])) in known.by_code:
        return code
    name = _first(properties, NAME_KEYS[above])
    place = known.named(name, above, "") if name else None
    return place.code if place else ""


def _features(path: Path) -> list[dict[str, Any]]:
    try:
        document = json.loads(_text(path))
    except (json.JSONDecodeError, RecursionError) as error:
        line = getattr(error, "lineno", None)
        raise InputError(
            "Le fichier n’est pas du JSON valable",
            file=path,
            line=line,
            remedy="Exportez-le de nouveau en GeoJSON",
        ) from None
    features = document.get("features") if isinstance(document, dict) else None
    if not isinstance(features, list) or not all(isinstance(feature, dict) for feature in features):
        raise InputError(
            "Ce fichier JSON n’est pas une collection de contours",
            file=path,
            remedy="Exportez les contours en GeoJSON (FeatureCollection), en longitude et latitude",
        )
    if not features:
        raise InputError("La collection est vide", file=path, remedy="Il faut au moins un contour")
    return features


def _text(path: Path) -> str:
    if path.stat().st_size > MOST_BYTES:
        raise InputError(
            f"Le fichier dépasse {MOST_BYTES >> 20} Mo",
            file=path,
            remedy="Simplifiez les contours avant de les charger",
        )
    try:
        return path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError:
        raise InputError(
            "Le fichier n’est pas en UTF-8",
            file=path,
            remedy="Exportez le GeoJSON en UTF-8, son seul encodage",
        ) from None


def _properties(feature: Mapping[str, Any]) -> dict[str, str]:
    """Folded property name -> text, without the empty ones."""
    given = feature.get("properties")
    pairs = given.items() if isinstance(given, Mapping) else ()
    return {header_key(str(key)): str(value).strip() for key, value in pairs if value not in (None, "")}


def _label(feature: Mapping[str, Any]) -> str:
    _, code, name = _finest(_properties(feature))
    return " ".join(part for part in (code, name) if part) or "contour sans nom"


def _first(properties: Mapping[str, str], keys: Sequence[str]) -> str:
    return next((properties[key] for key in keys if key in properties), "")
