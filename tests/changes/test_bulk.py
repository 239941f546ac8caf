"""Many requests by one file: each line weighed, what is wrong named, the statements as many whatever the lines."""

from __future__ import annotations

from pathlib import Path

import pytest

from jigi.changes import actions, bulk
from jigi.changes.models import ChangeBulk, ChangeRequest
from jigi.foundation.bulk import counting_statements
from jigi.foundation.errors import InputError, Refused
from jigi.registry.models import Household, Identifier, Person
from tests.changes.ground import Scene, make_scene
from tests.factories import make_households
from tests.kept import Kept, once

pytestmark = pytest.mark.django_db


def _scene(folder: Path) -> Scene:
    return make_scene()


scene_once = once("scene", _scene)


@pytest.fixture
def scene(scene_once: Kept[Scene], db: None) -> Scene:
    return scene_once.copy()


def written(tmp_path: Path, *rows: str, encoding: str = "utf-8-sig") -> Path:
    path = tmp_path / "changements.csv"
    path.write_text("\r\n".join([";".join(bulk.COLUMNS), *rows]), encoding=encoding)
    return path


def numbers_of(made: ChangeBulk) -> list[int]:
    return list(made.requests.order_by("line").values_list("pk", flat=True))


def test_each_good_line_becomes_a_request_to_check(scene: Scene, tmp_path: Path) -> None:
    path = written(
        tmp_path,
        f"{scene.one.rsu};Correction d’identité;3;surnom;Ba;01/05/2020;acte vu",
        f"{scene.one.rsu_number};décès;3;;;2020-05-02;dit par la mère",
        f"{scene.two.rsu};logement et biens;;Toit;tôle;01/05/2020;visite",
    )
    made = bulk.take(bulk.read(path, by=scene.maker), by=scene.maker)
    assert [(one.kind, one.line, one.status) for one in made.requests.order_by("line")] == [
        ("identity", 2, "submitted"), ("death", 3, "submitted"), ("dwelling", 4, "submitted"),
    ]  # fmt: skip
    with pytest.raises(Refused, match="déjà venu"):
        bulk.take(bulk.read(path, by=scene.maker), by=scene.maker)


@pytest.mark.parametrize(
    ("row", "column", "said"),
    [
        ("0000000000;décès;3;;;01/05/2020;essai", "numéro RSU", "pas au registre"),
        ("{rsu};santé;3;;;01/05/2020;essai", "nature", "ne vient pas par fichier"),
        ("{rsu};décès;9;;;01/05/2020;essai", "membre", "Aucun membre"),
        ("{rsu};décès;²;;;01/05/2020;essai", "membre", "Aucun membre"),
        ("{rsu};décès;" + "9" * 5000 + ";;;01/05/2020;essai", "membre", "Aucun membre"),
        ("{rsu};décès;3;;;mai 2020;essai", "date d’effet", "31/01/2026"),
        ("{rsu};décès;3;;;01/05/2020;", "motif", "motif manque"),
        ("{rsu};téléphone;3;téléphone;12;01/05/2020;essai", "valeur", "pas un téléphone"),
        ("{rsu};téléphone;3;surnom;Ba;01/05/2020;essai", "champ", "pas de cette nature"),
        ("{rsu};correction d’identité;3;sexe;F;01/05/2020;essai", "valeur", "Rien ne change"),
    ],
)
def test_a_wrong_line_is_named_with_its_column(scene: Scene, tmp_path: Path, row: str, column: str, said: str) -> None:
    reading = bulk.read(written(tmp_path, row.format(rsu=scene.one.rsu)), by=scene.maker)
    [problem] = reading.problems
    assert (problem.line, problem.column, reading.good) == (2, column, [])
    assert said in problem.message


def test_a_file_of_an_old_spreadsheet_is_read(scene: Scene, tmp_path: Path) -> None:
    Household.objects.filter(pk=scene.one.pk).update(rsu_number="0012345678")
    Identifier.objects.create(person=scene.person("child"), kind="nina", value="21103012345678Z")
    row = "12345678;décès;21103012345678Z;;;01/05/2020;né à Ségou"
    reading = bulk.read(written(tmp_path, row, encoding="cp1252"), by=scene.maker)
    assert [good.kind.code for good in reading.good] == ["death"]


def test_a_file_without_its_columns_is_refused(scene: Scene, tmp_path: Path) -> None:
    (tmp_path / "x.csv").write_text("numero;nature\n1;2\n", encoding="utf-8")
    with pytest.raises(InputError, match="Colonnes manquantes"):
        bulk.read(tmp_path / "x.csv", by=scene.maker)


def test_a_field_may_have_its_own_column(scene: Scene, tmp_path: Path) -> None:
    path = tmp_path / "naissances.csv"
    rows = [
        "numéro RSU;nature;date d’effet;motif;prénoms;nom;sexe;naissance;autre ménage",
        f"{scene.one.rsu};naissance;01/05/2020;acte;Sira;Essai;F;01/05/2020;",
        f"{scene.one.rsu};fusion;01/06/2020;même concession;;;;;{scene.two.rsu}",
    ]
    path.write_text("\n".join(rows), encoding="utf-8")
    reading = bulk.read(path, by=scene.maker)
    assert [good.kind.code for good in reading.good] == ["birth", "merge"], reading.problems
    made = bulk.take(reading, by=scene.maker)
    assert bulk.decide(numbers_of(made), by=scene.checker) == (2, [])
    assert Household.objects.get(pk=scene.two.pk).size == 7


def test_the_statements_do_not_depend_on_the_lines(scene: Scene, tmp_path: Path) -> None:
    counts = []
    for number in (2, 30):
        households = Household.objects.filter(pk__in=make_households(number, scene.one.village, prefix=f"lot{number}"))
        rows = [f"{one.rsu};correction d’identité;3;surnom;Ba;01/05/2020;lot {number}" for one in households]
        with counting_statements() as statements:
            bulk.take(bulk.read(written(tmp_path, *rows), by=scene.maker), by=scene.maker)
        counts.append(statements.count)
    assert counts[0] == counts[1]


def test_a_file_is_approved_whole_but_for_what_changed_since(scene: Scene, tmp_path: Path) -> None:
    rows = [f"{one.rsu};correction d’identité;3;surnom;Ba;01/05/2020;acte" for one in (scene.one, scene.two)]
    made = bulk.take(bulk.read(written(tmp_path, *rows), by=scene.maker), by=scene.maker)
    Person.objects.filter(pk=scene.person("child", scene.two).pk).update(nickname="Vieux")
    applied, left = bulk.decide(numbers_of(made), by=scene.checker)
    assert (applied, [request.household for request, _ in left]) == (1, [scene.two])
    assert "a changé depuis" in left[0][1]
    assert "a changé depuis" in made.requests.get(line=3).left_because
    assert ChangeRequest.objects.filter(status="approved").count() == 1


def test_one_s_own_file_is_checked_by_another(scene: Scene, tmp_path: Path) -> None:
    row = f"{scene.one.rsu};sortie du registre;;;;01/05/2020;demande du ménage"
    made = bulk.take(bulk.read(written(tmp_path, row), by=scene.maker), by=scene.maker)
    with pytest.raises(Refused, match="une autre personne"):
        actions.decide(made.requests.get(), by=scene.maker)
