"""The pages of signals and alerts: a file looked at, loaded, undone; a value to its line; a message taken."""

from __future__ import annotations

import uuid
from io import BytesIO
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from python_calamine import CalamineWorkbook

from jigi.geography.models import Area, AreaAlias
from jigi.geography.rules import name_key
from jigi.shocks.models import Alert, SignalFile, SignalValue
from jigi.web.imports import uploads
from tests.factories import Areas, make_user
from tests.shocks.telling import line, write
from tests.shocks.test_cap import message, naming


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(uploads, "FOLDER", tmp_path / "envois")
    return tmp_path


@pytest.fixture
def officer(client: Client, areas: Areas) -> Client:
    client.force_login(make_user("awa", "monitoring_officer"))
    return client


def page(client: Client, address: str, **asked: str) -> str:
    return client.get(address, asked).content.decode().replace("\u202f", " ")


def send(client: Client, content: bytes) -> str:
    sent = {"cle": str(uuid.uuid4()), "forme": "jigi", "signaux": SimpleUploadedFile("mars.csv", content)}
    return client.post("/chocs/fichiers/envoyer/", sent, follow=True).content.decode()


def act(client: Client, verb: str, reason: str = "") -> str:
    address = f"/chocs/fichiers/{SignalFile.objects.latest('pk').pk}/faire/{verb}/"
    return client.post(address, {"cle": str(uuid.uuid4()), "motif": reason}, follow=True).content.decode()


def content(folder: Path, *values: object) -> bytes:
    return write(folder / "a.csv", [line(one) for one in values]).read_bytes()


def test_a_file_is_looked_at_then_loaded_then_undone(officer: Client, folder: Path) -> None:
    shown = send(officer, content(folder, 3, 9))
    assert "Rien n’est encore chargé" in shown and "hors des bornes" in shown and not SignalValue.objects.exists()
    assert "1 valeur nouvelle" in act(officer, "load") and SignalValue.objects.count() == 1
    assert "déjà chargé" in send(officer, content(folder, 3, 9))
    assert "1 valeur retirée" in act(officer, "undo", "mauvais exercice") and not SignalValue.objects.exists()
    assert "mauvais exercice" in page(officer, f"/chocs/fichiers/{SignalFile.objects.get().pk}/")


def test_a_file_put_aside_loads_nothing(officer: Client, folder: Path) -> None:
    send(officer, content(folder, 3))
    assert "écarté" in act(officer, "refuse") and not SignalValue.objects.exists()


@pytest.mark.parametrize(("sent", "said"), [(b"", "vide"), (b"<html>", "page web"), (b"a;b\n1;2\n", "il manque")])
def test_a_bad_file_is_explained(officer: Client, sent: bytes, said: str) -> None:
    assert said in send(officer, sent) and not SignalFile.objects.exists()


def test_values_are_filtered_drawn_and_lead_to_their_line(officer: Client, folder: Path, areas: Areas) -> None:
    Area.objects.filter(pk=areas.cercle.pk).update(longitude=-4.0, latitude=14.0)
    send(officer, content(folder, 3))
    act(officer, "load")
    shown = page(officer, "/chocs/", signal="ch_phase")
    assert "3, crise" in shown and "<svg" in shown and f"/chocs/lieu/{areas.cercle.pk}/" in shown
    for asked in ({"lieu": "ML01"}, {"mois": "2018-04"}, {"source": "saisie"}):
        assert "1 valeur" in page(officer, "/chocs/", **asked), asked
    for asked in ({"lieu": "ML010501"}, {"mois": "2018-06"}, {"vue": "projected"}, {"mois": "x"}):
        assert "Aucune ligne" in page(officer, "/chocs/", **asked), asked
    exported = b"".join(officer.get("/chocs/", {"format": "csv"}).streaming_content)
    assert b"Phase du Cadre" in exported
    assert "mars.csv</a>, ligne 2" in page(officer, f"/chocs/lieu/{areas.cercle.pk}/")


def test_a_list_leaves_as_a_workbook_with_whole_figures(officer: Client, folder: Path, areas: Areas) -> None:
    send(officer, write(folder / "a.csv", [line(1_234_567, signal="ch_population"), line(3, "ML01")]).read_bytes())
    act(officer, "load")
    exported = b"".join(officer.get("/chocs/", {"format": "csv", "signal": "ch_population"}).streaming_content)
    assert b";1234567;" in exported
    book = officer.get("/chocs/", {"format": "xlsx", "signal": "ch_population"})
    [row] = CalamineWorkbook.from_filelike(BytesIO(book.content)).get_sheet_by_index(0).to_python()[1:]
    assert row[0] == "Population analysée par le Cadre Harmonisé" and row[6] == 1_234_567


def test_a_place_is_drawn_over_its_periods(officer: Client, folder: Path, areas: Areas) -> None:
    years = [line(phase, du=f"{year}-01-01", au=f"{year}-05-31") for year, phase in ((2016, 2), (2017, 3), (2018, 4))]
    send(officer, write(folder / "a.csv", [*years, line(9, signal="rain_anomaly")]).read_bytes())
    act(officer, "load")
    shown = page(officer, f"/chocs/lieu/{areas.cercle.pk}/")
    assert "<svg" in shown and "01/2017 : 3" in shown
    assert "<svg" not in page(officer, f"/chocs/lieu/{areas.cercle.pk}/", signal="rain_anomaly")


def test_a_figure_that_begins_on_the_last_day_is_of_that_month(officer: Client, folder: Path) -> None:
    send(officer, write(folder / "a.csv", [line(3, du="2018-03-31", au="2018-04-02")]).read_bytes())
    act(officer, "load")
    assert "1 valeur" in page(officer, "/chocs/", mois="2018-03")
    assert "Aucune ligne" in page(officer, "/chocs/", mois="2018-02")


def test_a_file_sent_again_says_what_it_brings_more(officer: Client, folder: Path, areas: Areas) -> None:
    sent = write(folder / "a.csv", [line(3), line(2, "", nom="Rive Neuve")]).read_bytes()
    send(officer, sent)
    act(officer, "load")
    assert "rien n’a changé" in send(officer, sent)
    AreaAlias.objects.create(area=areas.communes[0], name="Rive Neuve", name_key=name_key("Rive Neuve"))
    assert "1 valeur de plus" in send(officer, sent) and SignalValue.objects.count() == 2


def take(client: Client, sent: bytes) -> str:
    asked = {"cle": str(uuid.uuid4()), "alerte": SimpleUploadedFile("a.xml", sent)}
    return client.post("/chocs/alertes/prendre/", asked, follow=True).content.decode()


def test_an_alert_is_taken_read_and_withdrawn(officer: Client) -> None:
    assert "Crue du Niger" in take(officer, message()) and "était déjà prise" in take(officer, message())
    assert "expirée" in page(officer, "/chocs/alertes/") and "1 alerte" in page(
        officer, "/chocs/alertes/", etat="expiree"
    )
    assert "Aucune ligne" in page(officer, "/chocs/alertes/", etat="cours")
    address = f"/chocs/alertes/{Alert.objects.get().pk}/retirer/"
    said = officer.post(address, {"cle": str(uuid.uuid4()), "motif": "faux message"}, follow=True).content.decode()
    assert "est retirée" in said and "faux message" in said


def test_an_alert_leads_to_a_response_for_its_places(client: Client, officer: Client) -> None:
    take(officer, message())
    address = f"/chocs/alertes/{Alert.objects.get().pk}/"
    assert "Préparer une réponse" not in page(officer, address)  # who watches does not respond
    client.force_login(make_user("mariam", "programme_manager"))
    link = f"/reponses/nouvelle/?alerte={Alert.objects.get().pk}&amp;jour=2018-08-01&amp;lieux=ML010501"
    assert link in page(client, address)
    take(client, message("A2", kind="Cancel", sent="2018-08-02T06:00:00+00:00", references=naming()))
    assert "Préparer une réponse" not in page(client, address)


def test_a_hostile_alert_is_explained(officer: Client) -> None:
    assert "DTD ou des entités" in take(officer, b"<!DOCTYPE a><a/>") and not Alert.objects.exists()


def test_who_reads_does_not_send_and_the_others_do_not_come(client: Client, areas: Areas) -> None:
    client.force_login(make_user("moussa", "auditor"))
    assert "Envoyer un fichier" not in page(client, "/chocs/") and client.get("/chocs/alertes/").status_code == 200
    for address in ("/chocs/fichiers/envoyer/", "/chocs/alertes/prendre/"):
        assert client.get(address).status_code == 404
    client.force_login(make_user("bakary", "enumerator"))
    for address in ("/chocs/", "/chocs/fichiers/", "/chocs/alertes/", f"/chocs/lieu/{areas.cercle.pk}/"):
        assert client.get(address).status_code == 404
