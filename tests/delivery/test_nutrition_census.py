"""Who is in the package on a day, and how they are counted in."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from jigi.delivery.nutrition import census, census_file, lists
from jigi.delivery.nutrition.census import Counted
from jigi.delivery.nutrition.models import CensusEntry, CensusHealth, DistributionLine
from jigi.delivery.nutrition.rules import NO, UNSURE, YES, Window, child_verdict, woman_verdict
from jigi.foundation.errors import InputError, Raced, Refused
from jigi.geography.scope import seen_by
from jigi.registry.models import Health, Membership, Person
from tests.delivery.nutrition_scene import DAY, ground, household_children, lines

pytestmark = pytest.mark.django_db
W = Window()
DAYS = st.dates(date(2010, 1, 1), date(2020, 12, 31))


@pytest.mark.parametrize(
    ("birth", "precision", "verdict"),
    [
        (date(2017, 9, 15), "day", YES),  # six months that day
        (date(2017, 9, 16), "day", NO),
        (date(2013, 3, 16), "day", YES),  # sixty months tomorrow
        (date(2013, 3, 15), "day", NO),
        (date(2017, 9, 1), "month", UNSURE),
        (date(2017, 8, 1), "month", YES),
        (date(2013, 1, 1), "year", UNSURE),
        (date(2015, 1, 1), "year", YES),
        (date(2012, 1, 1), "year", NO),
        (date(2012, 1, 1), "about", UNSURE),
        (date(2015, 1, 1), "about", YES),
        (None, None, UNSURE),
    ],
)
def test_a_child_is_in_out_or_unsure(birth: date | None, precision: str | None, verdict: str) -> None:
    assert child_verdict(birth, precision, DAY, W) == verdict


def test_a_woman_is_in_while_pregnant_or_breastfeeding() -> None:
    assert woman_verdict(DAY + timedelta(280), None, DAY, W) == YES
    assert woman_verdict(DAY + timedelta(281), None, DAY, W) == NO
    assert woman_verdict(DAY - timedelta(28), None, DAY, W) == YES  # the birth is not told yet
    assert woman_verdict(DAY - timedelta(29), None, DAY, W) == NO
    assert woman_verdict(None, date(2017, 9, 16), DAY, W) == YES
    assert woman_verdict(None, date(2017, 9, 15), DAY, W) == NO
    assert woman_verdict(None, None, DAY, W) == NO


@given(st.lists(st.tuples(DAYS | st.none(), st.sampled_from(("day", "month", "year", "about")), DAYS,
                          st.integers(0, 12), st.integers(12, 70)), min_size=1, max_size=60))  # fmt: skip
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_postgresql_says_what_the_rule_says_of_children(cases: list[tuple[date | None, str, date, int, int]]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT array_agg(delivery_child_verdict(b, p, d, f, t) ORDER BY n) FROM unnest(%s::date[], %s::text[],"
            " %s::date[], %s::int[], %s::int[]) WITH ORDINALITY AS u (b, p, d, f, t, n)",
            list(map(list, zip(*cases, strict=True))),
        )
        said = cursor.fetchone()[0]
    assert said == [child_verdict(b, p, d, Window(f, t)) for b, p, d, f, t in cases]


@given(st.lists(st.tuples(DAYS | st.none(), DAYS | st.none(), DAYS, st.integers(1, 300), st.integers(0, 60),
                          st.integers(0, 24)), min_size=1, max_size=60))  # fmt: skip
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_postgresql_says_what_the_rule_says_of_women(cases: list[tuple[date, date, date, int, int, int]]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT array_agg(delivery_woman_verdict(d, s, o, x, y, z) ORDER BY n) FROM unnest(%s::date[], %s::date[],"
            " %s::date[], %s::int[], %s::int[], %s::int[]) WITH ORDINALITY AS u (d, s, o, x, y, z, n)",
            list(map(list, zip(*cases, strict=True))),
        )
        said = cursor.fetchone()[0]
    assert said == [woman_verdict(d, s, o, Window(0, 0, x, y, z)) for d, s, o, x, y, z in cases]


def test_the_register_counts_in_every_child_of_the_village_paid_or_not() -> None:
    here = ground(children=3)
    household_children(here, 1, birth=date(2010, 1, 1))  # too old all along
    assert CensusEntry.objects.count() == 3
    assert census.take_register(here.contract, [here.scene.village], here.scale, by=here.scene.agent) == 0


def test_who_was_taken_out_does_not_come_back_from_the_register() -> None:
    here = ground(children=2)
    census.remove(CensusEntry.objects.earliest("pk"), reason="parti", by=here.scene.agent)
    assert census.take_register(here.contract, [here.scene.village], here.scale, by=here.scene.agent) == 0
    assert CensusEntry.objects.filter(left_on=None).count() == 1


def test_a_woman_is_counted_by_her_health_which_no_row_of_the_list_says() -> None:
    here = ground(children=1)
    woman = Membership.objects.get(household=here.scene.households[0], relation="spouse").person
    Health.objects.create(person=woman, due_on=date(2018, 6, 1), collected_on=DAY)
    census.take_register(here.contract, [here.scene.village], here.scale, by=here.scene.agent)
    assert CensusEntry.objects.get(person=woman).category == "woman"
    made = here.plan()
    assert [line.category for line in lines(made)] == ["child", "woman"]
    fields = {field.name for model in (CensusEntry, DistributionLine) for field in model._meta.get_fields()}
    assert not fields & {"due_on", "breastfeeding_since"}


def test_no_page_reads_what_a_health_centre_said(settings: object) -> None:
    here = ground()
    said = Counted("woman", here.scene.village, "Awa Keita", due_on=date(2018, 5, 1), consent=True)
    census.add(here.contract, said, by=here.scene.agent)
    assert CensusHealth.objects.count() == 1
    settings.FENCED = True  # type: ignore[attr-defined]
    with seen_by(here.scene.agent):
        assert CensusEntry.objects.count() == 1
        assert CensusHealth.objects.count() == 0


@pytest.mark.parametrize(
    ("said", "why"),
    [
        ({"name": ""}, "le nom"),
        ({"consent": False}, "consentement"),
        ({"birth": None}, "naissance de l’enfant"),
        ({"category": "woman"}, "terme attendu"),
        ({"birth": (date(2050, 1, 1), "day")}, "à venir"),
    ],
)
def test_nobody_is_counted_in_without_what_it_takes(said: dict[str, object], why: str) -> None:
    here = ground()
    whole = {"category": "child", "village": here.scene.village, "name": "Awa Keita", "consent": True,
             "birth": (date(2016, 1, 1), "month"), **said}  # fmt: skip
    with pytest.raises(Refused, match=why):
        census.add(here.contract, Counted(**whole), by=here.scene.agent)  # type: ignore[arg-type]


def test_a_person_is_counted_once_taken_out_and_forgotten() -> None:
    here = ground()
    said = Counted("child", here.scene.village, "Awa Keita", "Fanta Diallo", (date(2016, 1, 1), "month"), consent=True)
    entry = census.add(here.contract, said, by=here.scene.agent)
    with pytest.raises(Refused, match="déjà recensée"):
        census.add(here.contract, said, by=here.scene.agent)
    census.remove(entry, reason="consentement retiré", forget=True, by=here.scene.agent)
    entry.refresh_from_db()
    assert (entry.name, entry.guardian, entry.birth_date) == ("", "", None)
    with pytest.raises(Refused, match="recenser de nouveau"):
        census.restore(entry, by=here.scene.agent)
    census.add(here.contract, said, by=here.scene.agent)
    with pytest.raises(Raced, match="déjà retirée"):
        census.remove(entry, reason="encore", by=here.scene.agent)


def test_a_birth_that_is_found_makes_sure_who_was_unsure() -> None:
    here = ground()
    household_children(here, 1, birth=date(2012, 1, 1), precision="about")
    made = lists.plan(here.contract, here.scale, months=1,
                      stops=[lists.Stop(here.scene.village, here.sites[0], DAY)], by=here.scene.planner)  # fmt: skip
    lists.draw(made, by=here.scene.planner)
    assert [line.verdict for line in lines(made)] == ["unsure"]
    census.correct_birth(CensusEntry.objects.get(), date(2013, 6, 1), "month", by=here.scene.agent)
    lists.draw(made, by=here.scene.planner)
    assert [line.verdict for line in lines(made)] == ["yes"]


def test_the_dead_are_on_no_list() -> None:
    here = ground(children=2)
    Person.objects.filter(pk=CensusEntry.objects.earliest("pk").person_id).update(died_on=date(2018, 3, 1))
    assert len(lines(here.plan())) == 1


def test_the_file_of_the_operator_keeps_its_good_lines(tmp_path: Path) -> None:
    here = ground(children=1)
    household, village = here.scene.households[0], here.scene.village.code
    woman = Membership.objects.select_related("person", "household").get(household=household, relation="spouse")
    path = tmp_path / "recensement.csv"
    path.write_text(
        "Village;Catégorie;Nom;Mère ou gardien;Naissance;Terme attendu;Consentement;N° RSU\n"
        f"{village};enfant;Oumou Traoré;Awa Traoré;05/2016;;oui;\n"
        f"{village};femme;{woman.person};;;2018-06-01;;{woman.household.rsu}\n"
        f"{village};enfant;Sans Accord;;05/2016;;non;\n"
        "Ailleurs;enfant;Loin;;05/2016;;oui;\n"
        f"{village};enfant;Mal Daté;;hier;;oui;\n"
        f"{village};femme;Autre Nom;;;2018-06-01;oui;{woman.household.rsu}\n",
        encoding="utf-8",
    )
    taken = census_file.take(path, here.contract, by=here.scene.agent)
    assert (taken.added, taken.known) == (2, 0)
    assert [(one.line, one.column) for one in taken.problems] == [(4, ""), (5, "Village"), (6, "Naissance"), (7, "Nom")]
    assert all(one.remedy for one in taken.problems)
    again = census_file.take(path, here.contract, by=here.scene.agent)
    assert (again.added, again.known) == (0, 2)


def test_a_file_without_its_columns_is_no_census(tmp_path: Path) -> None:
    here = ground()
    path = tmp_path / "autre.csv"
    path.write_text("a;b\n1;2\n", encoding="utf-8")
    with pytest.raises(InputError, match="Colonnes manquantes"):
        census_file.take(path, here.contract, by=here.scene.agent)


@pytest.mark.parametrize(
    ("rule", "lie"),
    [
        ("census_names_who_consented", {"name": "Awa", "consent_on": None}),
        ("census_category", {"category": "man"}),
        ("census_birth_has_precision", {"birth_date": date(2016, 1, 1)}),
        ("census_leaving_is_signed", {"left_on": DAY}),
    ],
)
def test_the_database_refuses_a_false_census(rule: str, lie: dict[str, object]) -> None:
    here = ground()
    facts = {
        "contract": here.contract, "commune": here.scene.commune, "village": here.scene.village, "category": "child",
        "name": "Awa", "consent_on": timezone.localdate(), "made_by": here.scene.agent, **lie,
    }  # fmt: skip
    with pytest.raises(IntegrityError, match=rule), transaction.atomic():
        CensusEntry.objects.create(**facts)
