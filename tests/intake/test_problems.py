"""Wrong rows: the household is held whole, with the place and the remedy; the good ones go in."""

from __future__ import annotations

import pytest

from jigi.foundation.errors import JigiError
from jigi.foundation.tabular import open_table
from jigi.intake.models import Problem
from jigi.intake.pipeline import import_file
from jigi.intake.queries import HEADER, write_problems
from jigi.registry.models import Household, Identifier, Person, Phone
from tests.factories import make_commune, make_village
from tests.intake.forms import family, household, snapshot, unchanged


def spoiled(desk, household_cells=None, member_cells=None, member=0):
    """Three interviews, cells of the second one spoiled; its problems after the import."""
    desk.fill(3)
    desk.households[1] |= household_cells or {}
    desk.members[3 + member] |= member_cells or {}
    batch = desk.send()
    assert (batch.households_read, batch.households_merged, batch.households_held) == (3, 2, 1)
    assert set(Household.objects.values_list("source_key", flat=True)) == {"F1", "F3"}
    assert Person.objects.count() == 6
    return list(batch.problems.filter(severity="error"))


@pytest.mark.parametrize(
    ("cells", "column", "code"),
    [
        ({"village": "ML99"}, "village", "village"),
        ({"village": ""}, "village", "nowhere"),
        ({"date": "31/02/2016"}, "date", "value"),
        ({"date": "2016"}, "date", "value"),
        ({"date": ""}, "date", "undated"),
        ({"date": "2199-01-01"}, "date", "future"),
        ({"date": "1950-01-01"}, "date", "past"),
        ({"toit": "7"}, "toit", "code"),
        ({"pieces": "deux"}, "pieces", "value"),
        ({"pieces": "2,5"}, "pieces", "value"),
        ({"pieces": "500"}, "pieces", "range"),
        ({"charrue": "peut-être"}, "charrue", "value"),
        ({"fiche": ""}, "fiche", "required"),
        ({"enqueteur": "x" * 61}, "enqueteur", "value"),
    ],
)
def test_a_wrong_cell_of_a_household(desk, cells, column, code):
    problem = next(p for p in spoiled(desk, cells) if p.file_name == "menages.csv")
    assert (problem.line, problem.column, problem.code) == (3, column, code)
    assert problem.value == next(iter(cells.values())) and problem.message and problem.remedy


@pytest.mark.parametrize(
    ("member", "cells", "line", "column", "code"),
    [
        (0, {"prenom": ""}, 5, "prenom", "required"),
        (0, {"nom": "123"}, 5, "nom", "value"),
        (0, {"sexe": "X"}, 5, "sexe", "code"),
        (0, {"lien": "cousin"}, 5, "lien", "code"),
        (1, {"naissance": "2016-05-02"}, 6, "naissance", "unborn"),
        (1, {"naissance": "1890"}, 6, "naissance", "too_old"),
        (1, {"naissance": "hier"}, 6, "naissance", "value"),
        (1, {"lien": "chef"}, 6, "lien", "two_heads"),
        (0, {"role": "allocataire"}, 6, "role", "two_recipients"),
        (2, {"mere": "8"}, 7, "mere", "no_mother"),
        (2, {"mere": "3"}, 7, "mere", "no_mother"),
        (2, {"mere": "1"}, 7, "mere", "mother_sex"),
        (2, {"pere": "2"}, 7, "pere", "father_sex"),
        (2, {"ligne": "2"}, 7, "ligne", "repeated_member"),
        (2, {"ligne": "x"}, 7, "ligne", "value"),
        (2, {"fiche": "F77"}, 7, "fiche", "no_household"),
    ],
)
def test_a_wrong_cell_of_a_member_holds_the_whole_household(desk, member, cells, line, column, code):
    if code == "no_household":
        # The stray line holds nobody: the household it left goes in without it.
        desk.fill(1).members[2] |= cells
        batch = desk.send()
        assert (batch.members_read, batch.members_merged) == (3, 2)
        assert batch.problems.get(code=code).key == "F77"
        return
    problem = next(p for p in spoiled(desk, member_cells=cells, member=member) if p.code == code)
    assert (problem.file_name, problem.line, problem.column) == ("membres.csv", line, column)
    assert problem.key == "F2" and problem.message and problem.remedy


def test_a_household_without_members_or_without_head(desk):
    desk.fill(2).households.append(household(3))
    desk.members[0]["lien"] = "frère"
    batch = desk.send()
    found = {(problem.key, problem.code) for problem in batch.problems.all()}
    assert found == {("F1", "no_head"), ("F3", "no_members")} and batch.households_merged == 1


def test_a_crowd_under_one_number_is_no_household(desk):
    desk.fill(1)
    desk.members += [desk.members[2] | {"ligne": str(n)} for n in range(4, 202)]
    assert desk.send().problems.get(severity="error").code == "too_many_members"


def test_a_column_with_an_endless_name_can_be_complained_of(desk):
    long = "toit " + "du ménage " * 30
    desk.mapping = desk.mapping.replace('column = "toit"', f'column = "{long.strip()}"')
    desk.fill(1).households[0] |= {long: "7"}
    assert desk.send().problems.get().column == long[:120]


def test_an_interview_repeated_in_the_file_enters_once(desk):
    desk.fill(1)
    desk.households += [household(1, pieces="9"), household(1)]
    batch = desk.send()
    assert (batch.households_read, batch.households_merged, batch.households_held) == (3, 1, 2)
    assert [(p.line, p.code) for p in batch.problems.order_by("line")] == [(3, "repeated"), (4, "repeated")]
    assert "la ligne 2" in batch.problems.first().message


def test_a_nina_has_one_holder_in_the_file(desk):
    desk.fill(2)
    desk.members[0]["nina"] = desk.members[3]["nina"] = "11759900001001A"
    batch = desk.send()
    problem = batch.problems.get()
    assert (problem.code, problem.line, problem.key) == (
        "nina_held",
        5,
        "F2",
    ) and "ligne 2" in problem.message
    assert Identifier.objects.get().person.memberships.get().household.source_key == "F1"


def test_a_nina_has_one_holder_in_the_register(desk):
    desk.fill(1).members[0]["nina"] = "11759900001001A"
    desk.send()
    desk.fill(1, first=2).members[3]["nina"] = "11759900001001A"
    batch = desk.send()
    assert (batch.households_known, batch.households_held) == (1, 1)
    assert (batch.problems.get().code, batch.problems.get().key) == ("nina_held", "F2")


@pytest.mark.parametrize(
    ("cells", "code"),
    [
        ({"nina": "12759900001001A"}, "nina_sex"),
        ({"nina": "11609900001001A"}, "nina_year"),
        ({"nina": "117599000010017"}, "nina"),
        ({"nina": "NEANT"}, "nina"),
        ({"tel": "6001122"}, "phone"),
        ({"tel": "76 00 11"}, "phone"),
    ],
)
def test_a_doubtful_document_or_phone_is_a_warning(desk, cells, code):
    desk.fill(1).members[0] |= cells
    batch = desk.send()
    assert batch.households_merged == 1
    assert [(p.severity, p.code) for p in batch.problems.all()] == [("warning", code)]


@pytest.mark.parametrize(
    ("cells", "value"),
    [
        ({"nina": "12759900001001A"}, "•••••••••••001A"),
        ({"nina": "11609900001001A"}, "•••••••••••001A"),
        ({"nina": "117599000010017"}, "•••••••••••0017"),
        ({"nina": "NEANT"}, "NEANT"),
        ({"tel": "6001122"}, "•••••22"),
        ({"tel": "76 00 11"}, "•• •• 11"),
    ],
)
def test_a_problem_shows_the_shape_of_a_number_and_not_the_number(desk, cells, value):
    desk.fill(1).members[0] |= cells
    problem = desk.send().problems.get()
    assert problem.value == value
    assert next(iter(cells.values())) not in problem.message or value == "NEANT"


def test_a_nina_held_twice_is_not_told_to_who_imports_it(desk):
    desk.fill(2)
    desk.members[0]["nina"] = desk.members[3]["nina"] = "11759900001001A"
    assert desk.send().problems.get(code="nina_held").value == "•••••••••••001A"


def test_a_doubtful_nina_does_not_shut_out_another(desk):
    desk.fill(2)
    desk.members[0]["nina"] = desk.members[3]["nina"] = "AUCUN"
    assert desk.send().households_merged == 2 and not Identifier.objects.exists()


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("76001122", "+22376001122"),
        ("+223 76-00-11-22", "+22376001122"),
        ("00223.76.00.11.22", "+22376001122"),
        ("22376001122", "+22376001122"),
        ("+221 77 123 45 67", "+221771234567"),
        ("6001122", "6001122"),
    ],
)
def test_phones_are_text_and_lose_nothing(desk, written, kept):
    desk.fill(1).members[0]["tel"] = written
    desk.send()
    assert Phone.objects.get().number == kept


def test_a_lost_zero_is_said(desk):
    desk.fill(1).members[0]["tel"] = "6001122"
    assert "zéro initial" in desk.send().problems.get().message


def test_parents_younger_than_their_child_are_doubtful(desk):
    desk.fill(1).members[1]["naissance"] = "2013-01-01"
    batch = desk.send()
    assert batch.problems.get(column="mere").code == "mother_age" and batch.households_merged == 1


def test_every_problem_of_a_row_is_said_at_once(desk):
    found = spoiled(desk, {"toit": "7", "pieces": "x"}, {"sexe": "", "lien": "?"})
    assert {(p.file_name, p.column) for p in found} >= {
        ("menages.csv", "toit"), ("menages.csv", "pieces"), ("membres.csv", "sexe"), ("membres.csv", "lien"),
    }  # fmt: skip


def test_the_corrected_file_brings_in_the_rest(desk):
    spoiled(desk, {"toit": "7"})
    desk.households[1]["toit"] = "2"
    batch = desk.send()
    assert (batch.households_merged, batch.households_known, batch.households_held) == (1, 2, 0)
    assert Person.objects.count() == 9


def test_the_same_file_with_held_rows_changes_nothing_either(desk):
    spoiled(desk, {"toit": "7"})
    assert unchanged(desk.send)


def test_held_rows_go_in_when_their_village_is_loaded_later(desk):
    spoiled(desk, {"village": "ML010503-001"})
    make_village(make_commune("ML010503"))
    batch = desk.send()
    assert (batch.households_merged, batch.households_known, batch.households_held) == (3, 0, 0)
    assert batch.members_merged == 9 and not batch.problems.exists()
    assert desk.send().recognised


def test_a_file_where_everything_is_wrong_is_refused_with_its_problems(desk):
    desk.fill(3)
    for row in desk.households:
        row["village"] = "?"
    batch = desk.send()
    assert (batch.status, batch.households_held, batch.problems.count()) == ("refused", 3, 3)
    assert not Household.objects.exists()


def test_the_problems_open_in_excel_with_the_original_values(desk, tmp_path):
    desk.fill(1).households[0]["toit"] = "=1+1"
    out = tmp_path / "problemes.csv"
    assert write_problems(desk.send(), out) == 1
    with open_table(out) as table:
        assert table.header == HEADER
        _, cells = next(iter(table))
    assert cells[:6] == ["menages.csv", "2", "F1", "toit", "'=1+1", "erreur"]


def test_members_of_every_family_are_needed(desk):
    desk.fill(1)
    files = desk.files() | {"members": None}
    before = snapshot()
    with pytest.raises(JigiError, match="fichier des membres"):
        import_file(**files, by=desk.by)
    assert snapshot() == before


def test_identical_rows_give_nobody_two_memberships(desk):
    desk.fill(1)
    desk.households += [household(1)] * 3
    desk.members += family(1) * 3
    assert desk.send().members_merged == 3 and Person.objects.count() == 3
    assert Problem.objects.filter(code="repeated").count() == 3


def test_what_is_already_in_the_register_is_not_warned_about_again(desk):
    desk.fill(1).members[0]["nina"] = "NEANT"
    assert desk.send().problems.count() == 1
    batch = desk.fill(1, first=2).send()
    assert batch.households_known == 1 and not batch.problems.exists()
