"""A fitted formula is a version: measured, kept, never changed."""

from __future__ import annotations

import pytest
from django.db import DatabaseError, transaction

from jigi.foundation.errors import Refused
from jigi.foundation.models import AuditEvent
from jigi.registry.models import LivingConditions
from jigi.targeting import actions
from jigi.targeting.formula_file import read_fitted, write_fitted
from jigi.targeting.models import ScoringFormula
from jigi.targeting.queries import fitted_of
from tests.factories import make_user


def test_the_formula_is_kept_with_its_measured_error(world):
    kept = world.formula
    assert kept.rows == 200 and kept.survey == "ESSAI"
    assert kept.coefficients["log(household_size)"][""] == pytest.approx(-0.4, abs=0.1)
    assert 0.4 < kept.r2 < 0.9 and 0.1 < kept.error_40 < kept.error_20 < 0.6
    assert len(fitted_of(kept).evaluation.repetitions) == 10
    assert AuditEvent.objects.filter(noun="scoring_formula", by=world.manager).count() == 1


def test_the_same_fit_again_changes_nothing(world, formula_path):
    assert actions.fit("ESSAI", formula_path, by=world.manager) == world.formula
    assert ScoringFormula.objects.count() == 1


def test_a_version_is_never_fitted_otherwise(world, formula_path):
    LivingConditions.objects.filter(survey="ESSAI", survey_key="7").update(consumption_xof=9)
    with pytest.raises(Refused, match="Écrivez « version = 2 »"):
        actions.fit("ESSAI", formula_path, by=world.manager)
    formula_path.write_text(formula_path.read_text().replace("version = 1", "version = 2"))
    assert actions.fit("ESSAI", formula_path, by=world.manager).version == 2
    with pytest.raises(DatabaseError, match="nouvelle version"), transaction.atomic():
        ScoringFormula.objects.update(r2=0.99)


def test_the_kept_formula_goes_to_a_file_and_comes_back(world, tmp_path):
    write_fitted(tmp_path / "ajustee.toml", fitted_of(world.formula))
    assert read_fitted(tmp_path / "ajustee.toml") == fitted_of(world.formula)


def test_an_unknown_survey_is_refused_with_the_known_ones(world, formula_path):
    with pytest.raises(Refused, match="Enquêtes connues : ESSAI"):
        actions.fit("ECAM2001", formula_path, by=world.manager)


def test_only_who_runs_targeting_may_fit(world, formula_path):
    with pytest.raises(Refused, match="conduire une campagne"):
        actions.fit("ESSAI", formula_path, by=make_user("binta", "auditor"))
