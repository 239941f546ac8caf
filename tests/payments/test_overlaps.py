"""Who is helped twice for the same need: two schemes of one branch, or a scheme and our own payments."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from jigi.payments import overlaps
from jigi.schemes.queries import ALWAYS, Period
from tests.kept import Kept, once
from tests.payments.scene import Scene, peopled
from tests.schemes.giving import give, make_scheme, merge

pytestmark = pytest.mark.django_db


def _scene(tmp_path: Path) -> Scene:
    """Five households paid once, in February 2016."""
    made = peopled(5)
    made.answer(first := made.released(), tmp_path / "retour.csv")
    made.close(first)
    return made


scene_once = once("scene", _scene)


@pytest.fixture
def scene(scene_once: Kept[Scene], db: None) -> Scene:
    return scene_once.copy()


def twice(scene: Scene, period: Period = ALWAYS) -> list[tuple[str, int, int]]:
    found = overlaps.by_need_and_place([one.pk for one in scene.communes], period)
    return [(one.branch, one.helped, one.twice) for one in found]


def households(scene: Scene) -> list[int]:
    from jigi.enrolment.models import Enrolment

    return list(Enrolment.objects.order_by("household").values_list("household", flat=True))


def test_one_giver_a_need_is_no_overlap(scene: Scene) -> None:
    give(make_scheme(), households(scene)[0], "R1", scene.maker)
    assert twice(scene) == []


def test_a_transfer_of_another_scheme_overlaps_our_payments(scene: Scene) -> None:
    first, second, *_ = households(scene)
    other = make_scheme("FILET", branch="transfer")
    for number, household in enumerate((first, second)):
        give(other, household, f"F{number}", scene.maker)
    assert twice(scene) == [("transfer", 5, 2)]
    found = overlaps.households("transfer", [one.pk for one in scene.communes], ALWAYS)
    assert set(found.values_list("pk", flat=True)) == {first, second}
    assert twice(scene, Period(date(2017, 1, 1), date(2017, 12, 31))) == []


def test_a_merged_household_is_helped_as_what_it_became(scene: Scene) -> None:
    first, second, *_ = households(scene)
    give(make_scheme("VIVRES-A"), first, "A", scene.maker)
    give(make_scheme("VIVRES-B"), second, "B", scene.maker)
    assert twice(scene) == []
    merge(first, second)
    assert ("food", 1, 1) in twice(scene)
