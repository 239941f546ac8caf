"""The dashboard's counts are those of the rows: a refresh makes them so, a proof says when they are not."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.test import Client

from jigi.registry.models import Household
from jigi.results import dashboard
from jigi.results.dashboard import Steps
from jigi.results.models import Funnel, PaidQuarter
from jigi.targeting.models import ListedHousehold, Result, TargetingRound
from tests.command.terminal import terminal
from tests.kept import Kept, once
from tests.results.world import World, paid

pytestmark = pytest.mark.django_db


def _world(tmp_path: Path) -> World:
    """Of nine households enrolled, eight paid; six were listed, five of them selected by a frozen campaign."""
    made = paid(tmp_path)
    campaign = TargetingRound.objects.create(name="Essai", programme_code="tm", quota_total=5, made_by=made.scene.maker)
    for rank, household in enumerate(made.scene.households[:6], start=1):
        ListedHousehold.objects.create(
            targeting_round=campaign, household_id=household, rank=rank, food_insecurity=True, income_source=True,
            production_tools=True, household_composition=True, file_name="liste.csv", line=rank,
        )  # fmt: skip
        chosen = rank < 6
        Result.objects.create(
            targeting_round=campaign, household_id=household, village=Household.objects.get(pk=household).village,
            selected=chosen, position=rank if chosen else None, reason="within_quota" if chosen else "beyond_quota",
        )  # fmt: skip
    TargetingRound.objects.filter(pk=campaign.pk).update(
        status="frozen", frozen_by=made.scene.maker, frozen_at="2016-01-05T00:00:00Z", result_hash="0" * 64
    )
    dashboard.refresh()
    return made


world_once = once("world", _world)


@pytest.fixture
def world(world_once: Kept[World], db: None) -> World:
    return world_once.copy()


def test_from_the_register_to_the_payment(world: World) -> None:
    country = world.region.parent
    assert country is not None
    assert dashboard.funnel(world.keeper, country) == Steps(9, 6, 5, 9, 8)
    assert dashboard.funnel(world.keeper, country, "tm") == Steps(9, 6, 5, 9, 8)
    assert dashboard.funnel(world.keeper, world.here) == Steps(3, 3, 3, 3, 2)
    assert dashboard.quarters(world.keeper, country) == [("2016-T1", 8, 8, 240_000)]


def test_a_region_counts_its_own(world: World) -> None:
    regional, country = world.regional(), world.region.parent
    assert country is not None
    assert dashboard.funnel(regional, country).registered == 5
    assert dashboard.funnel(regional, world.far) == Steps()


def test_what_is_kept_is_what_the_rows_say(world: World, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    jigi = terminal(capsys)
    assert dashboard.wrong() == [] and jigi("results", "prove").code == 0
    world.again(tmp_path)
    found = {(one["kept"], one["quarter"]) for one in dashboard.wrong()}
    assert {("funnel", ""), ("quarter", "2016-T1")} <= found and "orders" in {kept for kept, _ in found}
    assert jigi("results", "prove").code == 1
    assert jigi("results", "refresh").code == 0 and jigi("results", "prove").code == 0


@pytest.mark.parametrize("lie", ["more", "gone", "invented"])
def test_a_touched_count_is_found_and_mended(world: World, lie: str) -> None:
    one = Funnel.objects.filter(programme="").first()
    assert one is not None
    match lie:
        case "more":
            Funnel.objects.filter(pk=one.pk).update(paid=one.paid + 1)
        case "gone":
            PaidQuarter.objects.all().delete()
        case _:
            Funnel.objects.create(
                commune=world.region, programme="", registered=1, listed=0, selected=0, enrolled=0, paid=0
            )
    assert dashboard.wrong()
    dashboard.refresh()
    assert dashboard.wrong() == []


def test_the_page(client: Client, world: World) -> None:
    client.force_login(world.keeper)
    page = client.get("/resultats/tableau/?programme=tm").content.decode()
    text = re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page))
    assert "Payés au moins une fois 8 89" in text and 'class="chart"' in page
    client.force_login(world.regional())
    lines = b"".join(client.get("/resultats/tableau/?format=csv").streaming_content).decode()  # type: ignore[arg-type]
    assert world.here.code in lines and world.far.code not in lines
