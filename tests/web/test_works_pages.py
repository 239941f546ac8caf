"""The pages of works: from a proposal to an approved sheet, by each person's own hand."""

from __future__ import annotations

import time
import uuid
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from jigi.delivery.dues.models import Due
from jigi.delivery.works import log
from jigi.delivery.works.models import Timesheet, WorkApplication, Worksite
from jigi.foundation.models import AuditEvent, User
from jigi.registry.models import Household, Person
from jigi.sheets.models import Printing
from tests.delivery.scene import Scene, stage
from tests.delivery.works_scene import START, Works, running
from tests.factories import ProvedClient, make_households, make_user
from tests.kept import Kept, once

pytestmark = pytest.mark.django_db
PLAN = {
    "intitule": "Cordons pierreux", "nature": "bunds", "pdsec": "PDSEC 2016-2020", "quantite": "20 000", "femmes": "50",
    "du": "2016-02-01", "au": "2016-06-30", "places": "2", "jour": "2000", "tache": "", "plafond": "60",
    "salaires": "240 000", "outillage": "100000", "encadrement": "60000", "trace": "13,05 -9,49\n13.06 -9.50",
}  # fmt: skip


def as_user(user: User) -> Client:
    client = ProvedClient()
    client.force_login(user)
    return client


def post(user: User, path: str, **fields: Any) -> Any:
    return as_user(user).post(f"/chantiers/{path}", {"cle": str(uuid.uuid4()), **fields})


def get(user: User, path: str) -> Any:
    return as_user(user).get(f"/chantiers/{path}")


def _works(folder: Path) -> Works:
    return running(2, double_entry=True)


works_once = once("works", _works)


@pytest.fixture
def works(works_once: Kept[Works], db: None) -> Works:
    return works_once.copy()


def test_a_worksite_goes_from_its_proposal_to_a_paid_sheet() -> None:
    scene = stage(("works",))
    post(scene.agent, "nouveau/", village=scene.village.pk, **PLAN)
    site = Worksite.objects.get()
    assert (site.wages_xof, site.cap_half_days, site.track) == (240_000, 120, [13.05, -9.49, 13.06, -9.5])
    questions = {
        f"q-{code}": "non"
        for code in (
            "resettlement",
            "forest",
            "burial",
            "pesticides",
            "children",
            "conflict",
            "erosion",
            "water",
            "herders",
            "heat",
        )
    }
    post(scene.controller, f"{site.pk}/examen/", **questions, **{"q-wells": "oui", "m-wells": "talus"})
    post(scene.decider, f"{site.pk}/faire/approuver/")
    apply_by_page(scene, site)
    post(scene.agent, f"{site.pk}/faire/clore-liste/", methode="lottery")
    post(scene.decider, f"{site.pk}/faire/tirer/", graine="4827", temoins="le maire")
    post(scene.planner, f"{site.pk}/faire/embaucher/", du="2016-02-01", taille="25")
    post(scene.agent, f"{site.pk}/faire/ouvrir/")
    crew = site.crews.get()
    post(scene.agent, f"{site.pk}/faire/feuille/", equipe=crew.pk, du="2016-02-01", jours="3")
    sheet = Timesheet.objects.get()
    post(scene.agent, f"feuilles/{sheet.pk}/saisir/", revision="0", **{"l-1": "p p d", "l-2": "PPP"})
    post(scene.foreman, f"feuilles/{sheet.pk}/faire/signer/")
    answer = post(scene.controller, f"feuilles/{sheet.pk}/faire/approuver/")
    assert answer.status_code == 302
    assert sorted(Due.objects.values_list("amount_xof", flat=True)) == [5_000, 6_000]
    page = get(scene.agent, f"{site.pk}/").content.decode()
    assert "11\u202f000 FCFA" in page and "rangs vérifiés" in page
    assert "Awa" not in page


def apply_by_page(scene: Scene, site: Worksite) -> None:
    for household in make_households(2, scene.village):
        found = Household.objects.get(pk=household)
        spouse = Person.objects.get(memberships__household=household, memberships__relation="spouse")
        shown = get(scene.agent, f"{site.pk}/candidats/?rsu={found.rsu}").content.decode()
        assert str(spouse) in shown
        post(scene.agent, f"{site.pk}/candidats/", menage=found.rsu_number, personne=spouse.pk, **{"c-widow": "oui"})
    assert list(WorkApplication.objects.values_list("points", flat=True)) == [3, 3]


def test_who_enters_second_does_not_see_the_first_entry(works: Works) -> None:
    sheet = works.open(days=4)
    post(works.scene.agent, f"feuilles/{sheet.pk}/saisir/", revision="0", **{"l-1": "PAPA", "l-2": "APAP"})
    assert "PAPA" in get(works.scene.agent, f"feuilles/{sheet.pk}/").content.decode()
    assert "PAPA" not in get(works.scene.foreman, f"feuilles/{sheet.pk}/").content.decode()
    post(works.scene.foreman, f"feuilles/{sheet.pk}/saisir/", revision="0", **{"l-1": "APAP", "l-2": "PAPA"})
    page = get(works.scene.agent, f"feuilles/{sheet.pk}/").content.decode()
    assert "Les lignes 1 et 2 semblent échangées" in page and "première saisie" in page.lower()


def test_a_line_with_a_sign_missing_is_said(works: Works) -> None:
    sheet = works.open(days=4)
    answer = post(works.scene.agent, f"feuilles/{sheet.pk}/saisir/", revision="0", **{"l-1": "PPP"})
    assert answer.status_code == 409 or answer.status_code == 422 or "3 signes pour 4 jours" in answer.content.decode()
    assert not sheet.entries.exists()


def test_a_file_with_mistakes_is_shown_and_its_good_lines_kept_when_asked(works: Works) -> None:
    sheet = works.open(days=2)
    content = b"ligne;01/02/2016;02/02/2016\n1;P;P\n7;P;P\n"

    def sent(**fields: Any) -> Any:
        file = SimpleUploadedFile("feuille.csv", content)
        return post(works.scene.agent, f"feuilles/{sheet.pk}/fichier/", fichier=file, **fields)

    answer = sent()
    assert answer.status_code == 422 and "« 7 » n’est pas une ligne" in answer.content.decode()
    assert not sheet.entries.exists()
    sent(bonnes="oui")
    assert sheet.entries.get().source == "file"


def test_the_grid_is_printed_and_given_as_a_workbook(works: Works) -> None:
    sheet = works.open()
    assert get(works.scene.agent, f"feuilles/{sheet.pk}/papier/").content.startswith(b"%PDF")
    assert get(works.scene.agent, f"feuilles/{sheet.pk}/classeur/").getvalue().startswith(b"PK")


def test_a_numbered_paper_files_its_scan(works: Works) -> None:
    sheet = works.open()
    post(works.scene.agent, f"feuilles/{sheet.pk}/faire/numeroter/")
    sheet.refresh_from_db()
    assert sheet.paper is None  # an operator handles no sheets
    for _ in range(2):
        post(works.scene.controller, f"feuilles/{sheet.pk}/faire/numeroter/")
    sheet.refresh_from_db()
    assert sheet.paper is not None and Printing.objects.get().households == [one.household_id for one in works.workers]
    assert sheet.paper.shown in get(works.scene.controller, f"feuilles/{sheet.pk}/").content.decode()
    assert get(works.scene.agent, f"feuilles/{sheet.pk}/papier/").content.startswith(b"%PDF")


def test_another_operator_sees_nothing(works: Works) -> None:
    sheet = works.open()
    other = make_user("autre", "ngo_operator", works.scene.commune)
    other.staff_postings.update(organisation="ONG-Z")
    for path in (f"{works.worksite.pk}/", f"feuilles/{sheet.pk}/", f"{works.worksite.pk}/candidats/"):
        assert get(other, path).status_code == 404
    assert works.worksite.code not in get(other, "").content.decode()


def test_a_grid_with_names_leaves_after_a_fresh_proof(works: Works) -> None:
    sheet, client = works.open(), Client()
    client.force_login(works.scene.agent)
    pack = f"/prestations/paquet/?commune={works.scene.commune.pk}&jour={START}"
    for address, back in (
        (f"/chantiers/feuilles/{sheet.pk}/papier/", f"/chantiers/feuilles/{sheet.pk}/"),
        (f"/chantiers/feuilles/{sheet.pk}/classeur/", f"/chantiers/feuilles/{sheet.pk}/"),
        (pack, pack),
    ):
        answer = client.get(address)
        assert answer.status_code == 302, address
        assert parse_qs(urlsplit(answer["Location"]).query).get("next", [back]) == [back]
    assert as_user(works.scene.agent).get(pack).content.startswith(b"%PDF")


def test_crews_lists_and_logs_have_their_pages(works: Works) -> None:
    worker = works.workers[0]
    for path in ("", "feuilles/", f"{works.worksite.pk}/", f"{works.worksite.pk}/equipes/", "?format=csv"):
        assert get(works.scene.planner, path).status_code == 200, path
    at = f"{works.worksite.pk}"
    post(works.scene.planner, f"{at}/equipes/{worker.pk}/faire/remplacer/", jour=START.isoformat(), motif="est parti")
    assert len(works.workers) == 3
    post(works.scene.agent, f"{at}/noter/outils/", equipe=works.crew.pk, outil="shovel", nombre="4", jour="2016-02-01")
    accident = {"gravite": "light", "recit": "coupure", "soins": "lavée", "equipe": works.crew.pk, "ligne": "2"}
    post(works.scene.agent, f"{at}/noter/accident/", jour="2016-02-01", **accident)
    page = get(works.scene.agent, f"{at}/").content.decode()
    assert "pelle" in page and "coupure" in page


def test_what_happened_in_an_accident_is_read_by_few_and_each_reading_is_kept(works: Works) -> None:
    at, worker = f"{works.worksite.pk}/", works.workers[0]
    told = log.report_accident(works.worksite, START, "light", "coupure", "lavée", worker=worker, by=works.scene.agent)
    page = get(works.scene.decider, at).content.decode()
    assert "le 1er février 2016" in page and "coupure" not in page and "lavée" not in page
    seen = AuditEvent.objects.filter(noun="worksite", verb="see")
    assert not seen.exists()
    for user in (works.scene.agent, works.scene.controller):
        assert "coupure" in get(user, at).content.decode()
    assert [one.subjects for one in seen] == [[worker.household_id]] * 2
    log.withdraw_accident(told, reason="noté deux fois", by=works.scene.agent)
    page = get(works.scene.agent, at).content.decode()
    assert "déclaration retirée" in page and "coupure" not in page


def test_a_grid_of_100_lines_and_14_days_is_kept_in_half_a_second() -> None:
    works = running(100, more=0, crew_size=100)
    sheet = works.open()
    client = as_user(works.scene.agent)
    page = client.get(f"/chantiers/feuilles/{sheet.pk}/")
    assert len(page.content) < 100_000
    grid = {f"l-{one.number}": "PPPPPP.PPPPPD." for one in works.workers}
    begun = time.perf_counter()
    answer = client.post(f"/chantiers/feuilles/{sheet.pk}/saisir/", {"cle": str(uuid.uuid4()), "revision": "0", **grid})
    spent = time.perf_counter() - begun
    assert answer.status_code == 302 and sheet.entries.get().lines.count() == 100
    assert spent < 0.5, spent
