"""An agency takes its orders, or refuses them, and gives its results by its own hand: the rules, their guards."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from django.db import DatabaseError, IntegrityError, transaction

from jigi.foundation.errors import InputError, Raced, Refused
from jigi.foundation.models import AuditEvent
from jigi.geography.scope import seen_by
from jigi.ledger.queries import prove
from jigi.payments import agency_desk, batches, corrections, dispatch, orders, replies, returns
from jigi.payments.agency_models import AgencyReply, ResultBatch
from jigi.payments.batches import BatchReused, Result
from jigi.payments.models import Instruction, OrderFile, ReturnFile, ReturnLine
from jigi.programmes.models import Agency
from tests.factories import make_areas, make_component, make_enrolments, make_households
from tests.payments.agency_scene import PAID_ON, accepted, make_agent, offered, paid
from tests.payments.dispatch_scene import open_channel
from tests.payments.messages import states
from tests.payments.scene import scene_of

pytestmark = pytest.mark.django_db


def test_orders_are_accepted_as_their_file_declared_them(tmp_path: Path) -> None:
    scene, payment_round, agent = offered(3)
    made = orders.write_orders(payment_round, scene.agency, tmp_path, format="csv", by=agent)
    reply = replies.accept(made, by=agent)
    assert (reply.verdict, reply.lines, reply.total_xof, reply.orders_hash) == ("accepted", 3, 90_000, made.file_hash)
    assert replies.accept(made, by=agent).pk == reply.pk
    assert AuditEvent.objects.filter(verb="accept_orders", noun="agency_reply", by=agent).count() == 1


def test_a_machine_accepts_what_it_read_page_by_page() -> None:
    scene, payment_round, agent = offered(3)
    said = agency_desk.declared(payment_round, scene.agency)
    read = agency_desk.order_page(payment_round, scene.agency, by=agent, most=2)
    read += agency_desk.order_page(payment_round, scene.agency, by=agent, after=read[-1].id)
    assert [one.account for one in read] == [
        line.account for line in agency_desk.orders_of(payment_round, scene.agency)
    ]
    with pytest.raises(Raced, match="n’est pas la liste des ordres"):
        replies.accept_declared(payment_round, scene.agency, replace(said, total_xof=1), by=agent)
    assert not OrderFile.objects.exists()
    reply = replies.accept_declared(payment_round, scene.agency, said, by=agent)
    assert reply.order_file and reply.order_file.format == "api" and reply.orders_hash == said.sha256
    assert replies.accept_declared(payment_round, scene.agency, said, by=agent).pk == reply.pk


def test_an_agency_answers_once(tmp_path: Path) -> None:
    scene, payment_round, agent = offered(1)
    accepted(payment_round, scene.agency, agent)
    with pytest.raises(Raced, match="déjà répondu"):
        replies.refuse(payment_round, scene.agency, by=agent, reason="caisse fermée")


def test_a_refusal_is_told_and_reopened_by_who_releases_rounds() -> None:
    scene, payment_round, agent = offered(1)
    with pytest.raises(Refused, match="se motive"):
        replies.refuse(payment_round, scene.agency, by=agent, reason=" ")
    reply = replies.refuse(payment_round, scene.agency, by=agent, reason="caisse fermée")
    assert list(agency_desk.refusals_of(payment_round)) == [reply]
    with pytest.raises(Refused, match="ne sont pas acceptés"):
        batches.give(payment_round, scene.agency, "lot-1", paid(payment_round), by=agent)
    with pytest.raises(Refused, match="affectation"):
        replies.reopen(reply, by=scene.officer, reason="caisse ouverte")
    replies.reopen(reply, by=scene.treasurer, reason="caisse ouverte")
    assert accepted(payment_round, scene.agency, agent).verdict == "accepted"
    with pytest.raises(Raced, match="n’attend plus"):
        replies.reopen(reply, by=scene.treasurer, reason="encore")


def test_nobody_answers_for_an_agency_where_they_do_not_work() -> None:
    scene, payment_round, _ = offered(1)
    for user in (scene.officer, make_agent(Agency.objects.create(code="B", name="B", kind="cash"), "autre"),
                 make_agent(scene.agency, "ailleurs", programme="AUTRE")):  # fmt: skip
        with pytest.raises(Refused, match="vous ne travaillez pas"):
            replies.refuse(payment_round, scene.agency, by=user, reason="essai")
        with pytest.raises(Refused, match="vous ne travaillez pas"):
            agency_desk.order_page(payment_round, scene.agency, by=user)


def test_orders_that_leave_by_machine_are_not_taken_by_hand_nor_the_other_way() -> None:
    scene, payment_round, agent = offered(2)
    open_channel(scene)
    with transaction.atomic():
        dispatch.start(payment_round, scene.agency, by=scene.officer)
        with pytest.raises(Refused, match="déjà partis par machine"):
            accepted(payment_round, scene.agency, agent)
        transaction.set_rollback(True)
    accepted(payment_round, scene.agency, agent)
    with pytest.raises(Refused, match="déjà partis par fichier"):
        dispatch.start(payment_round, scene.agency, by=scene.officer)


@pytest.mark.parametrize(
    ("lie", "guard"),
    [
        ({"lines": 1}, "ni plus, ni moins"),
        ({"total_xof": 1}, "ni plus, ni moins"),
        ({"orders_hash": "0" * 64}, "ni plus, ni moins"),
        ({"verdict": "refused", "orders_hash": "", "order_file": None}, "agency_reply_is_hashed_or_says_why"),
        ({"orders_hash": ""}, "ni plus, ni moins"),
        ({"reopened_why": "essai"}, "agency_reply_reopened_is_signed"),
    ],
)
def test_the_database_refuses_a_lie_about_a_reply(lie: dict[str, object], guard: str) -> None:
    scene, payment_round, agent = offered(2)
    said = agency_desk.declared(payment_round, scene.agency)
    file = OrderFile.objects.create(
        payment_round=payment_round, agency=scene.agency, format="api", file_name="essai", lines=said.lines,
        total_xof=said.total_xof, file_hash=said.sha256, made_by=agent,
    )  # fmt: skip
    true = {"verdict": "accepted", "order_file": file, "lines": 2, "total_xof": 60_000, "orders_hash": said.sha256}
    of = {"payment_round": payment_round, "agency": scene.agency, "by": agent}
    with pytest.raises(IntegrityError, match=guard), transaction.atomic():
        AgencyReply.objects.create(**of | true | lie)
    with pytest.raises(IntegrityError, match="travaille pour leur agence"), transaction.atomic():
        AgencyReply.objects.create(**of | true | {"by": scene.officer})
    AgencyReply.objects.create(**of | true)


def test_a_reply_stays_written_and_a_batch_too() -> None:
    scene, payment_round, agent = offered(1)
    reply = accepted(payment_round, scene.agency, agent)
    batches.give(payment_round, scene.agency, "lot-1", paid(payment_round), by=agent)
    for change in (
        lambda: AgencyReply.objects.update(by=scene.officer),
        lambda: AgencyReply.objects.filter(pk=reply.pk).delete(),
        lambda: ResultBatch.objects.update(code="autre"),
        lambda: ResultBatch.objects.all().delete(),
    ):
        with pytest.raises(DatabaseError), transaction.atomic():
            change()


def test_results_are_settled_by_the_one_path_and_can_be_taken_back() -> None:
    scene, payment_round, agent = offered(4)
    accepted(payment_round, scene.agency, agent)
    given = [*paid(payment_round, absent=1), Result("1-1-1-11", "PAYE", 30_000, PAID_ON)]
    batch, first = batches.give(payment_round, scene.agency, "lot-1", given, by=agent)
    file = batch.return_file
    assert (first, file.lines, file.paid, file.unpaid, file.exceptions) == (True, 5, 3, 1, 1)
    assert states(payment_round) == ["absent", "paid", "paid", "paid"] and scene.balance("paid") == 90_000
    corrections.undo_file(file, by=scene.officer, reason="essai")
    assert states(payment_round) == ["open"] * 4 and scene.balance("paid") == 0 and prove().balanced


def test_the_same_batch_answers_the_same_and_another_content_is_refused() -> None:
    scene, payment_round, agent = offered(2)
    accepted(payment_round, scene.agency, agent)
    batch, _ = batches.give(payment_round, scene.agency, "lot-1", paid(payment_round), by=agent)
    assert batches.give(payment_round, scene.agency, "lot-1", paid(payment_round), by=agent) == (batch, False)
    with pytest.raises(BatchReused, match="autre contenu"):
        batches.give(payment_round, scene.agency, "lot-1", paid(payment_round)[:1], by=agent)
    again, first = batches.give(payment_round, scene.agency, "lot-2", paid(payment_round), by=agent)
    said = again.return_file.return_lines.values_list("outcome", flat=True)
    assert first and set(said) == {"repeated"}
    assert ReturnFile.objects.count() == 2 and scene.balance("paid") == 60_000


def test_what_was_taken_back_and_is_said_again_is_heard_again() -> None:
    scene, payment_round, agent = offered(1)
    accepted(payment_round, scene.agency, agent)
    batches.give(payment_round, scene.agency, "un", paid(payment_round), by=agent)
    (order,) = Instruction.objects.filter(payment_round=payment_round)
    back = [Result(order.reference, "ANNULE", order.amount_xof, PAID_ON)]
    batches.give(payment_round, scene.agency, "deux", back, by=agent)
    after, first = batches.give(payment_round, scene.agency, "trois", paid(payment_round), by=agent)
    assert first and after.return_file.return_lines.get().outcome == "conflict", "a person decides, none is lost"


def test_a_batch_is_named_and_of_a_length_that_is_taken() -> None:
    scene, payment_round, agent = offered(1)
    accepted(payment_round, scene.agency, agent)
    for code, results in (("", paid(payment_round)), ("a b", paid(payment_round)), ("lot", [])):
        with pytest.raises(InputError):
            batches.give(payment_round, scene.agency, code, results, by=agent)


def test_an_agency_answers_no_orders_that_it_has_not_accepted(tmp_path: Path) -> None:
    scene, payment_round, agent = offered(2)
    accepted(payment_round, scene.agency, agent)
    scene.answer(payment_round, tmp_path / "retour.csv")
    scene.close(payment_round)
    second = scene.released(2)
    with pytest.raises(Refused, match=f"n’a pas acceptés : {second.label}"):
        batches.give(payment_round, scene.agency, "lot-1", paid(second), by=agent)
    assert states(second) == ["open"] * 2 and not ResultBatch.objects.exists()


def test_a_preview_tells_what_would_be_done_and_does_nothing(tmp_path: Path) -> None:
    scene, payment_round, agent = offered(2)
    accepted(payment_round, scene.agency, agent)
    first, second = Instruction.objects.filter(payment_round=payment_round).order_by("id")
    path = tmp_path / "retour.csv"
    path.write_text(f"reference;statut;montant_fcfa;date\n{first.reference};PAYE;30000;2016-02-10\n"
                    f"{second.reference};PAYE;5;2016-02-10\n")  # fmt: skip
    seen = returns.preview(path, scene.agency, by=agent)
    assert seen.outcomes == [("paid", 1, 30_000), ("wrong_amount", 1, 5)]
    assert [line.line for line in seen.waiting] == [3]
    assert not ReturnFile.objects.exists() and not ReturnLine.objects.exists()
    assert states(payment_round) == ["open", "open"] and scene.balance("paid") == 0
    taken = returns.reconcile(path, scene.agency, by=agent).return_file
    assert (taken.paid, taken.exceptions) == (1, 1)


def test_below_every_query_an_agency_sees_its_own_orders_and_lines_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    areas = make_areas(communes=2)
    component = make_component(areas.communes, agencies={"AUTRE": areas.communes[1:]})
    for village in (areas.villages[0], areas.villages[2]):
        make_enrolments(component, make_households(2, village), cohort=village.code)
    scene = scene_of(component, areas.communes)
    payment_round = scene.released()
    own, other = Agency.objects.get(code="AGENCE-ESSAI"), Agency.objects.get(code="AUTRE")
    agents = {one: make_agent(one, f"agent-{one.pk}") for one in (own, other)}
    for agency, agent in agents.items():
        accepted(payment_round, agency, agent)
        theirs = agency_desk.orders_of(payment_round, agency)
        given = [Result(line.reference, "PAYE", 1, PAID_ON) for line in theirs]
        batches.give(payment_round, agency, "lot-1", given, by=agent)
    monkeypatch.setattr("django.conf.settings.FENCED", True)
    for agency, agent in agents.items():
        with seen_by(agent):
            assert {line.agency_id for line in Instruction.objects.all()} == {agency.pk}
            assert {line.return_file.agency_id for line in ReturnLine.objects.all()} == {agency.pk}
            assert [reply.agency for reply in AgencyReply.objects.all()] == [agency]
            assert list(ResultBatch.objects.values_list("agency", flat=True)) == [agency.pk]
            assert list(agency_desk.rounds_of(agent, agency)) == [payment_round]
    agents[own].staff_postings.update(ends_on="2020-12-31")
    with seen_by(agents[own]):
        assert not Instruction.objects.exists() and not ReturnLine.objects.exists()


def test_orders_wait_until_they_are_answered() -> None:
    scene, payment_round, agent = offered(2)
    assert list(agency_desk.to_answer(agent, scene.agency)) == [payment_round]
    accepted(payment_round, scene.agency, agent)
    assert not agency_desk.to_answer(agent, scene.agency)
    batches.give(payment_round, scene.agency, "lot-1", paid(payment_round, absent=1), by=agent)
    (found,) = agency_desk.figures([payment_round], scene.agency).values()
    assert (found.orders, found.open, found.paid, found.unpaid, found.paid_xof) == (2, 0, 1, 1, 30_000)


def test_the_statement_of_an_agency_has_its_own_sums_alone() -> None:
    scene, payment_round, agent = offered(3)
    accepted(payment_round, scene.agency, agent)
    batches.give(payment_round, scene.agency, "lot-1", paid(payment_round)[:2], by=agent)
    (row,) = agency_desk.statement_of(scene.agency, user=agent, by="tour")
    assert (row.rights, row.committed_xof, row.spent_xof, row.agency_xof) == (3, 90_000, 60_000, 30_000)
    stranger = make_agent(Agency.objects.create(code="B", name="B", kind="cash"), "autre")
    assert agency_desk.statement_of(scene.agency, user=stranger, by="tour") == []
