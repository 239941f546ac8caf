"""A distribution noted on a telephone with ODK Collect: each ration of its line, product and lot, all or none."""

from __future__ import annotations

from typing import Any

import pytest

from jigi.delivery.collected import FORMS
from jigi.delivery.contracts.models import Operator
from jigi.delivery.fiches import actions as fiches
from jigi.delivery.fiches.models import FieldFiche
from jigi.delivery.nutrition import census, pack, recalls
from jigi.delivery.nutrition.models import Distribution, DistributionLine, DistributionStop, Handout, Lot
from jigi.registry.models import Household
from tests.delivery.nutrition_scene import KG, Ground, ground, lines, totals
from tests.delivery.phones import faults, ready, send, taken
from tests.delivery.scene import make_agent

pytestmark = pytest.mark.django_db
CODE = "distribution-pnp"


class World:
    """A distribution of three children at a site that holds flour."""

    def __init__(self) -> None:
        self.ground: Ground = ground(children=3)
        self.lot: Lot = self.ground.lot("AB12")
        self.made: Distribution = self.ground.plan()
        self.ground.arrive(self.ground.sites[0], self.lot, 100)
        self.agent = self.ground.scene.agent
        ready(CODE, self.agent, area=self.ground.scene.commune, by=self.ground.scene.planner)

    def said(self, **changes: object) -> dict[str, object]:
        return {
            "distribution": self.made.number,
            "jour": "2018-03-15",
            "site": "Site 1",
            "responsable": "Awa",
            **changes,
        }

    def ration(self, at: int, **changes: object) -> dict[str, Any]:
        line = lines(self.made)[at]
        told = {
            "ligne": line.rank, "produit": "csb_pp", "lot": "AB12", "grammes": line.grams, "receveur": "person",
        }  # fmt: skip
        return {**told, **changes}

    @property
    def left(self) -> int:
        return self.ground.held(self.ground.sites[0], self.lot)


@pytest.fixture
def world() -> World:
    return World()


def test_rations_are_handed_out_once(world: World) -> None:
    grams = lines(world.made)[0].grams
    rations = [world.ration(0), world.ration(1, receveur="proxy", mandataire="Awa Diarra")]
    for _ in range(2):
        send(world.agent, CODE, "1", world.said(), rations)
    assert taken(CODE, world.ground.scene.planner) == (1, 0)
    assert taken(CODE, world.ground.scene.planner) == (0, 0)
    given = list(Handout.objects.order_by("line__rank"))
    assert [(one.receiver, one.proxy_name, one.made_by) for one in given] == [
        ("self", "", world.agent), ("proxy", "Awa Diarra", world.agent),
    ]  # fmt: skip
    assert world.left == 100 * KG - 2 * grams and len(set(totals())) == 1


def test_the_same_rations_from_another_telephone_are_known(world: World) -> None:
    for number in "12":
        send(world.agent, CODE, number, world.said(), [world.ration(0), world.ration(1)])
    assert taken(CODE, world.agent) == (2, 0) and Handout.objects.count() == 2


@pytest.mark.parametrize(
    ("changes", "question", "what"),
    [
        ({"lot": "ZZ99"}, "lot", "Ce lot n’est pas connu"),
        ({"lot": ""}, "lot", "Le numéro du lot manque"),
        ({"produit": "csb_p"}, "produit", "Cette ligne attend du CSB++"),
        ({"ligne": "977"}, "ligne", "Ce numéro n’est pas sur la liste"),
        ({"receveur": "proxy"}, "receveur", "Qui a reçu la ration ?"),
        ({"grammes": "100000"}, "grammes", "100000 g dépasse la ration de cette ligne"),
        ({"grammes": "1"}, "grammes", "1 g n’est pas la ration de cette ligne"),
    ],
)  # fmt: skip
def test_one_wrong_ration_holds_them_all(world: World, changes: dict[str, object], question: str, what: str) -> None:
    send(world.agent, CODE, "1", world.said(), [world.ration(0), world.ration(1, **changes)])
    assert taken(CODE, world.agent) == (0, 1)
    ((line, asked, said),) = faults()
    assert (line, asked) == (2, question) and said.startswith(what)
    assert not Handout.objects.exists() and world.left == 100 * KG


def test_a_wrong_lot_is_corrected_and_the_whole_is_taken(world: World) -> None:
    send(world.agent, CODE, "1", world.said(), [world.ration(0), world.ration(1, lot="AB21")])
    taken(CODE, world.agent)
    fiche = FieldFiche.objects.get()
    fiches.correct(fiche, FORMS[CODE], 2, "lot", "ab 12", by=world.ground.scene.planner)
    assert fiches.take_again(fiche, FORMS[CODE], by=world.ground.scene.planner)
    assert Handout.objects.count() == 2


def test_a_lot_that_was_recalled_is_refused(world: World) -> None:
    recalls.recall(world.lot, reason="moisissures", by=world.ground.scene.planner)
    send(world.agent, CODE, "1", world.said(), [world.ration(0)])
    assert taken(CODE, world.agent) == (0, 1) and "rappelé" in faults()[0][2]


def test_a_person_who_left_is_refused_and_their_line_left_out(world: World) -> None:
    line = lines(world.made)[1]
    census.remove(line.entry, reason="partie du village", by=world.agent)
    send(world.agent, CODE, "1", world.said(), [world.ration(0), world.ration(1)])
    assert taken(CODE, world.agent) == (0, 1)
    assert faults() == [(2, "ligne", "Cette personne a été retirée du recensement")]
    fiches.leave_out(FieldFiche.objects.get(), FORMS[CODE], 2, reason="partie du village", by=world.agent)
    assert taken(CODE, world.agent) == (1, 0) and Handout.objects.get().line_id == lines(world.made)[0].pk


def test_the_card_must_be_of_the_household_of_the_line(world: World) -> None:
    first, second = (Household.objects.get(pk=pk).rsu for pk in world.ground.scene.households[:2])
    at = {one.household_id: n for n, one in enumerate(lines(world.made))}
    mine = at[world.ground.scene.households[0]]
    send(world.agent, CODE, "1", world.said(), [world.ration(mine, rsu=second)])
    assert taken(CODE, world.agent) == (0, 1)
    assert faults() == [(1, "ligne", "La carte n’est pas celle du ménage de cette ligne")]
    send(world.agent, CODE, "2", world.said(), [world.ration(mine, rsu=first)])
    assert taken(CODE, world.agent) == (1, 1)


def test_an_age_to_check_must_be_checked(world: World) -> None:
    DistributionLine.objects.update(verdict="unsure")
    send(world.agent, CODE, "1", world.said(), [world.ration(0)])
    send(world.agent, CODE, "2", world.said(), [world.ration(1, age_verifie="oui")])
    assert taken(CODE, world.agent) == (1, 1)
    assert faults() == [(1, "age_verifie", "L’âge est à vérifier avant de remettre")]


def test_a_distribution_is_found_by_its_contract_or_its_sheet(world: World) -> None:
    scene = world.ground.scene
    sheet = pack.number_sheet(DistributionStop.objects.get(), by=scene.controller).sheets.get().number
    for number, said in enumerate((f"{world.ground.contract.number}/{world.made.number}", sheet), 1):
        send(world.agent, CODE, str(number), world.said(distribution=said), [world.ration(number)])
    assert taken(CODE, world.agent) == (2, 0)


def test_another_operator_s_person_distributes_nothing(world: World) -> None:
    other = Operator.objects.create(code="ONG-B", name="ONG B (essai)", kind="ngo")
    stranger = make_agent("etranger", other, world.ground.scene.commune)
    stranger.staff_postings.create(role="enumerator", area=world.ground.scene.commune, starts_on="2014-01-01")
    send(stranger, CODE, "1", world.said(), [world.ration(0)])
    assert taken(CODE, world.ground.scene.planner) == (0, 1)
    assert "aucune distribution de vos contrats" in faults()[0][2] and not Handout.objects.exists()


def test_more_than_the_site_holds_is_refused_whole(world: World) -> None:
    small = world.ground.lot("CD34")
    grams = lines(world.made)[0].grams
    world.ground.arrive(world.ground.sites[0], small, grams // KG)
    rations = [world.ration(at, lot="CD34") for at in range(2)]
    send(world.agent, CODE, "1", world.said(), rations)
    assert taken(CODE, world.agent) == (0, 1)
    assert [what for _, _, what in faults()] == ["Le site n’a plus assez de ce produit"]
    assert not Handout.objects.exists()
