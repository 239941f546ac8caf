"""Rules of retention: previewed, proposed by one, applied by another, and nothing left when done again."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from pathlib import Path

import pytest
from django.contrib.sessions.models import Session
from django.db import IntegrityError, connection, transaction
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from jigi.changes import actions as changes
from jigi.changes.models import ChangeEvidence, ChangeRequest
from jigi.delivery.grants.grant_models import GrantEvidence
from jigi.enrolment import actions as enrolment
from jigi.enrolment.models import Enrolment
from jigi.foundation.errors import InputError, Refused
from jigi.foundation.models import AuditEvent, Run
from jigi.grievances.models import Arrival
from jigi.intake.models import Submission
from jigi.intake.reception import receive
from jigi.protection import retention
from jigi.protection.models import DataRequest, RetentionProposal
from jigi.protection.reviewed import DATA, delays, retention_rules
from jigi.protection.rules import too_old_before
from jigi.registry.models import Household, LivingConditions, PastMembership, Person
from jigi.sheets.models import Scan, ScannedPage
from tests.command.terminal import terminal
from tests.factories import make_households, make_user, make_village
from tests.intake.collected import fiche, make_form
from tests.protection.people import World, accepted, asked, leave, make_world, past

TODAY = date(2026, 6, 15)


@pytest.fixture
def world(db: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> World:
    """A world where each rule finds one row and leaves one."""
    made = make_world(tmp_path)
    monkeypatch.setattr("django.utils.timezone.localdate", lambda value=None: TODAY)
    with connection.cursor() as cursor:
        cursor.execute("UPDATE intake_batch SET made_at = '2025-06-14'")
    for key, seen in (("S1", date(2016, 6, 14)), ("S2", date(2016, 6, 15))):
        LivingConditions.objects.create(survey="EHCVM", survey_key=key, collected_on=seen)
    never = make_households(3, make_village(made.scene.communes[0], 2), prefix="jamais")
    Household.objects.update(collected_on=date(2021, 6, 15))
    Household.objects.filter(pk__in=[*never[:1], made.household.pk, never[2]]).update(collected_on=date(2021, 6, 14))
    DataRequest.objects.all().delete()
    closed = asked(made, "access", household=Household.objects.get(pk=never[1]))
    DataRequest.objects.filter(pk=closed.pk).update(status="withdrawn", made_at=_at(date(2021, 6, 14)))
    asked(made, "access", household=Household.objects.get(pk=never[2]))
    for n, day in enumerate((date(2021, 6, 14), date(2021, 6, 15))):
        scan = Scan.objects.create(sha256=f"{n:064}", made_by=made.officer, made_at=_at(day))
        ScannedPage.objects.create(scan=scan, position=1, sealed=b"x")
        changed = changes.draft(
            "identity", made.other, typed={"person.nickname": f"Djo{n}"}, effective_on=date(2016, 3, 1), reason="essai",
            fact_source="visit", person=made.other.memberships.get(relation="child").person,
            by=make_user(f"kadi{n}", "social_officer"),
        )  # fmt: skip
        ChangeRequest.objects.filter(pk=changed.pk).update(status="withdrawn", made_at=_at(day))
        ChangeEvidence.objects.create(
            request=changed, name="acte.pdf", kind="application/pdf", sha256=f"{n:064}", content=b"x",
            added_by=changed.made_by,
        )  # fmt: skip
    for day_before in ("2016-06-14", "2016-06-15"):
        past("membership", made.other.memberships.get(relation="child").pk, until=day_before)
    make_form()
    collector = make_user("enqueteur", "enumerator", made.scene.communes[0])
    for number, day in (("uuid:vieille", date(2024, 6, 14)), ("uuid:recente", date(2024, 6, 15))):
        receive(fiche(number=number), files={}, device="", by=collector)
        Submission.objects.filter(instance_id=number).update(received_at=_at(day))
        _image(made, day=date(2021, 6, day.day), number=number)
    for key, ends in (("vieille", date(2026, 5, 14)), ("récente", date(2026, 5, 15))):
        Session.objects.create(session_key=key, session_data="", expire_date=_at(ends))
    return made


def _image(world: World, *, day: date, number: str) -> None:
    """A piece of evidence alone, without the grant that it supports: for this test its table loses its keys."""
    connection.check_constraints()
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT conname FROM pg_constraint WHERE conrelid = 'delivery_grantevidence'::regclass AND contype = 'f'"
        )
        for (name,) in cursor.fetchall():
            cursor.execute(f"ALTER TABLE delivery_grantevidence DROP CONSTRAINT {name}")
    GrantEvidence.objects.create(
        instalment_id=1, contract_id=1, household=world.other, sort="photo", note="étal", sealed=b"x", sha256=number,
        made_by=world.officer, made_at=_at(day),
    )  # fmt: skip


def _at(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, datetime.min.time()))


def counts() -> dict[str, int]:
    return {due.rule.code: due.rows for due in retention.preview()}


@pytest.mark.django_db
def test_each_rule_finds_what_is_too_old_and_nothing_else(world: World) -> None:
    assert counts() == dict.fromkeys(counts(), 1) and len(counts()) == 10


@pytest.mark.django_db
def test_a_preview_changes_nothing(world: World) -> None:
    before = Household.objects.count(), LivingConditions.objects.count(), Session.objects.count()
    counts()
    assert before == (Household.objects.count(), LivingConditions.objects.count(), Session.objects.count())


@pytest.mark.django_db
def test_what_is_applied_is_what_was_previewed_and_again_finds_nothing(world: World) -> None:
    proposal = retention.propose(by=world.officer)
    done = retention.apply(proposal, by=world.second)
    assert done.applied == done.counts and set(counts().values()) == {0}
    gone = Household.objects.get(source_key__startswith="effacé:")
    assert gone.status == "left" and set(
        Person.objects.filter(memberships__household=gone).values_list("given_names", flat=True)
    ) == {"Personne"}
    assert not LivingConditions.objects.filter(survey_key="S1") and LivingConditions.objects.filter(survey_key="S2")
    assert DataRequest.objects.get(status="withdrawn").asker == "" != DataRequest.objects.get(status="received").asker
    assert [one.session_key for one in Session.objects.all()] == ["récente"]
    assert GrantEvidence.objects.filter(sealed=b"").count() == GrantEvidence.objects.filter(sealed=b"x").count() == 1
    assert ScannedPage.objects.count() == ChangeEvidence.objects.count() == 1
    assert PastMembership.objects.filter(recorded_to__lt=_at(date(2017, 1, 1))).count() == 1
    run = Run.objects.get(subject=f"retention:{proposal.pk}")
    assert [step.rows_out for step in run.steps.all()] == [1] * 10 and run.checks.filter(passed=True).count() == 10
    assert AuditEvent.objects.filter(noun="retention", verb="apply", by=world.second).exists()
    with pytest.raises(Refused, match="rien à proposer"):
        retention.propose(by=world.officer)
    with pytest.raises(Refused, match="« Appliquer » est impossible"):
        retention.apply(done, by=world.second)


@pytest.mark.django_db
def test_a_household_that_was_merged_is_anonymised_with_the_others(world: World) -> None:
    merged = Household.objects.get(source_key="jamais-1")
    Household.objects.filter(pk=merged.pk).update(status="merged", merged_into=world.other)
    retention.apply(retention.propose(by=world.officer), by=world.second)
    merged.refresh_from_db()
    assert merged.is_erased and merged.status == "merged"


@pytest.mark.django_db
@pytest.mark.parametrize("held", ["money", "absorbed"])
def test_a_household_that_is_held_waits_and_keeps_no_other_from_the_rules(world: World, held: str) -> None:
    never = Household.objects.get(source_key="jamais-1")
    if held == "money":
        leave(world)
        world.scene.released(term=2)  # its other household is paid, and its round is open
        paid = world.other.memberships.get(relation="head")
        never.memberships.create(person=paid.person, line=9, relation="other_kin", shared=True, started_on="2017-01-01")
        enrolment.exit(Enrolment.objects.get(household=world.other), "départ", by=world.scene.maker)
    else:
        Household.objects.filter(pk=world.household.pk).update(status="merged", merged_into=never)
    assert counts()["never_enrolled"] == 0
    done = retention.apply(retention.propose(by=world.officer), by=world.second)
    assert done.applied["fiches"] == 1
    never.refresh_from_db()
    assert not never.is_erased


@pytest.mark.django_db
def test_a_complaint_of_a_telephone_that_was_held_so_long_is_set_aside(world: World) -> None:
    old = Submission.objects.order_by("received_at").first()
    held = Arrival.objects.create(key="form:1", fiche=old, sent_by=world.officer, became="held")
    held.faults.create(question="rsu", what="Aucun ménage", value="4827193066")
    retention.apply(retention.propose(by=world.officer), by=world.second)
    held.refresh_from_db()
    assert held.became == "dropped" and not held.faults.exists()


@pytest.mark.django_db
def test_one_person_does_not_propose_and_apply(world: World) -> None:
    proposal = retention.propose(by=world.officer)
    with pytest.raises(Refused, match="une autre personne doit la faire"):
        retention.apply(proposal, by=world.officer)
    with pytest.raises(Refused, match="attend déjà"):
        retention.propose(by=world.second)
    retention.drop(proposal, by=world.officer)
    assert set(counts().values()) == {1}


@pytest.mark.django_db
def test_rules_that_changed_since_are_not_applied(world: World) -> None:
    proposal = retention.propose(by=world.officer)
    RetentionProposal.objects.update(rules_hash="0" * 64)
    with pytest.raises(Refused, match="ont changé"):
        retention.apply(proposal, by=world.second)
    assert set(counts().values()) == {1}


@pytest.mark.django_db
def test_the_command_previews_then_applies_what_another_proposed(
    world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    jigi = terminal(capsys)
    said = jigi("protection", "retention", "--json")
    assert said.code == 0 and said.figures["rules"]["never_enrolled"]["rows"] == 1 and said.figures["proposal"] is None
    assert "Personne n’a encore proposé" in jigi("protection", "retention", "--apply", "--by", "dpo").err
    assert jigi("protection", "retention", "--propose", "--by", "dpo").code == 0
    assert "une autre personne" in jigi("protection", "retention", "--apply", "--by", "dpo").err
    applied = jigi("protection", "retention", "--apply", "--by", "dpo-deux", "--json").figures["applied"]
    assert applied == dict.fromkeys(applied, 1) and len(applied) == 10


LIES = {
    "data_request_decided_by_another": "UPDATE protection_datarequest SET decided_by_id = made_by_id",
    "data_request_decision_is_signed": "UPDATE protection_datarequest SET decided_at = NULL",
    "data_request_decided_has_a_decider": "UPDATE protection_datarequest SET decided_by_id = NULL, decided_at = NULL",
    "data_request_done_is_signed": "UPDATE protection_datarequest SET status = 'done'",
    "data_request_erased_by_another_than_its_decider":
        "UPDATE protection_datarequest SET status = 'done', done_at = now(), done_by_id = decided_by_id",
    "data_request_is_about_somebody": "UPDATE protection_datarequest SET household_id = NULL",
    "data_request_opposition_has_a_scope": "UPDATE protection_datarequest SET scope = 'all'",
    "data_request_partner_of_a_sharing": "UPDATE protection_datarequest SET partner = 'pam'",
    "data_request_due_after_received": "UPDATE protection_datarequest SET due_on = '2000-01-01'",
    "data_request_has_a_maker": "UPDATE protection_datarequest SET made_by_id = NULL",
    "retention_has_a_maker": "UPDATE protection_retentionproposal SET made_by_id = NULL",
    "retention_applied_by_another":
        "UPDATE protection_retentionproposal SET status = 'applied', decided_by_id = made_by_id, decided_at = now()",
    "retention_decision_is_signed": "UPDATE protection_retentionproposal SET status = 'dropped'",
    "retention_one_proposal":
        "INSERT INTO protection_retentionproposal (as_of, rules_hash, counts, status, made_by_id, applied)"
        " SELECT as_of, rules_hash, counts, status, made_by_id, applied FROM protection_retentionproposal",
}  # fmt: skip


@pytest.mark.django_db
def test_the_database_refuses_each_lie(tmp_path: Path) -> None:
    world = make_world(tmp_path)
    accepted(world)
    with connection.cursor() as cursor:
        cursor.execute("UPDATE intake_batch SET made_at = '2015-01-01'")
    retention.propose(by=world.officer)
    for constraint, lie in LIES.items():
        refused = pytest.raises(IntegrityError, match=constraint)
        with refused, transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(lie)
    named = {c.name for model in (DataRequest, RetentionProposal) for c in model._meta.constraints}
    assert named - set(LIES) == {"data_request_person_in_household"}  # a person has a household: tried below
    with pytest.raises(IntegrityError, match="data_request_person_in_household"), transaction.atomic():
        DataRequest.objects.update(kind="access", household=None, person=world.person)


def test_every_rule_says_all_it_must_and_has_its_statements() -> None:
    assert [rule.code for rule in retention_rules()] == list(retention.STATEMENTS)
    for rule in retention_rules():
        assert "2013-015" in rule.basis and rule.author
    assert delays().days == {"access": 30, "correction": 30, "opposition": 30, "erasure": 30}
    assert "2013-015" in delays().source and "confirmer" in delays().note


def test_a_wrong_rule_is_refused_with_its_line(tmp_path: Path) -> None:
    path = tmp_path / "regles.toml"
    path.write_text((DATA / "retention.toml").read_text(encoding="utf-8").replace("months = 12", "months = 0", 1))
    with pytest.raises(InputError) as error:
        retention_rules(path)
    assert error.value.line and error.value.column == "months"


@given(st.dates(date(1990, 1, 1), date(2090, 1, 1)), st.integers(1, 400))
def test_months_go_back_by_the_calendar(today: date, months: int) -> None:
    before = too_old_before(today, months)
    assert (today.year - before.year) * 12 + today.month - before.month == months
    assert before.day == today.day or (before + timedelta(days=1)).day == 1
