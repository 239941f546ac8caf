"""Complaints that telephones of the field send: taken once by their sender's right, or held to be corrected."""

from __future__ import annotations

import csv
import uuid
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone

from jigi.foundation.errors import Raced, Refused
from jigi.foundation.fence import acting
from jigi.foundation.models import User
from jigi.geography.models import StaffPosting
from jigi.geography.scope import seen_by
from jigi.grievances import collected, recordings
from jigi.grievances.catalogue import read_categories
from jigi.grievances.models import Arrival, Case, Category, Recording
from jigi.intake import xlsform
from jigi.intake.actions import load_form, publish
from jigi.intake.comparison import HIDDEN, differences
from jigi.intake.models import Attachment, Submission, SubmissionConflict
from jigi.intake.queries import imports_everywhere, submissions_seen_by
from jigi.intake.reception import receive
from tests.factories import ProvedClient, make_user
from tests.grievances.sounds import AMR
from tests.grievances.world import TOLD, World

pytestmark = pytest.mark.django_db


@pytest.fixture
def phone(world: World) -> World:
    """The questionnaire is offered, and who hears complaints in the commune collects too."""
    maker = make_user("charge", "programme_manager")
    publish(load_form("plainte", by=maker).version, by=maker)
    for user in (world.officer, world.cercle):
        StaffPosting.objects.create(user=user, role="enumerator", area=world.commune, starts_on="2014-01-01")
    return world


def send(world: World, number: str, files: dict[str, bytes] | None = None, by: User | None = None, **said: str) -> None:
    told = {"jour": "2026-11-02", "categorie": "fraud", "recit": TOLD, "langue": "bm", "commune": world.commune.code,
            "anonyme": "non", "nom": "Awa", "telephone": "76123456", **said}  # fmt: skip
    body = "".join(f"<{name}>{text}</{name}>" for name, text in told.items())
    meta = f"<meta><instanceID>uuid:{number}</instanceID></meta>"
    content = f'<data id="plainte" version="2026-1">{body}{meta}</data>'
    receive(content.encode(), files=files or {}, device="essai", by=by or world.officer)


def faults() -> list[tuple[str, str]]:
    return [(one.question, one.what) for one in Arrival.objects.get().faults.order_by("question") if one.what]


def test_the_form_offers_every_category_and_language() -> None:
    with (Path(xlsform.__file__).with_name("forms") / "plainte" / "choices.csv").open(encoding="utf-8") as stream:
        offered = [(row["list_name"], row["name"]) for row in csv.DictReader(stream)]
    assert {name for of, name in offered if of == "categorie"} == {one.code for one in read_categories()}
    assert {name for of, name in offered if of == "langue"} == set(Case.Language.values)


def test_a_complaint_of_the_field_is_taken_once_by_its_senders_right(phone: World, settings: Any) -> None:
    settings.FENCED = True
    home = phone.households[0]
    send(phone, "1", rsu=home.rsu)
    assert collected.take_all() == {"complaint": 1} and collected.take_all() == {}
    send(phone, "1", rsu=home.rsu)
    assert collected.take_all() == {}, "sent again, it is known"
    with seen_by(phone.officer):
        case = Case.objects.get()
        assert case.channel == "form" and case.received_by == phone.officer and case.told == TOLD
        assert f"{case.received_on}" == "2026-11-02" and case.concerned.get().household == home
    with acting("jigi.grievances.essai"):
        assert not Submission.objects.get().sealed, "what was told is kept with the case alone"


def test_what_is_wrong_is_held_and_corrected(phone: World) -> None:
    send(phone, "1", categorie="rien", commune="ML9", rsu="12", jour="hier", langue="xx")
    assert collected.take_all() == {"held": 1} and collected.take_all() == {}
    assert [question for question, _ in faults()] == ["categorie", "commune", "jour", "langue", "rsu"]
    arrival = Arrival.objects.get()
    with pytest.raises(Refused, match="pas la vôtre"):
        collected.correct(arrival, "commune", "ML010501", by=phone.cercle)
    with pytest.raises(Refused, match="Par quoi"):
        collected.correct(arrival, "recit", "autre", by=phone.officer)
    good = {"categorie": "fraud", "commune": phone.commune.code, "jour": "2026-11-02", "langue": "fr"}
    assert not any(collected.correct(arrival, question, value, by=phone.officer) for question, value in good.items())
    assert [question for question, _ in faults()] == ["rsu"]
    assert collected.correct(arrival, "rsu", phone.households[0].rsu, by=phone.country)
    assert Case.objects.get().received_by == phone.country and not Arrival.objects.get().faults.exists()
    with pytest.raises(Raced):
        collected.correct(arrival, "rsu", "1", by=phone.officer)


def test_who_may_not_hear_complaints_there_is_told_so(phone: World) -> None:
    send(phone, "1", commune=phone.areas.communes[1].code)
    assert collected.take_all() == {"held": 1} and not Case.objects.exists()
    assert [question for question, _ in faults()] == [""]
    send(phone, "2", commune=phone.areas.communes[1].code, by=phone.cercle)
    assert collected.take_all() == {"complaint": 1}


def test_the_sound_is_waited_for_and_kept_with_the_case(phone: World) -> None:
    send(phone, "1", son="voix.amr")
    assert collected.take_all() == {"awaited": 1} == collected.take_all()
    send(phone, "1", {"voix.amr": AMR}, son="voix.amr")
    assert collected.take_all() == {"complaint": 1}
    assert recordings.sound(Recording.objects.get()) == AMR and not bytes(Attachment.objects.get().content)


def test_a_sound_that_never_comes_is_not_waited_for_beyond_a_day(phone: World) -> None:
    send(phone, "1", son="voix.amr")
    assert collected.take_all() == {"awaited": 1}
    Submission.objects.update(received_at=timezone.now() - collected.PATIENCE)
    assert collected.take_all() == {"complaint": 1} and not Recording.objects.exists()


def test_what_waits_for_its_sound_keeps_no_other_back(phone: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(collected, "AT_ONCE", 1)
    send(phone, "1", son="voix.amr")
    assert collected.take_all() == {"awaited": 1}
    send(phone, "2")
    assert collected.take_all() == {"complaint": 1} and collected.take_all() == {"awaited": 1}


def test_only_what_is_wrong_is_corrected(phone: World) -> None:
    send(phone, "1", rsu="12")
    collected.take_all()
    arrival = Arrival.objects.get()
    for question in ("categorie", "commune"):
        with pytest.raises(Refused, match="Par quoi"):
            collected.correct(arrival, question, "other", by=phone.officer)
    shown = as_(phone.officer).get("/plaintes/fiches/").content.decode()
    assert '<option value="rsu"' in shown and '<option value="categorie"' not in shown


def test_a_sensitive_one_that_is_held_stays_sensitive(phone: World) -> None:
    Category.objects.filter(code="gender_violence").update(in_use=False)
    send(phone, "1", categorie="gender_violence")
    collected.take_all()
    arrival = Arrival.objects.get()
    assert not collected.correct(arrival, "categorie", "other", by=phone.country)
    assert faults() == [("categorie", "Une plainte sensible ne devient pas ordinaire")]
    for user in (phone.officer, phone.country):
        with pytest.raises(Refused):
            collected.drop(arrival, "Déjà entendue au guichet, hier.", by=user)
    assert collected.correct(arrival, "categorie", "child_protection", by=phone.officer)
    assert Case.objects.get().sensitive


def test_who_lost_the_right_leaves_it_to_who_handles_complaints_in_the_country(phone: World) -> None:
    send(phone, "1")
    StaffPosting.objects.filter(user=phone.officer, role="grievance_officer").delete()
    assert collected.take_all() == {"held": 1}
    arrival = Arrival.objects.get()
    assert not collected.correct(arrival, "commune", phone.commune.code, by=phone.officer)
    assert collected.correct(arrival, "commune", phone.commune.code, by=phone.country)
    assert Case.objects.get().received_by == phone.country


def test_one_that_breaks_stops_no_other(phone: World, monkeypatch: pytest.MonkeyPatch) -> None:
    send(phone, "1", recit="Un récit qui casse la machine.")
    send(phone, "2")
    kept = collected._received

    def breaking(said: collected._Reading, by: User) -> Case:
        if "casse" in said["recit"]:
            raise ZeroDivisionError
        return kept(said, by)

    monkeypatch.setattr(collected, "_received", breaking)
    with pytest.raises(ZeroDivisionError):
        collected.take_all()
    assert Case.objects.get().told == TOLD and Arrival.objects.count() == 1


def test_who_imports_sees_nothing_that_was_confided_to_another(phone: World) -> None:
    send(phone, "1", son="voix.amr")
    with pytest.raises(Raced):
        send(phone, "1", son="voix.amr", recit="Une autre histoire, sous le même numéro.")
    importer = make_user("importe", "programme_manager")
    assert imports_everywhere(importer) and not submissions_seen_by(importer).exists()
    one = submissions_seen_by(phone.officer).get()
    assert {row.kept for row in differences(one, one.conflicts.get())} == {HIDDEN}
    Submission.objects.update(received_at=timezone.now() - collected.PATIENCE)
    assert collected.take_all() == {"complaint": 1}
    assert not SubmissionConflict.objects.exists(), "another story is not kept beside the case"


def test_what_is_no_sound_does_not_stop_a_complaint_for_ever(phone: World) -> None:
    send(phone, "1", {"voix.txt": b"bonjour"}, son="voix.txt")
    assert collected.take_all() == {"held": 1} and faults() == [("son", "Ce fichier n’est pas un son")]
    assert collected.correct(Arrival.objects.get(), "son", "non", by=phone.officer)
    assert not Recording.objects.exists()


def test_a_sensitive_one_is_gone_for_who_sent_it(phone: World, settings: Any) -> None:
    settings.FENCED = True
    send(phone, "1", {"voix.amr": AMR}, categorie="child_protection", son="voix.amr")
    assert collected.take_all() == {"complaint": 1}
    for user, seen in ((phone.officer, 0), (phone.country, 0), (phone.referent, 1)):
        with seen_by(user):
            assert Case.objects.count() == Recording.objects.count() == Arrival.objects.count() == seen


def as_(user: User) -> ProvedClient:
    made = ProvedClient()
    made.force_login(user)
    return made


def test_the_page_shows_what_is_wrong_and_not_what_was_told(phone: World, settings: Any) -> None:
    send(phone, "1", commune="ML9")
    collected.take_all()
    settings.FENCED = True
    pk = Arrival.objects.values_list("pk", flat=True)
    shown = as_(phone.officer).get("/plaintes/fiches/").content.decode()
    assert "Ce code n’est celui d’aucune commune" in shown and TOLD not in shown
    assert "Rien n’est à corriger" in as_(phone.cercle).get("/plaintes/fiches/").content.decode()
    with acting("jigi.grievances.essai"):
        number = pk.get()
    typed = {"cle": str(uuid.uuid4()), "question": "commune", "valeur": phone.commune.code}
    assert as_(phone.cercle).post(f"/plaintes/fiches/{number}/corriger/", typed).status_code == 404
    done = as_(phone.officer).post(f"/plaintes/fiches/{number}/corriger/", typed, follow=True).content.decode()
    assert "la plainte est prise" in done and "Rien n’est à corriger" in done
    kept = as_(phone.officer).get("/plaintes/?canal=form").content.decode()
    with acting("jigi.grievances.essai"):
        assert Case.objects.get().said in kept
    assert "Aucune ligne ne répond" in as_(phone.officer).get("/plaintes/?canal=sms").content.decode()


def test_one_is_set_aside_with_a_reason(phone: World) -> None:
    send(phone, "1", commune="ML9")
    collected.take_all()
    typed = {"cle": str(uuid.uuid4()), "motif": "Déjà entendue au guichet, hier."}
    done = as_(phone.officer).post(f"/plaintes/fiches/{Arrival.objects.get().pk}/ecarter/", typed, follow=True)
    assert "La fiche est écartée" in done.content.decode()
    assert not Submission.objects.get().sealed, "what was told is kept nowhere"
    assert Arrival.objects.get().became == "dropped" and collected.take_all() == {} and not Case.objects.exists()
