"""The life of a complaint: heard, sorted, examined by one, decided by another, answered, appealed, closed."""

from __future__ import annotations

import pytest

from jigi.foundation.errors import Raced, Refused
from jigi.foundation.models import AuditEvent
from jigi.grievances import actions, acts, queries
from jigi.grievances.models import Case
from jigi.grievances.rules import is_number, read_number
from tests.factories import make_user
from tests.grievances.world import TOLD, World

pytestmark = pytest.mark.django_db


def test_a_complaint_is_examined_by_one_and_decided_by_another(world: World) -> None:
    case = world.in_examination()
    actions.propose(case, "founded", "Trois ménages le confirment.", by=world.officer)
    with pytest.raises(Refused, match="Une autre personne décide"):
        actions.decide(case, "Je confirme ce que j’ai vu.", by=world.officer)
    actions.decide(case, "Les frais sont à rendre.", by=world.cercle)
    case.refresh_from_db()
    assert (case.status, case.proposed_by, case.decided_by) == ("decided", world.officer, world.cercle)


def test_its_story_name_and_telephone_are_sealed(world: World) -> None:
    case = world.heard(household=None, name="Awa Traoré", phone="76 12 34 56")
    kept = Case.objects.filter(pk=case.pk).values("told_sealed", "name_sealed", "phone_sealed").get()
    assert not any(b"francs" in bytes(one) or b"Awa" in bytes(one) for one in kept.values())
    case = Case.objects.get(pk=case.pk)
    assert (case.told, case.name, case.phone) == (TOLD, "Awa Traoré", "76 12 34 56")
    assert not AuditEvent.objects.filter(noun="grievance", after__icontains="Awa").exists()


def test_an_anonymous_complaint_names_nobody_and_still_has_a_number(world: World) -> None:
    case = world.heard(anonymous=True, name="Awa Traoré", phone="76123456")
    assert (case.name, case.phone, case.person) == ("", "", None)
    assert not case.concerned.get().complains
    assert is_number(case.number) and read_number(case.said) == case.number


def test_who_complains_is_asked(world: World) -> None:
    with pytest.raises(Refused, match="Qui se plaint"):
        world.heard(household=None)
    with pytest.raises(Refused, match="Il manque ce qui s’est passé"):
        actions.receive(actions.Heard("fraud", "non", "desk", anonymous=True, commune=world.commune), by=world.officer)


def test_an_appeal_goes_up_and_is_heard_by_who_did_not_decide(world: World) -> None:
    case = world.answered()
    actions.appeal(case, "Elle dit n’avoir rien reçu.", by=world.officer)
    assert (case.status, case.level, case.appeals) == ("appealed", "cercle", 1)
    with pytest.raises(Refused, match="Une autre personne examine le recours"):
        actions.hear(case, by=world.cercle)
    actions.hear(case, by=world.region)
    assert (case.outcome, case.proposed_by, case.decided_by) == ("", None, None)
    with pytest.raises(Refused, match="Une autre personne examine le recours"):
        actions.propose(case, "founded", "Je n’ai pas changé d’avis.", by=world.officer)
    actions.propose(case, "founded", "L’agence n’a rien rendu.", by=world.region)
    other = make_user("autre", "grievance_officer", world.commune)
    with pytest.raises(Refused, match="niveau cercle ou au-dessus"):
        actions.decide(case, "Je décide depuis la commune.", by=other)
    with pytest.raises(Refused, match="Vous avez examiné ou décidé"):
        actions.decide(case, "Je confirme ce que j’ai décidé.", by=world.cercle)
    actions.decide(case, "L’agence rend les frais cette semaine.", by=world.country)


def test_who_examined_does_not_decide_what_another_wrote_for_them(world: World) -> None:
    case = world.heard()
    actions.acknowledge(case, by=world.officer)
    actions.sort(case, "fees_demanded", by=world.officer)
    actions.examine(case, by=world.cercle)
    actions.propose(case, "founded", "Trois ménages le confirment.", by=world.officer)
    assert not queries.may_decide(world.cercle, case)
    with pytest.raises(Refused, match="Vous avez examiné ou décidé"):
        actions.decide(case, "Je confirme ce que j’ai vu.", by=world.cercle)
    actions.decide(case, "Les frais sont à rendre.", by=world.region)


def test_an_answer_says_how_it_was_given(world: World) -> None:
    case = world.answered()
    assert case.answered_how == "desk"
    assert case.events.get(verb="answer").facts == {"means": "de vive voix"}
    spoken = {"channel": "phone", "household": None, "name": "Awa", "phone": "76123456"}
    assert queries.answered_by(world.heard(**spoken)) == "phone"
    assert queries.answered_by(world.heard(channel="committee")) == "committee"
    with pytest.raises(Refused, match="comment la réponse a été donnée"):
        actions.answer(case, "Appelée : les frais seront rendus.", how="pigeon", by=world.officer)


def test_a_category_is_changed_until_something_is_decided(world: World) -> None:
    case = world.in_examination()
    actions.propose(case, "founded", "Trois ménages le confirment.", by=world.officer)
    actions.sort(case, "corruption", by=world.officer)
    assert (case.status, case.category_id, case.outcome, case.proposed_by) == ("sorted", "corruption", "", None)
    with pytest.raises(Refused, match="Trier"):
        actions.sort(world.answered(), "corruption", by=world.officer)


def test_a_closing_asks_for_satisfaction_and_may_be_taken_back(world: World) -> None:
    case = world.answered()
    with pytest.raises(Refused, match="satisfait"):
        actions.close(case, "", by=world.officer)
    actions.close(case, "yes", by=world.officer)
    actions.reopen(case, "Close par erreur, l’appel n’était pas fini.", by=world.officer)
    assert (case.status, case.satisfaction) == ("answered", "")


def test_what_was_entered_by_mistake_is_cancelled_and_restored(world: World) -> None:
    case = world.heard()
    actions.cancel(case, "Saisie deux fois ce matin.", by=world.officer)
    actions.restore(case, "Ce n’était pas la même.", by=world.officer)
    assert case.status == "received"


def test_what_waits_or_holds_ends_before_the_complaint(world: World) -> None:
    case = world.in_examination()
    asked = acts.ask(case, "visit", "Voir chez elle ce qu’il en est.", by=world.officer)
    actions.sort(case, "fees_demanded", by=world.officer)
    with pytest.raises(Refused, match="attend encore"):
        actions.cancel(case, "Saisie deux fois ce matin.", by=world.officer)
    acts.withdraw(asked, by=world.officer)
    actions.cancel(case, "Saisie deux fois ce matin.", by=world.officer)


def test_of_two_who_act_at_once_the_second_is_told(world: World) -> None:
    case = world.heard()
    stale = Case.objects.get(pk=case.pk)
    actions.acknowledge(case, by=world.officer)
    with pytest.raises(Raced):
        actions.acknowledge(stale, by=world.officer)


def test_a_case_of_elsewhere_is_not_touched(world: World) -> None:
    case = world.heard()
    other = make_user("ailleurs", "grievance_officer", world.areas.communes[1])
    with pytest.raises(Refused, match="pas de vos communes"):
        actions.acknowledge(case, by=other)
    assert not queries.visible_to(other).exists()


def test_each_act_leaves_a_row_of_the_trail_and_of_the_audit(world: World) -> None:
    case = world.answered()
    verbs = ["receive", "acknowledge", "sort", "examine", "propose", "decide", "answer"]
    assert list(case.events.order_by("pk").values_list("verb", flat=True)) == verbs
    told = AuditEvent.objects.filter(noun="grievance", object_id=str(case.pk))
    assert list(told.order_by("pk").values_list("verb", flat=True)) == verbs
    assert told.first().subjects == [world.households[0].pk]


def test_by_its_number_one_learns_where_it_stands_and_nothing_else(world: World) -> None:
    case = world.answered()
    known = queries.followed(case.number)
    assert known and (known.status, known.outcome) == ("answered", "fondée")
    assert queries.followed(123456789012) is None
