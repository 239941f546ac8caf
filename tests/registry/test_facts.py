"""The dictionary of facts: every field defined, every definition a field's, mistakes said with their line."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.apps import apps

from jigi.foundation.errors import InputError
from jigi.registry.dictionary import PAST, UNDEFINED, dictionary, stray_entries
from jigi.registry.facts import DATA, KINDS, Words, reviewed, words

FILE = DATA / "facts.toml"
FILES = sorted(FILE.parents[2].glob("*/data/facts.toml"))
DEFINED = [path.parents[1].name for path in FILES]


def test_every_field_of_a_package_with_a_dictionary_is_defined() -> None:
    assert "registry" in DEFINED
    assert not [name for name in dictionary().undefined if name.partition(".")[0] in DEFINED]
    unsaid = [label for label, entity in dictionary().entities.items() if entity.says == UNDEFINED]
    assert not [label for label in unsaid if label.partition(".")[0] in DEFINED]


def test_every_definition_is_of_a_field_that_exists() -> None:
    assert not stray_entries()


def test_a_field_that_no_file_defines_would_be_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    said = words(FILE)
    without = {name: found for name, found in said.fields.items() if name != "Household.size"}
    lost = Words(said.title, said.says, said.entities, said.names, without)
    monkeypatch.setattr("jigi.registry.dictionary.words", lambda path: lost)
    assert "registry.Household.size" in dictionary.__wrapped__().undefined


def test_an_entry_that_no_field_has_would_be_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    said = words(FILE)
    more = Words(said.title, said.says, {**said.entities, "Chose": "Rien."}, said.names, said.fields)
    monkeypatch.setattr("jigi.registry.dictionary.words", lambda path: more)
    assert "registry.Chose" in stray_entries()


@pytest.mark.parametrize("package", DEFINED)
def test_every_name_is_french(package: str) -> None:
    names = words(FILE.parents[2] / package / "data" / "facts.toml").names
    unnamed = [
        f"{model.__name__}.{field.name}"
        for model in apps.get_app_config(package).get_models()
        if not any(field.name == PAST for field in model._meta.local_fields)
        for field in model._meta.local_fields
        if field._verbose_name is None and not field.primary_key and not field.is_relation
    ]
    assert not [name for name in unnamed if name not in names]


@pytest.mark.parametrize(
    ("good", "bad", "says"),
    [
        ('carrier = "household"', 'carrier = "voisin"', "« voisin » est inconnu"),
        ('laws = ["loi-2013-015"]', 'laws = ["loi-1"]', "« loi-1 » n’est pas dans ce fichier"),
        ('sensitivity = "ordinary"', 'sensitivity = "secret"', "« secret » est inconnu"),
        ("soon = 3", "soon = 30", "L’avertissement vient avant"),
        ('code = "provenance"', 'code = "register"', "dit deux fois"),
        ('title = "provenance"', 'titre = "provenance"', "Il manque « title »"),
        ('code = "survey"', 'code = "survey"\nmonths = 3', "une visite qui le date"),
    ],
)
def test_a_mistake_in_what_holds_for_all_is_said_with_its_line(tmp_path: Path, good: str, bad: str, says: str) -> None:
    path = _copy(KINDS, tmp_path, good, bad)
    with pytest.raises(InputError, match=says) as refused:
        reviewed(path)
    assert refused.value.line


@pytest.mark.parametrize(
    ("good", "bad", "says"),
    [
        ("[fields.Person.work.question]", "[fields.Person.loisir.question]", "« loisir » est inconnu"),
        ("[fields.Person.work.question]", "[fields.Person.work.rumeur]", "« rumeur » est inconnu"),
        ("occupation = ", "surname = ", "« Person.surname » est défini deux fois"),
        ('in_school = "Si la personne va à l’école cette année."', 'in_school = ""', "La valeur est vide"),
        ("[package]", "[paquet]", "Il manque « package »"),
        ("[entities]", "months = 3\n[entities]", "La clef « months » est inconnue"),
    ],
)
def test_a_mistake_in_a_definition_is_said_with_its_line(tmp_path: Path, good: str, bad: str, says: str) -> None:
    path = _copy(FILE, tmp_path, good, bad)
    with pytest.raises(InputError, match=says) as refused:
        words(path)
    assert refused.value.line


def _copy(file: Path, folder: Path, good: str, bad: str) -> Path:
    text = file.read_text(encoding="utf-8")
    assert good in text
    path = folder / file.name
    path.write_text(text.replace(good, bad, 1), encoding="utf-8")
    return path
