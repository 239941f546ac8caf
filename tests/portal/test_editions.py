"""Editions: who publishes, what they say, what never changes; each lie that the database refuses."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction

from jigi.foundation.bulk import counting_statements
from jigi.foundation.errors import Refused
from jigi.foundation.models import AuditEvent
from jigi.geography.models import Area
from jigi.portal import actions, jobs
from jigi.portal.models import Cell, Edition
from jigi.registry.models import Household
from jigi.results import actions as results
from tests.factories import make_user
from tests.portal.world import Portal, portal, told

pytestmark = pytest.mark.django_db
STATEMENTS = 22


@pytest.fixture
def world(tmp_path: Path) -> Portal:
    return portal(tmp_path)


def test_each_place_says_the_households_paid_and_the_francs(world: Portal) -> None:
    world.publish()
    assert told() == {
        "ML": (75, 2_250_000),
        "ML01": (42, 1_260_000), "ML010501": (30, 900_000), "ML010502": (12, 360_000),
        "ML03": (33, 990_000), "ML030101": (33, 990_000),
    }  # fmt: skip


def test_a_small_commune_is_hidden_with_the_one_beside_it(tmp_path: Path) -> None:
    portal(tmp_path, here=31, beside=4, far=33).publish()
    assert told()["ML010501"] == told()["ML010502"] == (None, None)
    assert told()["ML01"] == (34, 1_020_000)


def test_a_household_paid_twice_counts_once_with_all_it_was_paid(world: Portal, tmp_path: Path) -> None:
    world.world.again(tmp_path)
    world.publish()
    assert told()["ML"] == (76, 76 * 60_000)


def test_merged_households_count_once(world: Portal) -> None:
    one, other = Household.objects.filter(commune__code="ML030101")[:2]
    Household.objects.filter(pk=other.pk).update(merged_into=one, status="merged")
    world.publish()
    assert told()["ML030101"] == (32, 990_000)


def test_a_year_that_is_not_settled_waits(world: Portal, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(actions.timezone, "localdate", lambda: date(2017, 3, 31))
    edition = world.publish()
    assert edition.through == 0 and not Cell.objects.exists()


def test_a_published_year_never_changes_whatever_is_paid_in_it_later(world: Portal, tmp_path: Path) -> None:
    world.publish()
    before = told()
    world.world.again(tmp_path)
    with pytest.raises(Refused, match="Rien n’est nouveau"):
        world.publish()
    assert told() == before


def test_nothing_new_makes_no_edition(world: Portal) -> None:
    world.publish()
    with pytest.raises(Refused, match="Rien n’est nouveau"):
        world.publish()


def test_it_is_in_the_audit(world: Portal) -> None:
    edition = world.publish()
    entry = AuditEvent.objects.filter(noun="portal_edition").get()
    assert (entry.verb, entry.by, entry.after["sha256"]) == ("publish", world.publisher, edition.digest)


@pytest.mark.parametrize("role", ["monitoring_officer", "programme_manager"])
def test_only_who_has_the_right_publishes(world: Portal, role: str) -> None:
    with pytest.raises(Refused, match="publier pour tout le pays"):
        actions.publish(by=make_user("autre", role))
    with pytest.raises(Refused, match="publier pour tout le pays"):
        actions.publish(by=make_user("kita", "coordinator", Area.objects.get(code="ML01")))


@pytest.mark.parametrize("here", [12, 120])
def test_the_statements_do_not_follow_the_households(tmp_path: Path, here: int) -> None:
    world = portal(tmp_path, here=here)
    with counting_statements() as counted:
        world.publish()
    assert counted.count == STATEMENTS


def test_the_worker_renews_only_what_a_person_began(world: Portal, monkeypatch: pytest.MonkeyPatch) -> None:
    jobs.renew.func(0)  # type: ignore[attr-defined]
    assert not Edition.objects.exists()
    world.publish()
    jobs.renew.func(0)  # type: ignore[attr-defined]
    assert Edition.objects.count() == 1
    said = dict(Edition.objects.get().content)
    monkeypatch.setattr(actions, "content", lambda *_: {**said, "paydays": {"ML010501": [["2030-01-01", "Mairie"]]}})
    jobs.renew.func(0)  # type: ignore[attr-defined]
    renewed = Edition.objects.latest("pk")
    assert (renewed.published_by, renewed.cells.count(), renewed.through) == (None, 0, 2016)


# --- the lies -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("before", "after"), [("70", "70"), ("90", "67")])
def test_a_count_that_hardly_changed_since_an_edition_stays_as_it_was_told(
    tmp_path: Path, before: str, after: str
) -> None:
    made = portal(tmp_path, here=31, beside=4)
    results.sign(made.world.take(), "Relu et conforme", by=made.world.signer)
    said = made.publish().content
    row = next(one for one in said["results"] if one["value"] == "67")
    earlier = {**said, "results": [{**row, "value": before}]}
    Edition.objects.create(through=2016, content=earlier, digest="1" * 64)
    renewed = actions.renew()
    assert renewed is not None
    assert [one["value"] for one in renewed.content["results"] if one["name"] == row["name"]] == [after]


def _refused(name: str, act: Any) -> None:
    with pytest.raises(DatabaseError) as said, transaction.atomic():
        act()
    told = getattr(said.value.__cause__, "diag", None)
    assert name in (str(told.constraint_name if told else ""), str(said.value)) or name in str(said.value)


@pytest.mark.parametrize("table", ["portal_edition", "portal_cell"])
@pytest.mark.parametrize("lie", ["UPDATE {} SET id = id", "DELETE FROM {}", "TRUNCATE {} CASCADE"])
def test_nothing_published_is_changed_or_forgotten(world: Portal, table: str, lie: str) -> None:
    world.publish()
    _refused("ne se modifient ni ne s'effacent", lambda: connection.cursor().execute(lie.replace("{}", table)))


def _write(year: int, cells: dict[str, tuple[str, int | None, int | None]]) -> None:
    """A year of these places, in one statement: (inside, households, francs)."""
    edition = Edition.objects.create(through=year, content={}, digest="0" * 64)
    places = {one.code: one for one in Area.objects.all()}
    Cell.objects.bulk_create(
        Cell(edition=edition, year=year, place=places[code], inside=places.get(inside), households=n, paid_xof=xof)
        for code, (inside, n, xof) in cells.items()
    )


COUNTRY = {"ML": ("", 100, 1_000)}
SAFE = COUNTRY | {"ML01": ("ML", 60, 600), "ML03": ("ML", 40, 400)}


@pytest.mark.parametrize(
    ("name", "cells"),
    [
        ("portal_cell_is_not_small", {"ML": ("", 9, 90)}),
        ("portal_cell_hides_both", {"ML": ("", None, 90)}),
        ("portal_cell_hides_both", {"ML": ("", 100, None)}),
        ("portal_cell_is_added_up", {"ML01": ("ML", 60, 600)}),
        ("portal_cells_tell_nobody", COUNTRY | {"ML01": ("ML", None, None), "ML03": ("ML", 40, 400)}),
        ("portal_cells_tell_nobody", COUNTRY | {"ML01": ("ML", 60, 600), "ML03": ("ML", 41, 400)}),
        ("portal_cells_tell_nobody", COUNTRY | {"ML01": ("ML", 60, 601), "ML03": ("ML", 40, 400)}),
        (
            "portal_cells_tell_nobody",
            SAFE | {"ML010501": ("ML01", None, None), "ML010502": ("ML01", None, None), "ML0105": ("ML01", 49, 490)},
        ),
        (
            "portal_cells_tell_nobody",
            COUNTRY | {"ML01": ("ML", None, None), "ML03": ("ML", None, None), "ML010501": ("ML01", 30, 300)},
        ),
    ],
)
def test_a_year_that_gives_a_small_cell_back_is_refused(
    world: Portal, name: str, cells: dict[str, tuple[str, int | None, int | None]]
) -> None:
    _write(2014, SAFE)
    _refused(name, lambda: _write(2015, cells))


def test_a_year_is_not_completed_later(world: Portal) -> None:
    _write(2015, SAFE)
    _refused("portal_year_once", lambda: _write(2015, {"ML010501": ("ML01", 60, 600)}))


def test_an_edition_has_a_digest(world: Portal) -> None:
    _refused("edition_is_hashed", lambda: Edition.objects.create(through=2015, content={}, digest="zz"))
