"""Schemes on the pages: a file sent, looked at, recorded, undone; figures that lead to rows; who is served twice."""

from __future__ import annotations

import uuid
from datetime import date
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from procrastinate.contrib.django.models import ProcrastinateJob

from jigi.foundation.models import AuditEvent, User
from jigi.geography.models import StaffPosting
from jigi.payments.models import Instruction
from jigi.registry.models import Household
from jigi.schemes.models import Benefit, BenefitBatch
from jigi.web.imports import uploads
from jigi.web.schemes import jobs
from tests.factories import Areas, make_households, make_user
from tests.payments.scene import peopled
from tests.schemes.giving import give, line, make_scheme, merge, write


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(uploads, "FOLDER", tmp_path / "envois")
    return tmp_path


@pytest.fixture
def user(areas: Areas) -> User:
    return make_user("awa")


@pytest.fixture
def officer(client: Client, user: User) -> Client:
    client.force_login(user)
    return client


@pytest.fixture
def households(areas: Areas) -> list[int]:
    return make_households(3, areas.villages[0])


def page(client: Client, address: str, **asked: str) -> str:
    return client.get(address, asked).content.decode().replace("\u202f", " ")


def send(client: Client, folder: Path, households: list[int], code: str = "PAM-VIVRES") -> str:
    """A file of a good line for each household and a wrong one, sent by the form."""
    lines = [*(line(f"R{n}", n) for n in households), line("R0", households[0], Nature="?")]
    content = write(folder / "a.csv", lines).read_bytes()
    sent = {"cle": str(uuid.uuid4()), "prestations": SimpleUploadedFile("vivres.csv", content)}
    return client.post(f"/regimes/{code}/envoyer/", sent, follow=True).content.decode()


def act(client: Client, verb: str, reason: str = "") -> str:
    address = f"/regimes/lots/{BenefitBatch.objects.get().pk}/faire/{verb}/"
    answer = client.post(address, {"cle": str(uuid.uuid4()), "motif": reason}, follow=True)
    return answer.content.decode()


def test_a_file_is_looked_at_then_recorded_then_undone(officer: Client, folder: Path, households: list[int]) -> None:
    make_scheme()
    shown = send(officer, folder, households)
    assert "3 lignes bonnes, 1 retenue, sur 4 lues. Rien n’est encore enregistré." in shown
    assert "n’est pas une nature de prestation" in shown and "Ce qui sera enregistré" in shown
    assert not Benefit.objects.exists() and "à enregistrer" in page(officer, "/aujourdhui/")
    assert "3 prestations enregistrées, pour 3 ménages." in act(officer, "record")
    assert Benefit.objects.count() == 3
    assert "3 prestations retirées" in act(officer, "undo", "mauvais trimestre")
    assert not Benefit.objects.exists()


def test_the_preview_notes_whose_rows_it_showed(officer: Client, folder: Path, households: list[int]) -> None:
    make_scheme()
    send(officer, folder, households)
    seen = AuditEvent.objects.filter(noun="schemes.batch", verb="see").latest("pk")
    assert sorted(seen.subjects) == sorted(households)


def test_the_same_file_sent_again_is_recognised(officer: Client, folder: Path, households: list[int]) -> None:
    make_scheme()
    send(officer, folder, households)
    assert "Ce fichier était déjà reçu" in send(officer, folder, households)


@pytest.mark.parametrize(
    ("content", "said"), [(b"", "vide"), (b"<html>", "page web"), (b"Du;Montant\n1;2\n", "référence")]
)
def test_a_bad_file_is_explained(officer: Client, content: bytes, said: str) -> None:
    make_scheme()
    sent = {"cle": str(uuid.uuid4()), "prestations": SimpleUploadedFile("a.csv", content)}
    answer = officer.post("/regimes/PAM-VIVRES/envoyer/", sent)
    assert answer.status_code == 400 and said in answer.content.decode() and not BenefitBatch.objects.exists()


def test_a_large_file_is_left_to_the_worker(
    officer: Client, folder: Path, households: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    make_scheme()
    monkeypatch.setattr("jigi.web.schemes.batches.LARGE_BYTES", 10)
    assert "attend son tour" in send(officer, folder, households)
    jobs.take(**ProcrastinateJob.objects.get(task_name=jobs.take.name).args)
    assert BenefitBatch.objects.get().lines_good == 3 and not list(uploads.FOLDER.iterdir())


def test_a_number_leads_to_its_rows(officer: Client, user: User, households: list[int], areas: Areas) -> None:
    scheme = make_scheme()
    for n in households:
        give(scheme, n, f"R{n}", user)
    shown = page(officer, "/regimes/PAM-VIVRES/", du="2016-01-01")
    assert "/regimes/PAM-VIVRES/prestations/?lieu=ML010501&amp;du=2016-01-01" in shown and "90 000" in shown
    assert "?mois=2016-02" in shown
    rows = page(officer, "/regimes/PAM-VIVRES/prestations/", lieu="ML010501", du="2016-01-01")
    assert "3 prestations" in rows
    assert "3 prestations" not in page(officer, "/regimes/PAM-VIVRES/prestations/", du="2016-03-01")
    exported = officer.get("/regimes/PAM-VIVRES/prestations/", {"format": "csv"})
    assert b"".join(exported.streaming_content).count(b"\r\n") == 4
    covered = page(officer, f"/regimes/couverture/{areas.communes[0].pk}/")
    assert "Servis par un régime au moins" in covered and "100 %" in covered


def test_two_schemes_are_compared_and_nobody_counts_twice(officer: Client, user: User, households: list[int]) -> None:
    one, other = make_scheme("AMO"), make_scheme("RAMED")
    for n in households[:2]:
        give(one, n, f"R{n}", user)
    for n in households[1:]:
        give(other, n, f"R{n}", user)
    shown = page(officer, "/regimes/chevauchements/", un="AMO", autre="RAMED")
    both = Household.objects.get(pk=households[1]).rsu
    assert f"/menages/{both}/" in shown and "50 % du premier" in shown
    assert "<dd>3<small>personne n’est compté deux fois" in shown
    later = page(officer, "/regimes/chevauchements/", un="AMO", autre="RAMED", du="2017-01-01")
    assert "Aucun ménage de votre affectation" in later
    assert "deux régimes différents" in page(officer, "/regimes/chevauchements/", un="AMO", autre="AMO")


def test_who_is_helped_twice_for_one_need_is_told_by_place(
    officer: Client, user: User, areas: Areas, households: list[int]
) -> None:
    assert "Personne n’est aidé deux fois" in page(officer, "/regimes/chevauchements/")
    for code in ("VIVRES-A", "VIVRES-B"):
        give(make_scheme(code), households[0], code, user)
    assert "Aide alimentaire" in page(officer, "/regimes/chevauchements/")
    asked = {"besoin": "food", "commune": str(areas.communes[0].pk)}
    shown = page(officer, "/regimes/chevauchements/", **asked)
    assert Household.objects.get(pk=households[0]).rsu in shown and "1 ménage" in shown
    assert officer.get("/regimes/chevauchements/", {**asked, "besoin": "x"}).status_code == 404


def test_jigi_s_own_payments_are_told_with_the_others(db: None, client: Client, tmp_path: Path) -> None:
    scene = peopled(3)
    scene.answer(scene.released(), tmp_path / "retour.csv")
    household = Household.objects.get(pk=scene.households[0])
    give(make_scheme("AMO"), household.pk, "R1", scene.maker, given_from=date(2016, 1, 1))
    client.force_login(make_user("moussa", "auditor"))
    component = scene.component
    asked = {"un": f"{component.programme.code}/{component.code}", "autre": "AMO"}
    assert f"/menages/{household.rsu}/" in page(client, "/regimes/chevauchements/", **asked)
    told = page(client, f"/menages/{household.rsu}/")
    assert "Ce que le ménage a reçu" in told and "Régime AMO" in told
    assert f"{component.programme.name} · {component.name}" in told
    assert Instruction.objects.filter(household=household, status="paid").count() == 1


def test_a_merged_household_s_page_tells_what_its_parts_received(
    officer: Client, user: User, households: list[int]
) -> None:
    give(make_scheme("AMO"), households[0], "R1", user)
    merge(households[0], into=households[1])
    whole = Household.objects.get(pk=households[1])
    assert "Régime AMO" in page(officer, f"/menages/{whole.rsu}/")
    assert "Rien n’est connu" in page(officer, f"/menages/{Household.objects.get(pk=households[2]).rsu}/")


def test_a_partner_sends_for_its_own_schemes_and_sees_no_household(
    client: Client, folder: Path, households: list[int]
) -> None:
    make_scheme()
    make_scheme("AMO", organisation="CANAM")
    partner = make_user("pam", "partner_programme")
    StaffPosting.objects.filter(user=partner).update(organisation="PAM")
    client.force_login(partner)
    listed = page(client, "/regimes/")
    assert "PAM-VIVRES" in listed and "AMO" not in listed
    shown = send(client, folder, households)
    assert "3 lignes bonnes" in shown and Household.objects.get(pk=households[0]).rsu not in shown
    assert "Enregistrer" not in shown and "n’est pas une nature" in shown
    for address in ("/regimes/AMO/", "/regimes/PAM-VIVRES/prestations/", "/regimes/chevauchements/"):
        assert client.get(address).status_code == 404
    assert act(client, "record") and not Benefit.objects.exists()


def test_monitoring_sees_figures_and_no_row(client: Client, user: User, households: list[int]) -> None:
    give(make_scheme(), households[0], "R1", user)
    client.force_login(make_user("kadi", "monitoring_officer"))
    shown = page(client, "/regimes/PAM-VIVRES/")
    assert "30 000" in shown and "/prestations/" not in shown
    assert client.get("/regimes/PAM-VIVRES/prestations/").status_code == 404


@pytest.mark.parametrize("role", ["enumerator", "system_administrator", "treasurer"])
def test_the_others_do_not_come_here(role: str, client: Client, areas: Areas) -> None:
    make_scheme()
    client.force_login(make_user("autre", role))
    for address in ("/regimes/", "/regimes/PAM-VIVRES/", "/regimes/lots/", "/regimes/chevauchements/"):
        assert client.get(address).status_code == 404


@pytest.mark.parametrize("asked", [{"du": "hier"}, {"au": "2016-13-01"}])
def test_days_that_are_none_count_nothing(
    asked: dict[str, str], officer: Client, user: User, households: list[int]
) -> None:
    give(make_scheme(), households[0], "R1", user)
    assert "Rien n’est enregistré pour ce régime sur cette période" in page(officer, "/regimes/PAM-VIVRES/", **asked)
