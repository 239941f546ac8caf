"""Questions that a person keeps: compared every hour in their own sight, told once, and nobody else's."""

from __future__ import annotations

import re
import uuid
from pathlib import Path
from typing import Any

import pytest
from django.db import DatabaseError, transaction
from django.test import Client

from jigi.foundation.errors import Refused
from jigi.foundation.models import AuditEvent
from jigi.geography.models import Area, StaffPosting
from jigi.results import dashboard, jobs, questions
from jigi.results.models import Question
from jigi.results.questions import FIGURES, View
from tests.factories import make_user
from tests.payments.agency_scene import make_agent
from tests.results.world import World, paid

pytestmark = pytest.mark.django_db
BACK = View("agreement", "IDA-tm")


@pytest.fixture
def world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> World:
    """Nine orders, of which one came back."""
    made = paid(tmp_path)
    dashboard.refresh()
    monkeypatch.setattr("django.conf.settings.FENCED", True)
    return made


def text_of(client: Client, address: str) -> str:
    page = client.get(address)
    assert page.status_code == 200, address
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page.content.decode()))


def posted(client: Client, address: str, **facts: str) -> int:
    return client.post(address, {"cle": str(uuid.uuid4()), **facts}).status_code


def country_of(world: World) -> Area:
    country = world.region.parent
    assert country is not None
    return country


def test_an_alert_is_raised_told_once_and_ends(world: World) -> None:
    one = questions.keep("Trop de retours", BACK, "back", above=True, threshold=0, by=world.keeper)
    assert (one.value, one.raised_value) == (1, 1) and questions.raised(world.keeper) == [one]
    since = one.raised_at
    questions.see(one, by=world.keeper)
    assert questions.compare_all() == 1 and not questions.raised(world.keeper)
    one.refresh_from_db()
    assert one.raised_at == since
    Question.objects.update(threshold=0, raised_at=None, raised_value=None, seen_at=None)
    Question.objects.update(threshold=5)
    assert questions.compare_all() == 0
    Question.objects.update(threshold=0)
    assert questions.compare_all() == 1 and questions.raised(world.keeper) == [one]  # it passed anew: told anew
    assert AuditEvent.objects.filter(verb="alert", noun="results_question").count() == 2


@pytest.mark.parametrize(("above", "threshold", "told"), [(True, 8, False), (True, 7, True), (False, 8, False),
                                                          (False, 9, True)])  # fmt: skip
def test_past_is_strictly_past(world: World, above: bool, threshold: int, told: bool) -> None:
    questions.keep("Payés", View("place", place=country_of(world)), "step_paid", above=above, threshold=threshold,
                   by=world.keeper)  # fmt: skip
    assert bool(questions.raised(world.keeper)) == told


def test_the_hourly_job_compares(world: World, tmp_path: Path) -> None:
    one = questions.keep("Rappels", BACK, "arrears", above=True, threshold=0, by=world.keeper)
    assert one.raised_at is None
    world.again(tmp_path)
    jobs.count(0)
    assert [kept.raised_value for kept in questions.raised(world.keeper)] == [1]


@pytest.mark.parametrize("figure", sorted(FIGURES["place"]))
def test_every_figure_of_a_place_is_counted(world: World, figure: str) -> None:
    one = questions.keep("Essai", View("place", place=world.here), figure, above=True, threshold=0, by=world.keeper)
    assert one.value is not None or figure == "median_days"  # the round has no day planned


def test_a_region_compares_what_it_sees(world: World) -> None:
    regional = world.regional()
    one = questions.keep("Ordres", BACK, "orders", above=True, threshold=100, by=regional)
    assert one.value == 5
    with pytest.raises(Refused, match="pas de vos lieux"):
        questions.keep("Ordres", View("place", place=world.far), "orders", above=True, threshold=1, by=regional)
    StaffPosting.objects.filter(user=regional).update(ends_on="2016-01-01")
    questions.compare_all()
    one.refresh_from_db()
    assert one.value is None and one.raised_at is None  # who has lost the view is told nothing


def test_a_view_that_is_lost_shows_nothing_at_once(client: Client, world: World) -> None:
    regional = world.regional()
    one = questions.keep("Trop d’ordres", View("place", place=world.here), "orders", above=True, threshold=1,
                         by=regional)  # fmt: skip
    client.force_login(regional)
    assert questions.raised(regional) == [one] and "alerte depuis" in text_of(client, "/resultats/questions/")
    StaffPosting.objects.filter(user=regional).update(area=world.far.parent)
    shown = text_of(client, "/resultats/questions/")
    assert questions.raised(regional) == [] and "Trop d’ordres" not in text_of(client, "/aujourdhui/")
    assert "vue hors de votre affectation" in shown and "alerte depuis" not in shown


def test_a_question_forgotten_while_others_are_compared_is_left(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("Une", "Deux"):
        questions.keep(f"{name} question", BACK, "back", above=True, threshold=5, by=world.keeper)
    compared: list[str] = []

    def compare(one: Question) -> None:
        compared.append(one.name)
        Question.objects.exclude(pk=one.pk).delete()

    monkeypatch.setattr(questions, "compare", compare)
    questions.compare_all()
    assert compared == ["Une question"]


def test_an_agency_watches_its_own(world: World) -> None:
    agency = world.scene.agency
    person = make_agent(agency, "agent-un")
    assert questions.keep("À moi", View("agency", agency.code), "back", above=True, threshold=0, by=person).value == 1
    with pytest.raises(Refused, match="pas de vos lieux"):
        questions.keep("À eux", BACK, "back", above=True, threshold=0, by=person)


LIES: dict[str, dict[str, Any]] = {
    "question_is_of_a_view": {"code": ""},
    "question_has_a_threshold": {"threshold": -1},
    "question_alert_is_past_its_threshold": {"raised_at": "2016-01-01T00:00:00Z", "raised_value": 3},
}


@pytest.mark.parametrize("name", LIES)
def test_a_lie_about_a_question(world: World, name: str) -> None:
    facts = {"name": "Essai", "view": "agreement", "code": "X", "figure": "back", "above": True, "threshold": 3}
    with pytest.raises(DatabaseError, match=name), transaction.atomic():
        Question.objects.create(**{**facts, **LIES[name]}, by=world.keeper)


def test_by_the_pages(client: Client, world: World) -> None:
    client.force_login(world.keeper)
    assert "Surveiller un chiffre de cette vue" in text_of(client, "/resultats/conventions/IDA-tm/")
    facts = {"nom": "Trop de retours", "vue": "agreement", "code": "IDA-tm", "chiffre": "back", "seuil": "0"}
    assert posted(client, "/resultats/questions/garder/", **facts) == 302
    one = Question.objects.get()
    assert "Trop de retours" in text_of(client, "/aujourdhui/")
    page = client.get("/resultats/questions/").content.decode()
    assert 'href="/resultats/conventions/IDA-tm/"' in page and "plus de" in page
    client.force_login(make_user("autre-suivi", "monitoring_officer"))
    assert posted(client, f"/resultats/questions/{one.pk}/effacer/") == 404
    assert "Trop de retours" not in text_of(client, "/resultats/questions/")
    client.force_login(world.keeper)
    posted(client, f"/resultats/questions/{one.pk}/vue/")
    assert "Trop de retours" not in text_of(client, "/aujourdhui/")
    posted(client, f"/resultats/questions/{one.pk}/effacer/")
    assert not Question.objects.exists() and AuditEvent.objects.filter(verb="forget", object_id=str(one.pk)).exists()
    for odd in ({"seuil": "-3"}, {"chiffre": "rien"}, {"vue": "rien"}, {"nom": "x"}, {"vue": "place", "lieu": "9"}):
        posted(client, "/resultats/questions/garder/", **{**facts, **odd})
    assert not Question.objects.exists()
