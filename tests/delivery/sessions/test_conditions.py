"""Conditions: soft is reported, hard is proposed, decided by another, told and appealed."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from pathlib import Path

import pytest
from django.db import DatabaseError, connection, transaction
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from jigi.delivery.sessions import actions, appeals, attendance, conditions
from jigi.delivery.sessions.conditions import Suspended, load_conditions
from jigi.delivery.sessions.conditions_file import read_conditions
from jigi.delivery.sessions.models import Condition, ConditionFinding, ConditionReview, Session
from jigi.delivery.sessions.rules import Asked, judge
from jigi.delivery.withholding.models import Withholding
from jigi.enrolment.models import Enrolment
from jigi.foundation.bulk import counting_statements, fetch_sql
from jigi.foundation.errors import InputError, Refused
from tests.delivery.sessions.play import Play, play, presents
from tests.factories import make_enrolments, make_households, make_user

FIRST, LAST = date(2016, 1, 1), date(2016, 3, 31)
HARD = 'hardness = "hard"\neffect = "reduce"\npercent = 20'


def text(force: str = HARD, *, least: int = 2, extra: str = "") -> str:
    return (
        'author = "Essai"\nsource = "Essai"\n[[condition]]\ncode = "DURE"\nname = "Deux séances par trimestre"\n'
        f'programme = "ESSAI"\npaid = "TM"\nfollowed_programme = "ACC"\nfollowed = "MA"\n{force}\nleast = {least}\n'
        f"appeal_days = 30\nvalid_from = 2016-01-01\n{extra}"
    )


def loaded(one: Play, folder: Path, force: str = HARD, *, least: int = 2, extra: str = "") -> Condition:
    file = folder / "conditions.toml"
    file.write_text(text(force, least=least, extra=extra), encoding="utf-8")
    load_conditions(file, by=one.scene.planner)
    return Condition.objects.get(code="DURE")


def begun(recipients: int = 3) -> Play:
    """Three recipients enrolled since 2015; two sessions of the term held and checked, of which one came to both."""
    one = play(recipients)
    Enrolment.objects.update(enrolled_at=timezone.make_aware(datetime(2015, 12, 1)))
    for session, came in zip(one.planned(modules=2), (one.recipients[:2], one.recipients[:1]), strict=True):
        one.held(session, day=session.planned_on)
        attendance.enter(session, presents(*came), version=session.version, by=one.agent)
        actions.check(session, by=one.scene.controller)
    return one


def reviewed(one: Play, condition: Condition, *suspended: Suspended) -> ConditionReview:
    return conditions.review(condition, 1, suspended=suspended, by=one.scene.planner)


@pytest.mark.django_db
def test_a_hard_condition_is_proposed_by_one_and_decided_by_another(tmp_path: Path) -> None:
    one = begun()
    made = reviewed(one, loaded(one, tmp_path))
    assert (made.judged, made.kept, made.failed, made.excused) == (3, 1, 2, 0)
    assert not Withholding.objects.exists()
    with pytest.raises(Refused):
        conditions.decide(made, by=one.scene.planner)
    assert conditions.decide(made, by=one.scene.decider) == 2
    first = Withholding.objects.order_by("household")[0]
    assert (first.term, first.effect, first.percent, first.rule) == (2, "reduce", 20, "DURE")
    assert first.reason == (
        "Deux séances par trimestre : 1 séance(s) suivie(s) sur 2 demandée(s), du 01/01/2016 au 31/03/2016."
    )
    assert (first.made_by, first.decided_by) == (one.scene.planner, one.scene.decider)


@pytest.mark.django_db
def test_who_proposed_does_not_decide_whatever_their_rights(tmp_path: Path) -> None:
    one = begun()
    made = reviewed(one, loaded(one, tmp_path))
    ConditionReview.objects.update(made_by=one.scene.decider)
    made.refresh_from_db()
    with pytest.raises(Refused, match="Vous avez proposé"):
        conditions.decide(made, by=one.scene.decider)


@pytest.mark.django_db
def test_who_took_an_appeal_down_does_not_answer_it(tmp_path: Path) -> None:
    one = begun()
    made = reviewed(one, loaded(one, tmp_path))
    conditions.decide(made, by=one.scene.decider)
    finding = made.findings.all()[0]
    appeal = appeals.receive(finding, "Malade.", said_on=timezone.localdate(), by=one.scene.decider)
    with pytest.raises(Refused, match="Vous avez reçu ce recours"):
        appeals.answer(appeal, upheld=True, reason="certificat vu", by=one.scene.decider)


@pytest.mark.django_db
def test_a_soft_condition_is_reported_and_withholds_nothing(tmp_path: Path) -> None:
    one = begun()
    made = reviewed(one, loaded(one, tmp_path, 'hardness = "soft"'))
    assert (made.status, made.failed) == ("reported", 2)
    with pytest.raises(Refused, match="constat seul"):
        conditions.decide(made, by=one.scene.decider)
    assert not Withholding.objects.exists()


@pytest.mark.django_db
def test_a_blocked_entitlement_is_the_whole_of_it(tmp_path: Path) -> None:
    one = begun()
    conditions.decide(reviewed(one, loaded(one, tmp_path, 'hardness = "hard"\neffect = "block"')), by=one.scene.decider)
    assert set(Withholding.objects.values_list("effect", "percent")) == {("block", 100)}


@pytest.mark.django_db
def test_what_was_not_held_or_not_checked_counts_against_nobody(tmp_path: Path) -> None:
    one = play()
    Enrolment.objects.update(enrolled_at=timezone.make_aware(datetime(2015, 12, 1)))
    held, gone, waiting = one.planned(modules=3)
    actions.cancel(gone, "insecurity", by=one.agent)
    one.held(held)  # held, and nobody has checked it
    made = reviewed(one, loaded(one, tmp_path))
    assert (made.judged, made.failed, made.excused) == (3, 0, 3) and waiting.status == "planned"


@pytest.mark.django_db
def test_a_suspended_commune_counts_against_nobody(tmp_path: Path) -> None:
    one = begun()
    span = Suspended(one.scene.commune.pk, date(2016, 2, 1), None)
    made = reviewed(one, loaded(one, tmp_path), span)
    assert (made.failed, made.excused) == (0, 3)


@pytest.mark.django_db
def test_who_was_enrolled_later_is_asked_what_was_offered_since(tmp_path: Path) -> None:
    one = begun()
    Enrolment.objects.update(enrolled_at=timezone.make_aware(datetime(2016, 3, 10)))
    made = reviewed(one, loaded(one, tmp_path))
    assert list(made.findings.values_list("household", "required", "attended")) == [(one.recipients[2], 1, 0)]


@pytest.mark.django_db
def test_only_mothers_or_some_themes_may_count(tmp_path: Path) -> None:
    one = begun()
    made = reviewed(one, loaded(one, tmp_path, HARD + '\nwho = "mother"\nthemes = ["hygiene"]', least=1))
    assert (made.failed, made.excused) == (0, 3)  # nothing of that theme was held
    conditions.drop(made, reason="trop étroit", by=one.scene.planner)
    Condition.objects.update(themes=[])
    made = reviewed(one, Condition.objects.get())
    assert made.failed == 3  # no mother came


@pytest.mark.django_db
def test_a_household_is_left_out_before_the_decision_and_may_come_back(tmp_path: Path) -> None:
    one = begun()
    made = reviewed(one, loaded(one, tmp_path))
    ill, other = made.findings.order_by("household")
    conditions.dismiss(ill, reason="hospitalisée", by=one.scene.planner)
    conditions.dismiss(other, reason="erreur", by=one.scene.decider)
    conditions.keep(other, by=one.scene.planner)
    assert conditions.decide(made, by=one.scene.decider) == 1
    with pytest.raises(Refused, match="recours"):
        conditions.dismiss(other, reason="trop tard", by=one.scene.decider)


@pytest.mark.django_db
def test_a_term_is_reviewed_once_and_when_it_is_over(tmp_path: Path) -> None:
    one = begun()
    condition = loaded(one, tmp_path)
    made = reviewed(one, condition)
    with pytest.raises(Refused, match="déjà examinée"):
        reviewed(one, condition)
    conditions.drop(made, reason="liste incomplète", by=one.scene.planner)
    assert reviewed(one, condition).failed == 2
    with pytest.raises(Refused, match="échéances vont"):
        conditions.review(condition, 99, suspended=(), by=one.scene.planner)


@pytest.mark.django_db
def test_an_appeal_is_decided_by_who_had_no_hand_in_it_and_lifts(tmp_path: Path) -> None:
    one = begun()
    made = reviewed(one, loaded(one, tmp_path))
    conditions.decide(made, by=one.scene.decider)
    finding = made.findings.order_by("household")[0]
    today = timezone.localdate()
    appeal = appeals.receive(finding, "J’étais à l’hôpital.", said_on=today, by=one.scene.controller)
    with pytest.raises(Refused, match="attend déjà"):
        appeals.receive(finding, "Encore.", said_on=today, by=one.scene.controller)
    with pytest.raises(Refused):
        appeals.answer(appeal, upheld=True, reason="certificat", by=one.scene.controller)
    with pytest.raises(Refused, match="décidé la retenue"):
        appeals.answer(appeal, upheld=True, reason="certificat", by=one.scene.decider)
    judge = make_user("juge", "coordinator")
    appeals.answer(appeal, upheld=True, reason="certificat du CSCom vu", by=judge)
    lifted = Withholding.objects.get(enrolment=finding.enrolment)
    assert lifted.lifted_by == judge and lifted.lifted_why == "Recours accepté : certificat du CSCom vu"


@pytest.mark.django_db
def test_a_rejected_appeal_lifts_nothing_and_late_ones_are_not_taken(tmp_path: Path) -> None:
    one = begun()
    made = reviewed(one, loaded(one, tmp_path))
    conditions.decide(made, by=one.scene.decider)
    finding, other = made.findings.order_by("household")
    appeal = appeals.receive(finding, "Je n’ai pas su.", said_on=timezone.localdate(), by=one.scene.controller)
    appeals.answer(appeal, upheld=False, reason="crieur passé deux fois", by=make_user("juge", "coordinator"))
    assert not Withholding.objects.filter(lifted_at__isnull=False).exists()
    ConditionReview.objects.update(decided_at=timezone.now() - timedelta(days=31))
    other = ConditionFinding.objects.get(pk=other.pk)
    with pytest.raises(Refused, match="délai est passé"):
        appeals.receive(other, "Trop tard ?", said_on=timezone.localdate(), by=one.scene.controller)


@pytest.mark.django_db
def test_a_decision_costs_the_same_statements_whatever_the_number(tmp_path: Path) -> None:
    one = begun()
    condition = loaded(one, tmp_path)
    with counting_statements() as small:
        made = reviewed(one, condition)
        conditions.decide(made, by=one.scene.decider)
    more = make_households(300, one.scene.village)
    make_enrolments(one.paid, more, cohort="autre")
    Enrolment.objects.update(enrolled_at=timezone.make_aware(datetime(2015, 12, 1)))
    Condition.objects.update(code="DURE-2")
    with connection.cursor() as cursor:
        cursor.execute("UPDATE delivery_conditionreview SET term = 3")
    with counting_statements() as large:
        made = reviewed(one, Condition.objects.get())
        assert conditions.decide(made, by=one.scene.decider) == 302
    assert large.count == small.count + 1  # the condition, read again


@pytest.mark.django_db
def test_a_condition_that_was_applied_does_not_change(tmp_path: Path) -> None:
    one = begun()
    condition = loaded(one, tmp_path)
    reviewed(one, condition)
    with pytest.raises(InputError, match=r"ligne 3.*déjà été appliquée"):
        loaded(one, tmp_path, least=3)
    assert Condition.objects.get().least == 2


@pytest.mark.parametrize(
    ("force", "extra", "why"),
    [
        ('hardness = "soft"\npercent = 20', "", "n’a pas d’effet"),
        ('hardness = "hard"\neffect = "reduce"\npercent = 100', "", "plus grand que 99"),
        ('hardness = "hard"', "", "Il manque « effect »"),
        (HARD, "valid_until = 2015-01-01", "finit avant"),
        (HARD, "oubli = 1", "« oubli » est inconnue"),
    ],
)
def test_a_condition_file_is_read_strictly(tmp_path: Path, force: str, extra: str, why: str) -> None:
    file = tmp_path / "conditions.toml"
    file.write_text(text(force, extra=extra), encoding="utf-8")
    with pytest.raises(InputError, match=why) as found:
        read_conditions(file)
    assert found.value.line


def test_the_shipped_condition_is_soft() -> None:
    assert [(one.programme, one.hardness) for one in read_conditions()] == [("TM1", "soft")]


DAYS = st.dates(FIRST - timedelta(days=20), LAST + timedelta(days=20))


@pytest.mark.django_db
@settings(deadline=None, max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    held=st.lists(DAYS, max_size=5, unique=True), checked=st.lists(st.booleans(), min_size=5, max_size=5),
    came=st.lists(st.booleans(), min_size=5, max_size=5), enrolled_on=DAYS, least=st.integers(1, 4),
    spans=st.lists(st.tuples(DAYS, st.integers(0, 40)), max_size=2),
)  # fmt: skip
def test_the_database_judges_as_the_rule_does(
    world: tuple[Play, Condition], held: list[date], checked: list[bool], came: list[bool], enrolled_on: date,
    least: int, spans: list[tuple[date, int]],
) -> None:  # fmt: skip
    one, condition = world
    suspended = [(start, start + timedelta(days=length)) for start, length in spans]
    with transaction.atomic():
        enrolment = Enrolment.objects.get(household=one.recipients[0])
        Enrolment.objects.filter(pk=enrolment.pk).update(
            enrolled_at=timezone.make_aware(datetime(enrolled_on.year, enrolled_on.month, enrolled_on.day))
        )
        for day, is_checked, is_there in zip(held, checked, came, strict=False):
            _session(one, day, is_checked, is_there)
        conditions.stage_suspended(Suspended(one.scene.commune.pk, *span) for span in suspended)
        asked = {**conditions.facts_of(condition, FIRST, LAST), "least": least}
        rows = fetch_sql("delivery", "sessions_judge", asked)
        transaction.set_rollback(True)
    said = judge(
        Asked(least, FIRST, LAST), enrolled_on=enrolled_on, suspended=suspended,
        held=[day for day, is_checked in zip(held, checked, strict=False) if is_checked],
        attended=[day for day, there in zip(held, came, strict=False) if there],
    )  # fmt: skip
    found = [(row["offered"], row["required"], row["attended"]) for row in rows]
    assert found == ([(said.offered, said.required, said.attended)] if enrolled_on <= LAST else [])


def _session(one: Play, day: date, is_checked: bool, is_there: bool) -> None:
    session = Session.objects.create(
        contract=one.contract, component=one.contract.component, commune=one.scene.commune, village=one.scene.village,
        module=one.modules[0], planned_on=day, status="held", held_on=day, place="École", facilitator="Awa", men=1,
        women=1, held_by=one.agent, held_at=timezone.now(),
    )  # fmt: skip
    if is_there:
        attendance.stage_rows([(1, session.pk, one.recipients[0], "recipient", "", False, False)])
        attendance.run_sql("delivery", "sessions_mark", {"means": "list", "by": one.agent.pk})
    if is_checked:
        Session.objects.filter(pk=session.pk).update(
            status="checked", checked_by=one.scene.controller, checked_at=timezone.now()
        )


@pytest.fixture
def world(tmp_path: Path) -> tuple[Play, Condition]:
    one = play(1, 0)
    return one, loaded(one, tmp_path)


LIES = {
    "condition_review_decided_by_another": "UPDATE delivery_conditionreview SET decided_by_id = made_by_id",
    "condition_review_adds_up": "UPDATE delivery_conditionreview SET failed = failed + 1",
    "condition_finding_is_short": "UPDATE delivery_conditionfinding SET attended = required",
    "condition_effect_is_of_its_force": "UPDATE delivery_condition SET hardness = 'soft'",
    "condition_can_be_appealed": "UPDATE delivery_condition SET appeal_days = 0",
    "condition_appeal_heard_by_another": "UPDATE delivery_conditionappeal SET status = 'upheld', decided_by_id ="
    " received_by_id, decided_at = now(), decided_why = 'oui'",
    "condition_appeal_answer_is_signed": "UPDATE delivery_conditionappeal SET status = 'upheld'",
}


@pytest.mark.django_db
@pytest.mark.parametrize("name", LIES)
def test_the_database_refuses_the_lie(name: str, tmp_path: Path) -> None:
    one = begun()
    made = reviewed(one, loaded(one, tmp_path))
    conditions.decide(made, by=one.scene.decider)
    finding = made.findings.all()[0]
    appeals.receive(finding, "Malade.", said_on=timezone.localdate(), by=one.scene.controller)
    with pytest.raises(DatabaseError) as refused, transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(LIES[name])
    assert refused.value.__cause__.diag.constraint_name == name


@pytest.mark.django_db
def test_where_the_list_of_the_term_is_frozen_nothing_is_withheld_any_more(tmp_path: Path) -> None:
    one = begun()
    made = reviewed(one, loaded(one, tmp_path))
    places = list(made.findings.values_list("commune", flat=True))
    assert places and conditions.decide(made, frozen=places, by=one.scene.decider) == 0
    assert not Withholding.objects.exists()
