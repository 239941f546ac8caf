"""The pages of accompanying measures: each act by its form, each figure where it is looked for."""

from __future__ import annotations

import uuid
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from jigi.delivery.contracts.models import Target
from jigi.delivery.sessions import attendance, conditions, queries
from jigi.delivery.sessions.models import (
    Attendance,
    AttendanceFile,
    Campaign,
    ConditionAppeal,
    ConditionReview,
    Session,
    SessionSheet,
    SessionTheme,
)
from jigi.delivery.withholding.models import Withholding
from jigi.foundation.models import User
from jigi.payments.models import CommuneSuspension
from jigi.registry.models import Household
from tests.delivery.scene import make_agent
from tests.delivery.sessions.play import MARCH, Play, play, presents
from tests.delivery.sessions.test_conditions import begun, loaded
from tests.factories import ProvedClient, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _fenced(settings: Any) -> None:
    """Every page is read as it is on a site: under row-level security."""
    settings.FENCED = True


def signed_in(user: User) -> ProvedClient:
    client = ProvedClient()
    client.force_login(user)
    return client


def post(client: ProvedClient, name: str, *args: Any, **said: Any) -> str:
    """The page that a form leads to."""
    answer = client.post(reverse(name, args=args), {"cle": str(uuid.uuid4()), **said}, follow=True)
    return answer.content.decode()


def get(client: ProvedClient, name: str, *args: Any, **asked: Any) -> str:
    answer = client.get(reverse(name, args=args), asked)
    assert answer.status_code == 200, answer.status_code
    return answer.content.decode()


HELD = {"jour": "2016-03-07", "lieu": "École", "animateur": "Awa", "hommes": "5", "femmes": "20"}


def test_sessions_are_planned_held_named_and_checked_through_pages() -> None:
    one = play()
    planner, agent, controller = (signed_in(u) for u in (one.scene.planner, one.agent, one.scene.controller))
    assert "Village fictif 1" in get(planner, "session_plan", contrat=one.contract.pk)
    said = post(
        planner, "session_plan", contrat=one.contract.pk, village=[one.scene.village.pk], module=[one.modules[0].pk],
        du="2016-03-07", jours="14", parjour="4",
    )  # fmt: skip
    assert "1 séance prévue" in said
    session = Session.objects.get()
    assert "Elle s’est tenue" in get(agent, "session", session.pk)
    assert "notez maintenant qui est venu" in post(agent, "session_hold", session.pk, **HELD)
    ticked = {"present": one.recipients + one.others[:1], f"accord-{one.others[0]}": "on", f"qui-{one.others[0]}": "F"}
    assert "4 ménages nommés" in post(agent, "session_presents", session.pk, version="1", **ticked)
    assert "Vous avez saisi" not in get(controller, "session", session.pk)
    assert "contrôlée" in post(controller, "session_act", session.pk, "check")
    assert "l’allocataire" in get(controller, "session", session.pk)


def test_a_page_read_before_another_wrote_is_told() -> None:
    one = play()
    session = one.held()
    attendance.enter(session, presents(one.recipients[0]), version=session.version, by=one.scene.foreman)
    said = post(signed_in(one.agent), "session_presents", session.pk, version="1", present=one.recipients)
    assert "a changé depuis que vous l’avez ouverte" in said and Attendance.objects.count() == 1


def test_an_operator_sees_its_own_sessions_only() -> None:
    one = play()
    session = one.held()
    other = type(one.scene.operator).objects.create(code="ONG-B", name="ONG B (essai)", kind="ngo")
    stranger = signed_in(make_agent("etranger", other, one.scene.commune))
    assert stranger.get(reverse("session", args=[session.pk])).status_code == 404
    assert "Aucune séance" in get(stranger, "sessions")
    assert stranger.get(reverse("session_contract", args=[one.contract.pk])).status_code == 404
    assert stranger.get(reverse("session_village", args=[one.scene.village.pk])).status_code == 404
    assert stranger.get(reverse("session_household", args=[one.recipients[0]])).status_code == 404


def test_a_sheet_is_numbered_printed_and_entered() -> None:
    one = play()
    session = one.planned()[0]
    controller = signed_in(one.scene.controller)
    assert "La feuille est numérotée" in post(controller, "session_sheet_print", session.pk)
    sheet = SessionSheet.objects.get()
    printed = controller.get(reverse("session_sheet", args=[session.pk, sheet.pk]))
    assert printed["Content-Type"] == "application/pdf" and printed.content.startswith(b"%PDF")
    one.held(session)
    number = sheet.printing.sheets.get().number
    agent = signed_in(one.agent)
    said = post(agent, "session_sheet_enter", session.pk, numero=number, lignes="1-2", version=session.version)
    assert "2 ménages notés" in said
    said = post(agent, "session_sheet_enter", session.pk, numero=number, lignes="1-2", version=1)
    assert "à l’identique" in said


def test_a_session_is_corrected_moved_said_not_held_and_undone() -> None:
    one = play()
    first, second = one.planned(modules=2)
    agent, controller = signed_in(one.agent), signed_in(one.scene.controller)
    assert "non tenue" in post(agent, "session_act", first.pk, "cancel", raison="rain")
    assert "prévue le 10 mars 2016" in post(agent, "session_act", first.pk, "replan", jour="2016-03-10")
    one.held(second, day=date(2016, 3, 21))
    corrected = {**HELD, "jour": "2016-03-21", "femmes": "22", "motif": "recomptées", "version": second.version}
    assert "corrigée" in post(agent, "session_hold", second.pk, **corrected, **{"materiel-savon": "3"})
    assert "savon remis (3)" in get(agent, "session", second.pk)
    post(controller, "session_act", second.pk, "check")
    assert "rouverte" in post(controller, "session_act", second.pk, "reopen", motif="erreur")
    assert "de nouveau prévue" in post(agent, "session_act", second.pk, "undo", motif="autre jour")


def test_a_file_is_sent_and_its_lines_to_correct_are_listed() -> None:
    one = play()
    session = one.planned()[0]
    rsu = Household.objects.get(pk=one.recipients[0]).rsu_number
    header = "seance;date;hommes;femmes;lieu;animateur;numero_rsu"
    text = f"{header}\n{session.pk};07/03/2016;5;9;École;Awa;{rsu}\n9999;;;;;;\n"
    agent = signed_in(one.agent)
    file = SimpleUploadedFile("mars.csv", text.encode())
    said = post(agent, "attendance_files", contrat=one.contract.pk, fichier=file)
    assert "1 ligne prise, 1 ligne à corriger" in said and "n’a pas de séance de ce numéro" in said
    assert "mars.csv" in get(agent, "attendance_files") and AttendanceFile.objects.count() == 1


def test_a_sheet_and_letters_leave_after_a_fresh_proof(decided: tuple[Play, ConditionReview]) -> None:
    one, review = decided
    session = one.planned(first_on=date(2016, 9, 5))[0]
    post(signed_in(one.scene.controller), "session_sheet_print", session.pk)
    stale = Client()
    stale.force_login(one.scene.controller)
    for name, args in (
        ("condition_letters", [review.pk]),
        ("session_sheet", [session.pk, SessionSheet.objects.get().pk]),
    ):
        assert stale.get(reverse(name, args=args)).status_code == 302, name
    assert not review.findings.exclude(told_at=None).exists()


def test_progress_is_shown_by_household_village_and_contract() -> None:
    one = play()
    session = one.held()
    attendance.enter(session, presents(*one.recipients), version=session.version, by=one.agent)
    Target.objects.create(contract=one.contract, measure="households", amount=6, due_on=date(2016, 12, 31))
    controller = signed_in(one.scene.controller)
    assert "Séances suivies" in get(controller, "session_household", one.recipients[0])
    assert one.modules[0].name in get(controller, "session_village", one.scene.village.pk)
    assert "50 %" in get(signed_in(one.agent), "session_contract", one.contract.pk)
    assert one.modules[0].name in get(controller, "session_modules")


def test_sessions_of_a_programme_that_one_does_not_follow_are_not_shown() -> None:
    one = play()
    session = one.held()
    attendance.enter(session, presents(*one.recipients), version=session.version, by=one.agent)
    household = Household.objects.get(pk=one.recipients[0])
    assert len(queries.sessions_of_household(household, by=one.scene.controller)) == 1
    other = type(one.scene.operator).objects.create(code="ONG-B", name="ONG B (essai)", kind="ngo")
    stranger = make_agent("etranger", other, one.scene.commune)
    assert queries.sessions_of_household(household, by=stranger) == []


def test_a_campaign_is_noted_apart_and_withdrawn() -> None:
    one = play()
    agent = signed_in(one.agent)
    said = {
        "contrat": one.contract.pk, "commune": one.scene.commune.pk, "theme": SessionTheme.objects.all()[0].pk,
        "nature": "radio", "intitule": "La bonne bouillie", "du": "2016-03-01", "au": "2016-03-31", "fois": "8",
        "touchees": "12000", "methode": "audience de Radio Badia, 2015",
    }  # fmt: skip
    assert "jamais ajoutée aux présences" in post(agent, "campaign_note", **said)
    assert "déjà notée" in post(agent, "campaign_note", **said)
    page = get(agent, "session_contract", one.contract.pk)
    assert "12\u202f000 personnes" in page
    assert "est retirée" in post(agent, "campaign_withdraw", Campaign.objects.get().pk, motif="doublon")
    assert "La bonne bouillie" not in get(agent, "session_campaigns")


@pytest.fixture
def decided(tmp_path: Path) -> tuple[Play, ConditionReview]:
    one = begun()
    condition = loaded(one, tmp_path)
    planner, decider = signed_in(one.scene.planner), signed_in(one.scene.decider)
    assert "Deux séances par trimestre" in get(planner, "condition_reviews")
    assert "2 ménages n’ont pas rempli" in post(planner, "condition_reviews", condition=condition.pk, echeance="1")
    review = ConditionReview.objects.get()
    assert "une autre personne en décide" in get(planner, "condition_review", review.pk)
    assert "2 échéances retenues" in post(decider, "condition_review_act", review.pk, "decide")
    return one, review


def test_a_withholding_is_told_appealed_and_lifted_through_pages(decided: tuple[Play, ConditionReview]) -> None:
    one, review = decided
    controller, decider = signed_in(one.scene.controller), signed_in(one.scene.decider)
    letters = controller.get(reverse("condition_letters", args=[review.pk]))
    assert letters.content.startswith(b"%PDF")
    finding = review.findings.order_by("household")[0]
    assert finding.told_at and "réduite de 20 %" in get(controller, "condition_finding", finding.pk)
    today = date.today().isoformat()
    assert "est noté" in post(
        controller, "condition_finding_act", finding.pk, "appeal", jour=today, mots="J’étais malade."
    )
    assert "une autre personne y répond" in get(decider, "condition_finding", finding.pk)
    judge = signed_in(make_user("juge", "coordinator"))
    assert "une autre personne y répond" not in get(judge, "condition_finding", finding.pk)
    appeal = ConditionAppeal.objects.get()
    assert "J’étais malade." in get(decider, "condition_appeals")
    said = post(judge, "condition_appeal_answer", appeal.pk, reponse="oui", motif="certificat vu")
    assert "due entière" in said and Withholding.objects.filter(lifted_at__isnull=False).count() == 1


def test_a_household_is_left_out_and_a_review_given_up_through_pages(tmp_path: Path) -> None:
    one = begun()
    review = conditions.review(loaded(one, tmp_path), 1, suspended=(), by=one.scene.planner)
    planner = signed_in(one.scene.planner)
    finding = review.findings.all()[0]
    assert "écarté" in post(planner, "condition_finding_act", finding.pk, "dismiss", motif="malade")
    assert "de nouveau dans l’examen" in post(planner, "condition_finding_act", finding.pk, "keep")
    assert "rien n’est retenu" in post(planner, "condition_review_act", review.pk, "drop", motif="liste incomplète")


def test_a_commune_that_payments_suspended_counts_against_nobody(tmp_path: Path) -> None:
    one = begun()
    condition = loaded(one, tmp_path)
    CommuneSuspension.objects.create(
        component=one.paid, commune=one.scene.commune, starts_on=date(2016, 1, 15), reason="insécurité",
        asked_by=one.scene.planner, status="confirmed", confirmed_by=one.scene.decider,
        confirmed_at="2016-01-15T00:00Z",
    )  # fmt: skip
    page = post(signed_in(one.scene.planner), "condition_reviews", condition=condition.pk, echeance="1")
    assert "0 ménage" in page and ConditionReview.objects.get().excused == 3 and MARCH.year == 2016


def test_an_empty_list_says_what_to_do() -> None:
    planner = signed_in(play().scene.planner)
    for name, says in (
        ("session_campaigns", "se notent par « Noter une campagne »"),
        ("attendance_files", "choisissez le contrat et le fichier rempli"),
        ("condition_reviews", "choisissez une condition et une échéance"),
        ("condition_appeals", "sur la page de son constat"),
    ):
        assert says in get(planner, name), name
