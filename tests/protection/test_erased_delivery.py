"""What is delivered to a household: an erasure leaves no word and no image of it, and the report tells it before."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest
from django.db import transaction
from django.utils import timezone

from jigi.delivery.fiches.models import FieldFault, FieldFiche
from jigi.delivery.grants import defaults, instalments, visits
from jigi.delivery.grants.grant_models import Grant, GrantEvidence, GrantVisit
from jigi.delivery.grants.visits import Told
from jigi.delivery.models import Attendance, AttendanceFile, AttendanceProblem, Due, GrantApplication, Withholding
from jigi.delivery.sessions import appeals, conditions
from jigi.enrolment import actions as enrolment
from jigi.enrolment.models import Enrolment
from jigi.foundation.errors import Refused
from jigi.foundation.models import User
from jigi.geography.scope import seen_by
from jigi.intake.models import Submission
from jigi.protection import actions, erasure
from jigi.registry.models import Household
from jigi.web.protection import report
from tests.delivery.grants_scene import FIRST, Play, picture, play
from tests.delivery.phones import ready, send, taken
from tests.delivery.sessions.play import play as sessions
from tests.delivery.sessions.test_collected import rsu
from tests.delivery.sessions.test_collected import told as fiche_of
from tests.delivery.sessions.test_conditions import begun, loaded, reviewed
from tests.delivery.test_grants_collected import _fill, _ready
from tests.demo.test_nothing_in_clear import dumped
from tests.factories import make_user

pytestmark = pytest.mark.django_db
WORD = "Zantigui"
"""Who is spoken of in each text; the trail alone keeps it (docs/protection.md)."""


def said_of(household: int, settings: Any) -> dict[str, str]:
    """The sections of the report that a household is given, by title, as who protects data reads it on the site."""
    first, second = (make_user(name, "data_protection_officer") for name in ("dpo", "dpo-deux"))
    one = Household.objects.get(pk=household)
    request = actions.record(
        "access", household=one, asker="Awa", identity_check="carte vue", statement="tout",
        received_on=date(2018, 9, 1), by=first,
    )  # fmt: skip
    actions.accept(request, reason="identité vérifiée", by=second)
    settings.FENCED = True
    with seen_by(second):
        told = report.document(request, by=second)
    settings.FENCED = False
    return {part["title"].partition(" :")[0]: str(part["rows"]) for part in told["sections"]}


def left() -> set[str]:
    """Where the word stands in clear, outside the trail."""
    return {place for place, cell in dumped() if WORD in cell and not place.startswith("foundation_auditevent")}


def leave(household: int, by: User) -> None:
    for one in Enrolment.objects.filter(household=household).exclude(status="exited"):
        enrolment.exit(one, "départ", by=by)


def withheld(folder: Path) -> int:
    """A household that came to no session: its term is withheld, it appealed, and its appeal was upheld."""
    one = begun()
    made = reviewed(one, loaded(one, folder))
    conditions.decide(made, by=one.scene.decider)
    finding = made.findings.get(household=one.recipients[1])
    appeal = appeals.receive(finding, f"{WORD} était malade", said_on=timezone.localdate(), by=one.scene.planner)
    appeals.answer(appeal, upheld=True, reason=f"certificat de {WORD} vu", by=make_user("juge", "coordinator"))
    Withholding.objects.update(reason=f"{WORD} n’est pas venu")
    file = AttendanceFile.objects.create(
        contract=one.contract, file_name="mars.csv", file_hash="a" * 64, lines_read=1, lines_good=0, lines_known=0,
        lines_held=1, sessions=0, made_by=one.agent,
    )  # fmt: skip
    rsu = Household.objects.get(pk=finding.household_id).rsu
    AttendanceProblem.objects.create(file=file, line=2, column="rsu", value=rsu, message="Inconnu", remedy="Vérifiez")
    leave(finding.household_id, one.scene.planner)
    return finding.household_id


def test_sessions_are_told_then_no_word_is_left(tmp_path: Path, settings: Any) -> None:
    household = withheld(tmp_path)
    told = said_of(household, settings)
    attended = told["Mesures d’accompagnement"]
    for fact in ("séance : ", "liste à l’écran", "1 séance(s) suivie(s) sur 2", f"{WORD} était malade", "recours"):
        assert fact in attended, fact
    assert "échéance réduite (20 %)" in told["Droits acquis, retenues, présences comptées par année"]
    erasure.erase(households=[household])
    other = Withholding.objects.exclude(household=household).get()
    assert other.reason.startswith(WORD), "the neighbour keeps its own"
    Withholding.objects.filter(pk=other.pk).update(reason="autre")
    assert left() == set() and not AttendanceProblem.objects.exclude(value="").exists()
    assert Attendance.objects.filter(household=household).count() == 1, "who came stays, by number"


def granted() -> tuple[Grant, Play]:
    """A grant with every text and image about its household, and a questionnaire of each fate from a telephone."""
    one = _ready()
    agent, grant = one.scene.agent, Grant.objects.get()
    GrantApplication.objects.update(description=f"commerce de {WORD}", group_name=f"Groupe {WORD}")
    second = grant.instalments.get(number=2)
    instalments.add_evidence(second, "photo", picture(), note=f"étal de {WORD}", by=agent)
    visits.visit(grant, Told(FIRST, "Awa", "running", trouble="health", advice=f"{WORD} doit épargner"), by=agent)
    _fill(agent, "1", subvention="agr-kita-0001", day="2018-05-02", more=f"<conseil>{WORD}</conseil>")
    _fill(agent, "2", subvention="agr-kita-0001", day="2999-01-01", more=f"<conseil>{WORD}</conseil>")
    assert taken("visite-agr", agent) == (1, 1)
    defaults.find(grant, "abandon", f"{WORD} a tout vendu", by=one.scene.controller)
    leave(grant.household_id, one.scene.planner)
    return grant, one


def test_grants_are_told_then_no_word_and_no_image_is_left(settings: Any) -> None:
    grant, one = granted()
    told = said_of(grant.household_id, settings)["Subventions"]
    for fact in (
        f"commerce de {WORD}", "formation : Gestion d’une activité, École", "plan de 12 mois",
        "sélection : retenue, rang 1", "tranche 1 libérée", f"étal de {WORD}", "santé de la famille",
        f"{WORD} doit épargner", f"{WORD} a tout vendu",
    ):  # fmt: skip
        assert fact in told, fact
    with transaction.atomic(), pytest.raises(Refused, match="de l’argent lui est encore dû"):
        erasure.erase(households=[grant.household_id])
    instalments.undo(grant.releases.get(), reason="non versée", by=one.scene.decider)
    erasure.erase(households=[grant.household_id])
    assert left() == set()
    assert {bytes(paper.sealed) for paper in GrantEvidence.objects.all()} == {b""}
    assert set(FieldFiche.objects.values_list("status", flat=True)) == {"taken", "dropped"}
    assert not FieldFault.objects.exists()
    assert {bytes(fiche.sealed) for fiche in Submission.objects.all()} == {b""}
    assert not GrantVisit.objects.filter(trouble="health").exists()
    assert Due.objects.get().amount_xof and Grant.objects.get().amount_xof == grant.amount_xof, "the francs stay"
    assert taken("visite-agr", one.scene.agent) == (0, 0), "what was emptied is not tried again"


def test_an_application_that_waits_is_withdrawn_and_that_of_others_stands() -> None:
    one = play()
    mine, other = one.apply(2)
    GrantApplication.objects.update(description=WORD)
    erasure.erase(households=[mine.household_id])
    mine.refresh_from_db()
    other.refresh_from_db()
    assert (mine.status, mine.description, mine.why) == ("withdrawn", "effacé", "effacé")
    assert (other.status, other.description) == ("submitted", WORD)
    assert not mine.applicants.filter(live=True).exists() and other.applicants.filter(live=True).exists()


def test_the_fiches_of_events_that_name_a_household_are_emptied_and_the_others_stay() -> None:
    one = sessions()
    ready("seance-ma", one.agent, area=one.scene.commune, by=one.scene.planner)
    for number, (session, household) in enumerate(zip(one.planned(modules=2), one.recipients[:2], strict=True), 1):
        send(one.agent, "seance-ma", str(number), fiche_of(session), rsu(household))
    assert taken("seance-ma", one.agent) == (2, 0)
    leave(one.recipients[0], one.scene.planner)
    erasure.erase(households=[one.recipients[0]])
    assert {one.instance_id: bool(one.sealed) for one in Submission.objects.all()} == {"uuid:1": False, "uuid:2": True}
    assert taken("seance-ma", one.agent) == (0, 0), "what was emptied is not tried again"
