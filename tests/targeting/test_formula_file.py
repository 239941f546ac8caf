"""A formula file is refused with its line; a fitted one is read back to the last bit."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jigi.foundation.errors import InputError
from jigi.targeting.formula import Effect, Evaluation, FittedFormula, Measure, QuotaError
from jigi.targeting.formula_file import (
    SHIPPED,
    fitted_toml,
    parse_fitted,
    read_fitted,
    read_formula,
    write_fitted,
)

GOOD = """\
name = "essai"
version = 2
title = "Essai"
author = "Direction"
source = "Enquête fictive"
valid_from = 2014-01-01

[fit]
outcome = "consumption_xof"
weight = "weight"
persons = "household_size"
cluster = "cluster"

[[term]]
column = "household_size"
kind = "number"
label = "Taille"
transform = "log"
min = 1

[[term]]
column = "head_sex"
kind = "category"
label = "Sexe du chef"
"""


def written(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "formule.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_every_shipped_formula_is_valid():
    names = {read_formula(path).name for path in SHIPPED.glob("*.toml")}
    assert names == {"cameroun_ecam2001", "cameroun_rural", "burkina_ep1998", "burkina_rural", "mali_demo"}


def test_a_formula_is_read(tmp_path):
    formula = read_formula(written(tmp_path, GOOD))
    assert [term.name for term in formula.terms] == ["log(household_size)", "head_sex"]
    assert formula.version == 2 and formula.valid_until is None and formula.transform == "log"


@pytest.mark.parametrize(
    ("before", "after", "line", "said"),
    [
        ('"head_sex"', '"head_sexe"', 22, "« head_sexe » est inconnu"),
        ("min = 1\n", "", 18, "minimum supérieur à zéro"),
        ('label = "Taille"\n', "", 14, "Il manque « label »"),
        ("version = 2", 'version = "2"', 2, "il faut un nombre entier"),
        ("min = 1", "mini = 1\nmin = 1", 19, "« mini » est inconnue"),
        ('"log"', '"logarithm"', 18, "Valeurs possibles : identity, log, square"),
        ('"head_sex"', '"radio"\ntransform = "log"', 23, "« transform » est inconnue"),
        ('outcome = "consumption_xof"', 'outcome = "head_sex"', 9, "« head_sex » est inconnu"),
        ('"household_size"\nkind', '"consumption_xof"\nkind', 15, "s’expliquer par elle-même"),
        (
            '"head_sex"\nkind = "category"',
            '"household_size"\nkind = "number"\ntransform="log"\nmin=2',
            22,
            "deux fois",
        ),
        (
            "valid_from = 2014-01-01",
            "valid_from = 2014-01-01\nvalid_until = 2013-01-01",
            7,
            "avant de commencer",
        ),
        ("version = 2", "version = ", 2, "pas du TOML"),
        ("[fit]", "[[fit]]", 8, "« fit » n’est pas du bon type"),
    ],
)
def test_a_mistake_is_said_with_its_line(tmp_path, before, after, line, said):
    assert before in GOOD
    with pytest.raises(InputError) as caught:
        read_formula(written(tmp_path, GOOD.replace(before, after, 1)))
    assert caught.value.line == line
    assert said.lower() in str(caught.value).lower()


def test_what_is_no_formula_file_is_refused(tmp_path):
    for content in (b"", b"\xff\xfe[", b"a;b\n1;2\n"):
        path = tmp_path / "x.toml"
        path.write_bytes(content)
        with pytest.raises(InputError):
            read_formula(path)
    for path in (tmp_path, tmp_path / "absent.toml"):
        with pytest.raises(InputError):
            read_formula(path)


FLOATS = st.floats(allow_nan=False, allow_infinity=False)
CODES = st.text(min_size=1, max_size=6)


@given(FLOATS, FLOATS, FLOATS, st.dictionaries(CODES, FLOATS, min_size=1, max_size=4))
def test_a_fitted_formula_is_read_back_to_the_last_bit(tmp_path_factory, intercept, slope, unknown, levels):
    formula = read_formula(written(tmp_path_factory.mktemp("f"), GOOD))
    effects = (
        Effect(formula.terms[0], slope=slope, unknown=unknown),
        Effect(formula.terms[1], levels=tuple(levels.items()), unknown=unknown),
    )
    measured = Evaluation(3, (Measure(0.3, (QuotaError(0.2, 0.5, 0.5), QuotaError(0.4, 0.3, 0.3))),))
    day = formula.valid_from
    fitted = FittedFormula(formula, intercept, effects, "ECAM2001", day, 10, 2, 1e6, 0.4, measured)
    assert parse_fitted(fitted_toml(fitted)) == fitted


def test_a_fitted_file_is_still_a_formula(tmp_path):
    formula = read_formula(written(tmp_path, GOOD))
    effects = (
        Effect(formula.terms[0], slope=-0.5),
        Effect(formula.terms[1], levels=(("M", 0.0), ("F", -0.1))),
    )
    fitted = FittedFormula(formula, 12.0, effects, "X", formula.valid_from, 10, 2, 1e6, 0.4)
    write_fitted(tmp_path / "ajustee.toml", fitted)
    assert read_formula(tmp_path / "ajustee.toml") == formula
    assert read_fitted(tmp_path / "ajustee.toml") == fitted
