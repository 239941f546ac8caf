"""The review of a batch: nothing enters before another person has read it over; the file stays as it came."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from django.conf import settings
from django.db import IntegrityError, connection, transaction
from django.db.models import F
from django.utils import timezone

from jigi.foundation.bulk import counting_statements
from jigi.foundation.errors import InputError, Refused
from jigi.foundation.models import AuditEvent, User
from jigi.geography.models import Area
from jigi.intake import reviewing
from jigi.intake.models import Batch, BatchFile, Problem, SetAside, Submission
from jigi.intake.pipeline import import_file
from jigi.intake.queries import fiches_to_see, sent_back_to, waiting
from jigi.intake.reception import receive
from jigi.intake.submissions import import_submissions
from jigi.registry.models import Household, LivingConditions
from tests.factories import make_user
from tests.intake.collected import changed, fiche, make_collector, make_form
from tests.intake.forms import Desk, snapshot, write_csv
from tests.intake.test_surveys import MAPPING as SURVEY
from tests.intake.test_undo import REGISTER

WHY = "vu avec l’enquêteur au téléphone"


@pytest.fixture
def reader(desk: Desk) -> User:
    return make_user("sira")


def waiting_batch(desk: Desk) -> Batch:
    """Three fiches, of which the second names a village that nobody knows."""
    desk.fill(3).households[1]["village"] = "ML010501-009"
    return desk.send(review=True)


def named(batch: Batch, code: str) -> Problem:
    return batch.problems.get(code=code)


def test_a_batch_to_review_is_checked_and_writes_nothing_to_the_register(desk: Desk) -> None:
    before = snapshot(REGISTER)
    batch = waiting_batch(desk)
    assert (batch.status, batch.asks_review) == ("checked", True)
    assert (batch.households_read, batch.households_merged, batch.households_held) == (3, 0, 1)
    assert snapshot(REGISTER) == before and batch.check_counts.exists()


def test_its_files_are_kept_sealed(desk: Desk) -> None:
    batch = waiting_batch(desk)
    kept = {one.part: bytes(one.sealed) for one in BatchFile.objects.filter(batch=batch)}
    assert set(kept) == {"menages", "membres", "correspondance"}
    assert not any(b"Moussa" in content or b"ML010501" in content for content in kept.values())
    assert not list(Path(settings.HOME).glob(f"relecture-{connection.settings_dict['NAME']}-*"))


def test_read_over_by_another_it_is_merged_and_its_files_go(desk: Desk, reader: User) -> None:
    batch = waiting_batch(desk)
    reviewing.review(batch, by=reader)
    merged = reviewing.merge(batch, by=desk.by)
    assert (merged.status, merged.households_merged, merged.households_held) == ("merged", 2, 1)
    assert Household.objects.count() == 2 and not BatchFile.objects.exists()


def test_who_sent_it_does_not_declare_it_reviewed(desk: Desk) -> None:
    batch = waiting_batch(desk)
    with pytest.raises(Refused, match="ne le déclare pas relu"):
        reviewing.review(batch, by=desk.by)
    with pytest.raises(Refused, match="n’est pas relu"):
        reviewing.merge(batch, by=desk.by)


@pytest.mark.parametrize(
    ("lie", "constraint"),
    [
        ({"status": "merged"}, "batch_review_not_skipped"),
        ({"status": "reviewed"}, "batch_review_not_skipped"),
        ({"reviewed_by": "maker", "reviewed_at": "2016-05-01T00:00Z"}, "batch_reviewed_by_another"),
        ({"reviewed_by": "other"}, "batch_reviewed_by_somebody_some_day"),
    ],
)
def test_the_database_refuses_a_review_that_was_not(
    desk: Desk, reader: User, lie: dict[str, str], constraint: str
) -> None:
    batch = waiting_batch(desk)
    people = {"maker": desk.by, "other": reader}
    facts = {"households_merged": 2, **{name: people.get(value, value) for name, value in lie.items()}}
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        Batch.objects.filter(pk=batch.pk).update(**facts)


def test_a_corrected_value_is_taken_at_the_next_check_and_at_the_merge(desk: Desk, reader: User) -> None:
    batch = waiting_batch(desk)
    reviewing.correct(named(batch, "village"), "ML010501-001", by=desk.by, reason=WHY)
    with pytest.raises(Refused, match="pas encore été contrôlés"):
        reviewing.review(batch, by=reader)
    batch = reviewing.check_again(batch, by=reader)
    assert batch.households_held == 0 and not batch.problems.exists()
    reviewing.review(batch, by=reader)
    assert reviewing.merge(batch, by=reader).households_merged == 3
    assert Household.objects.get(source_key="F2").village.code == "ML010501-001"


def test_a_correction_is_a_row_whose_value_goes_with_the_files(desk: Desk, reader: User) -> None:
    batch = waiting_batch(desk)
    made = reviewing.correct(named(batch, "village"), "ML010501-001", by=desk.by, reason=WHY)
    assert (made.key, made.line, made.column, made.before) == ("F2", 3, "village", "ML010501-009")
    assert b"ML010501" not in bytes(made.sealed)
    reviewing.check_again(batch, by=reader)
    reviewing.review(batch, by=reader)
    reviewing.merge(batch, by=reader)
    made.refresh_from_db()
    assert (bytes(made.sealed), made.before, made.reason, made.made_by) == (b"", "", WHY, desk.by)


def test_of_two_corrections_the_last_counts_and_a_wrong_one_is_said(desk: Desk, reader: User) -> None:
    desk.fill(1).members[0]["sexe"] = "?"
    batch = desk.send(review=True)
    for value, code in (("zz", "code"), ("M", None)):
        reviewing.correct(batch.problems.filter(column="sexe").latest("pk"), value, by=desk.by, reason=WHY)
        batch = reviewing.check_again(batch, by=reader)
        assert batch.problems.filter(column="sexe", code=code).exists() is (code is not None)


def test_an_interview_left_out_or_sent_back_does_not_enter(desk: Desk, reader: User) -> None:
    desk.fill(3)
    for row in desk.households[:2]:
        row["pieces"] = "0"
    batch = desk.send(review=True)
    reviewing.set_aside(batch, "F1", "left_out", by=reader, reason="ménage déjà vu")
    reviewing.set_aside(batch, "F2", "sent_back", by=reader, reason="recomptez les pièces")
    reviewing.check_again(batch, by=reader)
    reviewing.review(batch, by=reader)
    batch = reviewing.merge(batch, by=reader)
    assert (batch.households_merged, batch.households_held) == (1, 2)
    assert LivingConditions.objects.get().household.source_key == "F3"


def test_an_interview_set_aside_may_be_taken_back_in(desk: Desk, reader: User) -> None:
    batch = waiting_batch(desk)
    aside = reviewing.set_aside(batch, "F2", "left_out", by=reader, reason="ménage déjà vu")
    assert aside.collector == "E1"
    reviewing.take_in(aside, by=reader)
    assert not SetAside.objects.exists()
    verbs = AuditEvent.objects.filter(noun="intake.batch", object_id=batch.pk).order_by("id")
    assert [event.verb for event in verbs] == ["check", "set_aside", "take_in"]


def test_a_refused_batch_leaves_nothing_but_its_row(desk: Desk, reader: User) -> None:
    batch = waiting_batch(desk)
    reviewing.refuse(batch, by=reader, reason="mauvaise semaine")
    batch.refresh_from_db()
    assert batch.status == "refused" and not BatchFile.objects.exists() and not Household.objects.exists()
    with pytest.raises(Refused, match="La relecture de ces fichiers"):
        desk.send()
    assert desk.send(review=True).status == "checked"


def test_what_was_refused_by_mistake_comes_again_as_a_new_batch(desk: Desk, reader: User) -> None:
    desk.fill(2).members[0]["sexe"] = "?"
    old = desk.send(review=True)
    reviewing.correct(old.problems.get(column="sexe"), "M", by=desk.by, reason=WHY)
    reviewing.refuse(old, by=reader, reason="mauvais bouton")
    batch = desk.send(review=True)
    assert batch.pk != old.pk and not batch.corrections.exists()
    reviewing.review(batch, by=reader)
    assert reviewing.merge(batch, by=reader).households_merged == 1
    assert Household.objects.get().source_key == "F2", "la case corrigée dans l’ancien lot n’est pas vidée"


def test_what_a_review_kept_out_does_not_enter_without_another(desk: Desk, reader: User) -> None:
    desk.fill(3).households[0]["pieces"] = "0"
    batch = desk.send(review=True)
    reviewing.set_aside(batch, "F1", "left_out", by=reader, reason="fiche inventée")
    reviewing.check_again(batch, by=reader)
    reviewing.review(batch, by=reader)
    reviewing.merge(batch, by=reader)
    with pytest.raises(Refused, match="La relecture de ces fichiers"):
        desk.send()
    assert set(Household.objects.values_list("source_key", flat=True)) == {"F2", "F3"}


def test_who_corrected_does_not_declare_it_reviewed(desk: Desk, reader: User) -> None:
    batch = waiting_batch(desk)
    made = reviewing.correct(named(batch, "village"), "ML010501-001", by=reader, reason=WHY)
    batch = reviewing.check_again(batch, by=reader)
    with pytest.raises(Refused, match="corrigé"):
        reviewing.review(batch, by=reader)
    reviewing.take_back(made, by=reader)
    assert reviewing.check_again(batch, by=reader).households_held == 1
    assert reviewing.review(batch, by=reader).status == "reviewed"


def test_a_household_without_a_head_is_corrected_at_its_first_member(desk: Desk) -> None:
    desk.fill(1).members[0]["lien"] = "frère"
    batch = desk.send(review=True)
    found = named(batch, "no_head")
    assert (found.of_member, found.line, found.column) == (True, 2, "lien")
    reviewing.correct(found, "chef", by=desk.by, reason=WHY)
    assert not reviewing.check_again(batch, by=desk.by).problems.filter(code="no_head").exists()


def test_a_column_named_by_a_whole_question_is_corrected_too(desk: Desk) -> None:
    long = "Combien de pièces le logement du ménage compte-t-il " * 3
    desk.mapping = desk.mapping.replace('"pieces"', f'"{long.strip()}"')
    desk.fill(1)
    desk.households = [{(long.strip() if k == "pieces" else k): v for k, v in desk.households[0].items()}]
    desk.households[0][long.strip()] = "beaucoup"
    batch = desk.send(review=True)
    reviewing.correct(batch.problems.get(line=2), "3", by=desk.by, reason=WHY)
    assert not reviewing.check_again(batch, by=desk.by).problems.exists()


@pytest.mark.parametrize("value", ["a\x00", "a\x01"])
def test_a_value_that_cannot_be_kept_is_refused_with_a_sentence(desk: Desk, value: str) -> None:
    with pytest.raises(Refused, match="ne peut être gardée"):
        reviewing.correct(named(waiting_batch(desk), "village"), value, by=desk.by, reason=WHY)


def test_another_person_who_sends_the_same_files_is_told_true_counts(desk: Desk) -> None:
    desk.fill(2).households[1]["village"] = "ML010502-001"
    local = make_user("b", "targeting_officer", area=Area.objects.get(code="ML010501"))
    everywhere, desk.by = desk.by, local
    first = desk.send()
    assert (first.households_merged, first.households_held) == (1, 1)
    desk.by = make_user("c", "targeting_officer", area=Area.objects.get(code="ML010502"))
    again = desk.send()
    assert (again.households_merged, again.households_known, again.households_held) == (2, 0, 0)
    desk.by = everywhere
    with pytest.raises(IntegrityError, match="batch_counts_are_counts"), transaction.atomic():
        Batch.objects.update(households_known=-6, households_held=F("households_held") + 6)


def test_the_same_files_wait_once(desk: Desk) -> None:
    batch = waiting_batch(desk)
    for review in (True, False):
        again = desk.send(review=review)
        assert again.recognised and again.pk == batch.pk
    assert Batch.objects.count() == 1


def test_once_reviewed_nothing_changes_any_more(desk: Desk, reader: User) -> None:
    batch = waiting_batch(desk)
    reviewing.review(batch, by=reader)
    with pytest.raises(Refused, match="ne se relit plus"):
        reviewing.correct(named(batch, "village"), "x", by=desk.by, reason=WHY)


def test_a_reason_the_right_and_a_batch_that_one_sees_are_asked(desk: Desk, reader: User) -> None:
    batch = waiting_batch(desk)
    with pytest.raises(Refused, match="Dites pourquoi"):
        reviewing.correct(named(batch, "village"), "x", by=desk.by, reason="")
    with pytest.raises(Refused, match="affectation"):
        reviewing.review(batch, by=make_user("a", "auditor"))
    elsewhere = make_user("b", "targeting_officer", area=Area.objects.get(code="ML010502"))
    with pytest.raises(Refused, match="que vous voyez"):
        reviewing.review(batch, by=elsewhere)


def test_a_review_that_nobody_finishes_is_given_up(desk: Desk) -> None:
    batch = waiting_batch(desk)
    assert reviewing.refuse_forgotten(timezone.now() - timedelta(days=90)) == 0
    assert reviewing.refuse_forgotten(timezone.now() + timedelta(days=1)) == 1
    batch.refresh_from_db()
    assert batch.status == "refused" and not BatchFile.objects.exists()


def test_a_survey_is_not_reviewed(desk: Desk) -> None:
    write_csv(desk.folder / "sondage.csv", [{"numero": "1"}])
    mapping = desk.folder / "sondage.toml"
    mapping.write_text(SURVEY.partition("[household.columns]")[0] + '[household.columns]\nroof = "numero"', "utf-8")
    with pytest.raises(InputError, match="ne se relit pas"):
        import_file(desk.folder / "sondage.csv", mapping, review=True, by=desk.by)


def test_statements_of_a_merge_do_not_depend_on_the_number_of_households(desk: Desk, reader: User) -> None:
    counts = []
    for count, first in [(2, 1), (60, 100)]:
        desk.households, desk.members = [], []
        batch = desk.fill(count, first).send(review=True)
        reviewing.review(batch, by=reader)
        with counting_statements() as counted:
            reviewing.merge(batch, by=reader)
        counts.append(counted.count)
    assert counts[0] == counts[1]


@pytest.fixture
def sent(desk: Desk) -> Submission:
    """A fiche from a phone, with something to look at in it."""
    collector, _ = make_collector(), make_form()
    content = fiche(changed(logement={"pieces": "0"}), number="uuid:une")
    return receive(content, files={}, device="", by=collector).submission


def state(sent: Submission) -> str:
    sent.refresh_from_db()
    return sent.status


def test_fiches_from_phones_wait_and_enter_with_their_batch(sent: Submission, desk: Desk, reader: User) -> None:
    poured = import_submissions(sent.form_version, review=True, by=desk.by)
    assert poured.batch and (poured.batch.status, state(sent)) == ("checked", "batched")
    assert not waiting(sent.form_version).exists()
    with pytest.raises(Refused, match="n’attend"):
        import_submissions(sent.form_version, by=desk.by)
    reviewing.correct(named(poured.batch, "no_room"), "3", by=desk.by, reason=WHY)
    reviewing.check_again(poured.batch, by=reader)
    reviewing.review(poured.batch, by=reader)
    reviewing.merge(poured.batch, by=reader)
    assert (state(sent), LivingConditions.objects.get().rooms) == ("merged", 3)


def test_a_fiche_sent_back_is_told_to_who_sent_it_and_not_poured_again(
    sent: Submission, desk: Desk, reader: User
) -> None:
    batch = import_submissions(sent.form_version, review=True, by=desk.by).batch
    assert batch is not None
    reviewing.set_aside(batch, sent.instance_id, "sent_back", by=reader, reason="recomptez les pièces")
    reviewing.refuse(batch, by=reader, reason="une seule fiche, à refaire")
    assert state(sent) == "held" and not waiting(sent.form_version).exists()
    assert [one.reason for one in sent_back_to(sent.sent_by)] == ["recomptez les pièces"]
    assert not sent_back_to(reader).exists()


def test_a_fiche_left_out_by_mistake_is_poured_with_the_next_ones(sent: Submission, desk: Desk, reader: User) -> None:
    batch = import_submissions(sent.form_version, review=True, by=desk.by).batch
    assert batch is not None
    aside = reviewing.set_aside(batch, sent.instance_id, "left_out", by=reader, reason="ménage déjà vu")
    reviewing.refuse(batch, by=reader, reason="une seule fiche, mal écartée")
    assert not waiting(sent.form_version).exists() and not fiches_to_see(desk.by)
    reviewing.take_in(aside, by=reader)
    assert waiting(sent.form_version).exists() and fiches_to_see(desk.by)
    again = import_submissions(sent.form_version, review=True, by=desk.by).batch
    assert again and again.pk != batch.pk and again.status == "checked"


def test_fiches_of_a_refused_batch_are_held_and_may_be_poured_again(sent: Submission, desk: Desk, reader: User) -> None:
    batch = import_submissions(sent.form_version, review=True, by=desk.by).batch
    assert batch is not None
    reviewing.refuse(batch, by=reader, reason="mauvaise semaine")
    assert (state(sent), waiting(sent.form_version).count()) == ("held", 1)
