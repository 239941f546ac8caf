"""Health, schooling, absences, recipient units, displaced and pastoral households: what a questionnaire may fill."""

from __future__ import annotations

from datetime import date

import pytest

from jigi.registry.models import Health, Household, Membership, Person
from tests.intake.forms import MAPPING

HOUSEHOLD = """
form_version = "version"
situation = "situation"
stay_village = "sejour"
stayed_since = "sejour_depuis"
"""
MEMBERS = """
unit = "unite"
absent_since = "absent_depuis"
education = "instruction"
in_school = "ecole"
occupation = "metier"
seeing = { column = "voir", codes = { "aucune" = 1, "quelques" = 2, "beaucoup" = 3, "pas du tout" = 4 } }
walking = "marcher"
chronic_illness = "chronique"
due_on = "terme"
breastfeeding_since = "allaite"
"""
NOTHING = {
    "unite": "", "absent_depuis": "", "instruction": "", "ecole": "", "metier": "", "voir": "", "marcher": "",
    "chronique": "", "terme": "", "allaite": "",
}  # fmt: skip


@pytest.fixture
def whole(desk):
    """A desk whose form asks everything; one household filled, with no answer to the new questions."""
    desk.mapping = MAPPING.replace('collector = "enqueteur"', f'collector = "enqueteur"{HOUSEHOLD}') + MEMBERS
    desk.fill(1)
    desk.households[0] |= {"version": "", "situation": "", "sejour": "", "sejour_depuis": ""}
    for row in desk.members:
        row |= NOTHING
    return desk


def problems(batch):
    return [(p.code, p.value, p.severity) for p in batch.problems.all()]


def test_no_answer_leaves_no_row_of_health(whole):
    assert whole.send().households_merged == 1
    assert not Health.objects.exists()
    assert {p.education for p in Person.objects.all()} == {""}
    assert set(Membership.objects.values_list("unit", "shared", "end_reason")) == {(1, False, "")}


def test_answers_on_health_go_to_their_own_table(whole):
    whole.members[1] |= {"voir": "beaucoup", "marcher": "2", "chronique": "oui", "terme": "2016-09-01"}
    assert whole.send().households_merged == 1
    health = Health.objects.get()
    assert health.person.given_names == "Awa"
    assert (health.seeing, health.walking, health.hearing, health.chronic_illness) == (3, 2, None, True)
    assert (health.due_on, health.collected_on) == (date(2016, 9, 1), date(2016, 5, 1))


def test_schooling_work_and_absence(whole):
    whole.members[0] |= {"metier": "Éleveur", "absent_depuis": "2015-10-01"}
    whole.members[2] |= {"ecole": "oui", "instruction": "primaire"}
    whole.send()
    head, _, daughter = Membership.objects.order_by("line").select_related("person")
    assert (head.person.occupation, head.absent, head.absent_since) == ("herder", True, date(2015, 10, 1))
    assert (daughter.person.in_school, daughter.person.education) == (True, "primary")


def test_each_unit_of_a_polygamous_household_has_its_recipient(whole):
    second = dict(whole.members[1], ligne="4", prenom="Kadia", unite="2")
    whole.members.append(second)
    whole.send()
    units = Membership.objects.filter(role="recipient").order_by("unit")
    assert [(m.person.given_names, m.unit) for m in units] == [("Awa", 1), ("Kadia", 2)]


def test_two_recipients_of_one_unit_are_held(whole):
    whole.members.append(dict(whole.members[1], ligne="4", prenom="Kadia"))
    assert [code for code, _, _ in problems(whole.send())] == ["two_recipients"]


def test_a_displaced_household_is_registered_in_one_place_and_stays_in_another(whole):
    whole.households[0] |= {
        "situation": "déplacé", "sejour": "ML010502-001", "sejour_depuis": "2015-02-01", "version": "RSU 2.3",
    }  # fmt: skip
    whole.send()
    home = Household.objects.get()
    assert (home.commune.code, home.stay_commune.code, home.situation) == ("ML010501", "ML010502", "displaced")
    assert (home.stayed_since, home.form_version) == (date(2015, 2, 1), "RSU 2.3")


@pytest.mark.parametrize(
    ("cells", "code"),
    [
        ({"sejour": "ML99"}, "stay_village"),
        ({"sejour_depuis": "2015-02-01"}, "stay_nowhere"),
        ({"sejour": "ML010502-001", "sejour_depuis": "2016-06-01"}, "stay_later"),
        ({"situation": "perdu"}, "code"),
    ],
)
def test_a_stay_that_can_t_be(whole, cells, code):
    whole.households[0] |= cells
    assert code in [found for found, _, severity in problems(whole.send()) if severity == "error"]


@pytest.mark.parametrize(
    ("line", "cells", "code"),
    [
        (0, {"terme": "2016-09-01"}, "pregnant_man"),
        (0, {"allaite": "2016-01-01"}, "nursing_man"),
        (1, {"allaite": "2016-06-01"}, "nursing_later"),
        (1, {"terme": "2018-01-01"}, "delivery"),
        (1, {"absent_depuis": "2016-06-01"}, "absent_later"),
        (1, {"voir": "9"}, "code"),
        (1, {"marcher": "5"}, "range"),
        (1, {"terme": "bientôt"}, "value"),
    ],
)
def test_an_answer_that_can_t_be(whole, line, cells, code):
    whole.members[line] |= cells
    assert code in [found for found, _, _ in problems(whole.send())]


@pytest.mark.parametrize("cells", [{"marcher": "5"}, {"terme": "31/02/2017"}, {"chronique": "diabète"}])
def test_a_problem_does_not_repeat_an_answer_on_health(whole, cells):
    whole.members[1] |= cells
    batch = whole.send()
    answer = next(iter(cells.values()))
    said = [f"{p.value} {p.message} {p.remedy}" for p in batch.problems.all()]
    assert said and not [text for text in said if answer in text.replace("1 à 4", "")]
