"""A visit filled on a telephone without network, received by intake, becomes a visit."""

from __future__ import annotations

import pytest

from jigi.command.main import main
from jigi.delivery.fiches.models import FieldFault
from jigi.delivery.grants.grant_models import GrantVisit
from jigi.foundation.models import User
from jigi.geography.models import StaffPosting
from jigi.intake.actions import load_form, publish
from jigi.intake.reception import receive
from jigi.intake.xlsform import read_form
from tests.delivery.grants_scene import Play, play
from tests.delivery.phones import taken

pytestmark = pytest.mark.django_db
EVENTS = ("visite-agr", "seance-ma", "distribution-pnp", "pointage-himo")


@pytest.mark.parametrize("code", EVENTS)
def test_the_questionnaires_of_events_are_whole_for_collect(code: str) -> None:
    made = read_form(code)
    assert (made.code, made.warnings, made.media) == (code, [], frozenset())
    assert "<h:html" in made.xform and f'id="{code}"' in made.xform


def _fill(by: User, number: str, *, subvention: str, day: str = "2018-05-02", more: str = "") -> None:
    receive(
        f'<data id="visite-agr" version="2026-1"><subvention>{subvention}</subvention><jour>{day}</jour>'
        f"<visiteur>Awa</visiteur><nature>coaching</nature><activite>running</activite><difficulte>none</difficulte>{more}"
        f"<meta><instanceID>uuid:{number}</instanceID></meta></data>".encode(),
        files={}, device="essai", by=by,
    )  # fmt: skip


def _ready() -> Play:
    one = play()
    one.released(one.granted(1)[0])
    publish(load_form("visite-agr", by=one.scene.planner).version, by=one.scene.planner)
    StaffPosting.objects.create(user=one.scene.agent, role="enumerator", area=one.scene.commune, starts_on="2014-01-01")
    return one


def test_a_visit_from_a_telephone_is_taken_once() -> None:
    one = _ready()
    for _ in range(2):
        _fill(one.scene.agent, "1", subvention="agr-kita-0001", more="<revenu>18000</revenu>")
    assert taken("visite-agr", one.scene.agent) == (1, 0)
    assert taken("visite-agr", one.scene.agent) == (0, 0)
    made = GrantVisit.objects.get()
    assert (made.income_xof, made.trouble, made.made_by) == (18_000, "", one.scene.agent)


def test_a_visit_that_can_t_be_is_held_with_its_reason() -> None:
    one = _ready()
    _fill(one.scene.agent, "1", subvention="AGR-KITA-0099")
    _fill(one.scene.agent, "2", subvention="AGR-KITA-0001", day="2999-01-01")
    _fill(one.scene.agent, "3", subvention="AGR-KITA-0001", more="<revenu>1.5</revenu>")
    assert taken("visite-agr", one.scene.planner) == (0, 3)
    told = list(FieldFault.objects.order_by("fiche").values_list("what", flat=True))
    assert "Aucune subvention" in told[0] and "l’avenir" in told[1] and "1.5" in told[2]


def test_the_verbs_take_fiches_and_tell_the_figures(capsys: pytest.CaptureFixture[str]) -> None:
    one = _ready()
    _fill(one.scene.agent, "1", subvention="AGR-KITA-0001")
    for words in (["delivery", "fiches", "--by", "animatrice"], ["grants", "calls"]):
        with pytest.raises(SystemExit) as left:
            main(words)
        assert left.value.code == 0
    told = capsys.readouterr().out
    assert "1 fiches prises, 0 à corriger." in told and "48000 FCFA de premières tranches" in told
