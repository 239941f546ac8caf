"""The conceptual data model as a document to be validated: dated, with the digest by which two copies compare."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

from jigi import __version__
from jigi.foundation.periods import french_date
from jigi.foundation.press import press
from jigi.registry.diagram import diagram
from jigi.registry.dictionary import Dictionary, Entity, basis, valid_for
from jigi.registry.facts import SENSITIVITIES

TEMPLATE = Path(__file__).with_name("paper") / "model.typ"
FONT = "Libertinus Serif"
DRAWN = "registry"
"""The package whose entities are drawn."""


def booklet(dictionary: Dictionary, today: date) -> bytes:
    """The PDF of the whole model, as of a day."""
    return press(TEMPLATE, document(dictionary, today))


def document(dictionary: Dictionary, today: date) -> dict[str, Any]:
    """The data of paper/model.typ."""
    reviewed, entities = dictionary.reviewed, dictionary.entities
    drawn = next(package for package in dictionary.packages if package.code == DRAWN)
    return {
        "title": "Modèle conceptuel des données",
        "printed": french_date(today),
        "version": __version__,
        "digest": dictionary.digest,
        "author": reviewed.author,
        "source": reviewed.source,
        "valid_from": french_date(reviewed.valid_from),
        "undefined": len(dictionary.undefined),
        "count": sum(len(entity.fields) for entity in entities.values()),
        "laws": [[law.short, law.title, law.supports] for law in reviewed.laws.values()],
        "kinds": [
            [kind.title, valid_for(kind), SENSITIVITIES[kind.sensitivity], basis(kind)]
            for kind in reviewed.kinds.values()
        ],
        "diagram": diagram(drawn.entities, entities, title="Le registre", standalone=True, font=FONT),
        "packages": [
            {
                "title": package.title, "says": package.says,
                "entities": [_entity(entity) for entity in package.entities],
            }
            for package in dictionary.packages
        ],
    }  # fmt: skip


def _entity(entity: Entity) -> dict[str, Any]:
    return {
        "title": entity.title,
        "says": entity.says,
        "past": bool(entity.past),
        "fields": [
            [
                field.title,
                field.says,
                field.type,
                "oui" if field.required else "non",
                field.kind,
                field.source,
                field.sensitivity,
                field.basis,
                field.valid_for,
            ]
            for field in entity.fields
        ],
        "relations": [[one.title, one.named, one.forward, one.backward] for one in entity.relations],
    }
