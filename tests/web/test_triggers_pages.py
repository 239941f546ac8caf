"""Pages of triggers: what a rule means, what it would have said, what was known on a day."""

from __future__ import annotations

import re
import uuid
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from django.urls import reverse

from jigi.shocks.models import Trigger
from jigi.shocks.trigger_file import SHIPPED
from jigi.shocks.triggers import load_shipped, load_trigger
from tests.factories import make_user
from tests.shocks import harmonised

if TYPE_CHECKING:
    from django.test import Client


@pytest.fixture
def manager(db: None, client: Client) -> Client:
    harmonised.write()
    user = make_user("awa", "programme_manager")
    load_shipped(by=user)
    client.force_login(user)
    return client


def text(response: Any) -> str:
    assert response.status_code == 200
    return re.sub(r"\s+", " ", response.content.decode().replace("\u202f", " ").replace("\xa0", " "))


def file_of(response: Any) -> list[str]:
    content = b"".join(response) if response.streaming else response.content
    return content.decode("utf-8-sig").splitlines()


def test_a_rule_is_said_in_words_with_its_past(manager: Client) -> None:
    page = text(manager.get(reverse("trigger", args=["ch_effectif_region"])))
    assert (
        "quand « Personnes en phases 3 à 5 » est d’au moins 80 000, pour les périodes qui touchent juin, juillet ou"
        in page
    )
    assert "juin-août 2018" in page and "183 653" in page and "10 000 ménages de 8 personnes" in page
    assert "Tombouctou" in page and "retenus, non aidés" in page
    assert manager.get(reverse("trigger", args=["inconnu"])).status_code == 404
    assert manager.get(reverse("trigger", args=["ch_effectif_region"]), {"version": "9"}).status_code == 404


def test_the_list_has_every_version(manager: Client) -> None:
    assert "5 versions de déclencheurs" in text(manager.get(reverse("triggers")))
    assert "Commune inondée" not in text(manager.get(reverse("triggers"), {"niveau": "cercle"}))


def test_the_day_of_2018_shows_what_each_rule_picks(manager: Client) -> None:
    asked = {"jour": "2018-03-31", "regle": ["ch_phase_cercle", "ch_effectif_region"]}
    page = text(manager.get(reverse("trigger_replay"), asked))
    headcount, phase = page.split('<section id="ch_phase_cercle">')[0], page.split('<section id="ch_phase_cercle">')[1]
    if 'id="ch_effectif_region"' not in headcount:
        headcount, phase = phase, headcount
    for name in ("Mopti", "Koulikoro", "Tombouctou", "Kayes", "Gao"):
        assert name in headcount
    assert "Bamako" not in headcount and "Ségou" not in headcount
    assert "Kayes" not in phase.split('id="ch_effectif_region"')[0]
    assert "Ténenkou" in page


def test_chosen_places_go_to_a_new_response(manager: Client) -> None:
    trigger = Trigger.objects.get(code="ch_effectif_region")
    asked = {"jour": "2018-03-31", "preparer": trigger.pk, "lieu": ["ML01", "ML02", "<x>"]}
    went = manager.get(reverse("trigger_replay"), asked)
    assert went.status_code == 302
    assert went["Location"] == f"/reponses/nouvelle/?declencheur={trigger.pk}&jour=2018-03-31&lieux=ML01%2CML02"


def test_rules_are_compared_beside_what_was_done(manager: Client) -> None:
    page = text(manager.get(reverse("trigger_compare"), {"regle": ["ch_phase_cercle", "ch_effectif_region"]}))
    assert "Transfert d’urgence de la soudure 2018" in page and "31 513 ménages" in page
    assert page.count('class="map"') == 2 and "<h2>Juin-août 2018</h2>" in page
    assert "aidés, non retenus</span> Kayes, Koulikoro" in page
    assert "22 sur 22" in page


def test_a_withdrawn_rule_says_so_and_prepares_nothing(manager: Client) -> None:
    address = reverse("trigger_withdraw", args=["ch_effectif_region", 1])
    sent = {"cle": str(uuid.uuid4()), "motif": "seuil trop bas"}
    page = text(manager.post(address, sent, follow=True))
    assert "est retirée" in page and "seuil trop bas" in page and "ne propose plus de réponse" in page
    assert "Retirer cette version" not in page
    page = text(manager.get(reverse("trigger_replay"), {"jour": "2018-03-31"}))
    assert 'id="ch_effectif_region"' not in page and 'id="ch_phase_cercle"' in page
    trigger = Trigger.objects.get(code="ch_effectif_region")
    asked = manager.get("/reponses/nouvelle/", {"declencheur": trigger.pk, "jour": "2018-03-31"})
    assert "a été retirée" in asked.content.decode()


def test_a_rule_past_its_validity_is_replayed_and_prepares_nothing(manager: Client, tmp_path: Path) -> None:
    shipped = (SHIPPED / "ch_effectif_region.toml").read_text(encoding="utf-8").replace("version = 1", "version = 2")
    old = shipped.replace("valid_from = 2026-01-01", "valid_from = 2016-01-01\nvalid_until = 2019-12-31")
    (tmp_path / "a.toml").write_text(old, encoding="utf-8")
    load_trigger(tmp_path / "a.toml", by=make_user("mariam", "programme_manager"))
    asked = {"jour": "2018-03-31", "regle": "ch_effectif_region"}
    page = text(manager.get(reverse("trigger_replay"), asked))
    assert "plus valable depuis le 31/12/2019" in page and "Koulikoro" in page
    assert "Préparer une réponse pour ces lieux" not in page


def test_a_version_is_compared_with_the_one_before(manager: Client, tmp_path: Path) -> None:
    text_of = (SHIPPED / "ch_effectif_region.toml").read_text(encoding="utf-8").replace("version = 1", "version = 2")
    (tmp_path / "a.toml").write_text(text_of.replace(">= 80000", ">= 150000"), encoding="utf-8")
    load_trigger(tmp_path / "a.toml", by=make_user("mariam", "programme_manager"))
    rules = ["ch_effectif_region@1", "ch_effectif_region@2", "ch_effectif_region@9"]
    lines = file_of(manager.get(reverse("trigger_compare"), {"regle": rules, "format": "csv"}))
    lean = {line.split(";")[3]: line for line in lines if line.startswith("2018-06-01;")}
    assert lean.keys() == {"1", "2"} and "Kayes" in lean["1"] and "Kayes" not in lean["2"]
    alone = file_of(manager.get(reverse("trigger_compare"), {"regle": "ch_effectif_region", "format": "csv"}))
    assert {line.split(";")[3] for line in alone[1:]} == {"2"}
    assert "regle=ch_effectif_region@2" in text(manager.get(reverse("trigger", args=["ch_effectif_region"])))


@pytest.mark.parametrize("name", ["trigger_compare", "trigger_replay"])
def test_the_figures_leave_as_files(manager: Client, name: str) -> None:
    asked = {"jour": "2018-03-31", "regle": "ch_effectif_region", "format": "csv"}
    lines = file_of(manager.get(reverse(name), asked))
    assert any("Koulikoro" in line and ("183653" in line or "747689" in line) for line in lines)
    book = manager.get(reverse(name), asked | {"format": "xlsx"})
    assert book.content.startswith(b"PK")


def test_a_rule_that_nobody_has_is_not_all_rules(manager: Client) -> None:
    page = text(manager.get(reverse("trigger_replay"), {"jour": "2018-03-31", "regle": "inconnu"}))
    assert "Aucune règle ne porte ce code" in page and "Koulikoro" not in page
    assert manager.get(reverse("trigger_replay"), {"jour": "hier"}).status_code == 200


def test_pages_are_closed_to_others_and_say_what_to_do_when_empty(db: None, client: Client) -> None:
    harmonised.write()
    client.force_login(make_user("ali", "enumerator"))
    for name in ("triggers", "trigger_compare", "trigger_replay"):
        assert client.get(reverse(name)).status_code == 404
    client.force_login(make_user("sira", "coordinator"))
    for name in ("triggers", "trigger_compare", "trigger_replay"):
        assert "jigi triggers load" in text(client.get(reverse(name)))
