"""Each act on a round is the right of one hand, over every commune of the round and in its programme."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from jigi.foundation.errors import Refused
from jigi.foundation.models import AuditEvent, Run, User
from jigi.ledger.models import Entry
from jigi.payments import actions
from jigi.payments.models import LossDecision, PaymentRound, RoundCommune
from tests.factories import make_households, make_user, make_village
from tests.kept import Kept, once
from tests.payments.scene import Scene, peopled, stage

pytestmark = pytest.mark.django_db

Act = Callable[[Scene, PaymentRound, User], object]
ACTS: dict[str, tuple[str, str, str, Act]] = {
    "open": ("draft", "programme_manager", "préparer et geler", lambda s, it, by: actions.open_round(
        s.component, 2, s.communes, by=by)),
    "prepare": ("draft", "programme_manager", "préparer et geler", lambda s, it, by: actions.prepare(it, by=by)),
    "freeze": ("prepared", "programme_manager", "préparer et geler", lambda s, it, by: actions.freeze(it, by=by)),
    "send back, prepared": ("prepared", "programme_manager", "préparer et geler", lambda s, it, by: actions.send_back(
        it, by=by, reason="à revoir")),
    "send back, frozen": ("frozen", "coordinator", "approuver", lambda s, it, by: actions.send_back(
        it, by=by, reason="à revoir")),
    "cancel": ("frozen", "programme_manager", "préparer et geler", lambda s, it, by: actions.cancel(
        it, by=by, reason="doublon")),
    "approve": ("frozen", "coordinator", "approuver", lambda s, it, by: actions.approve(it, by=by)),
    "release": ("approved", "treasurer", "libérer", lambda s, it, by: actions.release(it, by=by)),
    "close": ("released", "programme_manager", "clore", lambda s, it, by: actions.close(it, by=by)),
    "return to funds": ("closed", "programme_manager", "clore", lambda s, it, by: actions.return_to_funds(
        s.component, by=by, reason="fin du projet")),
}  # fmt: skip


STEPS: dict[str, Callable[[Scene, PaymentRound], PaymentRound]] = {
    "prepared": lambda scene, it: actions.prepare(it, by=scene.maker),
    "frozen": lambda scene, it: actions.freeze(it, by=scene.maker),
    "approved": lambda scene, it: actions.approve(it, by=scene.approver),
    "released": lambda scene, it: actions.release(it, by=scene.treasurer),
    "closed": lambda scene, it: actions.close(it, by=scene.maker),
}


def brought_to(scene: Scene, state: str) -> PaymentRound:
    payment_round = scene.open()
    for reached, step in STEPS.items():
        if payment_round.status != state:
            payment_round = step(scene, payment_round)
            assert payment_round.status == reached
    return payment_round


def _scene(folder: Path) -> Scene:
    """Two communes, two households in each."""
    made = stage(communes=("ML010501", "ML010502"))
    for area in made.communes:
        made.enrol(make_households(2, make_village(area)))
    return made


scene_once = once("scene", _scene)


@pytest.fixture
def scene(scene_once: Kept[Scene], db: None) -> Scene:
    return scene_once.copy()


@pytest.mark.parametrize("name", ACTS)
def test_an_act_is_for_its_hand_in_the_whole_round_and_in_its_programme(scene: Scene, name: str) -> None:
    state, role, right, act = ACTS[name]
    payment_round = brought_to(scene, state)
    LossDecision.objects.create(component=scene.component, decided_by=scene.approver, reason="fin du projet")
    own = scene.component.programme.code
    for by in (
        make_user("controle", "auditor"),
        make_user("commune", role, scene.communes[0]),
        make_user("ailleurs", role, programme="AUTRE"),
    ):
        with pytest.raises(Refused, match=f"ne permet pas ceci : {right}"):
            act(scene, payment_round, by)
    payment_round.refresh_from_db()
    assert payment_round.status == state
    act(scene, payment_round, make_user("cercle", role, scene.communes[0].parent, programme=own))


# What is written of a round


def test_a_round_is_written_as_it_was_asked(scene: Scene) -> None:
    made = scene.open(3, pays_from="2015-08-01", pays_until="2015-08-31")
    made.refresh_from_db()
    assert (made.kind, made.term, made.sequence, made.made_by) == ("term", 3, 1, scene.maker)
    assert (str(made.pays_from), str(made.pays_until)) == ("2015-08-01", "2015-08-31")
    assert made.label == "Tour 3 sur 12 · 3e trimestre 2015"
    covered = RoundCommune.objects.filter(payment_round=made).values_list("commune", "component", "term", "sequence")
    assert set(covered) == {(area.pk, scene.component.pk, 3, 1) for area in scene.communes}
    told = AuditEvent.objects.get(verb="open")
    assert (told.by, told.object_id) == (scene.maker, str(made.pk))
    assert told.after == {"component": "TM", "term": 3, "communes": 2}


def test_catch_up_rounds_of_a_term_are_numbered_after_it(scene: Scene) -> None:
    made = [scene.open(1, kind="catch_up", communes=[area]) for area in scene.communes]
    made.append(scene.open(2))
    made.append(scene.open(2, kind="catch_up"))
    assert [(one.sequence, one.label) for one in made] == [
        (2, "Rattrapage 1 après le tour 1"),
        (3, "Rattrapage 2 après le tour 1"),
        (1, "Tour 2 sur 12 · 2e trimestre 2015"),
        (2, "Rattrapage 1 après le tour 2"),
    ]


def test_a_term_is_one_of_the_calendar_of_the_communes_chosen(scene: Scene) -> None:
    first, second = scene.communes
    scene.component.communes.filter(commune=second).update(terms=4)
    for term, communes, last in ((0, [first], 12), (13, [first, second], 12), (5, [second], 4)):
        with pytest.raises(Refused, match=f"L’échéance {term} n’existe pas") as refused:
            scene.open(term, communes=communes)
        assert refused.value.why == f"Leur calendrier va de l’échéance 1 à l’échéance {last}"
    assert scene.open(4, communes=[second]).label.startswith("Tour 4 sur 4")
    assert scene.open(12, communes=[first, second]).label.startswith("Tour 12 sur 12")


def test_long_work_on_a_round_is_told_under_its_name() -> None:
    scene = peopled(1)
    closed = brought_to(scene, "closed")
    told = Run.objects.filter(subject=f"payment_round:{closed.pk}").order_by("id")
    assert [(run.kind, run.title.split(" · ")[0], run.by) for run in told] == [
        ("payments.prepare", "Préparation", scene.maker),
        ("payments.freeze", "Gel", scene.maker),
        ("payments.approve", "Approbation", scene.approver),
        ("payments.release", "Libération", scene.treasurer),
        ("payments.close", "Clôture", scene.maker),
    ]
    assert {run.parameters["round"] for run in told} == {closed.pk}


def test_reasons_and_hands_are_kept_in_the_audit(scene: Scene) -> None:
    back = actions.send_back(brought_to(scene, "frozen"), by=scene.approver, reason="une commune manque")
    assert (back.status, back.frozen_by, back.prepared_at, back.previous_id) == ("draft", None, None, None)
    cancelled = actions.cancel(back, by=scene.maker, reason="tour en double")
    told = AuditEvent.objects.filter(object_id=str(cancelled.pk), verb__in=("send_back", "cancel")).order_by("id")
    assert [(event.verb, event.by, event.reason) for event in told] == [
        ("send_back", scene.approver, "une commune manque"),
        ("cancel", scene.maker, "tour en double"),
    ]
    assert not cancelled.communes.filter(live=True).exists()


def test_a_cancelled_list_is_sent_back_and_cancelled_for_one_reason(scene: Scene) -> None:
    frozen = brought_to(scene, "frozen")
    actions.cancel(frozen, by=scene.maker, reason="tour en double")
    told = AuditEvent.objects.filter(object_id=str(frozen.pk), reason="tour en double").order_by("id")
    assert [event.verb for event in told] == ["send_back", "cancel"]


def test_every_hand_is_dated(scene: Scene) -> None:
    closed = brought_to(scene, "closed")
    days = (closed.prepared_at, closed.frozen_at, closed.approved_at, closed.released_at, closed.closed_at)
    assert None not in days and list(days) == sorted(days)


def test_what_goes_back_to_the_funds_is_told_with_its_reason() -> None:
    scene = peopled(2, terms=1)
    scene.close(scene.released())
    assert scene.give_back() == 2
    told = AuditEvent.objects.get(verb="return_to_funds")
    assert (told.by, told.noun, told.object_id) == (scene.maker, "component", str(scene.component.pk))
    assert (told.after, told.reason) == ({"entitlements": 2}, "fin du projet")
    assert actions.return_to_funds(scene.component, by=scene.maker, reason="fin du projet") == 0
    assert [entry.cause for entry in Entry.objects.filter(kind="refund")] == [f"refund:{scene.component.pk}:1"]


@pytest.mark.parametrize("state", ["prepared", "frozen", "approved", "released"])
def test_nothing_goes_back_while_a_round_is_under_way(scene: Scene, state: str) -> None:
    brought_to(scene, state)
    with pytest.raises(Refused, match="Un tour de cette composante est en cours"):
        actions.return_to_funds(scene.component, by=scene.maker, reason="trop tôt")


def test_a_list_says_which_it_follows_and_when_it_was_made() -> None:
    scene = peopled(2)
    first = brought_to(scene, "closed")
    second = scene.released(2)
    assert (first.previous, second.previous) == (None, first)
    assert (second.entitlements, second.arrears, second.total_xof) == (2, 2, 120_000)
    scene.close(second)
    third = scene.prepared(3)
    assert third.previous == second and third.prepared_at is not None
