"""A snapshot counts every indicator from the rows, agrees with the lists behind it, and is signed by another."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from django.core.exceptions import ObjectDoesNotExist
from django.db import connection

from jigi.foundation.bulk import counting_statements
from jigi.foundation.errors import Refused
from jigi.monitoring.beneficiaries import beneficiaries
from jigi.payments.models import Instruction
from jigi.programmes.models import Component
from jigi.registry.models import Household, Membership, Person
from jigi.results import actions, pipeline, queries
from jigi.results.framework import framework
from jigi.results.rules import measured
from tests.delivery.works_scene import running
from tests.factories import make_households, make_user, make_village
from tests.grievances.world import World as Complaints
from tests.kept import Kept, once
from tests.monitoring.test_beneficiaries import reach
from tests.payments.scene import peopled
from tests.results.world import World, paid, told, value

pytestmark = pytest.mark.django_db


def _world(tmp_path: Path) -> World:
    return paid(tmp_path)


world_once = once("world", _world)


@pytest.fixture
def world(world_once: Kept[World], db: None) -> World:
    return world_once.copy()


def test_a_household_is_counted_where_it_was_paid(world: World) -> None:
    snapshot = world.take()
    assert told(snapshot, "menages_transferts") == (8, None)
    by_region = {one.area.code: one.numerator for one in snapshot.values.filter(
        indicator="menages_transferts", dimension="region")}  # fmt: skip
    assert by_region == {"ML01": 4, "ML03": 4}
    assert told(snapshot, "menages_transferts", "quarter", quarter="2016-T1") == (8, None)
    assert told(snapshot, "menages_transferts", "agreement", agreement="IDA-tm") == (8, None)
    assert told(snapshot, "francs_verses", "kind_agreement", kind="regular", agreement="IDA-tm") == (240_000, None)
    assert value(snapshot, "menages_transferts").latest_on == date(2016, 2, 10)


def test_a_household_paid_twice_counts_once_and_its_francs_twice(world: World, tmp_path: Path) -> None:
    world.again(tmp_path)
    snapshot = world.take()
    assert told(snapshot, "menages_transferts") == (9, None)
    assert told(snapshot, "francs_verses") == ((8 + 10) * 30_000, None)  # the absentee's arrears came with the second


def test_planned_against_actual_by_commune_and_quarter(tmp_path: Path) -> None:
    """The rule of Safo, in small: what was planned, what was paid, what waits for the next term."""
    world = paid(tmp_path, here=6, beside=1, far=1, absent=2)
    snapshot = world.take()
    where = {"area": world.here, "quarter": "2016-T1"}
    assert told(snapshot, "execution", "commune_quarter", **where) == (4 * 30_000, 6 * 30_000)
    assert told(snapshot, "menages_prevus", "commune_quarter", **where) == (4, 6)
    assert told(snapshot, "execution") == (6 * 30_000, 8 * 30_000)


@pytest.mark.long
def test_safo_in_february_2022(tmp_path: Path) -> None:
    """306 planned x 90,000 = 27,540,000; 262 paid 23,580,000; 44 absent."""
    scene = peopled(306, amount_xof=90_000)
    scene.answer(scene.released(5), tmp_path / "safo.csv", absent=44)
    snapshot = actions.take(2016, by=make_user("mariam", "monitoring_officer"))
    assert told(snapshot, "execution") == (23_580_000, 27_540_000)
    assert told(snapshot, "menages_prevus") == (262, 306)


def test_children_and_women_are_those_who_live_there_at_the_end(world: World) -> None:
    homes = list(Instruction.objects.filter(status="paid").values_list("household_id", flat=True))
    Person.objects.update(birth_date=date(1980, 1, 1), birth_precision="year")
    children = Membership.objects.filter(relation="child", household__in=homes).values_list("person_id", flat=True)
    born = {date(2001, 12, 31): 2, date(2002, 1, 1): 3}  # the last day of 2016: 15 years old, 14 years old
    for day, chosen in zip(born, (children[:2], children[2:5]), strict=True):
        Person.objects.filter(pk__in=list(chosen)).update(birth_date=day)
    Membership.objects.filter(person_id=children[2]).update(ended_on=date(2016, 12, 31), end_reason="departure")
    snapshot = world.take()
    assert told(snapshot, "enfants_transferts") == (2, None)
    numerator, denominator = told(snapshot, "part_femmes")
    women = Person.objects.filter(sex="F", memberships__household__in=homes, memberships__ended_on=None).count()
    assert (numerator, denominator) == (women, 8 * 3 - 1)


def test_direct_beneficiaries_are_counted_once_as_accompaniment_counts_them(world: World) -> None:
    for household in world.scene.households[:5]:
        reach(world.scene, "sessions", household)
    child = Membership.objects.get(household_id=world.scene.households[0], relation="child").person_id
    reach(world.scene, "nutrition", world.scene.households[0], person=child)
    Household.objects.filter(pk=world.scene.households[1]).update(
        status="merged", merged_into_id=world.scene.households[2]
    )
    snapshot = world.take()
    *_, whole = beneficiaries(2016)
    assert told(snapshot, "beneficiaires") == (whole.persons, None)
    assert told(snapshot, "menages_servis") == (whole.households, None)
    assert told(snapshot, "part_femmes") == (whole.women, whole.persons)


def test_work_days_and_those_of_women() -> None:
    works = running(2, more=0)
    first, second = works.workers
    works.approved({first.number: "PPD...........", second.number: "P............."})
    second.__class__.objects.filter(pk=second.pk).update(woman=False)
    snapshot = actions.take(2016, by=make_user("mariam", "monitoring_officer"))
    assert told(snapshot, "jours_travail") == (7, 2) and value(snapshot, "jours_travail").value == 3.5
    assert told(snapshot, "part_femmes_travail") == (5, 7)
    assert told(snapshot, "travailleurs") == (2, None) and told(snapshot, "chantiers") == (1, None)


def test_complaints_answered_in_time_and_never_the_sensitive_ones() -> None:
    complaints = Complaints()
    answered = complaints.answered()
    complaints.heard("gender_violence", by=complaints.referent, household=None, anonymous=True)
    year = answered.received_on.year
    keeper = make_user("mariam", "monitoring_officer")
    assert told(actions.take(year, by=keeper), "plaintes_a_temps") == (1, 1)
    type(answered).objects.filter(pk=answered.pk).update(answered_on=date(year + 1, 12, 31))
    snapshot = actions.take(year, by=keeper, until=answered.received_on)
    assert told(snapshot, "plaintes_a_temps") == (0, 0)  # not answered yet that day, and its time is not over


def test_payments_on_time_are_those_of_the_calendar(world: World) -> None:
    world.scene.component.rounds.update(pays_from=date(2016, 2, 1), pays_until=date(2016, 2, 10))
    assert told(world.take(), "paiements_a_temps") == (8, 9)
    world.scene.component.rounds.update(pays_until=date(2016, 2, 9))
    assert told(world.take(), "paiements_a_temps") == (0, 9)


def test_management_is_a_part_of_what_was_spent(world: World) -> None:
    assert told(world.take(year=date.today().year), "ratio_gestion") == (0, 240_000)


@pytest.mark.parametrize("code", sorted(framework().indicators))
def test_the_list_behind_a_figure_has_its_count(world: World, code: str) -> None:
    """The same rows: the sum of what the pages list is what the snapshot says, everywhere and in each commune."""
    indicator, snapshot = framework().indicators[code], world.take()
    for place in (None, world.here, world.far):
        communes = [place.pk] if place else None
        found = value(snapshot, code, "commune", area=place) if place else value(snapshot, code)
        rows = pipeline.listed(indicator, snapshot.since, snapshot.until, communes=communes, after=-(2**62), most=500)
        counted = pipeline.counted_in(indicator, snapshot.since, snapshot.until, communes)
        assert len(rows) == counted.units and sum(one.rows for one in rows) == counted.rows
        if found is not None:
            assert measured(indicator, counted) == (found.numerator, found.denominator) and found.rows == counted.rows


def test_the_number_of_statements_does_not_grow_with_the_households(tmp_path: Path) -> None:
    world = paid(tmp_path)
    with counting_statements() as few:
        world.take()
    world.scene.enrol(make_households(60, make_village(world.far, 2), prefix="plus"))
    world.again(tmp_path)
    with counting_statements() as many:
        world.take()
    assert many.count == few.count


def test_another_person_signs_once_with_what_they_attest(world: World) -> None:
    snapshot = world.take()
    with pytest.raises(Refused, match="ne permet pas"):
        actions.sign(snapshot, "Relu et conforme", by=world.keeper)
    actions.sign(snapshot, "Relu et conforme", by=world.signer)
    with pytest.raises(Refused, match="déjà signé"):
        actions.sign(snapshot, "Relu et conforme", by=make_user("autre", "coordinator"))
    snapshot.refresh_from_db()
    assert snapshot.signature.by == world.signer


def test_a_regional_coordinator_neither_takes_nor_signs(world: World) -> None:
    regional = make_user("region", "coordinator", world.region)
    snapshot = world.take()
    with pytest.raises(Refused):
        actions.sign(snapshot, "Relu et conforme", by=regional)
    with pytest.raises(Refused):
        actions.take(2016, by=make_user("suivi-region", "monitoring_officer", world.region))
    with pytest.raises(ObjectDoesNotExist):
        _ = snapshot.signature


@pytest.mark.parametrize(("year", "until"), [(1985, None), (2999, None), (2016, date(2017, 1, 1))])
def test_a_year_to_come_is_not_counted(world: World, year: int, until: date | None) -> None:
    with pytest.raises(Refused):
        actions.take(year, by=world.keeper, until=until)


def test_a_comment_stays_with_its_author(world: World) -> None:
    snapshot = world.take()
    actions.comment(snapshot, "Un absent a déménagé.", by=world.keeper, indicator="menages_transferts")
    with pytest.raises(Refused):
        actions.comment(snapshot, "", by=world.keeper)
    with pytest.raises(Refused):
        actions.comment(snapshot, "Bien vu", by=world.regional())
    assert [one.by for one in snapshot.comments.all()] == [world.keeper]


def test_what_was_counted_stays_when_rows_are_corrected(world: World) -> None:
    snapshot = world.take()
    before = pipeline.digest_in_database(snapshot.pk)
    with connection.cursor() as cursor:
        cursor.execute("UPDATE registry_household SET status = 'dissolved'")
    assert told(snapshot, "menages_rsu") == (9, None) and told(world.take(), "menages_rsu") == (0, None)
    assert pipeline.digest_in_database(snapshot.pk) == before == snapshot.digest


def test_a_region_sees_its_own_figures(world: World) -> None:
    snapshot, regional = world.take(), world.regional()
    seen = queries.visible_to(regional, snapshot)
    assert {one.area.code[:4] for one in seen} == {"ML01"}
    assert queries.headline(seen, world.region)["menages_transferts"].numerator == 4
    assert queries.visible_to(world.keeper, snapshot).count() == snapshot.counted
    nobody = make_user("agent", "enumerator", world.here)
    assert not queries.visible_to(nobody, snapshot).exists() and not queries.snapshots_visible_to(nobody).exists()


def test_rows_are_those_of_ones_scope(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    from jigi.geography.scope import seen_by

    snapshot, indicator = world.take(), framework().indicators["menages_transferts"]
    regional = world.regional()
    country = world.region.parent
    monkeypatch.setattr("django.conf.settings.FENCED", True)
    with seen_by(regional):
        found = queries.behind(indicator, snapshot, country, by=regional, after=0, most=50)
        assert found.counted.units == 4 == len(found.rows)
        everybody = pipeline.counted_in(indicator, snapshot.since, snapshot.until, None)
        assert everybody.units == 4  # the database shows no other, whatever the query forgets
    assert not queries.may_see_rows(world.keeper, indicator)


def test_components_of_other_natures_are_not_cash(world: World) -> None:
    Component.objects.filter(pk=world.scene.component.pk).update(kind="grants")
    snapshot = world.take()
    assert told(snapshot, "menages_transferts") == (0, None)
    assert told(snapshot, "menages_servis", "kind", kind="grants") == (8, None)
