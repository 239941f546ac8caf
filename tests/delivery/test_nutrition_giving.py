"""Rations handed out once, of lots that are fit, on a page, by file, by two hands."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from django.db import IntegrityError, connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from jigi.delivery.models import Reach
from jigi.delivery.nutrition import care, census, giving, giving_file, lists, recalls, stock
from jigi.delivery.nutrition.census import Counted
from jigi.delivery.nutrition.models import CensusEntry, Handout, Screening, StockMovement
from jigi.delivery.nutrition.rules import allocated
from jigi.foundation.bulk import counting_statements, run_sql
from jigi.foundation.errors import Raced, Refused
from jigi.foundation.models import AuditEvent
from jigi.registry.models import Person
from tests.delivery.nutrition_scene import DAY, KG, Ground, ground, household_children, lines, totals

pytestmark = pytest.mark.django_db


def served(children: int = 3, kg: int = 100) -> Ground:
    here = ground(children=children)
    here.arrive(here.sites[0], here.lot("L1"), kg)
    return here


def test_a_ration_is_handed_out_once_of_the_scale_and_leaves_the_site() -> None:
    here = served()
    made = here.plan(months=3)
    assert here.give(made, 1) == ["given"]
    assert here.give(made, 1) == ["known"]
    assert here.give(made, 1, receiver="proxy", proxy_name="Sa tante") == ["double"]
    assert here.held(here.sites[0], here.lot("L1")) == 100 * KG - 18_000
    assert Handout.objects.get().movements.get().grams == -18_000
    assert totals()[0] == totals()[1]
    assert AuditEvent.objects.get(verb="give").subjects == [here.scene.households[0]]


def test_what_expires_first_is_given_first_and_a_ration_may_be_of_two_lots() -> None:
    here = ground(children=3)
    late, soon = here.lot("TARD"), here.lot("TOT", expires_on=date(2018, 4, 1))
    here.arrive(here.sites[0], late, 100)
    here.arrive(here.sites[0], soon, 8)
    here.arrive(here.sites[0], here.lot("PASSE", expires_on=date(2018, 3, 1)), 50)
    made = here.plan()
    assert here.give(made, 1, 2, 3) == ["given"] * 3
    assert (here.held(here.sites[0], soon), here.held(here.sites[0], late)) == (0, 90 * KG)
    of = StockMovement.objects.filter(handout__line__rank=2).order_by("lot__expires_on")
    assert [(one.lot, one.grams) for one in of] == [(soon, -2_000), (late, -4_000)]


def test_a_lot_that_is_said_is_the_lot() -> None:
    here = served()
    other = here.lot("L2")
    here.arrive(here.sites[0], other, 6)
    made = here.plan()
    assert here.give(made, 1, lot_number="l2") == ["given"]
    assert here.give(made, 2, lot_number="L2") == ["no_stock"]
    assert here.give(made, 2, lot_number="L9") == ["unknown_lot"]
    assert here.held(here.sites[0], other) == 0


def test_the_lines_for_which_there_is_stock_are_served() -> None:
    here = served(children=3, kg=13)
    made = here.plan()
    assert here.give(made, 1, 2, 3) == ["given", "given", "no_stock"]
    assert here.held(here.sites[0], here.lot("L1")) == 1_000


def test_an_age_to_check_is_checked_before() -> None:
    here = served(children=0)
    household_children(here, 1, birth=date(2012, 1, 1), precision="about")
    made = here.plan()
    assert here.give(made, 1) == ["unsure"]
    assert here.give(made, 1, age_checked=True) == ["given"]


def test_lines_of_another_sheet_swapped_or_repeated_are_seen() -> None:
    here = served()
    made = here.plan()
    one, two = (CensusEntry.objects.get(pk=line.entry_id) for line in lines(made)[:2])
    Person.objects.filter(pk=two.person_id).update(given_names="Autre", surname="Personne")
    assert here.give(made, 1, name="Autre Personne") == ["other_name"]
    assert here.give(made, 99) == ["unknown"]
    assert here.give(made, 2, 2, name="PERSONNE autre") == ["given", "repeated"]
    assert here.give(made, 1, given_on=date(2018, 7, 1)) == ["other_day"]
    assert here.give(made, 1, given_on=date(2099, 1, 1)) == ["future"]
    assert one.person_id


def test_a_hand_out_that_was_a_mistake_is_taken_back_and_served_again() -> None:
    here = served()
    made = here.plan()
    here.give(made, 1)
    given_ = Handout.objects.get()
    giving.take_back(given_, reason="mauvaise ligne", by=here.scene.agent)
    assert here.held(here.sites[0], here.lot("L1")) == 100 * KG
    with pytest.raises(Raced, match="déjà annulée"):
        giving.take_back(given_, reason="encore", by=here.scene.agent)
    assert here.give(made, 1) == ["given"]
    assert totals()[0] == totals()[1] == 94 * KG


def test_who_was_reached_is_counted_once_and_counted_back() -> None:
    here = served()
    for _ in range(2):
        here.give(here.plan(), 1)
    assert Reach.objects.get().events == 2
    for one in Handout.objects.all():
        giving.take_back(one, reason="essai", by=here.scene.agent)
    assert not Reach.objects.exists()


def test_only_an_approved_distribution_gives_and_its_maker_does_not_approve() -> None:
    here = served()
    stop = lists.Stop(here.scene.village, here.sites[0], DAY)
    made = lists.plan(here.contract, here.scale, months=1, stops=[stop], by=here.scene.planner)
    with pytest.raises(Refused, match="La liste est vide"):
        lists.approve(made, by=here.scene.controller)
    lists.draw(made, by=here.scene.planner)
    with pytest.raises(Refused, match="pas ouverte"):
        here.give(made, 1)
    with pytest.raises(Refused, match="ne permet pas"):
        lists.approve(made, by=here.scene.agent)
    lists.approve(made, by=here.scene.controller)
    lists.close(made, by=here.scene.controller)
    with pytest.raises(Refused, match="pas ouverte"):
        here.give(made, 1)


def test_an_agent_of_one_commune_hands_out_there_and_not_elsewhere() -> None:
    here = served(children=1)
    away = here.scene.villages[2]
    household_children(here, 1, village=away)
    stops = [lists.Stop(village, here.sites[0], DAY) for village in (here.scene.village, away)]
    made = lists.plan(here.contract, here.scale, months=1, stops=stops, by=here.scene.planner)
    lists.draw(made, by=here.scene.planner)
    lists.approve(made, by=here.scene.controller)
    here.scene.agent.staff_postings.update(area=here.scene.commune)
    own, other = (made.lines.get(stop__village=village).rank for village in (here.scene.village, away))
    with pytest.raises(Refused):
        here.give(made, other)
    with pytest.raises(Refused):
        here.give(made, own, other)
    assert here.give(made, 99) == ["unknown"]
    assert here.give(made, own) == ["given"]


def test_who_is_counted_in_late_comes_after_the_numbers_of_the_sheet() -> None:
    here = served()
    made = here.plan()
    before = [line.entry_id for line in lines(made)]
    said = Counted("child", here.scene.village, "Aba Keita", birth=(date(2016, 1, 1), "month"), consent=True)
    late = census.add(here.contract, said, by=here.scene.agent)
    assert lists.draw(made, by=here.scene.agent) == 4
    assert [line.entry_id for line in lines(made)] == [*before, late.pk]


def test_a_recalled_lot_is_given_to_nobody_and_traced_to_who_received_it() -> None:
    here = served()
    made, lot = here.plan(), here.lot("L1")
    here.give(made, 1, 2)
    with pytest.raises(Refused, match="ne rappelez pas"):
        recalls.recall(lot, reason="alerte", by=here.scene.agent)
    recalls.recall(lot, reason="alerte du fournisseur", by=here.scene.planner)
    assert here.give(made, 3) == ["no_stock"]
    assert here.give(made, 3, lot_number="L1") == ["recalled"]
    found = recalls.received(lot, by=here.scene.planner)
    assert [(row["rank"], row["grams"], row["site"]) for row in found] == [(1, 6_000, "Site 1"), (2, 6_000, "Site 1")]
    assert [(one.place.name, one.grams) for one in recalls.held(lot)] == [("Site 1", 88 * KG)]
    assert sorted(AuditEvent.objects.get(noun="lot", verb="list").subjects) == sorted(here.scene.households[:2])
    with pytest.raises(IntegrityError, match="lot_stays"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("UPDATE delivery_lot SET recalled_at = NULL, recalled_by_id = NULL, recall_reason = ''")


def test_an_erasure_leaves_the_ration_and_names_nobody() -> None:
    here = served()
    made = here.plan()
    here.give(made, 1, receiver="proxy", proxy_name="Sa tante")
    entry = CensusEntry.objects.get(pk=lines(made)[0].entry_id)
    CensusEntry.objects.filter(pk=entry.pk).update(birth_date=date(2016, 3, 1), birth_precision="day")
    care.screen(entry, day=DAY, muac_mm=130, by=here.scene.agent)
    with connection.cursor() as cursor:
        cursor.execute("CREATE TEMP TABLE erased_person ON COMMIT DROP AS SELECT %s::bigint AS id", [entry.person_id])
        cursor.execute(
            "CREATE TEMP TABLE erased_household ON COMMIT DROP AS SELECT %s::bigint AS id", [entry.household_id]
        )
    run_sql("protection", "erase_rations")
    entry.refresh_from_db()
    assert (entry.birth_date, Handout.objects.get().proxy_name) == (None, "effacé")
    assert not Screening.objects.exists() and totals()[0] == totals()[1]


def test_the_sheet_as_a_file_keeps_its_good_lines_and_changes_nothing_twice(tmp_path: Path) -> None:
    here = served()
    made, path = here.plan(), tmp_path / "feuille.csv"
    path.write_text(
        "N°;Nom;Remis;Le;Mandataire;Âge vérifié;Lot\n"
        "1;;oui;15/03/2018;;;\n2;;oui;15/03/2018;Sa tante;;L1\n3;;non;;;;\n77;;oui;15/03/2018;;;\n"
        "3;;oui;quinze;;;\n1;;oui;15/03/2018;;;\n",
        encoding="utf-8",
    )
    taken = giving_file.take(path, made, by=here.scene.agent)
    assert (taken.given, taken.known, taken.absent) == (2, 0, 1)
    assert [(one.line, one.column) for one in taken.problems] == [(5, "N°"), (6, "Le"), (7, "N°")]
    again = giving_file.take(path, made, by=here.scene.agent)
    assert (again.given, again.known) == (0, 2)
    assert Handout.objects.get(line__rank=2).proxy_name == "Sa tante"


def test_many_cost_as_many_statements_as_one() -> None:
    here = served(children=12)
    made = here.plan()
    with counting_statements() as one:
        here.give(made, 1)
    with counting_statements() as many:
        here.give(made, *range(2, 13))
    assert many.count == one.count


LIES = {
    "handout_of_its_line": "UPDATE delivery_handout SET cancelled_at = now(), cancelled_by_id = made_by_id,"
    " cancel_reason = 'x'",
    "handout_stays": "UPDATE delivery_handout SET held_on = held_on - 1",
    "une remise s": "DELETE FROM delivery_stockmovement",
    "handout_once_a_line": "INSERT INTO delivery_handout (number, line_id, distribution_id, contract_id, commune_id,"
    " household_id, person_id, receiver, proxy_name, age_checked, held_on, act_id, made_by_id, cancel_reason)"
    " SELECT gen_random_uuid(), line_id, distribution_id, contract_id, commune_id, household_id, person_id, receiver,"
    " proxy_name, age_checked, held_on, act_id, made_by_id, '' FROM delivery_handout",
    "distribution_line_of_its_plan": "UPDATE delivery_distributionline SET grams = grams + 1",
    "ration_scale_in_use": "UPDATE delivery_ration SET grams_per_month = 1",
    "distribution_approved_by_another": "UPDATE delivery_distribution SET approved_by_id = made_by_id",
    "distribution_stop_of_its_contract": "UPDATE delivery_distributionstop SET place_id = {warehouse}",
}


@pytest.mark.parametrize("rule", [rule for rule in LIES if rule != "une remise s"])
def test_the_database_refuses_a_false_hand_out(rule: str) -> None:
    here = served()
    here.give(here.plan(), 1)
    with pytest.raises(IntegrityError, match=rule), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(LIES[rule].format(warehouse=here.warehouse.pk))


def test_the_database_gives_of_no_expired_lot() -> None:
    here = served()
    lot = here.lot("VIEUX", expires_on=date(2018, 1, 1))
    here.arrive(here.sites[0], lot, 10)
    assert here.give(here.plan(), 1, lot_number="VIEUX") == ["expired"]
    act = stock.StockAct.objects.create(kind="distribution", day=DAY, made_by=here.scene.agent)
    made = here.plan()
    here.give(made, 1)
    lie = "INSERT INTO delivery_stockmovement (act_id, place_id, lot_id, grams, handout_id) SELECT %s, %s, %s, -5, id" \
        " FROM delivery_handout"  # fmt: skip
    with pytest.raises(IntegrityError, match="stock_lot_is_fit"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(lie, [act.pk, here.sites[0].pk, lot.pk])


@given(st.lists(st.integers(1, 9), min_size=1, max_size=5))
@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_lots_are_shared_out_as_the_rule_says(bags: list[int]) -> None:
    with transaction.atomic():
        here = ground(children=4)
        lots = [here.lot(f"L{n}", expires_on=date(2018, 6, 1 + n)) for n in range(len(bags))]
        for lot, kg in zip(lots, bags, strict=True):
            here.arrive(here.sites[0], lot, kg)
        made = here.plan()
        here.give(made, 1, 2, 3, 4)
        found = {
            (one.handout.line.rank - 1, lots.index(one.lot), -one.grams)
            for one in StockMovement.objects.filter(handout__isnull=False).select_related("handout__line", "lot")
        }  # fmt: skip
        assert found == set(allocated([6_000] * 4, [kg * KG for kg in bags]))
        transaction.set_rollback(True)
