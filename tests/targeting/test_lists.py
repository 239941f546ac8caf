"""Community lists: good lines are listed, the others are said with line, column and remedy."""

from __future__ import annotations

import csv

import pytest

from jigi.foundation.bulk import counting_statements
from jigi.foundation.errors import InputError, Refused
from jigi.registry.models import Household
from jigi.targeting import actions
from tests.factories import make_commune, make_households, make_village


def test_a_list_is_taken_with_the_reasons_of_the_committee(world, list_file):
    round_ = world.open_round()
    report = actions.import_lists(round_, list_file(world.all), by=world.manager)
    assert (report.read, report.added, report.changed, report.held) == (12, 12, 0, 0)
    first = round_.listed.get(household_id=world.all[0])
    assert (first.rank, first.food_insecurity, first.income_source, first.production_tools) == (
        1,
        True,
        False,
        True,
    )
    assert (first.reason, first.line, first.file_name) == ("Greniers vides", 2, "listes.csv")


def test_the_same_list_again_changes_nothing(world, list_file):
    round_ = world.open_round()
    actions.import_lists(round_, list_file(world.all), by=world.manager)
    before = list(round_.listed.order_by("pk").values())
    report = actions.import_lists(round_, list_file(world.all), by=world.manager)
    assert (report.added, report.changed, report.unchanged) == (0, 0, 12)
    assert list(round_.listed.order_by("pk").values()) == before


def test_a_committee_may_correct_its_list(world, list_file):
    round_ = world.open_round()
    actions.import_lists(round_, list_file(world.all), by=world.manager)
    corrected = list_file(world.all, {3: {"rang": "40", "motif": "Veuve"}})
    report = actions.import_lists(round_, corrected, by=world.manager)
    assert (report.added, report.changed) == (0, 1)
    assert round_.listed.get(household_id=world.all[3]).rank == 40


@pytest.mark.parametrize(
    ("cells", "column", "said"),
    [
        ({"numero_fiche": "inconnue"}, "numero_fiche", "« inconnue » n’est pas au registre"),
        ({"numero_fiche": ""}, "numero_fiche", "manque"),
        ({"rang": ""}, "rang", "pas un nombre à partir de 1"),
        ({"rang": "0"}, "rang", "pas un nombre à partir de 1"),
        ({"source_revenu": "peut-être"}, "source_revenu", "ni oui ni non"),
        ({"village_code": "ML010501-009"}, "village_code", "un autre village"),
        (
            {"insecurite_alimentaire": "0", "outils_production": "0", "motif": ""},
            "motif",
            "ne dit pas pourquoi",
        ),
    ],
)
def test_a_wrong_line_is_held_back_and_the_others_are_listed(world, list_file, cells, column, said):
    round_ = world.open_round()
    report = actions.import_lists(round_, list_file(world.all, {4: cells}), by=world.manager)
    assert (report.added, report.held, report.problem_count) == (11, 1, 1)
    problem = report.problems[0]
    assert (problem.line, problem.column) == (6, column)
    assert said in problem.message and problem.remedy


def test_the_first_of_two_lines_for_a_household_counts(world, list_file):
    round_ = world.open_round()
    report = actions.import_lists(round_, list_file([*world.all, world.all[0]]), by=world.manager)
    assert (report.added, report.held) == (12, 1)
    assert report.problems[0].message == "Ce ménage est déjà listé à la ligne 2"


def test_a_household_of_another_commune_is_held_back(world, list_file):
    round_ = world.open_round()
    other = make_households(1, make_village(make_commune("ML010502")), prefix="autre")
    report = actions.import_lists(round_, list_file(other), by=world.manager)
    assert report.held == 1 and "aucune commune de la campagne" in report.problems[0].message


def test_a_household_is_also_known_by_its_rsu_number(world, tmp_path):
    round_ = world.open_round()
    path = tmp_path / "listes.csv"
    rsu = Household.objects.get(pk=world.all[0]).rsu
    path.write_text(
        f"numero_rsu,rang,insecurite_alimentaire,source_revenu,outils_production,taille_composition\n{rsu},1,1,0,0,0\n"
    )
    assert actions.import_lists(round_, path, by=world.manager).added == 1


def test_the_lines_to_correct_go_to_a_file(world, list_file, tmp_path):
    round_ = world.open_round()
    wrong = {n: {"rang": "premier"} for n in range(5)}
    report = actions.import_lists(
        round_, list_file(world.all, wrong), by=world.manager, rejects=tmp_path / "rejets.csv"
    )
    with (tmp_path / "rejets.csv").open(encoding="utf-8-sig") as stream:
        rows = list(csv.DictReader(stream, delimiter=";"))
    assert report.held == 5 and [row["ligne"] for row in rows] == ["2", "3", "4", "5", "6"]


def test_a_file_that_is_no_list_changes_nothing(world, tmp_path):
    round_ = world.open_round()
    for text in ("", "a;b\n1;2\n", "numero_fiche;rang\n1;2\n", "numero_fiche;rang;rang\n1;2;3\n"):
        path = tmp_path / "faux.csv"
        path.write_text(text)
        with pytest.raises(InputError):
            actions.import_lists(round_, path, by=world.manager)
    assert not round_.listed.exists()


def test_lists_are_taken_only_while_the_campaign_is_open(world, list_file):
    round_ = world.open_round()
    actions.import_lists(round_, list_file(world.all), by=world.manager)
    actions.set_quotas(round_, 5, {"ML": 0.5}, by=world.manager)
    actions.rank(round_, by=world.manager)
    with pytest.raises(Refused, match="classée"):
        actions.import_lists(round_, list_file(world.all), by=world.manager)


def test_the_number_of_statements_is_that_of_a_list_of_one(world, list_file):
    round_ = world.open_round()
    counts = []
    for households in (world.all[:1], world.all):
        path = list_file(households)
        with counting_statements() as counter:
            actions.import_lists(round_, path, by=world.manager)
        counts.append(counter.count)
    assert counts[0] == counts[1]
