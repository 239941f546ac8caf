"""The conceptual data model: every entity, field and relation of the system, read from its models and its files of
facts (facts.py). It is what the page, the diagram and the document show, so none of them can be out of date.

Packages are found among Django's: this one imports none of those above it.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path
from typing import Any

from django.apps import AppConfig, apps
from django.contrib.postgres.fields import ArrayField
from django.db import models

from jigi.registry.facts import SENSITIVITIES, SOURCES, Reviewed, Words, reviewed, words
from jigi.registry.freshness import Kind

UNDEFINED = "définition à écrire"
COMMON_KIND = "management"
"""The kind of the fields that every entity has, unless its file says otherwise."""
PAST = "recorded_to"
"""The column that only the model of a past has."""

EXACTLY_ONE, ONE_OR_NONE = "un, toujours", "un ou aucun"
ANY, ONE_AT_MOST = "de zéro à plusieurs", "un au plus"

_TYPES = (
    (ArrayField, "liste"),
    (models.GeneratedField, "texte calculé"),
    (models.BooleanField, "oui ou non"),
    (models.DateTimeField, "moment"),
    (models.DateField, "date"),
    (models.DecimalField, "nombre décimal"),
    (models.FloatField, "nombre décimal"),
    (models.IntegerField, "nombre entier"),
    (models.UUIDField, "identifiant"),
    (models.JSONField, "détails structurés"),
    (models.BinaryField, "octets"),
    (models.TextField, "texte long"),
    (models.CharField, "texte"),
)


@dataclass(frozen=True)
class Field:
    """A field of an entity, in words. `kind` and what follows are "" where it is not defined yet."""

    code: str
    title: str
    says: str
    type: str
    required: bool
    kind: str
    source: str
    sensitivity: str
    basis: str
    valid_for: str


@dataclass(frozen=True)
class Relation:
    """What an entity designates: by which field, which entity (`target`, `named` in French), how many each way."""

    entity: str
    field: str
    title: str
    target: str
    named: str
    forward: str
    backward: str

    @property
    def anchor(self) -> str:
        """Where what it designates stands on the page."""
        return self.target.replace(".", "-")


@dataclass(frozen=True)
class Entity:
    """A table of the system. `past` is the label of the table that keeps its earlier forms, "" when none does."""

    label: str
    title: str
    says: str
    fields: tuple[Field, ...]
    relations: tuple[Relation, ...]
    past: str

    @property
    def anchor(self) -> str:
        return self.label.replace(".", "-")


@dataclass(frozen=True)
class Package:
    """A part of the system and its entities."""

    code: str
    title: str
    says: str
    entities: tuple[Entity, ...]


@dataclass(frozen=True)
class Dictionary:
    """The whole model; `digest` is short, and the same for two copies that say the same."""

    reviewed: Reviewed
    packages: tuple[Package, ...]
    digest: str

    @property
    def entities(self) -> dict[str, Entity]:
        return {entity.label: entity for package in self.packages for entity in package.entities}

    @property
    def relations(self) -> tuple[Relation, ...]:
        return tuple(relation for entity in self.entities.values() for relation in entity.relations)

    @property
    def undefined(self) -> list[str]:
        """The fields that no file defines yet, as « package.Model.field »."""
        return [
            f"{entity.label}.{field.code}"
            for entity in self.entities.values()
            for field in entity.fields
            if field.says == UNDEFINED
        ]


@cache
def dictionary() -> Dictionary:
    """The model of this version of the system. Raises InputError when a file of facts is not as it should be."""
    packages = tuple(_package(app) for app in reversed(list(apps.get_app_configs())) if _is_ours(app))
    packages = tuple(package for package in sorted(packages, key=_place) if package.entities)
    said = json.dumps([asdict(package) for package in packages] + [asdict(reviewed())], default=str, sort_keys=True)
    return Dictionary(reviewed(), packages, hashlib.sha256(said.encode()).hexdigest()[:12])


def stray_entries() -> list[str]:
    """What files of facts define and no model has: « package.Model.field »."""
    found = []
    for app in filter(_is_ours, apps.get_app_configs()):
        known = {f"{m.__name__}.{f.name}" for m in _models(app) for f in m._meta.local_fields}
        known |= {m.__name__ for m in _models(app)}
        if said := _words(app):
            entries = [*said.entities, *said.names, *said.fields]
            found += [f"{app.label}.{entry}" for entry in entries if entry not in known]
    return found


def valid_for(kind: Kind) -> str:
    """« 24 mois », « sans limite »."""
    return f"{kind.life.months} mois" if kind.life.months else "sans limite"


def basis(kind: Kind) -> str:
    """The texts that a kind rests on, with what is still to be confirmed: « loi 2013-015 (articles à valider) »."""
    laws = ", ".join(reviewed().laws[code].short for code in kind.laws)
    return f"{laws} ({kind.unsure})" if laws and kind.unsure else laws or kind.unsure


def _is_ours(app: AppConfig) -> bool:
    return app.name.startswith("jigi.")


def _place(package: Package) -> tuple[int, str]:
    """The register first, then its programmes in the order of the chain."""
    order = ("registry", "geography", "intake", "programmes", "targeting", "enrolment", "payments", "ledger")
    return (order.index(package.code) if package.code in order else len(order), package.code)


def _words(app: AppConfig) -> Words | None:
    path = Path(app.path) / "data" / "facts.toml"
    return words(path) if path.exists() else None


def _models(app: AppConfig) -> list[type[models.Model]]:
    return [model for model in app.get_models() if not _is_past(model)]


def _is_past(model: type[models.Model]) -> bool:
    return any(field.name == PAST for field in model._meta.local_fields)


def _package(app: AppConfig) -> Package:
    said = _words(app)
    entities = tuple(_entity(model, said) for model in _models(app))
    return Package(app.label, said.title if said else app.label, said.says if said else "", entities)


def _entity(model: type[models.Model], said: Words | None) -> Entity:
    meta = model._meta
    past = f"Past{model.__name__}"
    return Entity(
        label=f"{meta.app_label}.{model.__name__}",
        title=_named(model),
        says=(said.entities.get(model.__name__) if said else None) or UNDEFINED,
        fields=tuple(_field(field, said) for field in meta.local_fields),
        relations=tuple(_relation(field, said) for field in meta.local_fields if _is_link(field)),
        past=f"{meta.app_label}.{past}" if past.lower() in apps.all_models[meta.app_label] else "",
    )


def _named(model: type[models.Model]) -> str:
    """The French name of an entity: its file's, else its model's."""
    said = _words(apps.get_app_config(model._meta.app_label))
    name = said.names.get(model.__name__) if said else None
    return _capital(name or str(model._meta.verbose_name))


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _field(field: models.Field[Any, Any], said: Words | None) -> Field:
    key = f"{field.model.__name__}.{field.name}"
    definition = said.fields.get(key) if said else None
    common = reviewed().common.get(field.name) if field.name in reviewed().common else None
    kind = reviewed().kinds[definition.kind if definition else COMMON_KIND] if definition or common else None
    source = SOURCES[definition.source if definition else "computed"] if kind else ""
    return Field(
        code=field.name,
        title=_title(field, said),
        says=definition.says if definition else common or UNDEFINED,
        type=_type(field),
        required=field.primary_key or (not field.null and not field.blank),
        kind=kind.title if kind else "",
        source=source,
        sensitivity=SENSITIVITIES[kind.sensitivity] if kind else "",
        basis=basis(kind) if kind else "",
        valid_for=valid_for(kind) if kind else "",
    )


def _title(field: models.Field[Any, Any], said: Words | None) -> str:
    """The French name: the file's, else the model's; a link without one is called after what it designates."""
    key = f"{field.model.__name__}.{field.name}"
    if said and key in said.names:
        return said.names[key]
    if field.primary_key and isinstance(field, models.IntegerField):
        return "numéro"
    if _is_link(field) and "verbose_name" not in field.deconstruct()[3]:
        return _named(_target(field)).lower()
    return str(field.verbose_name)


def _type(field: models.Field[Any, Any]) -> str:
    if _is_link(field):
        return "lien"
    if field.choices:
        return "un parmi : " + ", ".join(str(label) for value, label in field.flatchoices if value not in ("", None))
    name = next((said for kind, said in _TYPES if isinstance(field, kind)), "texte")
    return f"{name}, {field.max_length} caractères au plus" if name == "texte" and field.max_length else name


def _is_link(field: models.Field[Any, Any]) -> bool:
    return isinstance(field, models.ForeignKey)


def _target(field: models.Field[Any, Any]) -> type[models.Model]:
    assert field.related_model is not None
    return field.related_model


def _relation(field: models.Field[Any, Any], said: Words | None) -> Relation:
    target = _target(field)
    return Relation(
        entity=f"{field.model._meta.app_label}.{field.model.__name__}",
        field=field.name,
        title=_title(field, said),
        target=f"{target._meta.app_label}.{target.__name__}",
        named=_named(target),
        forward=ONE_OR_NONE if field.null else EXACTLY_ONE,
        backward=ONE_AT_MOST if field.unique else ANY,
    )
