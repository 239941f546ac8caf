"""Lists of assemblies, of other agencies, of a partner: each household once, matched before it is new."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from jigi.foundation.errors import InputError, Refused
from jigi.registry.models import Household
from jigi.response import arms
from jigi.response.arm_agencies import take_agency_list, take_community_list
from tests.response.arms_scene import ArmScene
from tests.schemes.giving import give, line, make_scheme, merge, write
from tests.targeting.campaign import write_list

pytestmark = pytest.mark.django_db


def test_a_household_named_by_two_lists_comes_in_once(arm_scene: ArmScene, tmp_path: Path) -> None:
    arm = arm_scene.planned("listing", places=6, formula=arm_scene.world.formula)
    first, second = arm_scene.world.households
    take_community_list(arm, write_list(tmp_path / "liste.csv", first[:3]), by=arm_scene.manager)
    told = write(tmp_path / "pam.csv", [line("R1", first[0]), line("R2", second[0]), line("R3", second[0])])
    found = take_agency_list(arm, make_scheme(), told, by=arm_scene.manager)
    assert (found.matched, found.added, found.new, found.ambiguous) == (2, 1, 0, 0)
    assert arms.list_households(arm, by=arm_scene.manager) == {"taken": 4, "not_listed": 8}
    assert arms.enrol(arm, by=arm_scene.manager).enrolled == 4


def test_lines_that_name_nobody_or_several_are_counted_apart(arm_scene: ArmScene, tmp_path: Path) -> None:
    arm = arm_scene.planned("listing", formula=arm_scene.world.formula)
    told = [
        line("R1", arm_scene.world.all[0]),
        line("R2", Téléphone="70 00 00 01", Nom="Awa Inconnue"),
        line("R3", **{"Numéro RSU": "1111111111"}),
    ]
    found = take_agency_list(arm, make_scheme(), write(tmp_path / "pam.csv", told), by=arm_scene.manager)
    assert (found.matched, found.added, found.new, found.ambiguous) == (1, 1, 1, 0)
    assert found.batch.lines_held == 2


def test_a_file_that_is_no_list_changes_nothing(arm_scene: ArmScene, tmp_path: Path) -> None:
    arm = arm_scene.planned("listing")
    path = tmp_path / "vide.csv"
    path.write_text("nom;age\nAwa;3\n", encoding="utf-8")
    with pytest.raises(InputError, match="Colonne"):
        take_agency_list(arm, make_scheme(), path, by=arm_scene.manager)
    arm.refresh_from_db()
    assert arm.targeting_round is None


def test_only_a_listing_arm_takes_lists(arm_scene: ArmScene, tmp_path: Path) -> None:
    path = write_list(tmp_path / "liste.csv", arm_scene.world.all[:2])
    with pytest.raises(Refused, match="ne prend pas de listes"):
        take_community_list(arm_scene.planned(), path, by=arm_scene.manager)


def test_a_partner_arm_enrols_whom_its_scheme_helped_since_a_day(arm_scene: ArmScene) -> None:
    scheme, (first, second) = make_scheme(), arm_scene.world.households
    give(scheme, first[0], "R1", arm_scene.manager)
    give(scheme, first[1], "R2", arm_scene.manager)
    give(scheme, second[0], "R3", arm_scene.manager, given_from=date(2010, 1, 1), given_to=date(2010, 1, 1))
    merge(first[1], first[0])
    arm = arm_scene.planned("partner", partner_scheme=scheme, helped_since=date(2016, 1, 1))
    assert arms.list_households(arm, by=arm_scene.manager) == {"taken": 1}
    cohort = arms.enrol(arm, by=arm_scene.manager)
    assert list(cohort.enrolments.values_list("household", flat=True)) == [first[0]]


def test_whom_other_schemes_helped_lately_is_left_out(arm_scene: ArmScene) -> None:
    scheme, households = make_scheme(), arm_scene.world.all
    give(scheme, households[0], "R1", arm_scene.manager)
    give(scheme, households[1], "R2", arm_scene.manager, given_from=date(2010, 1, 1), given_to=date(2010, 1, 1))
    arm = arm_scene.planned(places=12, leave_out=("PAM-VIVRES",), helped_since=date(2016, 1, 1))
    assert arms.list_households(arm, by=arm_scene.manager) == {"taken": 11, "helped": 1}


@pytest.mark.parametrize(
    ("kind", "choices", "said"),
    [
        ("horizontal", {"formula": None}, "Par quel score"),
        ("vertical", {"base_component": None}, "À quels inscrits"),
        ("partner", {}, "De quel partenaire"),
        ("listing", {"leave_out": ("PAM",)}, "depuis quel jour"),
        ("listing", {"leave_out": ("RIEN",), "helped_since": date(2016, 1, 1)}, "« RIEN » est inconnu"),
        ("listing", {"places": 0}, "une place au moins"),
    ],
)
def test_an_arm_lacking_what_it_needs_is_refused(
    arm_scene: ArmScene, kind: str, choices: dict[str, object], said: str
) -> None:
    with pytest.raises(Refused, match=said):
        arm_scene.planned(kind, **choices)  # type: ignore[arg-type]
    assert Household.objects.count() == 12
