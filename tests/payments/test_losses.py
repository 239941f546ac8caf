"""A right is lost by a decision of two persons alone; every other way, the database refuses."""

from __future__ import annotations

import re
import uuid
from pathlib import Path
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from jigi.foundation.errors import Refused
from jigi.foundation.models import User
from jigi.ledger.queries import prove
from jigi.payments import actions, losses
from jigi.payments.models import Entitlement, LossDecision
from tests.factories import ProvedClient, make_user
from tests.payments.scene import Scene, peopled

pytestmark = pytest.mark.django_db


@pytest.fixture
def ended(tmp_path: Path) -> Scene:
    """A component of one term, closed: two of its three households were absent, and have left."""
    scene = peopled(3, terms=1)
    scene.answer(released := scene.released(), tmp_path / "retour.csv", absent=2)
    scene.close(released)
    return scene


def test_nothing_is_lost_before_somebody_decides_it(ended: Scene) -> None:
    with pytest.raises(Refused, match="Personne n’a encore décidé"), transaction.atomic():
        actions.return_to_funds(ended.component, by=ended.maker, reason="fin du projet")
    assert Entitlement.objects.filter(status="owed").count() == 2


def test_who_decides_does_not_carry_it_out(ended: Scene) -> None:
    decision = losses.decide(ended.component, by=ended.approver, reason="lettre du 3 mars")
    operator = make_user("deux-mains", "operator")
    LossDecision.objects.filter(pk=decision.pk).update(decided_by=operator)
    with pytest.raises(Refused, match="Vous avez pris cette décision"), transaction.atomic():
        actions.return_to_funds(ended.component, by=operator, reason="fin du projet")
    LossDecision.objects.filter(pk=decision.pk).update(decided_by=ended.approver)
    assert actions.return_to_funds(ended.component, by=ended.maker, reason="fin du projet") == 2
    decision.refresh_from_db()
    assert decision.done_by == ended.maker and decision.entry is not None and prove().balanced


def test_one_decision_serves_once(ended: Scene) -> None:
    assert ended.give_back() == 2
    assert losses.waiting(ended.component) is None
    assert actions.return_to_funds(ended.component, by=ended.maker, reason="encore") == 0


def test_the_database_refuses_a_right_lost_without_a_decision(ended: Scene) -> None:
    losses.decide(ended.component, by=ended.approver, reason="lettre du 3 mars")
    with pytest.raises(IntegrityError, match="une décision de deux personnes"), transaction.atomic():
        Entitlement.objects.filter(status="owed").update(status="returned")


def test_a_decision_has_a_reason_a_right_and_no_double(ended: Scene) -> None:
    with pytest.raises(Refused, match="motif"):
        losses.decide(ended.component, by=ended.approver, reason=" ")
    with pytest.raises(Refused):
        losses.decide(ended.component, by=ended.maker, reason="lettre")
    losses.decide(ended.component, by=ended.approver, reason="lettre")
    with pytest.raises(Refused, match="attend déjà"):
        losses.decide(ended.component, by=ended.approver, reason="lettre")


def test_what_is_owed_since_the_decision_is_not_lost_by_it(ended: Scene) -> None:
    LossDecision.objects.create(
        component=ended.component, reason="lettre", decided_by=ended.approver, rights=1, amount_xof=30_000
    )
    with pytest.raises(Refused, match="ce qui est dû a changé"), transaction.atomic():
        actions.return_to_funds(ended.component, by=ended.maker, reason="fin du projet")
    losses.withdraw(ended.component, by=ended.approver, reason="un ménage de plus")
    assert ended.give_back() == 2 and prove().balanced


def test_a_decision_is_withdrawn_by_who_may_take_one_and_only_before_it_is_carried_out(ended: Scene) -> None:
    with pytest.raises(Refused, match="Aucune décision"):
        losses.withdraw(ended.component, by=ended.approver, reason="erreur")
    losses.decide(ended.component, by=ended.approver, reason="lettre")
    with pytest.raises(Refused):
        losses.withdraw(ended.component, by=ended.maker, reason="erreur")
    with pytest.raises(Refused, match="motif"):
        losses.withdraw(ended.component, by=ended.approver, reason=" ")
    losses.withdraw(ended.component, by=ended.approver, reason="erreur")
    withdrawn = LossDecision.objects.get()
    assert losses.waiting(ended.component) is None and withdrawn.withdrawn_why == "erreur"
    with pytest.raises(IntegrityError, match="ne se réécrit pas"), transaction.atomic():
        LossDecision.objects.filter(pk=withdrawn.pk).update(withdrawn_by=None, withdrawn_at=None, withdrawn_why="")


def test_nothing_owed_is_nothing_to_decide() -> None:
    scene = peopled(1)
    with pytest.raises(Refused, match="Rien n’est dû"):
        losses.decide(scene.component, by=scene.approver, reason="lettre")


def page_of(user: User, address: str, **sent: str) -> str:
    client: Any = ProvedClient()
    client.force_login(user)
    asked = client.post(address, {"cle": str(uuid.uuid4()), **sent}, follow=True) if sent else client.get(address)
    return re.sub(r"[\s\u202f]+", " ", re.sub(r"<[^>]+>", " ", asked.content.decode()))


def test_the_page_takes_the_decision_then_gives_back(ended: Scene) -> None:
    address = f"/paiements/rendre/{ended.component.pk}/"
    assert "Personne n’a encore décidé" in page_of(ended.maker, address)
    assert "Décider que ces droits sont perdus" in page_of(ended.approver, address)
    said = page_of(ended.approver, f"{address}decider/", motif="lettre du 3 mars")
    assert "La décision est écrite" in said and "« lettre du 3 mars »" in said
    assert "Rendre 60 000 FCFA" in page_of(ended.maker, address)
    assert "est retirée" in page_of(ended.approver, f"{address}retirer/", motif="mauvaise lettre")
    assert "« lettre du 5 mars », pour 60 000 FCFA" in page_of(
        ended.approver, f"{address}decider/", motif="lettre du 5 mars"
    )
    assert "2 droits rendus" in page_of(ended.maker, address, motif="lettre du 3 mars")
