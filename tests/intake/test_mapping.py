"""Mappings: reviewed files, read strictly, every mistake with its line."""

from __future__ import annotations

import pytest

from jigi.foundation.errors import InputError
from jigi.intake.mapping import FOLDER, read_mapping
from jigi.intake.targets import LIVING, SURVEY_ONLY
from jigi.registry.models import LivingConditions
from tests.intake.forms import MAPPING


@pytest.mark.parametrize("path", sorted(FOLDER.glob("*.toml")), ids=lambda path: path.stem)
def test_shipped_mappings_are_sound(path):
    mapping = read_mapping(path.stem)
    assert mapping.name == path.stem and mapping.living


def test_targets_are_the_columns_of_living_conditions():
    own = {"id", "household", "survey", "survey_key", "batch_id", "collected_on", "recorded_at"}
    assert {*LIVING, *SURVEY_ONLY} == {field.name for field in LivingConditions._meta.fields} - own


@pytest.mark.parametrize(
    ("old", "new", "line", "says"),
    [
        ('rooms = "pieces"', 'room = "pieces"', 13, "Vouliez-vous dire « rooms »"),
        ('rooms = "pieces"', "rooms = 3", 13, "le nom d’une colonne"),
        ('"1" = "thatch"', '"1" = "paille"', 14, "« paille », que ce fait ne peut pas prendre"),
        ('plough = "charrue"', 'plough = { column = "c", codes = { "1" = "oui" } }', 15, "true"),
        ("scale = 0.0001", "scale = -1", 16, "positif"),
        ("scale = 0.0001", "escale = 1", 16, "« escale » est inconnue"),
        ('destination = "register"', 'destination = "registre"', 4, "register"),
        ('collected_on = "date"\n', "", 6, "« collected_on »"),
        ('village = "village"\n', "", 6, "Il manque le lieu"),
        ('key = "fiche"\nvillage', 'key = "@line"\nvillage', 7, "par leur ligne"),
        ('surname = "nom"\n', "", 22, "« surname »"),
        ('line = "ligne"\n', "", 18, "« line »"),
        ('collector = "enqueteur"', 'collector = "enqueteur"\ncolour = "x"', 11, "« colour »"),
        ('name = "essai"', 'name = "essai', 2, "TOML"),
        ('relation = "lien"', 'relation = { column = "lien", codes = { a = "boss" } }', 28, "boss"),
    ],
)
def test_a_mistake_is_said_with_its_line(tmp_path, old, new, line, says):
    assert old in MAPPING
    path = tmp_path / "faux.toml"
    path.write_text(MAPPING.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(InputError) as caught:
        read_mapping(path)
    assert says in str(caught.value) and caught.value.line == line


def test_values_may_be_given_once_for_all(tmp_path):
    path = tmp_path / "constante.toml"
    path.write_text(MAPPING.replace('"date"', '{ value = "2016-05-01" }'), encoding="utf-8")
    filling = next(f for f in read_mapping(path).interview if f.name == "collected_on")
    assert (filling.value, filling.column) == ("2016-05-01", "")
