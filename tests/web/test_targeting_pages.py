"""Campaigns: who was chosen and why, the error said plainly, the list that is posted."""

from __future__ import annotations

import re
import uuid
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from jigi.foundation.models import User
from jigi.targeting import actions
from jigi.targeting.models import Result, TargetingRound
from jigi.web.targeting.formula import in_words
from tests.factories import ProvedClient, make_commune, make_user
from tests.kept import Kept, once
from tests.targeting.campaign import FORMULA, World, make_world, write_list

pytestmark = pytest.mark.django_db


def _world(tmp_path: Path) -> World:
    formula = tmp_path / "essai.toml"
    formula.write_text(FORMULA, encoding="utf-8")
    return make_world(formula)


world_once = once("world", _world)


@pytest.fixture
def world(world_once: Kept[World], db: None) -> World:
    return world_once.copy()


@pytest.fixture
def campaign(world: World, tmp_path: Path) -> TargetingRound:
    """Two villages of six households, four listed in each, five places, ranked."""
    made = world.open_round(5)
    listed = [number for village in world.households for number in village[:4]]
    actions.import_lists(made, write_list(tmp_path / "listes.csv", listed), by=world.manager)
    actions.set_quotas(made, 5, {"ML": 0.4}, by=world.manager)
    actions.rank(made, by=world.manager)
    return made


def as_user(user: User) -> Client:
    client = ProvedClient()
    client.force_login(user)
    return client


def text(response: Any) -> str:
    return re.sub(r"[\s\u202f]+", " ", re.sub(r"<[^>]+>", " ", response.content.decode()))


def post(client: Client, address: str, **sent: str) -> str:
    return text(client.post(address, {"cle": str(uuid.uuid4()), **sent}, follow=True))


def test_the_page_counts_what_the_campaign_did(world: World, campaign: TargetingRound) -> None:
    page = text(as_user(world.manager).get(f"/ciblage/{campaign.pk}/"))
    for figure in (
        "Communes 1 2 villages",
        "Quota 5 places",
        "Ménages listés 8",
        "Retenus 5",
        "Listés non retenus 3",
    ):
        assert figure in page


def test_the_error_is_said_in_households_out_of_a_hundred(world: World, campaign: TargetingRound) -> None:
    worst = in_words(world.formula).worst
    assert (worst.quota, worst.at_random) == (40, 60)
    assert worst.missed == round(100 * world.formula.error_40)
    page = text(as_user(world.manager).get(f"/ciblage/{campaign.pk}/"))
    assert f"Elle se trompe pour {worst.missed} ménages sur 100." in page


def test_a_village_shows_why_each_household_was_chosen_or_not(world: World, campaign: TargetingRound) -> None:
    places = campaign.quotas.get(village=world.villages[0]).places
    page = text(as_user(world.manager).get(f"/ciblage/{campaign.pk}/villages/{world.villages[0].pk}/"))
    assert page.count("Retenu :") == places and page.count("Non retenu :") == 4 - places
    assert f"Retenu : 1er sur 4 dans Village fictif 1, pour {places} place" in page
    everybody = as_user(world.manager).get(f"/ciblage/{campaign.pk}/villages/{world.villages[0].pk}/", {"tous": "oui"})
    assert text(everybody).count("ne l’a pas inscrit sur la liste communautaire") == 2


def test_freezing_twice_is_told_and_changes_nothing(world: World, campaign: TargetingRound) -> None:
    client, address = as_user(world.manager), f"/ciblage/{campaign.pk}/"
    assert "Le résultat est gelé" in post(client, f"{address}geler/")
    assert "C’était déjà fait" in post(client, f"{address}geler/")
    assert "le résultat est bien celui qui a été gelé" in text(client.get(address, {"empreinte": "verifier"}))


def test_a_reopened_campaign_is_ranked_again_on_its_page(world: World, campaign: TargetingRound) -> None:
    client, address = as_user(world.manager), f"/ciblage/{campaign.pk}/"
    post(client, f"{address}rouvrir/", motif="liste incomplète")
    assert "Classer 8 ménages listés" in text(client.get(address))
    assert "5 ménages retenus" in post(client, f"{address}classer/")
    assert "C’était déjà fait" in post(client, f"{address}classer/")
    assert Result.objects.filter(selected=True).count() == 5


def test_reopening_takes_a_reason(world: World, campaign: TargetingRound) -> None:
    client, address = as_user(world.manager), f"/ciblage/{campaign.pk}/rouvrir/"
    assert "se motive" in post(client, address)
    assert "rouverte" in post(client, address, motif="liste incomplète")
    assert not Result.objects.exists()


def test_who_reads_may_not_freeze(world: World, campaign: TargetingRound) -> None:
    client, address = as_user(make_user("kadi", "coordinator")), f"/ciblage/{campaign.pk}/"
    assert "permet de lire cette campagne, pas de la conduire" in text(client.get(address))
    post(client, f"{address}geler/")
    campaign.refresh_from_db()
    assert campaign.status == "ranked"


def test_the_list_to_post_is_a_pdf(world: World, campaign: TargetingRound) -> None:
    client = as_user(world.manager)
    for area in (world.villages[0], world.commune):
        printed = client.get(f"/ciblage/{campaign.pk}/listes/{area.pk}/")
        assert printed["Content-Type"] == "application/pdf" and printed.content.startswith(b"%PDF")


def test_rows_behind_the_figures(world: World, campaign: TargetingRound) -> None:
    client, address = as_user(world.manager), f"/ciblage/{campaign.pk}/menages/"
    for asked, expected in (
        ({"motif": "within_quota"}, 5), ({"motif": "beyond_quota"}, 3), ({"liste": "non"}, 4),
        ({"motif": "?"}, 0),
    ):  # fmt: skip
        exported = b"".join(client.get(address, {"format": "csv", **asked}).streaming_content)
        assert exported.decode().count("\r\n") == expected + 1


@pytest.mark.parametrize("page", ["", "communes/{commune}/", "villages/{village}/", "listes/{village}/", "menages/"])
def test_a_campaign_elsewhere_does_not_exist(world: World, campaign: TargetingRound, page: str) -> None:
    elsewhere = make_user("ailleurs", "social_officer", make_commune("ML020101"))
    places = {"commune": world.commune.pk, "village": world.villages[0].pk}
    assert as_user(elsewhere).get(f"/ciblage/{campaign.pk}/{page.format(**places)}").status_code == 404
