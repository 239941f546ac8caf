"""A response is prepared by one person, decided by another, and then nothing of it moves but by a renewal of two."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from jigi.foundation import audit
from jigi.foundation.errors import Refused
from jigi.payments import actions as payments
from jigi.programmes.models import FundingLine
from jigi.response import actions, after
from jigi.response.models import Activation, ActivationArea, Arm, Lesson, Renewal
from tests.factories import make_commune, make_households, make_user, make_village
from tests.payments.scene import beside
from tests.response.scene import Scene, past, rewrite, said, stage

pytestmark = pytest.mark.django_db


def refused(act: Callable[[], Any], words: str) -> None:
    with pytest.raises(Refused, match=words), transaction.atomic():
        act()


def lied(name: str, act: Callable[[], Any]) -> None:
    with pytest.raises(IntegrityError) as found, transaction.atomic():
        act()
    diag = getattr(found.value.__cause__, "diag", None)
    assert diag is not None and diag.constraint_name == name


def rows(scene: Scene) -> Any:
    return Activation.objects.filter(pk=scene.activation.pk)


def test_one_prepares_another_decides() -> None:
    scene = stage()
    one = scene.activation
    assert one.status == "active" and one.decided_by == scene.decider and one.made_by == scene.manager
    verbs = [event.verb for event in audit.history("activation", one.pk)]
    assert verbs == ["activate", "ask", "set_area", "prepare"]


def test_who_prepares_does_not_decide_even_with_both_rights() -> None:
    scene = stage(upto="asked")
    refused(lambda: actions.activate(scene.activation, decision="oui", by=scene.manager), "ne permet pas")
    scene.activation.made_by_id = scene.decider.pk
    refused(lambda: actions.activate(scene.activation, decision="oui", by=scene.decider), "Vous avez eu part")


def test_nobody_decides_outside_of_their_places() -> None:
    scene = stage(upto="asked")
    elsewhere = make_user("ailleurs", "coordinator", make_commune("ML020429"))
    refused(lambda: actions.refuse(scene.activation, decision="non", by=elsewhere), "ne permet pas")


def test_a_trigger_proposes_and_a_person_decides_with_a_reason() -> None:
    scene = stage(upto="draft")
    other = make_commune("ML020429").parent
    assert other
    left = actions.set_area(
        scene.activation, other, kept=False, proposed=True, reason="Déjà servi par le PAM", by=scene.manager
    )
    assert (left.proposed, left.kept) == (True, False)
    assert ActivationArea.objects.get(kept=True).proposed is False
    refused(
        lambda: actions.set_area(scene.activation, other, kept=True, proposed=True, reason=" ", by=scene.manager),
        "Pourquoi",
    )
    actions.remove_area(left, by=scene.manager)
    assert scene.activation.areas.count() == 1


def test_a_response_without_a_place_is_not_asked() -> None:
    scene = stage(upto="draft")
    actions.remove_area(scene.activation.areas.get(), by=scene.manager)
    refused(lambda: actions.ask(scene.activation, by=scene.manager), "Aucun lieu")


def test_a_place_within_another_would_count_twice() -> None:
    scene = stage(upto="draft")
    inner = scene.money.communes[0]
    actions.set_area(scene.activation, inner, kept=True, proposed=False, reason="aussi", by=scene.manager)
    refused(lambda: actions.ask(scene.activation, by=scene.manager), "est déjà dans")


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"ceiling_xof": 0}, "positif"), ({"ceiling_xof": 10**11}, "dépasse la convention"),
        ({"title": " "}, "intitulé"),
        ({"hazard": "feu"}, "Quel choc"), ({"signalled_on": timezone.localdate() + timedelta(days=2)}, "à venir"),
        ({"sunset_on": timezone.localdate() - timedelta(days=10)}, "doit suivre"), ({"number": "REP-1"}, "existe déjà"),
    ],
)  # fmt: skip
def test_what_can_not_be_asked_is_said(changed: dict[str, Any], words: str) -> None:
    scene = stage(upto="draft", households=1)
    facts = said(**{"number": "REP-2", **changed})
    refused(lambda: actions.prepare(facts, scene.money.agreement, by=scene.manager), words)


def test_sent_back_corrected_asked_again_and_refused() -> None:
    scene = stage(upto="asked")
    one = scene.activation
    refused(lambda: actions.correct(one, said(), scene.money.agreement, by=scene.manager), "ne changent plus")
    actions.send_back(one, reason="Le plafond est trop bas", by=scene.decider)
    actions.correct(one, said(ceiling_xof=2_000_000), scene.money.agreement, by=scene.manager)
    actions.ask(one, by=scene.manager)
    actions.refuse(one, decision="Le PAM y répond déjà", by=scene.decider)
    one.refresh_from_db()
    assert (one.status, one.ceiling_xof) == ("refused", 2_000_000)


def test_a_request_is_given_up_with_a_reason() -> None:
    scene = stage(upto="asked")
    actions.cancel(scene.activation, reason="La pluie est venue", by=scene.manager)
    assert scene.activation.status == "cancelled"


def test_a_decision_whose_end_is_past_is_sent_back() -> None:
    today = timezone.localdate()
    scene = stage(upto="asked", starts_on=today - timedelta(days=9), sunset_on=today - timedelta(days=1))
    refused(lambda: actions.activate(scene.activation, decision="oui", by=scene.decider), "déjà passée")


def test_a_renewal_takes_two_hands_and_moves_the_sunset() -> None:
    scene = stage()
    one, later = scene.activation, scene.activation.sunset_on + timedelta(days=30)
    renewal = actions.ask_renewal(one, later, reason="La soudure dure", by=scene.manager)
    refused(lambda: actions.ask_renewal(one, later, reason="encore", by=scene.manager), "attend déjà")
    refused(lambda: actions.decide_renewal(renewal, confirmed=True, by=scene.manager), "ne permet pas")
    actions.decide_renewal(renewal, confirmed=True, by=scene.decider)
    one.refresh_from_db()
    assert one.sunset_on == later
    refused(lambda: actions.decide_renewal(renewal, confirmed=False, by=scene.decider), "déjà décidée")


def test_a_renewal_that_is_refused_moves_nothing() -> None:
    scene = stage()
    later = scene.activation.sunset_on + timedelta(days=30)
    renewal = actions.ask_renewal(scene.activation, later, reason="La soudure dure", by=scene.manager)
    actions.decide_renewal(renewal, confirmed=False, by=scene.decider)
    assert rows(scene).get().sunset_on == later - timedelta(days=30)


def test_lessons_are_written_and_withdrawn() -> None:
    scene = stage()
    lesson = actions.write_lesson(scene.activation, "Les listes étaient vieilles", by=scene.manager)
    actions.withdraw_lesson(lesson, reason="C’était une autre année", by=scene.manager)
    refused(lambda: actions.withdraw_lesson(lesson, reason="encore", by=scene.manager), "déjà retirée")
    lied("lesson_is_kept", lambda: Lesson.objects.update(withdrawn_at=None))
    lied("lesson_is_not_deleted", lambda: lesson.delete())
    other = actions.write_lesson(scene.activation, "Autre", by=scene.manager)
    lied("lesson_is_kept", lambda: Lesson.objects.filter(pk=other.pk).update(text="jamais dit"))


def test_the_database_keeps_what_was_decided() -> None:
    scene = stage()
    for change in (
        {"ceiling_xof": 5}, {"title": "autre"}, {"decision": "autre"}, {"decided_by": scene.manager},
        {"plan_reference": "autre"}, {"starts_on": scene.activation.starts_on - timedelta(days=1)},
    ):  # fmt: skip
        with pytest.raises(IntegrityError, match=r"ne change plus|decided_by_another"), transaction.atomic():
            rows(scene).update(**change)
    lied("activation_is_not_deleted", lambda: rows(scene)._raw_delete("default"))
    lied("activation_moves_by_its_table", lambda: rows(scene).update(status="draft", decided_by=None, decided_at=None))


def test_the_database_refuses_a_sunset_without_its_renewal() -> None:
    scene = stage()
    later = scene.activation.sunset_on + timedelta(days=9)
    lied("activation_sunset_by_renewal", lambda: rows(scene).update(sunset_on=later))
    renewal = actions.ask_renewal(scene.activation, later, reason="essai", by=scene.manager)
    lied("activation_sunset_by_renewal", lambda: rows(scene).update(sunset_on=later))
    lied("renewal_is_kept", lambda: Renewal.objects.update(becomes=later + timedelta(days=9)))
    lied("renewal_is_not_deleted", lambda: renewal.delete())
    own = {"confirmed": True, "decided_by": scene.manager, "decided_at": timezone.now()}
    lied("renewal_decided_by_another", lambda: Renewal.objects.update(**own))
    actions.decide_renewal(renewal, confirmed=False, by=scene.decider)
    lied("renewal_is_kept", lambda: Renewal.objects.update(confirmed=True))


def test_the_database_keeps_the_places_once_asked() -> None:
    scene = stage(upto="asked")
    line = scene.activation.areas.get()
    lied("activation_areas_while_draft", lambda: ActivationArea.objects.update(kept=False))
    lied("activation_areas_while_draft", lambda: line.delete())
    other = make_commune("ML020429")
    extra = ActivationArea(activation=scene.activation, area=other, proposed=False, kept=True, reason="essai")
    lied("activation_areas_while_draft", extra.save)


def test_the_database_refuses_a_decision_by_who_prepared_or_without_a_place_or_a_request() -> None:
    scene = stage(upto="asked")
    own = {"status": "active", "decided_by": scene.manager, "decided_at": timezone.now(), "decision": "oui"}
    lied("activation_decided_by_another", lambda: rows(scene).update(**own))
    lied("activation_asked_on_a_day", lambda: rows(scene).update(asked_at=None))
    actions.send_back(scene.activation, reason="essai", by=scene.decider)
    actions.remove_area(scene.activation.areas.get(), by=scene.manager)
    rows(scene).update(status="asked", asked_at=timezone.now())
    lied("activation_keeps_an_area", lambda: rows(scene).update(**{**own, "decided_by": scene.decider}))


def test_a_component_serves_one_living_response_and_is_an_emergency() -> None:
    scene = stage(households=1)
    other = actions.prepare(said(number="REP-2"), scene.money.agreement, by=scene.manager)
    arm = Arm(activation=other, kind="listing", component=scene.component, places=1, made_by=scene.manager)
    lied("arm_component_in_one_response", arm.save)
    Activation.objects.filter(pk=other.pk).delete()
    type(scene.component).objects.filter(pk=scene.component.pk).update(kind="regular")
    again = Arm(activation=scene.activation, kind="listing", component=scene.component, places=1, made_by=scene.manager)
    lied("arm_pays_emergency", again.save)


def test_no_round_is_prepared_once_the_response_is_over() -> None:
    scene = stage(households=2)
    past(scene)
    after.sunset(scene.activation, by=scene.manager)
    after.sunset(scene.activation, by=scene.decider)
    assert scene.activation.status == "closed"
    scene.money.enrol(make_households(1, make_village(scene.money.communes[0]), prefix="apres"))
    refused(lambda: scene.money.prepared(1), "n’est pas en cours")


def test_no_round_gives_a_right_after_the_sunset_but_what_was_approved_leaves() -> None:
    scene = stage()
    approved = scene.money.prepared(1)
    approved = payments.approve(payments.freeze(approved, by=scene.manager), by=scene.decider)
    past(scene)
    refused(lambda: scene.money.prepared(2), "ne donne plus de droit. Demandez une prolongation")
    assert payments.release(approved, by=scene.money.treasurer).status == "released"


def test_no_more_is_approved_than_the_ceiling_and_the_list_may_be_sent_back() -> None:
    scene = stage(ceiling_xof=300_000)
    scene.money.close(scene.money.released(1))
    frozen = payments.freeze(scene.money.prepared(2), by=scene.manager)
    refused(
        lambda: payments.approve(frozen, by=scene.decider),
        "dépasserait son plafond : 360000 pour 300000. Renvoyez la liste",
    )
    assert scene.money.balance("reserved") == 0
    sent_back = payments.send_back(frozen, by=scene.decider, reason="au-delà du plafond")
    rewrite(scene.activation, ceiling_xof=360_000)
    again = payments.freeze(payments.prepare(sent_back, by=scene.manager), by=scene.manager)
    assert payments.approve(again, by=scene.decider).status == "approved"


def test_no_emergency_money_leaves_without_a_decision() -> None:
    scene = stage(upto="asked")
    refused(lambda: scene.money.prepared(1), "Aucune réponse décidée ne paie")


def test_a_round_pays_by_the_agreement_of_the_decision() -> None:
    scene = stage()
    frozen = payments.freeze(scene.money.prepared(1), by=scene.manager)
    other = beside(scene.money, "AUTRE").agreement
    FundingLine.objects.filter(component=scene.component).update(agreement=other)
    refused(lambda: payments.approve(frozen, by=scene.decider), "sur une autre convention")


def test_a_response_and_a_renewal_begin_undecided() -> None:
    scene = stage()
    born = Activation(**{f.attname: getattr(scene.activation, f.attname) for f in Activation._meta.concrete_fields})
    born.pk, born.number = None, "REP-3"
    lied("activation_begins_in_preparation", born.save)
    signed = {"confirmed": True, "decided_by": scene.decider, "decided_at": timezone.now(), "asked_by": scene.manager}
    later = scene.activation.sunset_on + timedelta(days=9)
    dates = {"was": scene.activation.sunset_on, "becomes": later, "reason": "essai"}
    lied("renewal_begins_undecided", Renewal(activation=scene.activation, **dates, **signed).save)


def test_too_long_a_reference_is_said() -> None:
    scene = stage(upto="draft", households=1)
    facts = said(number="REP-2", plan_reference="x" * 161)
    refused(lambda: actions.prepare(facts, scene.money.agreement, by=scene.manager), "Trop long : le plan")
