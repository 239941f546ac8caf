"""From the phone to the register: fiches are received once, poured through the same checks, and say what became."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest
from django.db import IntegrityError, transaction

from jigi.foundation.errors import InputError, Raced, Refused
from jigi.foundation.models import AuditEvent, User
from jigi.foundation.sealed import opened_bytes
from jigi.intake.models import Attachment, FormVersion, Submission, SubmissionConflict
from jigi.intake.reception import UnknownForm, answers_of, receive
from jigi.intake.submissions import import_submissions
from jigi.registry.models import Health, Household, LivingConditions, Membership, Person
from tests.factories import make_user
from tests.foundation.sent import photo
from tests.intake.collected import HOUSEHOLD, changed, fiche, make_collector, make_form
from tests.kept import Kept, once

pytestmark = pytest.mark.django_db

PHOTO = photo()


def _collector(folder: Path) -> User:
    return make_collector()


collector_once = once("collector", _collector)


@pytest.fixture
def collector(collector_once: Kept[User], db: None) -> User:
    return collector_once.copy()


@pytest.fixture
def form(collector: User) -> FormVersion:
    return make_form()


@pytest.fixture
def importer(form: FormVersion) -> User:
    return make_user("awa")


def send(content: bytes, by: User, **files: bytes) -> Submission:
    named = {f"{name}.jpg": file for name, file in files.items()}
    return receive(content, files=named, device="collect:1", by=by).submission


def test_a_fiche_enters_the_register(form: FormVersion, collector: User, importer: User) -> None:
    sent = send(fiche(), collector)
    poured = import_submissions(form, by=importer)
    assert (poured.taken, poured.merged, poured.held, poured.declined) == (1, 1, 0, 0)
    sent.refresh_from_db()
    assert (sent.status, sent.batch) == ("merged", poured.batch)
    household = Household.objects.get(source="questionnaire-menage")
    assert (household.source_key, household.village.code) == (sent.instance_id, "ML010501-001")
    assert (household.head_name, household.size, household.collector) == ("Moussa Keïta", 3, "enqueteur")


def test_each_answer_fills_its_fact(form: FormVersion, collector: User, importer: User) -> None:
    send(fiche(), collector)
    import_submissions(form, by=importer)
    living = LivingConditions.objects.get()
    assert (living.roof, living.water, living.toilet, living.rooms) == ("thatch", "borehole", "none", 2)
    assert (living.plough, living.motorcycle, living.mobile_phone) == (True, False, True)
    assert (living.cattle, float(living.land_ha), living.fcs, living.rcsi, living.hdds) == (2, 1.25, 34, 11, 4)
    relations = Membership.objects.order_by("line").values_list("relation", "role")
    assert list(relations) == [("head", "alternate"), ("spouse", "recipient"), ("child", "")]
    births = Person.objects.order_by("pk").values_list("birth_precision", flat=True)
    assert sorted(births) == ["about", "day", "month"]
    assert Health.objects.get(person__given_names="Awa").seeing == 3


def test_pouring_again_changes_nothing(form: FormVersion, collector: User, importer: User) -> None:
    send(fiche(), collector)
    import_submissions(form, by=importer)
    with pytest.raises(Refused, match="n’attend"):
        import_submissions(form, by=importer)
    assert Household.objects.count() == 1


def test_a_fiche_with_an_error_is_held_with_its_problem(form: FormVersion, collector: User, importer: User) -> None:
    wrong = send(fiche(changed(identification={"village": "ML999999-001"})), collector)
    right = send(fiche(), collector)
    poured = import_submissions(form, by=importer)
    assert (poured.merged, poured.held) == (1, 1)
    assert poured.batch is not None
    assert {p.key: p.column for p in poured.batch.problems.all()} == {wrong.instance_id: "village"}
    assert dict(Submission.objects.values_list("instance_id", "status")) == {
        wrong.instance_id: "held", right.instance_id: "merged",
    }  # fmt: skip


def test_a_held_fiche_is_tried_again(form: FormVersion, collector: User, importer: User) -> None:
    from tests.factories import make_commune, make_village

    held = send(fiche(changed(identification={"village": "ML010501-002"})), collector)
    send(fiche(), collector)
    assert import_submissions(form, by=importer).held == 1
    make_village(make_commune("ML010501"), 2)
    assert import_submissions(form, by=importer).merged == 1
    held.refresh_from_db()
    assert held.status == "merged" and Household.objects.count() == 2


def test_who_did_not_agree_does_not_enter(form: FormVersion, collector: User, importer: User) -> None:
    sent = send(fiche({**HOUSEHOLD, "consentement": {"accord": "non"}}), collector)
    poured = import_submissions(form, by=importer)
    assert (poured.declined, poured.batch) == (1, None)
    sent.refresh_from_db()
    assert sent.status == "declined" and not Household.objects.exists()


def test_the_same_fiche_again_is_the_same(form: FormVersion, collector: User) -> None:
    content = fiche()
    first, again = (receive(content, files={}, device="", by=collector) for _ in range(2))
    assert (first.is_new, again.is_new) == (True, False)
    assert Submission.objects.count() == AuditEvent.objects.filter(verb="receive").count() == 1


def test_files_come_in_several_posts(form: FormVersion, collector: User) -> None:
    content = fiche({**HOUSEHOLD, "photos": {"une": "une.jpg", "deux": "deux.jpg"}})
    send(content, collector, une=PHOTO)
    send(content, collector, deux=PHOTO)
    send(content, collector, une=PHOTO)
    assert sorted(Attachment.objects.values_list("file_name", flat=True)) == ["deux.jpg", "une.jpg"]


def test_other_answers_under_a_number_are_a_conflict(form: FormVersion, collector: User) -> None:
    number = "uuid:0b2c7a52-0000-4000-8000-000000000001"
    first = send(fiche(number=number), collector)
    other = fiche(changed(logement={"pieces": "9"}), number=number)
    for _ in range(2):
        with pytest.raises(Raced, match="comparera"):
            send(other, collector)
    kept = SubmissionConflict.objects.get()
    assert kept.submission == first and answers_of(kept) == other and b">2<" in answers_of(first)


def test_answers_are_not_in_clear_in_the_database(form: FormVersion, collector: User) -> None:
    sent = send(fiche(), collector)
    assert b"76001122" not in bytes(sent.sealed) and b"76001122" in answers_of(sent)


@pytest.mark.parametrize("status", ["draft", "elsewhere"])
def test_a_form_that_is_not_offered_is_refused(status: str, form: FormVersion, collector: User) -> None:
    FormVersion.objects.update(status="draft")
    with pytest.raises(UnknownForm):
        send(fiche(form="menage" if status == "draft" else "ailleurs"), collector)


def test_what_a_phone_holds_of_a_retired_version_is_received(form: FormVersion, collector: User) -> None:
    FormVersion.objects.update(status="retired")
    assert send(fiche(), collector).status == "received"


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"<data", "bien formé"),
        (b"<!DOCTYPE d [<!ENTITY a 'b'>]><data id='menage'>&a;</data>", "interdite"),
        (b"<data id='menage'><a/></data>", "numéro"),
        (b"<data><meta><instanceID>uuid:1</instanceID></meta></data>", "questionnaire"),
        (b"<data id='menage'>" + b"<a>" * 60 + b"</a>" * 60 + b"</data>", "profonds"),
        (b"<data id='menage' encrypted='yes'/>", "chiffrée"),
    ],
)
def test_what_is_no_fiche_is_refused(content: bytes, why: str, collector: User) -> None:
    with pytest.raises(InputError) as refused:
        send(content, collector)
    assert why in refused.value.why


def test_a_file_that_the_fiche_does_not_name_is_refused(form: FormVersion, collector: User) -> None:
    with pytest.raises(InputError, match="nommée nulle part"):
        send(fiche({**HOUSEHOLD, "photos": {"une": "une.jpg"}}), collector, autre=PHOTO)


def test_a_photograph_is_kept_without_where_it_was_taken(form: FormVersion, collector: User) -> None:
    send(fiche({**HOUSEHOLD, "photos": {"une": "une.jpg"}}), collector, une=PHOTO)
    kept = Attachment.objects.get()
    assert b"Moussa" in PHOTO and b"Moussa" not in bytes(kept.content)
    assert (kept.kind, kept.digest) == ("image/jpeg", hashlib.sha256(PHOTO).hexdigest())


@pytest.mark.parametrize("sent", [b"MZ\x90\x00", PHOTO[:700], b"%PDF-1.4 rien"])
def test_a_file_that_cannot_be_read_is_held_sealed(form: FormVersion, collector: User, sent: bytes) -> None:
    """A phone that was answered « reçu » sends nothing again: what came is kept, shown to nobody."""
    send(fiche({**HOUSEHOLD, "photos": {"une": "une.jpg"}}), collector, une=sent)
    kept = Attachment.objects.get()
    assert bytes(kept.content) == b"" and kept.held_because and sent not in bytes(kept.held_sealed)
    assert opened_bytes("answers", kept.held_sealed) == sent


def test_a_held_file_has_a_reason_and_no_content(form: FormVersion, collector: User) -> None:
    send(fiche({**HOUSEHOLD, "photos": {"une": "une.jpg"}}), collector, une=PHOTO)
    with pytest.raises(IntegrityError, match="attachment_held_has_a_reason"), transaction.atomic():
        Attachment.objects.update(held_because="illisible")


def test_only_who_collects_sends_and_only_the_country_pours(form: FormVersion, collector: User) -> None:
    with pytest.raises(Refused):
        send(fiche(), make_user("ciblage", "auditor"))
    commune = make_user("communal", "programme_manager", collector.staff_postings.get().area)
    with pytest.raises(Refused):
        import_submissions(form, by=commune)


def test_the_database_refuses_an_end_without_a_batch(form: FormVersion, collector: User) -> None:
    sent = send(fiche(), collector)
    with pytest.raises(IntegrityError, match="submission_ended_has_batch"), transaction.atomic():
        Submission.objects.filter(pk=sent.pk).update(status="merged")


def test_an_erased_household_leaves_no_answer(form: FormVersion, collector: User, importer: User) -> None:
    from jigi.protection import erasure

    content = fiche({**HOUSEHOLD, "photos": {"une": "une.jpg"}})
    sent = send(content, collector, une=PHOTO)
    import_submissions(form, by=importer)
    erasure.erase(households=[Household.objects.get().pk])
    sent.refresh_from_db()
    assert bytes(sent.sealed) == b"" and not Attachment.objects.exists()
    assert not receive(content, files={}, device="", by=collector).is_new


def test_one_endless_answer_holds_its_fiche_and_no_other(
    form: FormVersion, collector: User, importer: User
) -> None:  # fmt: skip
    send(fiche(), collector)
    endless = {**HOUSEHOLD["menage"]["membres"][0], "prenom": "x" * 200_000}
    send(fiche(changed(menage={"membres": [endless]})), collector)
    poured = import_submissions(form, by=importer)
    assert (poured.merged, poured.held) == (1, 1) and poured.batch
    problem = poured.batch.problems.get(code="value")
    assert "est trop long : 200000 caractères" in problem.message and len(problem.value) == 500


def test_a_mark_that_nobody_sees_stops_no_fiche(form: FormVersion, collector: User, importer: User) -> None:
    marked = {**HOUSEHOLD["menage"]["membres"][0], "prenom": "Mous\x7fsa\x80"}
    send(fiche(changed(menage={"membres": [marked]})), collector)
    assert import_submissions(form, by=importer).merged == 1
    assert Household.objects.get().head_name == "Moussa Keïta"
