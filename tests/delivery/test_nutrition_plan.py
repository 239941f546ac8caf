"""Scales as reviewed data, needs, what a month holds, how rations meet cash, and the command line."""

from __future__ import annotations

import argparse
from datetime import date
from pathlib import Path

import pytest

from jigi.command.nutrition import VERBS
from jigi.delivery.nutrition import care, catalogue, lists, queries
from jigi.delivery.nutrition.models import CensusEntry, RationScale, Screening
from jigi.delivery.nutrition.rules import screened
from jigi.foundation.errors import InputError, Refused
from tests.delivery.nutrition_scene import DAY, KG, ground, household_children
from tests.factories import make_component, make_enrolments

pytestmark = pytest.mark.django_db
SHIPPED = catalogue.SHIPPED.read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("said", "wrong", "line", "why"),
    [
        ('product = "CSB+"\n', 'product = "RIZ"\n', 38, "inconnu"),
        ("grams_per_month = 7500", "grams_per_month = 0", 39, "plus petit que 1"),
        ("to_months = 59", "to_months = 3", 26, "finit avant de commencer"),
        ("overdue_days = 28\n", "", 24, "Il manque"),
        ('category = "woman"', 'category = "child"', 21, "une ration par catégorie"),
        ("valid_from", "valable", 16, "Il manque"),
    ],
)
def test_a_wrong_scale_is_refused_with_its_line(said: str, wrong: str, line: int, why: str, tmp_path: Path) -> None:
    path = tmp_path / "bareme.toml"
    assert said in SHIPPED
    path.write_text(SHIPPED.replace(said, wrong), encoding="utf-8")
    with pytest.raises(InputError, match=why) as refused:
        catalogue.read_catalogue(path)
    assert refused.value.line is not None and refused.value.remedy
    assert abs(refused.value.line - line) <= 14


def test_a_scale_that_a_distribution_follows_no_longer_changes(tmp_path: Path) -> None:
    here = ground(children=1)
    path = tmp_path / "bareme.toml"
    path.write_text(SHIPPED.replace("= 6000", "= 9000"), encoding="utf-8")
    here.plan()
    with pytest.raises(Refused, match="ne change plus"):
        catalogue.load(path, by=here.scene.planner)
    path.write_text(SHIPPED.replace("= 6000", "= 9000").replace("PNP-2018", "PNP-2019"), encoding="utf-8")
    assert catalogue.load(path, by=here.scene.planner) == 1
    assert catalogue.load(path, by=here.scene.planner) == 0
    assert RationScale.objects.count() == 2


def test_what_a_distribution_needs_is_known_before_and_while_it_is_given() -> None:
    here = ground(children=3)
    household_children(here, 1, birth=date(2012, 1, 1), precision="about")
    rows = lists.forecast(here.contract, here.scale, months=3, day=DAY)
    assert [(row["verdict"], row["persons"], row["grams"]) for row in rows] == [
        ("yes", 3, 54_000),
        ("unsure", 1, 18_000),
    ]
    here.arrive(here.sites[0], here.lot("L1"), 40)
    here.arrive(here.sites[0], here.lot("VIEUX", expires_on=date(2018, 1, 1)), 900)
    made = here.plan(months=3)
    ((place, need),) = lists.needs(made)
    assert (place, need.sure, need.unsure, need.held, need.missing) == ("Site 1", 54 * KG, 18 * KG, 40 * KG, 32 * KG)
    sure = made.lines.filter(verdict="yes").earliest("rank").rank
    here.give(made, sure)
    ((_, after),) = lists.needs(made)
    assert (after.needed, after.held) == (54 * KG, 22 * KG)


def test_the_list_of_another_commune_is_not_drawn_nor_given_up() -> None:
    here = ground(children=1)
    away = lists.Stop(here.scene.villages[2], here.sites[0], DAY)
    own = lists.Stop(here.scene.village, here.sites[0], DAY)
    made = lists.plan(here.contract, here.scale, months=1, stops=[own, away], by=here.scene.planner)
    here.scene.agent.staff_postings.update(area=here.scene.commune)
    for act in (
        lambda: lists.draw(made, by=here.scene.agent),
        lambda: lists.cancel(made, by=here.scene.agent),
        lambda: lists.plan(here.contract, here.scale, months=1, stops=[away], by=here.scene.agent),
    ):
        with pytest.raises(Refused, match="ne permet pas"):
            act()
    assert not lists.may_change(made, here.scene.agent)
    only = lists.plan(here.contract, here.scale, months=1, stops=[own], by=here.scene.agent)
    assert lists.draw(only, by=here.scene.agent) == 1 and lists.may_change(only, here.scene.agent)
    lists.cancel(only, by=here.scene.agent)


def test_a_planner_of_one_commune_plans_its_villages() -> None:
    here = ground(children=1)
    here.scene.planner.staff_postings.update(area=here.scene.commune)
    stop = lists.Stop(here.scene.village, here.sites[0], DAY)
    made = lists.plan(here.contract, here.scale, months=1, stops=[stop], by=here.scene.planner)
    assert lists.draw(made, by=here.scene.planner) == 1


def test_rations_do_not_depend_on_cash_and_the_overlap_is_shown() -> None:
    here = ground(children=3)
    here.arrive(here.sites[0], here.lot("L1"), 100)
    cash = make_component(here.scene.communes, programme="ARGENT")
    make_enrolments(cash, here.scene.households[:1])
    made = here.plan()
    assert made.lines.count() == 3
    here.give(made, 1, 2, 3)
    found = queries.overlap(here.contract)
    assert (found.with_cash, found.without_cash, found.persons_without_cash, found.unregistered) == (1, 2, 2, 0)


def test_a_month_shows_what_is_planned_with_the_papers_to_take() -> None:
    here = ground(children=2)
    made = here.plan()
    care.cook(here.contract, here.scene.village, day=DAY, recipe="bouillie", facilitator="Awa", women=9, men=0,
              by=here.scene.agent)  # fmt: skip
    events = queries.events_of(here.scene.agent, [here.scene.commune], date(2018, 3, 1), date(2018, 3, 31))
    assert [(one.url_name, one.held) for one in events] == [("nutrition_stop", False), ("nutrition_contract", True)]
    stop = next(one for one in events if one.url_name == "nutrition_stop")
    assert stop.pk == made.stops.get().pk
    assert not queries.events_of(here.scene.agent, [here.scene.commune], date(2018, 4, 1), date(2018, 4, 30))


@pytest.mark.parametrize(
    ("category", "muac", "oedema", "result"),
    [
        ("child", 114, "none", "severe"), ("child", 115, "none", "moderate"), ("child", 124, "none", "moderate"),
        ("child", 125, "none", "normal"), ("child", 140, "mild", "severe"), ("child", None, "mild", "severe"),
        ("woman", 229, "none", "at_risk"), ("woman", 230, "none", "normal"),
    ],
)  # fmt: skip
def test_a_screening_says_what_its_measures_say(category: str, muac: int | None, oedema: str, result: str) -> None:
    here = ground(children=1)
    CensusEntry.objects.update(category=category)
    entry = CensusEntry.objects.select_related("contract__operator", "contract__component__programme", "commune").get()
    said = care.screen(entry, day=DAY, muac_mm=muac, oedema=oedema, referred_to="CSCom", by=here.scene.agent)
    assert said == result == screened(category, muac, oedema) == Screening.objects.get().result


def test_the_command_line_says_who_received_a_lot(tmp_path: Path) -> None:
    here = ground(children=2)
    here.arrive(here.sites[0], here.lot("L1"), 100)
    here.give(here.plan(), 1, 2)
    path = tmp_path / "recus.csv"
    said = argparse.Namespace(product="CSB++", lot="l1", reason="alerte", to=path, by="planifie")
    found = VERBS["nutrition recall"].run(said)
    assert (found["received"], found["grams"], found["left_grams"]) == (2, 12 * KG, 88 * KG)
    assert found["seconds"] < 60 and len(path.read_text(encoding="utf-8").splitlines()) == 3
    stock = argparse.Namespace(since=date(2018, 1, 1), until=date(2018, 12, 31), by="planifie")
    assert VERBS["nutrition stock"].run(stock)["tie"]
