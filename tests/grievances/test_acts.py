"""What a complaint sets off: asked by one, done by another who holds the right of the thing, kept with who and why."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from django.db import DatabaseError

from jigi.changes import actions as changes
from jigi.enrolment import actions as enrolments
from jigi.enrolment.models import Enrolment
from jigi.foundation.errors import Refused
from jigi.geography.models import Area
from jigi.grievances import actions, acts, pipeline
from jigi.grievances.models import Act, Case
from jigi.payments import actions as rounds
from jigi.payments.models import Instruction, PaymentRound, Reissue
from jigi.registry.models import Household, Person, Phone
from jigi.verification.models import Finding
from tests.factories import make_commune, make_households, make_user, make_village
from tests.payments.scene import Scene, stage

pytestmark = pytest.mark.django_db
WHY = "Elle dit n’avoir rien reçu à Safo."


@pytest.fixture
def scene(tmp_path: Path) -> Scene:
    """One commune of three households: the first order refused by the agency, the others paid."""
    scene = stage(communes=("ML010501",))
    scene.enrol(make_households(3, make_village(scene.communes[0])))
    it = scene.released()
    scene.answer(it, tmp_path / "retour.csv", absent=1)
    return scene


@pytest.fixture
def case(scene: Scene) -> Case:
    order = Instruction.objects.order_by("id")[0]
    officer = make_user("oumou", "grievance_officer", scene.communes[0])
    heard = actions.Heard("payment_missing", WHY, "phone", household=order.household, orders=[order])
    case = actions.receive(heard, by=officer)
    for verb in (actions.acknowledge, actions.examine):
        if verb is actions.examine:
            actions.sort(case, "payment_missing", by=officer)
        verb(case, by=officer)
    return case


def home(case: Case) -> Household:
    return case.concerned.get().household


def test_a_payment_is_issued_again_from_a_complaint(scene: Scene, case: Case) -> None:
    asked = acts.ask(case, "reissue", WHY, by=case.received_by, payment=case.payments.get())
    with pytest.raises(Refused):
        acts.carry_out(asked, by=make_user("autre", "grievance_officer", scene.communes[0]))
    done = acts.carry_out(asked, by=scene.maker)
    assert done.made_round.kind == "reissue" and done.made_round.made_by == scene.maker
    kept = Reissue.objects.get(payment_round=done.made_round).reason
    assert case.said in kept and WHY not in kept


def test_a_paid_order_is_not_issued_again_whatever_the_complaint(scene: Scene) -> None:
    order = Instruction.objects.filter(status="paid").order_by("id")[0]
    officer = make_user("oumou", "grievance_officer", scene.communes[0])
    case = actions.receive(
        actions.Heard("payment_missing", WHY, "phone", household=order.household, orders=[order]), by=officer
    )
    actions.acknowledge(case, by=officer)
    actions.sort(case, "payment_missing", by=officer)
    asked = acts.ask(case, "reissue", WHY, by=officer, payment=case.payments.get())
    with pytest.raises(Refused, match="L’ordre est payé"):
        acts.carry_out(asked, by=scene.maker)


def test_a_block_stops_the_next_payment_until_it_is_lifted(scene: Scene, case: Case) -> None:
    asked = acts.ask(case, "block", WHY, by=case.received_by, household=home(case), component=scene.component)
    done = acts.carry_out(asked, by=scene.maker)
    enrolment = Enrolment.objects.get(pk=done.enrolment_id)
    assert enrolment.status == "suspended"
    again = acts.ask(case, "visit", WHY, by=case.received_by, household=home(case))
    assert again.status == "asked"
    acts.lift(done, "Elle a été payée devant le maire.", by=scene.maker)
    enrolment.refresh_from_db()
    assert enrolment.status == "active"
    with pytest.raises(Refused, match="pas en cours"):
        acts.lift(done, "Elle a été payée devant le maire.", by=scene.maker)


def test_a_list_not_yet_frozen_leaves_the_blocked_household_out(scene: Scene, case: Case) -> None:
    scene.close(PaymentRound.objects.get())
    prepared = scene.prepared(2)
    acts.carry_out(
        acts.ask(case, "block", WHY, by=case.received_by, household=home(case), component=scene.component),
        by=scene.maker,
    )
    with pytest.raises(Refused, match="Des inscriptions ont changé"):
        rounds.freeze(prepared, by=scene.maker)
    back = rounds.send_back(prepared, by=scene.maker, reason="une plainte bloque")
    again = rounds.prepare(back, by=scene.maker)
    paid = set(Instruction.objects.filter(payment_round=again).values_list("household", flat=True))
    assert len(paid) == 2 and home(case).pk not in paid


def test_who_asked_does_not_do_it_and_may_take_it_back(case: Case) -> None:
    asked = acts.ask(case, "visit", WHY, by=case.received_by, household=home(case))
    with pytest.raises(Refused, match="Une autre personne le fait"):
        acts.carry_out(asked, by=case.received_by, result="Vue chez elle ce matin.")
    acts.withdraw(asked, by=case.received_by)
    with pytest.raises(Refused):
        acts.withdraw(asked, by=case.received_by)


def test_a_visit_is_done_when_somebody_writes_what_was_seen(scene: Scene, case: Case) -> None:
    asked = acts.ask(case, "visit", WHY, by=case.received_by, household=home(case))
    other = make_user("autre", "grievance_officer", scene.communes[0])
    with pytest.raises(Refused, match="Il manque ce qui a été constaté"):
        acts.carry_out(asked, by=other, result="vu")
    assert acts.carry_out(asked, by=other, result="Le ménage a montré son reçu.").status == "done"


def test_a_change_is_drafted_by_who_does_it_for_this_household(scene: Scene, case: Case) -> None:
    asked = acts.ask(case, "change", "Le nom sur la liste est faux.", by=case.received_by, household=home(case))
    agent = make_user("agent", "grievance_officer", scene.communes[0])
    drafted = changes.draft(
        "exit", home(case), typed={}, effective_on=date.today(), reason="demande du ménage", fact_source="household",
        by=agent,
    )  # fmt: skip
    with pytest.raises(Refused, match="n’est pas celle de ce ménage"):
        acts.carry_out(asked, by=agent, result="999999")
    assert acts.carry_out(asked, by=agent, result=str(drafted.pk)).change == drafted


def test_an_act_is_of_the_category_and_a_case_does_not_close_before_it(case: Case) -> None:
    with pytest.raises(Refused, match="pas permis"):
        acts.ask(case, "investigation", WHY, by=case.received_by)
    with pytest.raises(Refused, match="Choisissez le ménage"):
        acts.ask(case, "block", WHY, by=case.received_by)


def blocked(scene: Scene, case: Case) -> Act:
    officer = case.received_by
    assert officer
    asked = acts.ask(case, "block", WHY, by=officer, household=home(case), component=scene.component)
    return acts.carry_out(asked, by=scene.maker)


def another(case: Case) -> Case:
    """A second complaint of the same household, sorted."""
    officer = case.received_by
    assert officer
    other = actions.receive(actions.Heard("fraud", WHY, "desk", household=home(case)), by=officer)
    actions.acknowledge(other, by=officer)
    actions.sort(other, "fraud", by=officer)
    return other


def test_a_block_is_not_undone_beside_the_complaint(scene: Scene, case: Case) -> None:
    done = blocked(scene, case)
    with pytest.raises(Refused, match="Une plainte bloque cette inscription"):
        enrolments.resume(Enrolment.objects.get(pk=done.enrolment_id), reason="c’est réglé", by=scene.maker)
    assert Enrolment.objects.get(pk=done.enrolment_id).status == "suspended"


def test_two_complaints_block_until_both_are_lifted(scene: Scene, case: Case) -> None:
    first, second = blocked(scene, case), blocked(scene, another(case))
    acts.lift(first, "Elle a été payée devant le maire.", by=scene.maker)
    assert Enrolment.objects.get(pk=first.enrolment_id).status == "suspended"
    acts.lift(second, "La fraude n’était pas d’elle.", by=scene.maker)
    assert Enrolment.objects.get(pk=first.enrolment_id).status == "active"


def test_what_was_suspended_before_stays_so_when_the_block_is_lifted(scene: Scene, case: Case) -> None:
    enrolment = Enrolment.objects.get(household=home(case))
    enrolments.suspend(enrolment, reason="allocataire introuvable", by=scene.maker)
    first, second = blocked(scene, case), blocked(scene, another(case))
    for one in (first, second):
        acts.lift(one, "Elle a été payée devant le maire.", by=scene.maker)
    enrolment.refresh_from_db()
    assert enrolment.status == "suspended"
    enrolments.resume(enrolment, reason="allocataire retrouvée", by=scene.maker)


def test_a_complaint_blocks_a_household_once(scene: Scene, case: Case) -> None:
    done = blocked(scene, case)
    with pytest.raises(Refused, match="bloque déjà"):
        acts.ask(case, "block", WHY, by=case.received_by, household=home(case), component=scene.component)
    with pytest.raises(DatabaseError, match="grievance_act_blocks_once"):
        Act.objects.create(
            case=case, kind="block", why=WHY, status="done", enrolment=done.enrolment, asked_by=case.received_by,
            done_by=scene.maker, done_at=done.done_at,
        )  # fmt: skip


def test_a_complaint_does_not_end_while_its_block_holds(scene: Scene, case: Case) -> None:
    done = blocked(scene, case)
    decider = make_user("keita", "coordinator")
    actions.propose(case, "founded", "L’agence a payé un autre.", by=case.received_by)
    actions.decide(case, "Le paiement est à refaire.", by=decider)
    case.refresh_from_db()
    actions.answer(case, "Appelée : elle sera payée en mai.", by=case.received_by)
    with pytest.raises(Refused, match="Un blocage tient encore"):
        actions.close(case, "yes", by=case.received_by)
    acts.lift(done, "Le bon téléphone est noté.", by=scene.maker)
    actions.close(case, "yes", by=case.received_by)


def test_a_payment_is_asked_again_once_at_a_time(scene: Scene, case: Case) -> None:
    asked = acts.ask(case, "reissue", WHY, by=case.received_by, payment=case.payments.get())
    with pytest.raises(Refused, match="déjà demandée"):
        acts.ask(case, "reissue", WHY, by=case.received_by, payment=case.payments.get())
    acts.withdraw(asked, by=case.received_by)
    acts.ask(case, "reissue", WHY, by=case.received_by, payment=case.payments.get())


def found(scene: Scene, rule: str, order: Instruction) -> Finding:
    return Finding.objects.create(
        payment_round=order.payment_round, rule=rule, instruction_id=order.pk, origin_round_id=order.origin_round_id,
        reference=order.reference, component=scene.component, commune=order.commune, household=order.household,
        amount_xof=order.amount_xof, says="dit n’avoir rien reçu",
    )  # fmt: skip


def test_a_finding_arrives_as_a_case_once(scene: Scene) -> None:
    one, other = Instruction.objects.filter(status="paid").order_by("id")
    finding, _ = found(scene, "not_received", one), found(scene, "shared_account", other)
    assert pipeline.gather(by=None)["gather_findings"] == 2
    assert pipeline.gather(by=None)["gather_findings"] == 0
    case = Case.objects.get(origin="finding", origin_key=str(finding.pk))
    assert (case.category_id, case.payments.get().reference, case.due_on is not None) == (
        "payment_missing", one.reference, True,
    )  # fmt: skip
    assert case.concerned.get().household == one.household


def test_a_payment_that_the_agency_refused_arrives_as_a_case_once(scene: Scene, tmp_path: Path) -> None:
    scene.close(PaymentRound.objects.get())
    it = scene.released(2)
    order = Instruction.objects.filter(payment_round=it).order_by("id").last()
    scene.take(tmp_path / "refus.csv", [(order.reference, "REFUSE", order.amount_xof, "2016-05-10")])
    refused = Instruction.objects.filter(payment_round=it, status="refused")
    assert pipeline.gather(by=None)["gather_bounced"] == refused.count() == 1
    case = Case.objects.get(origin="bounced")
    assert (case.category_id, case.subject) == (
        "payment_missing", f"l’agence a refusé l’ordre {refused.get().reference}",
    )  # fmt: skip
    assert pipeline.gather(by=None)["gather_bounced"] == 0


def double_of(household: Household, village: Area, name: str, **facts: object) -> Household:
    """Another household whose head bears this name and says that the same telephone is their own."""
    head = household.memberships.get(relation="head").person
    other = Household.objects.get(pk=make_households(1, village, phones=False, prefix=name)[0])
    given = {"given_names": head.given_names, "surname": head.surname, "sex": head.sex, "birth_date": head.birth_date}
    person = other.memberships.get(relation="head").person
    Person.objects.filter(pk=person.pk).update(**given | facts)
    for held in (head, person):
        phone = Phone(person=held, owner="self")
        phone.number = "+22376000001"
        phone.save()
    return other


def test_two_households_with_the_same_head_arrive_as_a_case_once(db: None) -> None:
    village = make_village(make_commune("ML010501"))
    one = Household.objects.get(pk=make_households(1, village, phones=False)[0])
    other = double_of(one, village, "b")
    assert pipeline.gather(by=None)["gather_doubles"] == 1
    case = Case.objects.get(origin="double")
    assert set(case.concerned.values_list("household", flat=True)) == {one.pk, other.pk}
    assert (case.category_id, case.commune, case.due_on is not None) == ("double", one.commune, True)
    assert pipeline.gather(by=None)["gather_doubles"] == 0


@pytest.mark.parametrize("facts", [{"sex": "M"}, {"surname": "Diarra"}, {"birth_date": date(1890, 1, 1)}])
def test_a_shared_telephone_alone_is_no_double(db: None, facts: dict[str, object]) -> None:
    village = make_village(make_commune("ML010501"))
    one = Household.objects.get(pk=make_households(1, village, phones=False)[0])
    head = one.memberships.get(relation="head").person
    if facts.get("sex") == head.sex:
        facts = {"sex": "F"}
    double_of(one, village, "b", **facts)
    assert pipeline.gather(by=None)["gather_doubles"] == 0
