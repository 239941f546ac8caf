"""A questionnaire as the browser's engine wants it: every question of the XForm, its rules, the lists it reads."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from xlsxwriter import Workbook

from jigi.intake.questions import Questionnaire
from jigi.intake.xlsform import MadeForm, read_form
from jigi.web.fill.content import table_of
from jigi.web.fill.rendering import Rendering

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
        ("select_one_external villes", "ville", "Dugu", "Ville", "", "", "", "", "", "", "region = ${couleur}"),
    ],
    "choices": [("list_name", "name", "label::Bamanankan (bm)", "label::Français (fr)"),
                ("couleur", "r", "bilenman", "rouge"), ("couleur", "v", "binkɛnɛman", "vert")],
    "external_choices": [("list_name", "name", "label", "pays", "region"), ("villes", "kita", "Kita", "", "r")],
    "settings": [("form_title", "form_id", "version", "style"), ("Essai", "essai", "1", "pages")],
}  # fmt: skip


@pytest.fixture
def shown(tmp_path: Path) -> Rendering:
    with Workbook(str(tmp_path / "essai.xlsx")) as book:
        for name, rows in SHEETS.items():
            sheet = book.add_worksheet(name)
            for number, row in enumerate(rows):
                sheet.write_row(number, 0, row)
    made = read_form(tmp_path / "essai.xlsx")
    given = {"marches.csv": b"name,label,commune\nm1,Dibida <centre>,x\n"}
    return Rendering(made.xform, tables={name: table_of(text) for name, text in (given | made.made_media).items()})


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


def test_choices_of_another_sheet_are_searched_and_keep_their_columns(shown: Rendering) -> None:
    assert "instance(&#x27;villes&#x27;)/root/item[region = " in shown.html and "<datalist" in shown.html
    kept = "<list_name>villes</list_name><name>kita</name><label>Kita</label><pays /><region>r</region>"
    assert f'<instance id="villes"><root><item>{kept}</item></root></instance>' in shown.model


def test_every_question_of_the_household_questionnaire_is_there() -> None:
    assert _left_out(read_form("menage")) == []


def test_every_question_of_the_real_questionnaire_is_there(shared: Path) -> None:
    path = shared / "data" / "forms" / "enquete-sociale-mobile.xlsx"
    if not path.is_file():
        pytest.skip("le formulaire réel est absent")
    assert _left_out(read_form(path)) == []


def _left_out(made: MadeForm) -> list[str]:
    """The questions that the page lacks."""
    html, form = Rendering(made.xform).html, Questionnaire(made.definition)
    asked = [item.path for item in form.items if item.is_asked]
    assert len(asked) > 80
    return [path for path in asked if f'name="/data/{path}"' not in html]
