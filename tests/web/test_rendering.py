"""A questionnaire as the browser's engine wants it: every question of the XForm, its rules, the lists it reads."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from xlsxwriter import Workbook

from jigi.intake.questions import Questionnaire
from jigi.intake.xlsform import read_form
from jigi.web.fill.rendering import Rendering, Table

REAL = Path("/work/shared/data/forms/enquete-sociale-mobile.xlsx")
SHEETS = {
    "survey": [
        ("type", "name", "label::Bamanankan (bm)", "label::Français (fr)", "appearance", "relevant", "constraint",
         "constraint_message", "required", "calculation", "choice_filter"),
        ("select_one couleur", "couleur", "Jumen ?", "Quelle couleur ?", "", "", "", "", "yes", "", ""),
        ("integer", "age", "Si ?", "Quel âge ?", "", "${couleur} = 'r'", ". < 120", "Moins de **120** ans", "", "", ""),
        ("begin_repeat", "enfants", "Den", "Enfant", "", "", "", "", "", "", ""),
        ("text", "prenom", "Togo", "Prénom", "", "", "", "", "", "", ""),
        ("end_repeat", "", "", "", "", "", "", "", "", "", ""),
        ("note", "merci", "I ni ce", "Merci<br>à ${age} ans", "", "", "", "", "", "", ""),
        ("image", "photo", "Ja", "Photo", "", "", "", "", "", "", ""),
        ("calculate", "double", "", "", "", "", "", "", "", "${age} * 2", ""),
        ("select_one_from_file marches.csv", "marche", "Sugu", "Marché", "autocomplete", "", "", "", "", "",
         "commune = 'x'"),
    ],
    "choices": [("list_name", "name", "label::Bamanankan (bm)", "label::Français (fr)"),
                ("couleur", "r", "bilenman", "rouge"), ("couleur", "v", "binkɛnɛman", "vert")],
    "settings": [("form_title", "form_id", "version", "style"), ("Essai", "essai", "1", "pages")],
}  # fmt: skip


@pytest.fixture
def shown(tmp_path: Path) -> Rendering:
    with Workbook(str(tmp_path / "essai.xlsx")) as book:
        for name, rows in SHEETS.items():
            sheet = book.add_worksheet(name)
            for number, row in enumerate(rows):
                sheet.write_row(number, 0, row)
    tables: dict[str, Table] = {"marches.csv": [{"name": "m1", "label": "Dibida <centre>", "commune": "x"}]}
    return Rendering(read_form(tmp_path / "essai.xlsx").xform, tables=tables)


def test_it_is_shown_in_french_with_its_rules(shown: Rendering) -> None:
    assert "Quelle couleur ?" in shown.html and "Jumen" not in shown.html + shown.model
    assert "data-required=" in shown.html and "Cette question attend une réponse." in shown.html
    assert 'data-constraint=". &lt; 120"' in shown.html and "Moins de <strong>120</strong> ans" in shown.html
    assert re.search(r'<label class="question non-select or-branch pre-init"><span[^>]*>Quel âge', shown.html)


def test_the_parts_of_a_page_keep_their_place(shown: Rendering) -> None:
    assert '<form autocomplete="off" novalidate class="or clearfix pages"' in shown.html
    assert '<section class="or-repeat" name="/essai/enfants">' in shown.html.replace("/data/", "/essai/")
    assert "Merci<br>à" in shown.html and 'class="or-output"' in shown.html
    assert "data-calculate=" in shown.html and 'data-accept="image/*"' in shown.html


def test_lists_stand_in_the_model_in_the_language_shown(shown: Rendering) -> None:
    assert "<label>rouge</label>" in shown.model
    assert "<name>m1</name><label>Dibida &lt;centre&gt;</label>" in shown.model
    assert "src=" not in shown.model


@pytest.mark.parametrize("source", ["menage", REAL], ids=["menage", "vraie"])
def test_every_question_that_is_asked_is_there(source: str | Path) -> None:
    if isinstance(source, Path) and not source.is_file():
        pytest.skip("le questionnaire n’est pas sur cette machine")
    made = read_form(source)
    html = Rendering(made.xform).html
    asked = [item.path for item in Questionnaire(made.definition).items if item.is_asked]
    assert len(asked) > 80
    assert [path for path in asked if f'name="/data/{path}"' not in html] == []
