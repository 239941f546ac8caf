"""Files of figures, and the framework's own: each mistake with its line."""

from __future__ import annotations

from pathlib import Path

import pytest

from jigi.foundation.bulk import statement
from jigi.foundation.errors import InputError, Refused
from jigi.results import actions
from jigi.results.framework import FILE, FORMULAS, framework, read_framework
from jigi.results.pipeline import loaded
from jigi.results.rules import Cell, Counted, Indicator, Key, digest_of, measured, reached, value_of
from tests.factories import make_areas, make_user

HEADER = "annee;indicateur;valeur;sur;lieu;composante;convention;sexe;age;trimestre;source\n"


def written(folder: Path, *lines: str, name: str = "chiffres.csv") -> Path:
    path = folder / name
    path.write_text(HEADER + "".join(f"{line}\n" for line in lines), encoding="utf-8")
    return path


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("line", "column"),
    [
        ("18;menages_rsu;5;;;;;;;;rapport", "annee"),
        ("2018;inconnu;5;;;;;;;;rapport", "indicateur"),
        ("2018;menages_rsu;beaucoup;;;;;;;;rapport", "valeur"),
        ("2018;menages_rsu;-5;;;;;;;;rapport", "valeur"),
        ("2018;menages_rsu;5;;;;;;;;", "source"),
        ("2018;menages_rsu;5;;ML99;;;;;;rapport", "lieu"),
        ("2018;menages_servis;5;;;inconnue;;;;;rapport", "composante"),
        ("2018;menages_rsu;5;;;;;X;;;rapport", "sexe"),
        ("2018;menages_rsu;5;;;;;;3 ans;;rapport", "age"),
        ("2018;menages_rsu;5;;;;;;;T3;rapport", "trimestre"),
        ("2018;menages_rsu;5;;;regular;;F;;;rapport", ""),
    ],
)
def test_a_mistake_is_said_with_its_line(tmp_path: Path, line: str, column: str) -> None:
    make_areas(communes=1)
    path = written(tmp_path, "2018;menages_rsu;5;;;;;;;;rapport", line)
    with pytest.raises(InputError) as said:
        actions.load(path, by=make_user("mariam", "monitoring_officer"))
    assert said.value.line == 3 and (said.value.column or "") == column


@pytest.mark.django_db
def test_the_later_file_counts_and_the_same_is_taken_once(tmp_path: Path) -> None:
    make_areas(communes=1)
    keeper = make_user("mariam", "monitoring_officer")
    first = written(tmp_path, "2018;menages_rsu;5;;;;;;;;rapport", "2018;menages_rsu;3;;ML01;;;;;;rapport")
    actions.load(first, by=keeper)
    with pytest.raises(Refused, match="déjà chargé"):
        actions.load(first, by=keeper)
    actions.load(written(tmp_path, "2018;menages_rsu;6;;;;;;;;rapport corrigé", name="suite.csv"), by=keeper)
    found = {(one.key.dimension, one.key.area): one.numerator for one in loaded(2018)["menages_rsu"]}
    assert found == {("", ""): 6, ("region", "ML01"): 3}


@pytest.mark.django_db
def test_who_may_not_keep_results_loads_nothing(tmp_path: Path) -> None:
    make_areas(communes=1)
    with pytest.raises(Refused):
        actions.load(written(tmp_path, "2018;menages_rsu;5;;;;;;;;rapport"), by=make_user("kadi", "coordinator"))


def test_every_formula_is_used_and_every_indicator_says_what_it_is() -> None:
    used = {one.formula for one in framework().indicators.values()}
    assert used == set(FORMULAS)
    for one in framework().indicators.values():
        assert one.definition and one.how and one.source and statement("results", one.formula)


@pytest.mark.parametrize(
    ("old", "new", "line_of"),
    [
        ('measure = "count"', 'measure = "compte"', 'measure = "compte"'),
        ('formula = "households"', 'formula = "menages"', 'formula = "menages"'),
        ('kinds = ["regular", "emergency"]', 'kinds = ["liquide"]', 'kinds = ["liquide"]'),
        ('by = ["region", "commune", "kind", "agreement"', 'by = ["village"', 'by = ["village"'),
        ('code = "enfants_transferts"', 'code = "menages_transferts"', None),
        ('unit = "ménages"', 'unit = "ménages"\ncouleur = "bleu"', 'couleur = "bleu"'),
    ],
)
def test_a_mistake_of_the_framework_is_said_with_its_line(
    tmp_path: Path, old: str, new: str, line_of: str | None
) -> None:
    path = tmp_path / "cadre.toml"
    text = FILE.read_text(encoding="utf-8").replace(old, new, 1)
    path.write_text(text, encoding="utf-8")
    with pytest.raises(InputError) as said:
        read_framework(path)
    if line_of:
        assert said.value.line == text[: text.index(line_of)].count("\n") + 1


COUNTED = Counted(rows=10, units=4, good_units=3, amount=900, good_amount=600)


@pytest.mark.parametrize(
    ("measure", "per", "found"),
    [
        ("count", 1, (4, None)), ("sum", 1, (900, None)), ("sum", 2, (900, 2)), ("share", 1, (3, 4)),
        ("ratio", 1, (600, 900)),
    ],
)  # fmt: skip
def test_what_each_measure_counts(measure: str, per: int, found: tuple[int, int | None]) -> None:
    told = framework().indicators["menages_transferts"]
    one = Indicator(**{**told.__dict__, "measure": measure, "per": per})
    assert measured(one, COUNTED) == found


def test_a_share_of_nothing_is_not_zero() -> None:
    assert value_of(0, 0) is None and value_of(0, 5) == 0 and value_of(7, 2) == 3.5 and value_of(7, None) == 7


def test_a_digest_says_when_one_figure_is_another() -> None:
    cell = Cell("menages_rsu", Key(), 5, None, 5, None)
    other = Cell("menages_rsu", Key(), 6, None, 5, None)
    assert digest_of([cell, other]) == digest_of([other, cell]) != digest_of([cell]) != digest_of([other])


def test_the_part_of_a_target() -> None:
    told = framework().indicators["menages_rsu"]
    assert reached(told, 352_900, 2027) == pytest.approx(0.3529)
    assert reached(told, 352_900, 2020) is None and reached(told, None, 2027) is None
