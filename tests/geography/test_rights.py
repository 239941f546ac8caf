"""A right is held where a posting in force gives it: its days, its place and below, its programme."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.contrib.auth.models import AnonymousUser
from tests.factories import Areas, make_areas, make_user

from jigi.foundation.errors import Refused
from jigi.foundation.models import User
from jigi.geography.access import can, communes_with, organisations_with, require
from jigi.geography.models import Area, StaffPosting

SEE = "registry.see"
TODAY = date.today()
DAY = timedelta(days=1)


@pytest.fixture
def areas(db: None) -> Areas:
    return make_areas(communes=2)


@pytest.fixture
def here(areas: Areas) -> User:
    """Somebody posted in the first commune, in every programme."""
    return make_user("ici", "social_officer", areas.communes[0])


def test_it_is_held_in_its_place_and_below_not_beside_nor_above(areas: Areas, here: User) -> None:
    own, beside = areas.communes
    assert can(here, SEE, areas=[own]) and can(here, SEE, areas=[areas.villages[0]])
    for asked in ([beside], [areas.cercle], [areas.country], [areas.villages[2]], [own, beside]):
        assert not can(here, SEE, areas=asked)
    assert can(here, SEE, areas=iter([own]))


def test_two_postings_hold_two_places_together(areas: Areas, here: User) -> None:
    StaffPosting.objects.create(user=here, role="social_officer", area=areas.communes[1], starts_on=TODAY)
    assert can(here, SEE, areas=areas.communes)
    assert not can(here, SEE, areas=[areas.cercle])


def test_no_area_is_nowhere_and_none_is_anywhere(here: User) -> None:
    assert not can(here, SEE, areas=[])
    assert can(here, SEE)
    assert not can(here, "payments.approve")


@pytest.mark.parametrize(
    ("starts_on", "ends_on", "held"),
    [
        (TODAY, None, True),
        (TODAY, TODAY, True),
        (TODAY - 9 * DAY, TODAY + DAY, True),
        (TODAY + DAY, None, False),
        (TODAY - 9 * DAY, TODAY - DAY, False),
    ],
)
def test_it_is_held_from_the_first_day_to_the_last(here: User, starts_on: date, ends_on: date, held: bool) -> None:
    here.staff_postings.update(starts_on=starts_on, ends_on=ends_on)
    assert can(here, SEE) is held


def test_a_posting_of_one_programme_gives_nothing_in_another(areas: Areas) -> None:
    bound = make_user("lie", "social_officer", programme="TM1")
    assert can(bound, SEE, programme="TM1") and can(bound, SEE)
    assert not can(bound, SEE, programme="TM2") and not can(bound, SEE, programme="")
    assert can(make_user("tous", "social_officer"), SEE, programme="TM2")


def test_a_closed_account_and_a_stranger_hold_nothing(here: User) -> None:
    here.is_active = False
    for stranger in (here, AnonymousUser()):
        assert not can(stranger, SEE)
        assert organisations_with(stranger, SEE) == set()
        assert not Area.objects.filter(communes_with(stranger, SEE)).exists()


def test_a_refusal_names_the_right_that_is_missing(areas: Areas, here: User) -> None:
    require(here, SEE, areas=[areas.communes[0]], programme="TM1")
    for right, where in ((SEE, [areas.communes[1]]), ("payments.approve", None), (SEE, [])):
        with pytest.raises(Refused, match=r"Votre affectation ne permet pas ceci : (voir les ménages|approuver)"):
            require(here, right, areas=where)
    bound = make_user("lie", "social_officer", areas.communes[0], programme="TM1")
    with pytest.raises(Refused):
        require(bound, SEE, areas=[areas.communes[0]], programme="TM2")


def test_the_communes_of_a_right_are_those_of_its_postings(areas: Areas, here: User) -> None:
    def communes(user: User, right: str = SEE, **programme: str) -> set[Area]:
        return set(Area.objects.filter(communes_with(user, right, **programme)))

    assert communes(here) == {areas.communes[0]}
    assert communes(here, "payments.approve") == set()
    assert communes(make_user("cercle", "social_officer", areas.cercle)) == set(areas.communes)
    StaffPosting.objects.create(user=here, role="social_officer", area=areas.communes[1], starts_on=TODAY)
    assert communes(here) == set(areas.communes)
    bound = make_user("lie", "social_officer", programme="TM1")
    assert communes(bound, programme="TM1") == set(areas.communes) and communes(bound, programme="TM2") == set()


def test_an_organisation_is_that_of_a_posting_that_gives_the_right(areas: Areas) -> None:
    agent = make_user("agent", "agency_user", programme="TM1")
    assert organisations_with(agent, "payments.agency") == set()
    agent.staff_postings.update(organisation="AGENCE-A")
    assert organisations_with(agent, "payments.agency") == {"AGENCE-A"}
    assert organisations_with(agent, "payments.agency", programme="TM2") == set()
    assert organisations_with(agent, SEE) == set()
