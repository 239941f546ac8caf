"""Questionnaires: read from XLSForm, refused in French with the row, mapped to the register, published."""

from __future__ import annotations

import subprocess
from importlib.util import find_spec
from pathlib import Path
from shutil import which

import pytest
from django.db import IntegrityError, transaction
from xlsxwriter import Workbook

from jigi.foundation.errors import InputError, Refused
from jigi.foundation.models import User
from jigi.intake import actions
from jigi.intake.form_mapping import read_form_mapping, shipped_for
from jigi.intake.models import FormVersion
from jigi.intake.questions import Questionnaire
from jigi.intake.reception import receive
from jigi.intake.submissions import import_submissions
from jigi.intake.xlsform import MadeForm, named_media, read_form, shipped
from jigi.registry.models import Household, Membership, Person
from tests.factories import make_commune, make_user
from tests.foundation.sent import photo
from tests.intake.collected import fiche, make_collector

Rows = list[list[str]]
SURVEY: Rows = [
    ["type", "name", "label", "relevant"],
    ["text", "prenom", "Prénom", ""],
    ["select_one oui_non", "marie", "Marié ?", ""],
    ["text", "conjoint", "Nom du conjoint", "${marie} = 'oui'"],
]
CHOICES: Rows = [["list_name", "name", "label"], ["oui_non", "oui", "Oui"], ["oui_non", "non", "Non"]]
SETTINGS: Rows = [["form_id", "form_title", "version"], ["essai", "Essai", "1"]]


def workbook(
    folder: Path, survey: Rows = SURVEY, choices: Rows = CHOICES, settings: Rows = SETTINGS, name: str = "essai.xlsx"
) -> Path:
    path = folder / name
    with Workbook(str(path)) as book:
        for title, rows in (("survey", survey), ("choices", choices), ("settings", settings)):
            page = book.add_worksheet(title)
            for number, row in enumerate(rows):
                page.write_row(number, 0, row)
    return path


def real_form(shared: Path) -> MadeForm:
    path = shared / "data" / "forms" / "enquete-sociale-mobile.xlsx"
    if not path.is_file():
        pytest.skip("le formulaire réel est absent")
    return read_form(path)


def test_a_workbook_becomes_a_form(tmp_path: Path) -> None:
    made = read_form(workbook(tmp_path))
    assert (made.code, made.title, made.version) == ("essai", "Essai", "1")
    assert 'id="essai"' in made.xform and 'version="1"' in made.xform


def test_a_form_without_settings_gets_an_identity_and_a_version(tmp_path: Path) -> None:
    made = read_form(workbook(tmp_path, settings=[["form_id"]], name="mon enquête.xlsx"))
    assert made.code == "mon-enquête" and len(made.version) == 10
    assert made.version == read_form(workbook(tmp_path, settings=[["form_id"]])).version


@pytest.mark.parametrize(
    ("row", "line", "column", "said"),
    [
        (["text", "conjoint", "Encore", ""], 5, "name", "donné deux fois"),
        (["texte", "autre", "Autre", ""], 5, "type", "type de question « texte »"),
        (["text", "autre", "Autre", "${absente} = 1"], 5, "relevant", "« absente », qui n’existe pas"),
        (["select_one couleurs", "autre", "Autre", ""], 5, "type", "liste de choix « couleurs »"),
        (["begin_group", "partie", "Partie", ""], 5, "type", "« partie » n’est pas fermé"),
        (["end_group", "", "", ""], 5, "type", "n’a pas de début"),
        (["text", "deux mots", "Autre", ""], 5, "name", "n’est pas permis"),
    ],
)
def test_what_is_wrong_is_said_in_french_with_its_row(
    row: list[str], line: int, column: str, said: str, tmp_path: Path
) -> None:
    with pytest.raises(InputError) as refused:
        read_form(workbook(tmp_path, [*SURVEY, row]))
    error = refused.value
    assert (error.line, error.column) == (line, column), str(error)
    assert said in error.what and "survey" in error.what and error.remedy


def test_a_workbook_without_a_survey_is_no_form(tmp_path: Path) -> None:
    path = tmp_path / "x.xlsx"
    with Workbook(str(path)) as book:
        book.add_worksheet("Feuil1").write(0, 0, "type")
    with pytest.raises(InputError, match="survey"):
        read_form(path)


def test_a_condition_is_said_in_words(tmp_path: Path) -> None:
    form = Questionnaire(read_form(workbook(tmp_path)).definition)
    assert form.in_words("${marie} = 'oui' and ${prenom} != ''") == "« Marié ? » est « Oui » et « Prénom » est remplie"
    assert form.in_words("not(selected(${marie}, 'non'))") == "sauf si « Marié ? » comprend « Non »"
    assert form.in_words(". >= 1 or . < 0") == "la réponse ≥ 1 ou la réponse < 0"


@pytest.mark.parametrize("name", [name for name in shipped() if shipped_for(name)])
def test_every_shipped_form_is_mapped_and_whole(name: str) -> None:
    made = read_form(name)
    form = Questionnaire(made.definition)
    mapping = read_form_mapping(shipped_for(made.code), "x", form, code=made.code, version=made.version)
    assert mapping.consent and not made.warnings
    sections = {item.label for item in form.items if item.kind != "question"}
    assert {
        "Identification", "Membres du ménage", "Instruction", "Santé et handicap", "Travail", "Logement",
        "Eau et assainissement", "Biens", "Élevage et terre", "Sécurité alimentaire", "Accord du ménage",
    } <= sections  # fmt: skip


def test_the_shipped_form_is_valid_for_the_engine_of_collect(tmp_path: Path) -> None:
    """ODK Validate runs JavaRosa, on which ODK Collect is built: it loads and evaluates the whole form."""
    spec = find_spec("pyxform")
    jar = Path(spec.origin or "").parent / "validators/odk_validate/bin/ODK_Validate.jar" if spec else Path()
    if which("java") is None or not jar.is_file():
        pytest.skip("Java ou ODK Validate est absent")
    form = tmp_path / "menage.xml"
    form.write_text(read_form("menage").xform, encoding="utf-8")
    done = subprocess.run(["java", "-jar", str(jar), str(form)], capture_output=True, text=True, check=False)
    assert done.returncode == 0 and "Xform is valid" in done.stdout + done.stderr


MAPPING = """
form = "essai"
name = "essai"
source = "essai"
[household]
collected_on = { value = "2016-05-01" }
commune = { value = "ML010501" }
[household.columns]
radio = "marie"
[[members]]
[members.columns]
given_names = "prenom"
surname = { value = "Essai" }
sex = { column = "marie", codes = { "oui" = "M", "non" = "F" } }
relation = { value = "head" }
"""


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        ('form = "essai"', 'form = "autre"', "questionnaire « autre »"),
        ('form = "essai"', 'form = "essai"\nversions = ["2"]', "version « 1 »"),
        ('"prenom"', '"prenoms"', "pas de question « prenoms »"),
        (', "non" = "F" }', " }", "choix « non »"),
        ('"oui" = "M"', '"oui" = "X"', "ne peut pas prendre"),
        ('radio = "marie"', 'wireless = "marie"', "fait connu"),
        ('relation = { value = "head" }', "", "relation"),
        ('collected_on = { value = "2016-05-01" }', "", "collected_on"),
        ("[[members]]", '[[members]]\nrepeat = "enfants"', "répétition"),
    ],
)
def test_a_mapping_is_held_against_the_questions(before: str, after: str, said: str, tmp_path: Path) -> None:
    form = Questionnaire(read_form(workbook(tmp_path)).definition)
    read_form_mapping(MAPPING, "x.toml", form, code="essai", version="1")
    with pytest.raises(InputError) as refused:
        read_form_mapping(MAPPING.replace(before, after), "x.toml", form, code="essai", version="1")
    assert said in str(refused.value) and refused.value.line


@pytest.fixture
def author(db: None) -> User:
    make_commune("ML010501")
    return make_user("auteur")


def test_a_form_is_loaded_once_and_published(author: User, tmp_path: Path) -> None:
    path = workbook(tmp_path)
    loaded = actions.load_form(path, mapping=MAPPING, by=author)
    assert actions.load_form(path, mapping=MAPPING, by=author).recognised
    assert bytes(loaded.version.xlsform) == path.read_bytes()
    actions.publish(loaded.version, by=author)
    assert loaded.version.status == "published"


def test_a_version_never_changes_its_questions(author: User, tmp_path: Path) -> None:
    actions.load_form(workbook(tmp_path), by=author)
    with pytest.raises(Refused, match="autre contenu"):
        actions.load_form(workbook(tmp_path, SURVEY[:3]), by=author)


def test_a_new_version_takes_the_place_of_the_former(author: User, tmp_path: Path) -> None:
    for number in ("1", "2"):
        path = workbook(tmp_path, settings=[SETTINGS[0], ["essai", "Essai", number]])
        actions.publish(actions.load_form(path, by=author).version, by=author)
    assert dict(FormVersion.objects.values_list("version", "status")) == {"1": "retired", "2": "published"}


def test_a_form_that_lacks_a_file_is_not_published(author: User, tmp_path: Path) -> None:
    picked = [*SURVEY, ["select_one_from_file ecoles.csv", "ecole", "École", ""]]
    version = actions.load_form(workbook(tmp_path, picked), by=author).version
    with pytest.raises(Refused, match="fichiers") as refused:
        actions.publish(version, by=author)
    assert "ecoles.csv" in refused.value.why
    with pytest.raises(InputError, match="ne nomme pas"):
        actions.attach(version, {"autre.csv": b"name,label\n"}, by=author)
    actions.attach(version, {"ecoles.csv": b"name,label\n"}, by=author)
    actions.publish(version, by=author)


def test_a_picture_of_a_form_goes_to_phones_bare(author: User, tmp_path: Path) -> None:
    header = [*SURVEY[0], "media::image"]
    name = "la case d'Awa.jpg"
    shown = [header, *[[*row, ""] for row in SURVEY[1:]], ["text", "vu", "Qui est-ce ?", "", name]]
    version = actions.load_form(workbook(tmp_path, shown), by=author).version
    actions.attach(version, {name: photo()}, by=author)
    assert named_media(version.xform) == {name}
    kept = bytes(version.media.get().content)
    assert kept.startswith(b"\xff\xd8\xff") and b"Moussa" in photo() and b"Moussa" not in kept


def test_only_who_may_loads(author: User, tmp_path: Path) -> None:
    with pytest.raises(Refused):
        actions.load_form(workbook(tmp_path), by=make_user("ciblage", "targeting_officer"))


def test_the_database_refuses_two_versions_published(author: User, tmp_path: Path) -> None:
    for number in ("1", "2"):
        actions.load_form(workbook(tmp_path, settings=[SETTINGS[0], ["essai", "Essai", number]]), by=author)
    with pytest.raises(IntegrityError, match="form_one_version_published"), transaction.atomic():
        FormVersion.objects.update(status="published")


def test_the_real_form_loads_and_is_read(shared: Path) -> None:
    made = real_form(shared)
    assert made.code == "identification-ramed-mobile" and set(made.made_media) == {"itemsets.csv"}
    assert any("ligne 115" in text and "déjà dans la liste" in text for text in made.warnings)
    form = Questionnaire(made.definition)
    assert len(form.repeats) == 6 and not any("${" in form.in_words(item.relevant) for item in form.items)


REAL = {
    "date": "2016-05-01", "localisation-enquete": {
        "lieu_region": "kayes", "lieu_cercle": "kenieba", "lieu_commune": "sitakily", "lieu_village": "Quelque part",
    },
    "enquete": {
        "prenoms": "Moussa", "nom": "Keïta", "type-naissance": "ne-vers", "annee-naissance": "1970",
        "sexe": "masculin", "filiation": {"prenoms-pere": "Bakary", "nom-pere": "Keïta"},
        "telephones": [{"numero": "70000001"}],
    },
    "epouses": [
        {"e_prenoms": "Awa", "e_nom": "Traoré", "e_type-naissance": "ddn", "e_ddn": "1980-03-12"},
        {"e_prenoms": "Sira", "e_nom": "Diallo", "e_type-naissance": "ne-vers", "e_annee-naissance": "1985"},
    ],
    "enfants": [{
        "enfant_prenoms": "Oumou", "enfant_nom": "Keïta", "enfant_sexe": "feminin", "enfant_type-naissance": "ddn",
        "enfant_ddn": "2008-01-05", "situation": {"scolarise": "oui"},
    }],
    "autres": [{
        "autre_prenoms": "Fanta", "autre_nom": "Keïta", "autre_sexe": "feminin", "autre_type-naissance": "ne-vers",
        "autre_annee-naissance": "1945", "autre_parente": "mere",
    }],
    "gps": "12.9 -11.2 0 5",
}  # fmt: skip


@pytest.mark.django_db
def test_the_real_form_fills_the_register_by_configuration_alone(shared: Path) -> None:
    made = real_form(shared)
    collector = make_collector()
    make_commune("ML010305", "Sitakily")
    by = make_user("auteur")
    version = actions.load_form(shared / "data" / "forms" / "enquete-sociale-mobile.xlsx", by=by).version
    actions.publish(version, by=by)
    receive(fiche(REAL, form=made.code, version=made.version), files={}, device="", by=collector)
    poured = import_submissions(version, by=by)
    assert poured.merged == 1, list(poured.batch.problems.values_list("column", "message")) if poured.batch else ""
    assert Household.objects.get().commune.name == "Sitakily"
    relations = list(Membership.objects.order_by("line").values_list("relation", flat=True))
    assert relations == ["head", "spouse", "spouse", "child", "parent"]
    assert Person.objects.get(given_names="Moussa").father_name == "Bakary Keïta"


def test_a_form_that_no_phone_could_read_is_refused(tmp_path: Path) -> None:
    settings = [[*SETTINGS[0], "attribute::a b"], [*SETTINGS[1], "x"]]
    with pytest.raises(InputError, match="Aucun téléphone ne pourrait lire"):
        read_form(workbook(tmp_path, settings=settings))


def test_what_nobody_has_translated_is_quoted(tmp_path: Path) -> None:
    with pytest.raises(InputError) as refused:
        read_form(workbook(tmp_path, [*SURVEY, ["audit", "autre", "", ""]]))
    assert refused.value.why.startswith("Le convertisseur dit, en anglais : «") and refused.value.line == 5
