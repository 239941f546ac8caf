"""The conceptual model says every entity and relation once, on paper as in the drawing."""

from __future__ import annotations

import shutil
import subprocess
from collections import Counter
from dataclasses import replace
from datetime import date
from xml.etree import ElementTree

import pytest
from django.apps import apps

from jigi.registry.booklet import booklet, document
from jigi.registry.diagram import diagram
from jigi.registry.dictionary import ANY, EXACTLY_ONE, ONE_AT_MOST, ONE_OR_NONE, PAST, Entity, dictionary

CHAIN = ("registry", "intake", "programmes", "targeting", "enrolment", "payments")
MODELS = [model for package in CHAIN for model in apps.get_app_config(package).get_models()]
SVG = "{http://www.w3.org/2000/svg}"


def _entity(label: str) -> Entity:
    return dictionary().entities[label]


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model._meta.label)
def test_every_model_is_an_entity_or_the_past_of_one(model: type) -> None:
    told = {label for entity in dictionary().entities.values() for label in (entity.label, entity.past)}
    assert model._meta.label in told


def test_every_link_is_told_once() -> None:
    links = Counter(
        f"{model._meta.label}.{field.name}"
        for model in apps.get_models()
        if model.__module__.startswith("jigi.") and not any(field.name == PAST for field in model._meta.local_fields)
        for field in model._meta.local_fields
        if field.is_relation
    )
    assert Counter(f"{one.entity}.{one.field}" for one in dictionary().relations) == links


def test_how_many_are_designated_each_way() -> None:
    ways = {f"{one.entity}.{one.field}": (one.forward, one.backward) for one in dictionary().relations}
    assert ways["registry.Membership.person"] == (EXACTLY_ONE, ANY)
    assert ways["registry.Household.village"] == (ONE_OR_NONE, ANY)
    assert ways["registry.Health.person"] == (EXACTLY_ONE, ONE_AT_MOST)


def test_a_field_says_all_that_is_validated() -> None:
    fields = {field.code: field for field in _entity("registry.LivingConditions").fields}
    food, income = fields["fcs"], fields["consumption_xof"]
    assert (food.kind, food.source, food.sensitivity, food.valid_for) == (
        "sécurité alimentaire", "question", "personnelle", "6 mois",
    )  # fmt: skip
    assert "loi 2013-015" in food.basis and "à valider" in food.basis
    assert not food.required and income.kind == "enquête statistique"


def test_two_copies_that_say_the_same_have_one_digest(monkeypatch: pytest.MonkeyPatch) -> None:
    again = dictionary.__wrapped__
    assert again().digest == dictionary().digest
    field = apps.get_model("registry", "Household")._meta.get_field("size")
    monkeypatch.setattr(field, "verbose_name", "personnes")
    assert again().digest != dictionary().digest


def test_the_drawing_holds_every_entity_and_leads_to_it() -> None:
    registry = dictionary().packages[0]
    drawn = diagram(registry.entities, dictionary().entities, title="Essai <registre>")
    tree = ElementTree.fromstring(drawn)
    assert {link.get("href") for link in tree.iter("a")} >= {f"#{entity.anchor}" for entity in registry.entities}
    assert tree.findtext("title") == "Essai <registre>"
    assert all(entity.title in (tree.findtext("desc") or "") for entity in registry.entities)


def test_what_is_designated_stands_above_and_no_box_covers_another() -> None:
    registry = dictionary().packages[0]
    drawn = diagram(registry.entities, dictionary().entities, title="Essai", standalone=True, font="Serif")
    boxes = [
        tuple(float(one.get(name) or 0) for name in ("x", "y", "width", "height"))
        for one in ElementTree.fromstring(drawn).iter(f"{SVG}rect")
    ]
    assert len(boxes) == len(registry.entities) + 1
    assert not [
        (a, b) for a in boxes for b in boxes
        if a < b and a[0] < b[0] + b[2] and b[0] < a[0] + a[2] and a[1] < b[1] + b[3] and b[1] < a[1] + a[3]
    ]  # fmt: skip
    assert "var(" not in drawn


def test_a_circle_of_designations_is_still_drawn() -> None:
    household, membership = _entity("registry.Household"), _entity("registry.Membership")
    back = replace(membership.relations[0], entity=household.label, target=membership.label)
    drawn = (replace(household, relations=(back,)), replace(membership, relations=membership.relations[:1]))
    assert diagram(drawn, dictionary().entities, title="Cercle").count("<rect") == 2


@pytest.mark.django_db
def test_the_document_holds_every_field_its_date_and_its_digest() -> None:
    if not shutil.which("pdftotext"):
        pytest.skip("pdftotext (poppler) n’est pas sur cette machine")
    made = booklet(dictionary(), date(2026, 3, 1))
    text = subprocess.run(["pdftotext", "-raw", "-", "-"], input=made, capture_output=True, check=True).stdout.decode()
    said = " ".join(text.split())
    missing = [
        f"{entity.label}.{field.code}"
        for entity in dictionary().entities.values()
        for field in entity.fields
        if " ".join(field.title.split()) not in said
    ]
    assert not missing
    assert "1er mars 2026" in said and dictionary().digest in said and "Table des matières" in said


def test_the_data_of_the_document_are_those_of_the_page() -> None:
    told = document(dictionary(), date(2026, 3, 1))
    fields = sum(len(entity["fields"]) for package in told["packages"] for entity in package["entities"])
    assert fields == told["count"] == sum(len(entity.fields) for entity in dictionary().entities.values())
