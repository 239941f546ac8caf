"""What an applied change makes fresher: its kind of fact, from its day, until it is undone."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from jigi.changes import actions, queries
from jigi.changes.models import ChangeRequest
from jigi.registry import facts
from jigi.registry import queries as registry
from jigi.registry.freshness import HEALTH, Fact, Freshness, months_later
from jigi.registry.models import Health, Household, LivingConditions
from tests.changes.ground import DAY, Scene, make_scene
from tests.kept import Kept, once

pytestmark = pytest.mark.django_db
TODAY = date(2020, 9, 1)
AGEING = [kind for kind in facts.kinds() if kind.life.months and kind.carrier != HEALTH]


def _scene(folder: Path) -> Scene:
    return make_scene()


scene_once = once("scene", _scene)


@pytest.fixture
def scene(scene_once: Kept[Scene], db: None) -> Scene:
    return scene_once.copy()


def told(household: Household) -> dict[str, Fact]:
    newer = queries.renewals(household)
    return {fact.kind.code: fact for fact in registry.facts_of(household, TODAY, newer=newer)}


def test_an_applied_change_renews_its_kind_of_fact_until_it_is_undone(scene: Scene) -> None:
    before = told(scene.one)["contact"]
    request = scene.ask("contact", {"phone.number": "76001122"}, person=scene.person("spouse"))
    assert told(scene.one)["contact"] == before
    actions.decide(request, by=scene.checker)
    renewed = told(scene.one)["contact"]
    assert renewed.seen and (renewed.seen.on, renewed.seen.collector) == (DAY, scene.maker.full_name)
    assert renewed.seen.source == f"demande de changement n° {request.pk}"
    assert (renewed.valid_until, renewed.freshness) == (date(2021, 5, 1), Freshness.FRESH)
    actions.decide(actions.counter(request, reason="erreur", by=scene.maker), by=scene.checker)
    assert told(scene.one)["contact"] == before


def test_a_refused_fact_renews_nothing(scene: Scene) -> None:
    request = scene.ask("dwelling", {"living.roof": "tôle", "living.cattle": "3"})
    cattle = request.items.get(code="living.cattle")
    actions.decide(request, refused={cattle.pk: "non vu"}, by=scene.checker)
    assert [kind for kind, _ in queries.renewals(scene.one)] == ["housing"]


def test_a_merge_renews_the_composition_of_both(scene: Scene) -> None:
    actions.decide(scene.ask("merge", other=scene.two.rsu), by=scene.checker)
    assert [kind for one in (scene.one, scene.two) for kind, _ in queries.renewals(one)] == ["composition"] * 2


def test_health_takes_the_day_it_was_seen_and_gives_it_back(scene: Scene) -> None:
    child = scene.person("child")
    Health.objects.create(person=child, walking=1, collected_on=date(2019, 1, 1))
    officer = scene.health_officer()
    request = scene.ask("health", {"health.walking": "oui, beaucoup"}, person=child, by=officer)
    actions.decide(request, by=scene.health_officer())
    assert Health.objects.get(person=child).collected_on == DAY
    actions.decide(actions.counter(request, reason="erreur", by=officer), by=scene.health_officer())
    assert Health.objects.get(person=child).collected_on == date(2019, 1, 1)


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(visit=st.integers(0, 40), changed=st.one_of(st.none(), st.integers(0, 40)), kind=st.sampled_from(AGEING))
def test_the_filters_know_the_renewals(scene: Scene, visit: int, changed: int | None, kind: facts.Kind) -> None:
    with transaction.atomic():
        Household.objects.update(collected_on=months_later(TODAY, -visit))
        LivingConditions.objects.update(collected_on=months_later(TODAY, -visit))
        if changed is not None:
            _applied(scene, kind, months_later(TODAY, -changed))
        households = queries.with_renewals(Household.objects.filter(pk=scene.one.pk))
        [one] = households
        told = registry.facts_of(one, TODAY, newer=queries.days_renewed(one))
        [state] = [fact.freshness for fact in told if fact.kind == kind]
        kept = {
            s for s in (Freshness.STALE, Freshness.SOON) if households.filter(queries.aged(kind, s, TODAY)).exists()
        }
        assert kept == {state} - {Freshness.FRESH}
        transaction.set_rollback(True)


def _applied(scene: Scene, kind: facts.Kind, day: date) -> None:
    code = next((code for code, renewed in queries.renewing().items() if renewed == kind.code), None)
    if code is None:
        return
    made = ChangeRequest.objects.create(
        kind="dwelling", household=scene.one, effective_on=day, reason="essai", made_by=scene.maker,
        status="approved", checked_by=scene.checker, checked_at="2020-08-01T00:00Z",
    )  # fmt: skip
    made.items.create(position=1, code=code, sealed=b"", decision="accepted")
