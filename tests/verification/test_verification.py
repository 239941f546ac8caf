"""Verification after payment: drawn once, sized on what is left, answered, and what is wrong kept as findings."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from jigi.foundation.errors import Refused
from jigi.payments.models import Instruction, PaymentRound, ReturnFile
from jigi.registry.models import Person
from jigi.verification import actions, queries
from jigi.verification.actions import Draw
from jigi.verification.models import Check, Exercise, Finding
from jigi.verification.rules import Precision
from tests.factories import make_households, make_user, make_village
from tests.kept import Kept, once
from tests.payments.scene import Scene, peopled, stage

pytestmark = pytest.mark.django_db
LOOSE = Draw("phone", precision=Precision(confidence=80, margin=20))


def _scene(tmp_path: Path) -> Scene:
    """Two communes of 20 and 10 households, one village each, all paid but one."""
    scene = stage(communes=("ML010501", "ML010502"))
    for commune, households in zip(scene.communes, (20, 10), strict=True):
        scene.enrol(make_households(households, make_village(commune)))
    scene.answer(scene.released(), tmp_path / "retour.csv", absent=1)
    return scene


scene_once = once("scene", _scene)


@pytest.fixture
def scene(scene_once: Kept[Scene], db: None) -> Scene:
    return scene_once.copy()


def verifier() -> object:
    return make_user("verifie", "grievance_officer")


def the_round() -> PaymentRound:
    return PaymentRound.objects.get()


def test_only_what_was_paid_is_drawn_and_the_seed_draws_it_again(scene: Scene) -> None:
    by = verifier()
    first = actions.draw(the_round(), LOOSE, by=by, seed="graine")
    again = actions.draw(the_round(), LOOSE, by=by, seed="graine")
    other = actions.draw(the_round(), LOOSE, by=by)
    drawn = [
        list(one.checks.order_by("rank").values_list("instruction_id", flat=True)) for one in (first, again, other)
    ]
    assert drawn[0] == drawn[1] and len(drawn[0]) == first.drawn == 8 and first.population == 29
    assert drawn[0] != drawn[2]
    paid = set(Instruction.objects.filter(status="paid").values_list("pk", flat=True))
    assert set(drawn[0]) <= paid


def test_a_sample_is_sized_once_the_excluded_communes_are_out(scene: Scene) -> None:
    """peers.md, wrong money 14: samples were sized before the areas were excluded."""
    away, kept = scene.communes
    without = Draw("phone", precision=LOOSE.precision, excluded={away.pk: "insécurité"})
    exercise = actions.draw(the_round(), without, by=verifier())
    assert exercise.population == 10 and exercise.drawn == 6
    assert set(exercise.checks.values_list("commune", flat=True)) == {kept.pk}


def test_villages_are_drawn_first_where_few_are_asked_in_each(scene: Scene) -> None:
    few = Draw("visit", precision=LOOSE.precision, per_village=4)
    exercise = actions.draw(the_round(), few, by=verifier())
    assert exercise.villages == 2
    assert sorted(exercise.checks.values_list("village_size", flat=True)) == [10] * 4 + [19] * 4
    with pytest.raises(Refused, match="6 ordres seulement"):
        actions.draw(the_round(), Draw("visit", precision=LOOSE.precision, per_village=3), by=verifier_again())


def verifier_again() -> object:
    return make_user("verifie-aussi", "grievance_officer")


@pytest.mark.parametrize(
    ("asked", "refusal"),
    [
        (Draw("lettre"), "Le moyen"), (Draw("phone", precision=Precision(margin=0)), "La précision"),
        (Draw("phone", precision=Precision(confidence=93)), "La précision"),
        (Draw("phone", per_village=0), "par village"), (Draw("phone", excluded={-1: "loin"}), "n’est pas de ce tour"),
    ],
)  # fmt: skip
def test_a_draw_that_makes_no_sense_is_refused(scene: Scene, asked: Draw, refusal: str) -> None:
    with pytest.raises(Refused, match=refusal):
        actions.draw(the_round(), asked, by=verifier())


def test_who_prepares_releases_or_reconciles_does_not_verify(scene: Scene) -> None:
    for by in (scene.maker, scene.treasurer, scene.officer):
        with pytest.raises(Refused, match="vérifier auprès des ménages"):
            actions.draw(the_round(), LOOSE, by=by)


def test_a_hand_of_the_round_does_not_verify_it_whatever_its_rights_have_become(scene: Scene) -> None:
    shown, by = the_round(), verifier()
    for hand in ("made_by", "frozen_by", "released_by"):
        before = getattr(shown, hand)
        setattr(shown, hand, by)
        with pytest.raises(Refused, match="une autre personne le vérifie"):
            actions.draw(shown, LOOSE, by=by)
        setattr(shown, hand, before)
    ReturnFile.objects.update(made_by=by)
    with pytest.raises(Refused, match="une autre personne le vérifie"):
        actions.draw(shown, LOOSE, by=by)


def test_answers_give_shares_with_their_interval_and_problems_become_findings(scene: Scene) -> None:
    by, today = verifier(), timezone.localdate()
    exercise = actions.draw(the_round(), LOOSE, by=by)
    said = ["received"] * 5 + ["not_received", "other_amount", "unknown"]
    for check, result in zip(exercise.checks.order_by("rank"), said, strict=True):
        told = 25_000 if result == "other_amount" else None
        actions.answer(check, result, on=today, by=by, told_xof=told)
    found = queries.answered(exercise)
    received = found.estimates["received"]
    assert found.waiting == 0 and received and round(received.share, 3) == round(5 / 7, 3)
    assert received.low < received.share < received.high
    assert set(Finding.objects.values_list("rule", flat=True)) == {"not_received", "other_amount"}
    assert "dit avoir reçu 25" in Finding.objects.get(rule="other_amount").says


def test_an_answer_corrected_takes_its_finding_back_unless_somebody_dealt_with_it(scene: Scene) -> None:
    by, today = verifier(), timezone.localdate()
    first, second = actions.draw(the_round(), LOOSE, by=by).checks.order_by("rank")[:2]
    for check in (first, second):
        actions.answer(check, "not_received", on=today, by=by)
    actions.deal_with(Finding.objects.get(instruction_id=second.instruction_id), by=by, what="payé à son fils")
    for check in (first, second):
        actions.answer(check, "received", on=today, by=by)
    assert list(Finding.objects.values_list("instruction_id", flat=True)) == [second.instruction_id]


def test_an_answer_is_checked_and_a_closed_exercise_is_kept(scene: Scene) -> None:
    by, today = verifier(), timezone.localdate()
    exercise = actions.draw(the_round(), LOOSE, by=by)
    check = exercise.checks.first()
    for result, on, told, refusal in (
        ("peut-être", today, None, "pas choisie"), ("received", date(2016, 1, 1), None, "La date"),
        ("other_amount", today, None, "n’est pas dit"), ("other_amount", today, check.amount_xof, "n’est pas dit"),
    ):  # fmt: skip
        with pytest.raises(Refused, match=refusal):
            actions.answer(check, result, on=on, by=by, told_xof=told)
    actions.close(exercise, by=by)
    with pytest.raises(Refused, match="close"):
        actions.answer(check, "received", on=today, by=by)


LIES = [
    "UPDATE verification_check SET household_id = (SELECT max(household_id) FROM verification_check) + 0, rank = 99",
    "DELETE FROM verification_check",
    "UPDATE verification_exercise SET seed = 'choisie'",
    "UPDATE verification_exercise SET drawn = 1",
    "INSERT INTO verification_check (exercise_id, rank, instruction_id, origin_round_id, reference, component_id,"
    " commune_id, village_size, household_id, recipient_id, amount_xof, result, note) SELECT exercise_id, 1000,"
    " instruction_id + 100000, origin_round_id, reference, component_id, commune_id, 1, household_id, recipient_id,"
    " amount_xof, '', '' FROM verification_check LIMIT 1",
    "UPDATE verification_check SET result = 'received'",
    "UPDATE verification_check SET told_xof = 5",
    "UPDATE verification_exercise SET closed_at = now()",
    "UPDATE verification_exclusion SET why = ''",
]


@pytest.mark.parametrize("lie", LIES)
def test_the_database_refuses_another_draw_and_an_unsigned_answer(scene: Scene, lie: str) -> None:
    away = scene.communes[1]
    asked = Draw("phone", precision=LOOSE.precision, excluded={away.pk: "insécurité"})
    actions.draw(the_round(), asked, by=verifier())
    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(lie)


def test_anomalies_are_found_once_each_by_a_rule_that_a_person_can_explain(tmp_path: Path) -> None:
    scene = peopled(6)
    enrolled = list(scene.component.enrolments.order_by("id")) if hasattr(scene.component, "enrolments") else []
    from jigi.enrolment.models import Enrolment

    enrolled = enrolled or list(Enrolment.objects.filter(component=scene.component).order_by("id"))
    enrolled[1].account = enrolled[0].account
    enrolled[1].save()
    Person.objects.filter(pk=enrolled[2].recipient_id).update(birth_date=date(2015, 1, 1), birth_precision="day")
    agent = Person.objects.get(pk=enrolled[3].recipient_id)
    make_user(f"{agent.given_names} {agent.surname}", "commune_agent", scene.communes[0])
    payment_round = scene.released()
    scene.answer(payment_round, tmp_path / "r.csv")
    Person.objects.filter(pk=enrolled[4].recipient_id).update(died_on=date(2016, 1, 1))
    by = verifier()
    assert [actions.find_anomalies(payment_round, by=by) for _ in range(2)] == [5, 0]
    rules = Finding.objects.order_by("rule").values_list("rule", flat=True)
    assert list(rules) == ["child", "deceased", "shared_account", "shared_account", "staff"]


def test_a_finding_is_dealt_with_once_with_what_was_done(scene: Scene) -> None:
    by = verifier()
    check = actions.draw(the_round(), LOOSE, by=by).checks.first()
    actions.answer(check, "not_received", on=timezone.localdate(), by=by)
    finding = Finding.objects.get()
    with pytest.raises(Refused, match="Ce qui a été fait"):
        actions.deal_with(finding, by=by, what=" ")
    actions.deal_with(finding, by=by, what="l’agence a rendu l’argent")
    with pytest.raises(Refused, match="déjà traité"):
        actions.deal_with(finding, by=by, what="encore")


def test_what_is_out_of_a_posting_is_not_seen(scene: Scene) -> None:
    by = verifier()
    exercise = actions.draw(the_round(), Draw("phone", everyone=True), by=by)
    here = make_user("ici", "grievance_officer", scene.communes[0])
    elsewhere = make_user("ailleurs", "grievance_officer", programme="AUTRE")
    assert queries.checks_visible_to(here).filter(exercise=exercise).count() == 19
    assert not queries.checks_visible_to(elsewhere).exists() and not queries.exercises_visible_to(elsewhere).exists()
    assert Exercise.objects.get().drawn == Check.objects.count() == 29
