"""Good files: what reaches the register, once."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
import xlsxwriter

from jigi.foundation.bulk import counting_statements
from jigi.foundation.errors import Refused
from jigi.foundation.models import AuditEvent, Run
from jigi.geography.models import Area
from jigi.intake.models import Batch
from jigi.intake.pipeline import import_file
from jigi.registry.models import Household, Identifier, LivingConditions, Membership, Person, Phone
from tests.factories import make_user
from tests.intake.forms import household, snapshot, unchanged, write_csv


def test_a_household_arrives_with_its_members_places_and_facts(desk):
    batch = desk.fill(1).send()
    assert (batch.status, batch.households_merged, batch.members_merged) == ("merged", 1, 3)
    home = Household.objects.get()
    assert (home.head_name, home.size, home.source_key) == ("Moussa Keïta", 3, "F1")
    assert (home.village.code, home.commune.code) == ("ML010501-001", "ML010501")
    assert (home.collected_on, home.collector, home.batch_id) == (date(2016, 5, 1), "E1", batch.pk)
    living = home.living_conditions
    assert (living.rooms, living.roof, living.plough, living.land_ha) == (2, "thatch", True, Decimal("1.25"))


def test_members_keep_relations_parents_and_the_precision_of_births(desk):
    desk.fill(1).send()
    head, wife, daughter = Person.objects.order_by("memberships__line")
    assert [m.relation for m in Membership.objects.order_by("line")] == ["head", "spouse", "child"]
    assert (daughter.father, daughter.mother) == (head, wife)
    assert (head.birth, wife.birth) == ("vers 1975", "12/03/1980")
    assert Membership.objects.get(role="recipient").person == wife
    assert Phone.objects.get().number == "+22376000001"


def test_what_the_file_does_not_say_is_counted_on_the_members(desk):
    desk.fill(1).send()
    living = LivingConditions.objects.get()
    assert (living.household_size, living.wives, living.head_sex, living.head_age) == (3, 1, "M", 41)
    assert (living.children_under_5, living.children_under_15) == (1, 1)


def test_the_same_files_change_nothing(desk):
    desk.fill(5).send()
    again = []
    assert unchanged(lambda: again.append(desk.send()))
    assert again[0].recognised and Batch.objects.count() == 1


def test_the_same_interviews_in_another_file_are_known_and_skipped(desk):
    desk.fill(3).send()
    batch = desk.fill(2, first=4).send()
    assert (batch.households_merged, batch.households_known, batch.households_held) == (2, 3, 0)
    assert (Household.objects.count(), Person.objects.count()) == (5, 15)


def test_the_order_of_columns_and_the_way_values_are_written_change_no_content(desk):
    desk.fill(1).send()
    desk.households = [dict(reversed(household(1, terre_m2="12500,0", charrue="1").items()))]
    desk.members[1]["naissance"] = "1980-03-12"
    assert desk.send().households_known == 1


def test_an_interview_changed_since_is_held_and_overwrites_nothing(desk):
    desk.fill(2).send()
    desk.households[0]["pieces"] = "5"
    batch = desk.send()
    assert (batch.households_known, batch.households_held) == (1, 1)
    problem = batch.problems.get()
    assert (problem.code, problem.line, problem.key) == ("changed", 2, "F1")
    assert LivingConditions.objects.get(household__source_key="F1").rooms == 2


def test_one_workbook_of_two_sheets(desk):
    desk.fill(2)
    path = desk.folder / "enquete.xlsx"
    with xlsxwriter.Workbook(str(path)) as book:
        for name, rows in [("Ménages", desk.households), ("Membres", desk.members)]:
            sheet = book.add_worksheet(name)
            for line, row in enumerate([list(rows[0]), *(list(row.values()) for row in rows)]):
                sheet.write_row(line, 0, row)
    mapping = desk.folder / "feuilles.toml"
    mapping.write_text(desk.mapping.replace("[members]\n", '[members]\nsheet = "Membres"\n'))
    assert import_file(path, mapping, by=desk.by).members_merged == 6


@pytest.mark.parametrize(("encoding", "delimiter"), [("cp1252", ";"), ("utf-8-sig", ","), ("utf-16", "\t")])
def test_any_usual_encoding_and_delimiter(desk, encoding, delimiter):
    files = desk.fill(1).files()
    write_csv(files["path"], desk.households, encoding=encoding, delimiter=delimiter)
    write_csv(files["members"], desk.members, encoding=encoding, delimiter=delimiter)
    import_file(**files, by=desk.by)
    assert Household.objects.get().head_name == "Moussa Keïta"


def test_a_commune_alone_is_a_place(desk):
    desk.mapping = desk.mapping.replace('village = "village"', 'commune = "village"')
    desk.households.append(household(1, village="ML010502"))
    desk.members += desk.fill(1).members[:3]
    del desk.households[1:], desk.members[3:]
    desk.send()
    assert (Household.objects.get().village, Household.objects.get().commune.code) == (None, "ML010502")


def test_members_without_line_numbers_are_numbered_as_they_come(desk):
    desk.mapping = desk.mapping.replace('line = "ligne"\n', "").replace('mother_line = "mere"\n', "")
    desk.mapping = desk.mapping.replace('father_line = "pere"\n', "")
    desk.fill(2).send()
    assert sorted(Membership.objects.values_list("line", flat=True)) == [1, 1, 2, 2, 3, 3]


def test_a_line_copied_twice_is_one_member(desk):
    desk.fill(1)
    desk.members.insert(2, dict(desk.members[1]))
    batch = desk.send()
    assert batch.members_merged == 3
    assert (batch.problems.get().severity, batch.problems.get().line) == ("warning", 4)


def test_identifiers_are_kept(desk):
    desk.fill(1)
    desk.members[0]["nina"] = "1 1 75 9900001 001 a"
    assert not desk.send().problems.exists()
    assert Identifier.objects.get().value == "11759900001001A"


def test_numbers_of_the_register_are_unique_and_checked(desk):
    desk.fill(20).send()
    numbers = [int(home.rsu_number) for home in Household.objects.all()]
    assert len(set(numbers)) == 20 and all(number % 97 == 1 for number in numbers)


def test_statements_do_not_depend_on_the_number_of_households(desk):
    counts = []
    for count, first in [(2, 1), (60, 100)]:
        desk.households, desk.members = [], []
        desk.fill(count, first)
        with counting_statements() as counted:
            desk.send()
        counts.append(counted.count)
    assert counts[0] == counts[1] < 130


def test_the_run_and_the_audit_say_what_was_done(desk):
    batch = desk.fill(2).send()
    run = Run.objects.get(pk=batch.run_id)
    assert (run.status, run.subject) == ("done", f"intake.batch:{batch.pk}")
    assert run.steps.get(name="Lecture des membres").rows_in == 6
    events = AuditEvent.objects.filter(noun="intake.batch", object_id=batch.pk).order_by("id")
    assert [event.verb for event in events] == ["check", "merge"]
    assert events[1].by == desk.by and "2 fiches versées" in events[1].reason


def test_who_has_not_the_right_imports_nothing(desk):
    desk.by = make_user("moussa", "auditor")
    before = snapshot()
    with pytest.raises(Refused):
        desk.fill(1).send()
    assert snapshot() == before


def test_who_covers_one_commune_imports_that_one(desk):
    desk.by = make_user("sira", area=Area.objects.get(code="ML010502"))
    desk.fill(2).households[1]["village"] = "ML010502-001"
    batch = desk.send()
    assert (batch.households_merged, batch.households_held) == (1, 1)
    assert batch.problems.get().code == "out_of_posting"
