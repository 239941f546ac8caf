"""What of the model answers a search: the entities and fields that hold the words, of a kind, of a sensitivity."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import replace

from jigi.registry.dictionary import Entity, Field, Package


def kept(packages: tuple[Package, ...], asked: Mapping[str, str]) -> tuple[Package, ...]:
    """What of the packages answers `mot` (words), `fait` (a kind's title), `sensibilite` and `paquet` (a code).

    All when none is asked.
    """
    if package := asked.get("paquet", ""):
        packages = tuple(one for one in packages if one.code == package)
    words = _bare(asked.get("mot", "")).split()
    kind, sensitivity = asked.get("fait", ""), asked.get("sensibilite", "")
    if not (words or kind or sensitivity):
        return packages

    def is_kept(entity: Entity, field: Field) -> bool:
        text = _bare(f"{entity.title} {field.title} {field.code} {field.says} {field.type}")
        return (
            all(word in text for word in words)
            and kind in ("", field.kind)
            and sensitivity in ("", field.sensitivity)
        )  # fmt: skip

    return tuple(found for package in packages if (found := _package(package, is_kept)).entities)


def _package(package: Package, is_kept: Callable[[Entity, Field], bool]) -> Package:
    entities = tuple(found for entity in package.entities if (found := _entity(entity, is_kept)).fields)
    return replace(package, entities=entities)


def _entity(entity: Entity, is_kept: Callable[[Entity, Field], bool]) -> Entity:
    fields = tuple(field for field in entity.fields if is_kept(entity, field))
    codes = {field.code for field in fields}
    return replace(entity, fields=fields, relations=tuple(one for one in entity.relations if one.field in codes))


def _bare(text: str) -> str:
    """Without capitals and accents."""
    letters = unicodedata.normalize("NFKD", text.casefold().replace("œ", "oe"))
    return "".join(letter for letter in letters if not unicodedata.combining(letter))
