"""Who sees what schemes gave: the upper fence in queries, the lower one in the database."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from jigi.foundation.models import User
from jigi.geography.models import StaffPosting
from jigi.geography.scope import seen_by
from jigi.schemes import actions, queries
from jigi.schemes.models import Benefit, BenefitLine, BenefitProblem, Scheme
from tests.factories import Areas, make_households, make_user
from tests.schemes.giving import give, line, make_scheme, write

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def fenced(settings: Any) -> None:
    settings.FENCED = True


@pytest.mark.parametrize(("role", "seen"), [("social_officer", 1), ("monitoring_officer", 0), ("partner_programme", 0)])
def test_a_benefit_is_seen_with_its_household(role: str, seen: int, areas: Areas, officer: User) -> None:
    here, there = (make_households(1, areas.villages[n])[0] for n in (0, 2))
    give(make_scheme(), here, "R1", officer)
    give(make_scheme(), there, "R2", officer)
    user = make_user("kadi", role, areas.communes[0] if role == "social_officer" else None)
    with seen_by(user):
        assert Benefit.objects.count() == seen and queries.visible_to(user).count() == seen
        assert BenefitLine.objects.count() == 0


def test_who_sent_a_file_sees_what_is_wrong_with_it_and_nobody_of_another_organisation(
    areas: Areas, households: list[int], tmp_path: Path
) -> None:
    partner, other = (make_user(name, "partner_programme") for name in ("pam", "inps"))
    for user in (partner, other):
        StaffPosting.objects.filter(user=user).update(organisation=user.username.upper())
    scheme, path = make_scheme(), write(tmp_path / "a.csv", [line("R1", households[0], Montant="?")])
    with seen_by(partner):
        batch = actions.receive(path, scheme, by=partner)
        assert BenefitProblem.objects.count() == 1
        assert list(queries.batches_visible_to(partner)) == [batch]
        assert list(queries.schemes_visible_to(partner)) == list(Scheme.objects.all())
    with seen_by(other):
        assert not BenefitProblem.objects.exists() and not queries.batches_visible_to(other).exists()
        assert not queries.schemes_visible_to(other).exists()


def test_figures_are_of_the_communes_one_sees(areas: Areas, officer: User) -> None:
    for n in (0, 2):
        give(make_scheme(), make_households(1, areas.villages[n])[0], f"R{n}", officer)
    monitor = make_user("kadi", "monitoring_officer", areas.country)
    local = make_user("bakary", "social_officer", areas.communes[0])
    with seen_by(monitor):
        assert queries.total([make_scheme()], queries.communes_seen(monitor)).households == 2
    with seen_by(local):
        assert queries.total([make_scheme()], queries.communes_seen(local)).households == 1
        assert queries.total([make_scheme()], []) == queries.Figures()
