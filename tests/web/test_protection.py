"""The pages of protection: requests, the report, erasure, retention; to anybody else they do not exist."""

from __future__ import annotations

import json
import re
import uuid
from datetime import date, timedelta
from pathlib import Path

import pytest
from django.apps import apps
from django.db import connection
from django.test import Client
from django.utils import timezone

from jigi.foundation import audit
from jigi.foundation.models import AuditEvent, Run
from jigi.protection import jobs, retention
from jigi.protection.models import DataRequest, RetentionProposal
from jigi.registry.models import Health, Household, PastHousehold, Person
from jigi.web.protection import report
from tests.factories import ProvedClient, make_user
from tests.protection.people import (  # fmt: skip
    FATHER,
    GIVEN,
    KEY,
    MOTHER,
    NICKNAME,
    NINA,
    PHONE,
    SURNAME,
    WORDS,
    World,
    accepted,
    asked,
    leave,
    make_world,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def world(db: None, tmp_path: Path) -> World:
    return make_world(tmp_path)


def signed_in(user: object) -> Client:
    client = ProvedClient()
    client.force_login(user)  # type: ignore[arg-type]
    return client


def posted(client: Client, address: str, **fields: str) -> str:
    """The page that a form leads to."""
    page = re.sub(r"(?:proposer|(?:\d+/)?apply|accept|answer|erase|lift)/$", "", address)
    sent = {"cle": str(uuid.uuid4()), **fields}
    return client.post(address, sent, follow=True, HTTP_REFERER=f"http://testserver{page}").content.decode()


def cells(data: dict[str, object]) -> str:
    return json.dumps(data, ensure_ascii=False)


def pointing() -> set[str]:
    """Every table that points at a household or a person, by the models' metadata."""
    return {
        model._meta.label
        for model in apps.get_models()
        for field in model._meta.get_fields()
        if field.concrete and field.is_relation and field.related_model in (Household, Person)
    }


def test_an_opposition_that_was_answered_is_lifted_from_its_page(world: World) -> None:
    made = accepted(world, "opposition", scope="sharing")
    client, address = signed_in(world.second), f"/protection/{made.pk}/"
    assert "Lever l’opposition" not in client.get(address).content.decode()
    posted(client, f"{address}answer/", motif="le partage est arrêté")
    assert "Lever l’opposition</button>" in client.get(address).content.decode()
    assert "L’opposition est levée" in posted(client, f"{address}lift/")
    assert "Lever l’opposition</button>" not in client.get(address).content.decode()


def test_every_table_about_a_household_or_a_person_is_in_the_report_or_named_with_a_reason() -> None:
    told = frozenset[str]().union(*(section.tables for section in report.SECTIONS))
    assert len(pointing()) >= 10
    assert pointing() <= told | set(report.LEFT_OUT)
    assert not told & set(report.LEFT_OUT) and all(len(why) > 10 for why in report.LEFT_OUT.values())


def test_every_column_of_the_database_that_names_a_household_or_a_person_has_such_a_model() -> None:
    tables = {apps.get_model(label)._meta.db_table for label in pointing()}
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT DISTINCT c.relname FROM pg_class AS c JOIN pg_attribute AS a ON a.attrelid = c.oid"
            " WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p') AND NOT c.relispartition"
            " AND a.attname ~ '^(household|person|recipient|alternate|father|mother|merged_into|split_from)_id$'"
        )
        assert {name for (name,) in cursor.fetchall()} == tables


def test_the_report_tells_what_every_table_holds(world: World) -> None:
    number = world.household.pk
    audit.read("reveal", "household", number, by=world.officer, reason="appel avant paiement", subjects=[number])
    told = report.document(accepted(world, "access"), by=world.second)
    sections = {section["title"]: cells(section) for section in told["sections"]}
    expected = {
        "Le ménage": [KEY, "13.12340"],
        "Ses membres, présents et passés": [GIVEN, SURNAME, NICKNAME, FATHER, MOTHER, "17/05/1970", "Oumou"],
        "Documents": [NINA],
        "Téléphones": [PHONE],
        "Logement et conditions de vie": ["banco"],
        "Ciblage : ce qui a été décidé, et pourquoi": ["Campagne d’essai", WORDS, "retenu"],
        "Inscriptions aux programmes": ["Transfert monétaire", PHONE],
        "Droits": ["30\u202f000", "payé"],
        "Ordres de paiement, et ce que l’agence en a dit": [f"remis à {GIVEN}", f"TX-{GIVEN}", PHONE],
        "Imports d’où viennent ces données": ["enquete.csv", "nom rare"],
        "Demandes faites sur ces données": ["accès", "acceptée", f"identité de {GIVEN} vérifiée"],
        "Qui a lu ces données, et pourquoi": ["voir en clair", "appel avant paiement", "Dpo (essai)"],
    }
    for title, facts in expected.items():
        for fact in facts:
            assert fact in sections[title], (title, fact)
    assert str(world.other.rsu) not in cells(told)


def test_for_one_person_the_numbers_of_the_others_stay_masked(world: World) -> None:
    spouse = world.household.memberships.get(relation="spouse").person
    told = cells(report.document(accepted(world, "access", person=spouse), by=world.second))
    assert NINA not in told and PHONE not in told and "••" in told


def test_the_report_tells_health_and_what_data_was_before(world: World) -> None:
    spouse = world.household.memberships.get(relation="spouse").person
    Health.objects.create(person=spouse, walking=3, collected_on="2016-01-01")
    was = PastHousehold._default_manager
    was.create(
        **{**_columns(world.household), "size": 8, "recorded_at": "2001-01-01T00:00Z", "recorded_to": timezone.now()}
    )
    request = accepted(world, "access", person=spouse)
    told = {section["title"]: cells(section) for section in report.document(request, by=world.second)["sections"]}
    assert "marcher ou monter" in told["Santé, handicap, grossesse"]
    assert "membres\u00a0: 8 → 3" in told["Ce que ces données étaient avant"]
    reading = AuditEvent.objects.get(noun="health")
    assert (reading.by, reading.reason) == (world.second, f"rapport de la demande {request.pk}")


def test_for_one_person_nothing_is_said_of_the_health_of_the_others(world: World) -> None:
    spouse = world.household.memberships.get(relation="spouse").person
    Health.objects.create(person=world.person, walking=3, collected_on="2016-01-01")
    told = cells(report.document(accepted(world, "access", person=spouse), by=world.second))
    assert "marcher" not in told


def _columns(one: Household) -> dict[str, object]:
    return {field.attname: getattr(one, field.attname) for field in Household._meta.concrete_fields}


def test_the_report_is_a_pdf_that_leaves_a_trace(world: World) -> None:
    request = accepted(world, "access")
    answer = signed_in(world.officer).get(f"/protection/{request.pk}/rapport/")
    assert answer["Content-Type"] == "application/pdf" and answer.content.startswith(b"%PDF")
    event = AuditEvent.objects.get(noun="household", verb="report")
    assert (event.by, event.after) == (world.officer, {"request": request.pk})
    page = signed_in(world.officer).get(f"/menages/{world.household.rsu}/acces/").content.decode()
    assert "établir le rapport" in page


@pytest.mark.parametrize("kind", ["access", "correction"])
def test_no_report_before_another_person_granted_the_access(world: World, kind: str) -> None:
    request = asked(world, "access") if kind == "access" else accepted(world, kind)
    assert signed_in(world.officer).get(f"/protection/{request.pk}/rapport/").status_code == 404


def test_a_request_goes_from_the_household_s_page_to_its_answer(world: World) -> None:
    first, second = signed_in(world.officer), signed_in(world.second)
    address = f"/protection/nouvelle/?menage={world.household.rsu}"
    assert address in first.get(f"/menages/{world.household.rsu}/").content.decode()
    assert first.get(address).status_code == 200
    page = posted(
        first, address, kind="correction", asker="Zan", identity_check="carte vue", statement="né en 1971",
        received_on="2016-03-01", person=str(world.person.pk),
    )  # fmt: skip
    request = DataRequest.objects.get()
    assert (request.due_on, request.person) == (date(2016, 3, 31), world.person)
    assert "une autre personne" in page and "en retard" in first.get("/protection/").content.decode()
    assert f"/protection/{request.pk}/" not in first.get("/aujourdhui/").content.decode()
    assert f"/protection/{request.pk}/" in second.get("/aujourdhui/").content.decode()
    page = posted(second, f"/protection/{request.pk}/accept/", motif="carte vue")
    assert "Où se corrige une donnée" in page
    page = posted(second, f"/protection/{request.pk}/answer/", motif="nouvelle fiche importée")
    assert "nouvelle fiche importée" in page
    request.refresh_from_db()
    assert (request.status, request.decided_by, request.done_by) == ("done", world.second, world.second)
    assert f"/protection/{request.pk}/" not in second.get("/aujourdhui/").content.decode()


def test_who_recorded_does_not_decide(world: World) -> None:
    request = asked(world)
    page = posted(signed_in(world.officer), f"/protection/{request.pk}/accept/", motif="je me l’accorde")
    assert "une autre personne doit la décider" in page
    request.refresh_from_db()
    assert request.status == "received"


def test_an_opposition_is_shown_to_all_who_see_the_household(world: World) -> None:
    agent = signed_in(make_user("agente", "social_officer", world.scene.communes[0]))
    page = f"/menages/{world.household.rsu}/"
    assert "opposition :" not in agent.get(page).content.decode()
    request = accepted(world, "opposition", scope="contact")
    shown = agent.get(page).content.decode()
    assert "opposition : les appels et les messages" in shown
    assert "n’arrête d’office ni" in signed_in(world.officer).get(f"/protection/{request.pk}/").content.decode()
    assert "/protection/" not in shown


def test_an_erasure_is_asked_twice_by_two_people(world: World) -> None:
    request, first, second = asked(world), signed_in(world.officer), signed_in(world.second)
    page = f"/protection/{request.pk}/"
    assert "Une inscription à un programme est en cours" in second.get(page).content.decode()
    leave(world)
    assert "Pas encore possible" not in second.get(page).content.decode()
    posted(second, f"{page}accept/", motif="identité vérifiée")
    assert "sans retour" in second.get(page).content.decode()
    assert "une autre personne doit le faire" in posted(second, f"{page}erase/", motif=world.household.rsu)
    assert "ne correspond pas" in posted(first, f"{page}erase/", motif="1234")
    assert "Les données sont effacées" in posted(first, f"{page}erase/", motif=world.household.rsu)
    shown = first.get(f"/menages/{world.household.rsu}/").content.decode()
    assert "Ménage effacé" in shown and "données effacées" in shown and SURNAME not in shown and GIVEN not in shown


def test_a_form_posted_twice_erases_once(world: World) -> None:
    leave(world)
    request, key = accepted(world), str(uuid.uuid4())
    client = signed_in(world.officer)
    for _ in range(2):
        client.post(f"/protection/{request.pk}/erase/", {"cle": key, "motif": world.household.rsu})
    assert AuditEvent.objects.filter(noun="household", verb="erase").count() == 1


def test_the_list_is_filtered_exported_and_printed(world: World) -> None:
    asked(world, "access", received_on=timezone.localdate())
    asked(world)
    client = signed_in(world.officer)
    late = client.get("/protection/", {"delai": "retard"}).content.decode()
    assert "1 demande<" in late and "effacement" in late
    assert "2 demandes" in client.get("/protection/", {"q": world.household.rsu}).content.decode()
    assert "Aucune ligne" in client.get("/protection/", {"q": world.other.rsu}).content.decode()
    exported = b"".join(client.get("/protection/", {"format": "csv"}).streaming_content).decode()  # type: ignore[arg-type]
    assert exported.count("\r\n") == 3 and "Réponse due le" in exported


@pytest.mark.parametrize("role", ["social_officer", "auditor", "system_administrator", "programme_manager"])
def test_to_anybody_else_these_pages_do_not_exist(world: World, role: str) -> None:
    request, client = accepted(world, "access"), signed_in(make_user("autre", role))
    for address in ("", "nouvelle/", "conservation/", f"{request.pk}/", f"{request.pk}/rapport/"):
        assert client.get(f"/protection/{address}").status_code == 404
    assert client.post(f"/protection/{request.pk}/withdraw/", {"cle": str(uuid.uuid4())}).status_code == 404


def old(world: World) -> None:
    """The neighbour was never enrolled and nobody has seen it for six years."""
    with connection.cursor() as cursor:
        cursor.execute("UPDATE intake_batch SET made_at = now() - interval '2 years'")
    Household.objects.filter(pk=world.household.pk).update(collected_on=timezone.localdate() - timedelta(days=30))


def test_a_proposal_is_seen_then_applied_by_a_second_person(world: World) -> None:
    old(world)
    first, second = signed_in(world.officer), signed_in(world.second)
    page = "/protection/conservation/"
    assert "Proposer pour 1" in first.get(page).content.decode()
    assert "Rien n’est fait" in posted(first, f"{page}proposer/")
    proposal = RetentionProposal.objects.get()
    assert "une autre personne l’applique" in first.get(page).content.decode()
    assert "une autre personne doit la faire" in posted(first, f"{page}{proposal.pk}/apply/")
    assert (
        page in second.get("/aujourdhui/").content.decode() and page not in first.get("/aujourdhui/").content.decode()
    )
    assert "C’est fait : 1" in posted(second, f"{page}{proposal.pk}/apply/")
    proposal.refresh_from_db()
    assert (proposal.status, proposal.applied["import_problems"]) == ("applied", 1)
    assert "Aucune donnée n’a dépassé" in second.get(page).content.decode()


def test_a_large_proposal_is_left_to_the_worker(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    old(world)
    monkeypatch.setattr("jigi.protection.jobs.LARGE", 0)
    proposal = retention.propose(by=world.officer)
    said = posted(signed_in(world.second), f"/protection/conservation/{proposal.pk}/apply/")
    assert "attend son tour" in said
    proposal.refresh_from_db()
    assert proposal.status == "proposed"
    for _ in range(2):
        jobs.apply(proposal_id=proposal.pk, user_id=world.second.pk)
    proposal.refresh_from_db()
    assert proposal.status == "applied" and Run.objects.filter(subject=f"retention:{proposal.pk}").count() == 1


def test_the_job_of_the_month_only_reminds(world: World) -> None:
    old(world)
    jobs.remind(0)
    assert retention.preview()[0].rows == 1 and not RetentionProposal.objects.exists()
    page = signed_in(world.officer).get("/aujourdhui/").content.decode()
    assert "Conservation des données" in page and "à proposer" in page
    retention.propose(by=world.officer)
    assert "à proposer" not in signed_in(world.officer).get("/aujourdhui/").content.decode()


def test_reminded_by_nothing_when_nothing_is_too_old(world: World) -> None:
    Household.objects.update(collected_on=timezone.localdate())
    jobs.remind(0)
    assert jobs.reminder() is None
