"""Who sees and acts on a contract, and how its money goes."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from django.db import connection, transaction
from django.db.models import Sum
from django.utils import timezone

from jigi.delivery.contracts import access, actions, queries
from jigi.delivery.contracts.models import Contract
from jigi.foundation.errors import Raced, Refused
from jigi.geography.scope import seen_by
from jigi.ledger.models import Account
from jigi.ledger.queries import balances, prove
from jigi.programmes.models import Agreement
from tests.delivery.scene import Scene, make_agent, make_contract, stage
from tests.factories import make_user

pytestmark = pytest.mark.django_db


def test_an_operator_sees_only_its_contracts(settings: Any) -> None:
    scene = stage()
    other = type(scene.operator).objects.create(code="ONG-B", name="ONG B (essai)", kind="ngo")
    stranger = make_agent("etranger", other, scene.commune)
    theirs = make_contract("sessions", scene.components["MA"], other, scene.communes, scene.planner, scene.decider)
    assert set(queries.contracts_visible_to(scene.agent)) == set(scene.contracts.values())
    assert list(queries.contracts_visible_to(stranger)) == [theirs]
    assert queries.contracts_visible_to(scene.controller).count() == 5
    assert queries.contracts_of(scene.agent, "works").get() == scene.contracts["works"]
    settings.FENCED = True
    with seen_by(stranger), connection.cursor() as cursor:
        cursor.execute("SELECT array_agg(c) FROM delivery_contracts() AS c")
        assert cursor.fetchone()[0] == [theirs.pk]


def test_an_operator_reads_a_contract_for_some_time_after_its_close(settings: Any) -> None:
    scene = stage(("works",))
    contract = scene.contracts["works"]
    for days, seen in ((89, [contract.pk]), (91, [])):
        closed = timezone.now() - timedelta(days=days)
        Contract.objects.update(status="closed", closed_at=closed)
        assert [one.pk for one in queries.contracts_visible_to(scene.agent)] == seen
        settings.FENCED = True
        with seen_by(scene.agent), connection.cursor() as cursor:
            cursor.execute("SELECT coalesce(array_agg(c), '{}') FROM delivery_contracts() AS c")
            assert cursor.fetchone()[0] == seen
        settings.FENCED = False
    assert queries.contracts_visible_to(scene.controller).get() == contract


def test_only_its_operator_fills_a_contract_in_force_in_its_communes() -> None:
    scene = stage()
    contract = scene.contracts["works"]
    access.require_operator(scene.agent, contract, scene.commune)
    assert not access.may_operate(scene.controller, contract, scene.commune)
    with pytest.raises(Refused, match="pas une commune du contrat"):
        contract.communes.filter(commune=scene.communes[1]).delete()
        access.require_operator(scene.agent, contract, scene.communes[1])
    contract.status = "closed"
    with pytest.raises(Refused, match="contrat en vigueur"):
        access.require_operator(scene.agent, contract, scene.commune)


def drafted(scene: Scene, amount_xof: int = 1_000_000) -> Contract:
    said = actions.Said("C-2016-7", "Séances à Badia", date(2016, 1, 1), date(2016, 12, 31), amount_xof)
    component = scene.components["MA"]
    agreement = Agreement.objects.get(code="ACC-IDA")
    return actions.prepare(said, scene.operator, component, agreement, [scene.commune], by=scene.planner)


def standing() -> tuple[int, int]:
    """Set aside for contracts, paid to operators."""
    sums = dict(Account.objects.filter(fund="ACC-IDA").order_by().values_list("kind").annotate(Sum("balance_xof")))
    assert prove().balanced and balances(["ACC-IDA"])["ACC-IDA"].adds_up
    return sums.get("contract", 0), sums.get("contractpaid", 0)


def test_a_contract_is_signed_by_another_and_paid_on_what_is_accepted_by_three_hands() -> None:
    scene = stage(())
    contract = drafted(scene)
    first = actions.add_deliverable(contract, "Rapport du semestre", date(2016, 6, 30), 600_000, by=scene.planner)
    with pytest.raises(Refused, match="dépasseraient"), transaction.atomic():
        actions.add_deliverable(contract, "Bilan", date(2016, 12, 31), 500_000, by=scene.planner)
    actions.add_deliverable(contract, "Bilan", date(2016, 12, 31), 400_000, by=scene.planner)
    with pytest.raises(Refused, match="affectation"):
        actions.sign(contract, by=scene.planner)
    actions.sign(contract, by=scene.decider)
    assert standing() == (1_000_000, 0)
    actions.submit(first, evidence="rapport signé, classeur 3", by=scene.agent)
    with pytest.raises(Refused, match="affectation"):
        actions.accept(first, by=scene.agent)
    actions.accept(first, by=scene.controller)
    finances = make_user("finances", "finance_officer")
    actions.pay(first, document="VIR-12", by=finances)
    assert standing() == (400_000, 600_000)
    with pytest.raises(Refused, match="impossible"):
        actions.pay(first, document="VIR-13", by=finances)
    actions.close(contract, reason="fin du contrat", by=scene.decider)
    assert standing() == (0, 600_000)
    assert not contract.deliverables.filter(status="expected").exists()


def test_what_was_handed_in_is_sent_back_and_an_acceptance_is_taken_back() -> None:
    scene = stage(())
    contract = drafted(scene)
    one = actions.add_deliverable(contract, "Rapport", date(2016, 6, 30), 600_000, by=scene.planner)
    actions.sign(contract, by=scene.decider)
    actions.submit(one, evidence="brouillon", by=scene.agent)
    actions.send_back(one, reason="sans les listes", by=scene.controller)
    actions.submit(one, evidence="rapport et listes", by=scene.agent)
    actions.accept(one, by=scene.controller)
    actions.reopen(one, reason="une liste manque", by=scene.controller)
    with pytest.raises(Refused, match="attend encore"):
        actions.close(contract, reason="fin", by=scene.decider)
    with pytest.raises(Refused, match="impossible"):
        actions.pay(one, document="VIR-1", by=make_user("finances", "finance_officer"))


def test_a_contract_never_engages_more_than_its_agreement_has() -> None:
    scene = stage(())
    contract = drafted(scene, 6_000_000_001)
    with pytest.raises(Refused, match="pas assez d’argent"):
        actions.sign(contract, by=scene.decider)
    contract.refresh_from_db()
    assert contract.status == "draft" and standing() == (0, 0)


def test_two_signatures_at_once_engage_once() -> None:
    scene = stage(())
    contract = drafted(scene)
    again = Contract.objects.get(pk=contract.pk)
    actions.sign(contract, by=scene.decider)
    with pytest.raises(Raced):
        actions.sign(again, by=scene.decider)
    assert standing() == (1_000_000, 0)


@pytest.mark.parametrize(
    ("change", "match"),
    [
        ({"number": "C 7"}, "Quel contrat"),
        ({"ends_on": date(2015, 12, 31)}, "avant de commencer"),
        ({"amount_xof": -1}, "négatif"),
    ],
)
def test_a_contract_that_makes_no_sense_is_refused(change: dict[str, Any], match: str) -> None:
    scene = stage(())
    said = replace(actions.Said("C-1", "Séances", date(2016, 1, 1), date(2016, 12, 31), 1), **change)
    agreement = Agreement.objects.get(code="ACC-IDA")
    with pytest.raises(Refused, match=match):
        actions.prepare(said, scene.operator, scene.components["MA"], agreement, [scene.commune], by=scene.planner)
