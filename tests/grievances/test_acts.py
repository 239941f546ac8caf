"""What a complaint sets off: asked by one, done by another who holds the right of the thing, kept with who and why."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from django.db import DatabaseError

from jigi.changes import actions as changes
from jigi.enrolment.models import Enrolment
from jigi.foundation.errors import Refused
from jigi.grievances import actions, acts, pipeline
from jigi.grievances.models import Act, Case
from jigi.payments import actions as rounds
from jigi.payments.models import Instruction, PaymentRound, Reissue
from jigi.registry.models import Household
from jigi.verification.models import Finding
from tests.factories import make_households, make_user, make_village
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
    assert case.said in Reissue.objects.get(payment_round=done.made_round).reason


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


def test_a_household_is_blocked_once_whoever_complains(scene: Scene, case: Case) -> None:
    done = acts.carry_out(
        acts.ask(case, "block", WHY, by=case.received_by, household=home(case), component=scene.component),
        by=scene.maker,
    )
    with pytest.raises(Refused, match="aucune inscription active"):
        acts.ask(case, "block", WHY, by=case.received_by, household=home(case), component=scene.component)
    with pytest.raises(DatabaseError, match="grievance_act_blocks_once"):
        Act.objects.create(
            case=case, kind="block", why=WHY, status="done", enrolment=done.enrolment, asked_by=case.received_by,
            done_by=scene.maker, done_at=done.done_at,
        )  # fmt: skip


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
