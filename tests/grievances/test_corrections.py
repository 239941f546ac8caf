"""What is mended of a case while it lives: its households and orders, its commune, how to answer."""

from __future__ import annotations

from pathlib import Path

import pytest

from jigi.foundation.errors import Refused
from jigi.grievances import actions, acts, corrections, queries
from jigi.grievances.models import Case
from jigi.payments.models import Instruction
from tests.factories import make_households, make_user, make_village
from tests.grievances.world import TOLD, World
from tests.payments.scene import stage

pytestmark = pytest.mark.django_db


def from_the_page(world: World, **said: object) -> Case:
    heard = actions.Heard("fees_demanded", TOLD, "public", commune=world.commune, name="Awa", **said)  # type: ignore[arg-type]
    return actions.receive(heard, by=None)


def test_a_complaint_of_the_page_is_given_its_household_and_order_and_may_act(tmp_path: Path) -> None:
    scene = stage(communes=("ML010501",))
    scene.enrol(make_households(2, make_village(scene.communes[0])))
    scene.answer(scene.released(), tmp_path / "retour.csv", absent=1)
    order = Instruction.objects.order_by("id")[0]
    officer = make_user("oumou", "grievance_officer", scene.communes[0])
    heard = actions.Heard("payment_missing", TOLD, "public", commune=scene.communes[0], name="Awa")
    case = actions.receive(heard, by=None)
    with pytest.raises(Refused, match="pas d’un ménage de la plainte"):
        corrections.concern(case, order.household, by=officer, orders=[Instruction.objects.order_by("id")[1]])
    for _ in range(2):  # said twice, it is written once
        corrections.concern(case, order.household, by=officer, complains=True, orders=[order])
    assert case.concerned.get().complains and case.payments.get().reference == order.reference
    actions.acknowledge(case, by=officer)
    actions.sort(case, "payment_missing", by=officer)
    asked = acts.ask(case, "reissue", "L’agence a refusé son ordre.", by=officer, payment=case.payments.get())
    assert acts.carry_out(asked, by=scene.maker).made_round.kind == "reissue"


def test_a_household_named_by_mistake_is_taken_off_unless_an_act_rests_on_it(world: World) -> None:
    case, home = world.in_examination(), world.households[0]
    asked = acts.ask(case, "visit", "Voir chez elle ce qu’il en est.", by=world.officer, household=home)
    with pytest.raises(Refused, match="Un acte porte sur ce ménage"):
        corrections.leave_out(case, home, "Ce n’est pas ce ménage.", by=world.officer)
    acts.withdraw(asked, by=world.officer)
    corrections.leave_out(case, home, "Ce n’est pas ce ménage.", by=world.officer)
    assert not case.concerned.exists()
    assert case.events.order_by("pk").last().verb == "unconcern"


def test_a_household_that_one_does_not_see_is_not_named(world: World) -> None:
    far = make_households(1, world.areas.villages[-1])[0]
    home = type(world.households[0]).objects.get(pk=far)
    assert home.commune != world.commune
    with pytest.raises(Refused, match="pas de vos communes"):
        corrections.concern(world.heard(), home, by=world.officer)


def test_given_to_another_commune_it_is_for_those_of_there(world: World) -> None:
    case, there = world.heard(), world.areas.communes[1]
    corrections.amend(case, by=world.officer, commune=there)
    assert not queries.visible_to(world.officer).exists()
    assert queries.visible_to(make_user("ailleurs", "grievance_officer", there)).get() == case


def test_name_and_telephone_are_mended_but_an_anonymous_one_stays_so(world: World) -> None:
    case = from_the_page(world)
    corrections.amend(case, by=world.officer, name="Awa Traoré", phone="76 12 34 56", language="bm")
    case = Case.objects.get(pk=case.pk)
    assert (case.name, case.phone, case.language, case.told) == ("Awa Traoré", "76 12 34 56", "bm", TOLD)
    with pytest.raises(Refused, match="anonyme"):
        corrections.amend(world.heard(anonymous=True), by=world.officer, phone="76 12 34 56")


def test_what_is_over_is_not_mended(world: World) -> None:
    case = world.heard()
    actions.cancel(case, "Saisie deux fois ce matin.", by=world.officer)
    with pytest.raises(Refused, match="annulée"):
        corrections.amend(case, by=world.officer, name="Awa")
    with pytest.raises(Refused, match="annulée"):
        corrections.concern(case, world.households[1], by=world.officer)
