"""Definitions and contours: the files of few people, on which everything stands."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.fuzz.played import SOME, play
from tests.fuzz.texts import as_contours, as_toml

pytestmark = pytest.mark.django_db
Definition = tuple[str, Callable[[Path], object]]
SQUARE = [[[-9.5, 13.0], [-9.0, 13.0], [-9.0, 13.5], [-9.5, 13.5], [-9.5, 13.0]]]


def programme() -> Definition:
    from jigi.programmes.actions import load_file
    from tests.factories import loader, make_areas, programme_text

    text, by = programme_text(make_areas(communes=2).communes), loader()
    return text, lambda path: load_file(path, by=by)


def mapping() -> Definition:
    from jigi.intake.mapping import read_mapping
    from tests.intake.forms import MAPPING

    return MAPPING, read_mapping


def form_mapping() -> Definition:
    from jigi.foundation.toml_table import read_text
    from jigi.intake.form_mapping import read_form_mapping, shipped_for
    from jigi.intake.questions import Questionnaire
    from jigi.intake.xlsform import read_form

    made = read_form("menage")
    form = Questionnaire(made.definition)

    def take(path: Path) -> None:
        read_form_mapping(read_text(path), path, form, code=made.code, version=made.version).as_mapping()

    return shipped_for("menage"), take


def formula() -> Definition:
    from jigi.targeting.formula_file import read_formula
    from tests.targeting.campaign import FORMULA

    return FORMULA, read_formula


def schemes() -> Definition:
    from jigi.schemes.actions import load_schemes
    from jigi.schemes.catalogue import SHIPPED
    from tests.factories import make_areas, make_user

    make_areas(communes=1)
    by = make_user("exploitant-1", "operator")
    return SHIPPED.read_text(encoding="utf-8"), lambda path: load_schemes(path, by=by)


DEFINITIONS = {
    "programme": programme, "correspondance": mapping, "correspondance-de-fiche": form_mapping, "formule": formula,
    "regimes": schemes,
}  # fmt: skip


@pytest.mark.parametrize("kind", DEFINITIONS)
@pytest.mark.parametrize("count", SOME)
def test_toml(kind: str, count: int, tmp_path: Path) -> None:
    good, take = DEFINITIONS[kind]()
    play(f"toml {kind}", count // len(DEFINITIONS), tmp_path, lambda chance: as_toml(chance, good), take, "essai.toml")


@pytest.mark.parametrize("count", SOME)
def test_contours(count: int, tmp_path: Path) -> None:
    from jigi.geography.actions import load_file
    from tests.factories import make_areas, make_user

    areas = make_areas(communes=2)
    by = make_user("exploitant-1", "operator")
    features = [
        {"type": "Feature", "properties": {"adm3_pcode": area.code}, "geometry": {"type": kind, "coordinates": rings}}
        for area, kind, rings in zip(areas.communes, ("Polygon", "MultiPolygon"), (SQUARE, [SQUARE]), strict=True)
    ]
    good = {"type": "FeatureCollection", "features": features}
    play(
        "contours",
        count,
        tmp_path,
        lambda chance: as_contours(chance, good),
        lambda p: load_file(p, by=by).lines(),
        "a.geojson",
    )
