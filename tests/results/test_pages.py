"""Pages of results: figures of one's places, what stands behind them, files, and forms that only some may post."""

from __future__ import annotations

import re
import uuid
from io import BytesIO
from pathlib import Path

import pytest
from django.test import Client
from procrastinate.contrib.django.models import ProcrastinateJob
from python_calamine import CalamineWorkbook

from jigi.foundation.models import AuditEvent
from jigi.results import actions, dashboard, jobs
from jigi.results.framework import framework
from jigi.results.models import Snapshot
from jigi.web import paging
from tests.factories import make_user
from tests.results.world import World, paid

pytestmark = pytest.mark.django_db


@pytest.fixture
def world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> World:
    made = paid(tmp_path)
    made.take()
    monkeypatch.setattr("django.conf.settings.FENCED", True)
    return made


def text_of(client: Client, address: str) -> str:
    page = client.get(address)
    assert page.status_code == 200, address
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page.content.decode()))


def posted(client: Client, address: str, **facts: str) -> int:
    return client.post(address, {"cle": str(uuid.uuid4()), **facts}).status_code


def test_the_list_says_value_age_and_who_signed(client: Client, world: World) -> None:
    client.force_login(world.keeper)
    text = text_of(client, "/resultats/")
    assert "Ménages ayant accès aux transferts monétaires TM, urgence 8" in text
    assert "faits jusqu’au 10/02/2016" in text and "non signé" in text
    actions.sign(Snapshot.objects.get(), "Relu et conforme", by=world.signer)
    assert f"signé par {world.signer}" in text_of(client, "/resultats/")


@pytest.mark.parametrize("code", sorted(framework().indicators))
def test_every_indicator_has_its_page_here_and_in_a_commune(client: Client, world: World, code: str) -> None:
    client.force_login(world.signer)
    text = text_of(client, f"/resultats/{code}/")
    one = framework().indicators[code]
    assert one.name in text and f"{one.formula}.sql" in text
    text_of(client, f"/resultats/{code}/?annee=2016&lieu={world.region.pk}")
    text_of(client, f"/resultats/{code}/?annee=2016&lieu={world.here.pk}")


def test_a_page_has_its_chart_and_its_map(client: Client, world: World) -> None:
    client.force_login(world.keeper)
    page = client.get("/resultats/menages_transferts/").content.decode()
    assert 'class="chart"' in page and 'class="map"' in page and len(page) < 200_000


def test_a_number_leads_to_its_rows(client: Client, world: World) -> None:
    client.force_login(world.signer)
    page = client.get(f"/resultats/menages_transferts/?lieu={world.region.pk}").content.decode()
    link = re.search(r'href="(/resultats/menages_transferts/lignes/[^"]+)"', page)
    assert link is not None
    text = text_of(client, link[1].replace("&amp;", "&"))
    assert "dit 4 Les lignes d’aujourd’hui disent 4 4 ménages, 4 lignes" in text and "diffèrent" not in text
    event = AuditEvent.objects.filter(verb="list", object_id="resultats-menages_transferts").get()
    assert len(event.subjects) == 4 and event.by == world.signer


def test_rows_corrected_since_are_said(client: Client, world: World) -> None:
    client.force_login(world.signer)
    world.scene.component.__class__.objects.update(kind="grants")
    assert "des lignes ont été corrigées" in text_of(client, "/resultats/menages_transferts/lignes/")


def test_who_sees_results_only_is_shown_no_row(client: Client, world: World) -> None:
    client.force_login(world.keeper)
    assert client.get("/resultats/menages_transferts/lignes/").status_code == 404
    assert "/lignes/" not in client.get("/resultats/menages_transferts/").content.decode()


def test_a_region_is_told_its_own_and_no_more(client: Client, world: World) -> None:
    client.force_login(world.regional())
    text = text_of(client, "/resultats/menages_transferts/")
    assert f"{world.region.name}, 2016 4" in text and world.far.name not in text
    assert world.region.name in text_of(client, f"/resultats/?lieu={world.far.pk}")  # not another's place
    exported = client.get("/resultats/?format=csv")
    assert world.far.code not in b"".join(exported.streaming_content).decode()  # type: ignore[arg-type]


def test_others_have_no_results(client: Client, world: World) -> None:
    client.force_login(make_user("agent", "enumerator", world.here))
    for address in ("/resultats/", "/resultats/instantanes/", "/resultats/menages_transferts/"):
        assert client.get(address).status_code == 404


def test_the_file_has_hxl_tags(client: Client, world: World) -> None:
    client.force_login(world.keeper)
    lines = b"".join(client.get("/resultats/?format=csv").streaming_content).decode().splitlines()  # type: ignore[arg-type]
    assert lines[0].startswith("\ufeffCode;Indicateur") and lines[1].startswith("#indicator+code;#indicator+name")
    assert len(lines) == 2 + Snapshot.objects.get().counted
    book = CalamineWorkbook.from_filelike(BytesIO(client.get("/resultats/?format=xlsx").content))
    rows = book.get_sheet_by_index(0).to_python()
    whole = next(row for row in rows if row[0] == "menages_transferts" and row[2] == "ensemble")
    assert rows[1][0] == "#indicator+code" and whole[10] == 8


def test_planned_and_paid(client: Client, world: World) -> None:
    client.force_login(world.keeper)
    text = text_of(client, "/resultats/prevu-realise/")
    assert f"{world.here.name} {world.region.name} 2016-T1 90 000 60 000" in text
    lines = b"".join(client.get("/resultats/prevu-realise/?format=csv").streaming_content).decode()  # type: ignore[arg-type]
    assert "2016-T1;90000;60000;3;2" in lines


def test_a_long_list_of_communes_is_paged_and_printed_whole(
    client: Client, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(paging.numbered_page, "__defaults__", (2,))
    dashboard.refresh()
    client.force_login(world.keeper)
    for address in ("/resultats/prevu-realise/", "/resultats/tableau/"):
        first, second = text_of(client, address), text_of(client, f"{address}?page=2")
        assert "Suivants →" in first and "← Précédents" not in first and world.far.name not in first
        assert world.far.name in second and "← Précédents" in second and world.here.name not in second
        whole = text_of(client, f"{address}?imprimer=1")
        assert world.here.name in whole and world.far.name in whole and "Suivants" not in whole


def test_counting_and_signing_by_the_page(client: Client, world: World) -> None:
    client.force_login(world.keeper)
    assert posted(client, "/resultats/instantanes/calculer/", annee="2016", jour="2016-01-31") == 302
    jobs.take(**ProcrastinateJob.objects.get(task_name="results.take").args)
    made = Snapshot.objects.latest("pk")
    assert made.values.get(indicator="menages_transferts", dimension="").numerator == 0
    assert "Signer cet instantané" not in text_of(client, f"/resultats/instantanes/{made.pk}/")
    posted(client, f"/resultats/instantanes/{made.pk}/commenter/", texte="À mi-année.", indicateur="")
    client.force_login(world.signer)
    page = client.get(f"/resultats/instantanes/{made.pk}/").content.decode()
    assert "Signer cet instantané" in page and "À mi-année." in page
    posted(client, f"/resultats/instantanes/{made.pk}/signer/", texte="Relu et conforme")
    assert Snapshot.objects.get(pk=made.pk).signature.by == world.signer


def test_without_a_snapshot_the_page_says_what_to_do(client: Client, world: World) -> None:
    client.force_login(world.keeper)
    assert "Aucun instantané pour 1999" in text_of(client, "/resultats/?annee=1999")
