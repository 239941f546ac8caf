"""Instalments: released on evidence, by another hand, once, into dues; visits, defaults, leaving the transfer."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta

import pytest
from django.db import IntegrityError, transaction

from jigi.delivery.dues.models import Due
from jigi.delivery.grants import defaults, graduation, instalments, visits
from jigi.delivery.grants.grant_models import Grant, GrantGraduation, GrantInstalment, GrantRelease, GrantVisit
from jigi.delivery.grants.visits import Told
from jigi.delivery.reach.models import Reach
from jigi.enrolment.models import Enrolment
from jigi.foundation.bulk import counting_statements
from jigi.foundation.errors import InputError, Raced, Refused
from jigi.programmes.models import Component
from tests.delivery.grants_scene import FIRST, Play, picture, play
from tests.factories import make_component, make_enrolments, make_user

pytestmark = pytest.mark.django_db
SECOND = FIRST + timedelta(days=40)
YEAR = FIRST + timedelta(days=366)


def _refuses(name: str, lie: Callable[[], object]) -> None:
    with pytest.raises(IntegrityError, match=name), transaction.atomic():
        lie()


def _support(one: Play, grant: Grant, number: int, day: date) -> None:
    """What the second and third instalments need."""
    instalment = grant.instalments.get(number=number)
    told = Told(day, "Awa", "running")
    visits.visit(grant, told, by=one.scene.agent)
    instalments.add_evidence(
        instalment, "receipt", picture(grant.pk * 10 + number), note="Achat", amount_xof=40_000, by=one.scene.agent
    )
    instalments.add_evidence(
        instalment, "photo", picture(5_000 + grant.pk * 10 + number), note="Étal", by=one.scene.agent
    )


def test_a_first_instalment_becomes_a_due_of_who_receives() -> None:
    one = play()
    grant = one.granted(1)[0]
    one.released(grant)
    due = Due.objects.get()
    assert (due.amount_xof, due.person_id, due.earned_on, due.enrolment_id) == (
        48_000, grant.recipient_id, FIRST, grant.enrolment_id,
    )  # fmt: skip
    assert due.label == "AGR AGR-KITA-0001, tranche 1"
    assert (due.made_by, due.approved_by) == (one.scene.agent, one.scene.decider)
    assert [i.status for i in grant.instalments.order_by("number")] == ["released", "planned", "planned"]


def test_a_second_instalment_says_what_it_lacks_until_it_has_it() -> None:
    one = play()
    grant = one.granted(1)[0]
    second = grant.instalments.get(number=2)
    with pytest.raises(Refused, match="la tranche précédente n’est pas versée"):
        instalments.ask(second, by=one.scene.agent)
    one.released(grant)
    with pytest.raises(Refused, match="des visites manquent; les reçus ne couvrent pas"):
        instalments.ask(second, by=one.scene.agent)
    _support(one, grant, 2, SECOND)
    one.released(grant, 2, SECOND)
    assert sum(Due.objects.values_list("amount_xof", flat=True)) == 84_000


def test_receipts_and_delay_are_counted_from_the_instalment_before() -> None:
    one = play()
    grant = one.granted(1)[0]
    one.released(grant)
    _support(one, grant, 2, FIRST + timedelta(days=10))
    second = grant.instalments.get(number=2)
    instalments.ask(second, by=one.scene.agent)
    with pytest.raises(Refused, match="le délai depuis la tranche précédente"):
        instalments.release(second, on=FIRST + timedelta(days=29), by=one.scene.decider)
    instalments.release(second, on=FIRST + timedelta(days=30), by=one.scene.decider)
    with pytest.raises(Refused, match="des visites manquent"):
        instalments.ask(grant.instalments.get(number=3), by=one.scene.agent)


def test_the_database_releases_nothing_without_evidence_twice_or_by_one_hand() -> None:
    one = play()
    grant, other = one.granted(2)
    one.released(grant)
    first, second = grant.instalments.get(number=1), grant.instalments.get(number=2)
    GrantInstalment.objects.filter(pk=second.pk).update(
        status="asked", asked_by=one.scene.agent, asked_at=first.asked_at
    )

    def lie(instalment: GrantInstalment, **said: object) -> Callable[[], object]:
        facts = {"asked_by": one.scene.agent, "released_by": one.scene.decider, "amount_xof": instalment.amount_xof}
        return lambda: GrantRelease.objects.create(
            instalment=instalment, grant=instalment.grant, contract_id=grant.contract_id,
            household_id=instalment.household_id, released_on=SECOND, **facts | said,
        )  # fmt: skip

    _refuses("manque des preuves", lie(second))
    _refuses("grant_instalment_released_once", lie(first))
    _refuses("quand elle est demandée", lie(other.instalments.get(number=1)))
    _refuses("grant_release_two_hands", lie(second, released_by=one.scene.agent))
    _refuses("grant_release_is_the_amount", lie(second, amount_xof=48_000))
    _refuses("elle se défait", lambda: GrantRelease.objects.update(amount_xof=1))
    _refuses("Une tranche libérée ne change plus", lambda: GrantInstalment.objects.filter(pk=first.pk).update(
        status="planned", asked_by=None, asked_at=None))  # fmt: skip
    _refuses("ne s’effacent pas", lambda: GrantRelease.objects.all().delete())


def test_who_asked_does_not_release() -> None:
    one = play()
    grant = one.granted(1)[0]
    instalment = grant.instalments.get(number=1)
    instalments.ask(instalment, by=one.scene.planner)
    with pytest.raises(Refused, match="Votre affectation"):
        instalments.release(instalment, by=one.scene.planner)
    instalments.send_back(instalment, reason="La liste est incomplète", by=one.scene.decider)
    instalment.refresh_from_db()
    assert (instalment.status, instalment.why) == ("planned", "La liste est incomplète")
    with pytest.raises(Raced, match="n’est pas à libérer"):
        instalments.release(instalment, by=one.scene.decider)


def test_one_that_the_base_refuses_is_said_in_french_and_stops_nobody_else() -> None:
    one = play(places=4)
    granted = one.granted(4)
    instalments.ask_all(one.call, 1, by=one.scene.agent)
    wrong = granted[1].instalments.get(number=1)
    # What no act can write: two instalments were given out of a grant that was made smaller behind them.
    Grant.objects.filter(pk=granted[1].pk).update(amount_xof=1_000)
    with pytest.raises(Refused, match="dépasseraient la subvention"):
        instalments.release(wrong, on=FIRST, by=one.scene.decider)
    assert instalments.release_all(one.call, 1, on=FIRST, by=one.scene.decider) == 3
    assert list(GrantInstalment.objects.filter(status="asked").values_list("pk", flat=True)) == [wrong.pk]
    with pytest.raises(Refused, match="dépasseraient la subvention"):
        instalments.release_all(one.call, 1, on=FIRST, by=one.scene.decider)
    with pytest.raises(Refused, match="dans l’avenir"):
        instalments.release_all(one.call, 1, on=date.today() + timedelta(days=9), by=one.scene.decider)


def test_many_are_asked_and_released_in_a_fixed_number_of_statements() -> None:
    counts = []
    one = play(places=20)
    one.granted(12)
    for communes in ([], one.scene.communes):
        assert instalments.ask_all(one.call, 1, communes=communes, by=one.scene.agent) == 12 * bool(communes)
    with counting_statements() as counted:
        assert instalments.release_all(one.call, 1, on=FIRST, by=one.scene.decider) == 12
    counts.append(counted.count)
    assert counts[0] <= 16
    assert Due.objects.count() == 12 and sum(Due.objects.values_list("amount_xof", flat=True)) == 576_000
    assert instalments.release_all(one.call, 1, on=FIRST, by=one.scene.decider) == 0


def test_a_release_is_undone_before_a_round_and_done_again() -> None:
    one = play()
    grant = one.granted(1)[0]
    one.released(grant)
    instalments.undo(GrantRelease.objects.get(), reason="Mauvais ménage", by=one.scene.decider)
    assert Due.objects.get().cancelled_why == "Mauvais ménage"
    assert grant.instalments.get(number=1).status == "planned"
    one.released(grant)
    assert Due.objects.filter(cancelled_at=None).count() == 1 and Due.objects.count() == 2


def test_a_whole_grant_is_complete_and_sums_to_its_amount() -> None:
    one = play()
    grant = one.granted(1)[0]
    one.released(grant)
    _support(one, grant, 2, SECOND)
    one.released(grant, 2, SECOND)
    third = SECOND + timedelta(days=70)
    _support(one, grant, 3, third)
    one.released(grant, 3, third)
    grant.refresh_from_db()
    assert grant.status == "complete"
    assert sum(grant.releases.values_list("amount_xof", flat=True)) == grant.amount_xof == 120_000


def test_a_picture_is_made_anew_and_supports_one_instalment() -> None:
    one = play()
    grant, other = one.granted(2)
    second = grant.instalments.get(number=2)
    made = instalments.add_evidence(second, "photo", picture(), note="L’étal au marché", by=one.scene.agent)
    assert b"PNG" not in bytes(made.sealed)
    with pytest.raises(Refused, match="sert déjà à une tranche"):
        instalments.add_evidence(other.instalments.get(number=2), "photo", picture(), note="Étal", by=one.scene.agent)
    with pytest.raises(InputError, match="ne se lit pas"):
        instalments.add_evidence(second, "photo", b"pas une image", note="Étal", by=one.scene.agent)
    with pytest.raises(Refused, match="Un reçu a un montant"):
        instalments.add_evidence(second, "receipt", picture(1), note="Achat", by=one.scene.agent)
    instalments.drop_evidence(made, reason="Mauvaise photo", by=one.scene.agent)
    assert not second.evidence.exists()


def _balance(one: Play, grant: Grant, day: date = YEAR, **said: object) -> GrantVisit:
    facts = {"sort": "month12", "income_xof": 25_000, "assets_xof": 80_000, **said}
    return visits.visit(grant, Told(day, "Awa", "running", **facts), by=one.scene.agent)  # type: ignore[arg-type]


def test_a_balance_is_made_once_in_its_time_with_income_and_assets() -> None:
    one = play()
    grant = one.granted(1)[0]
    one.released(grant)
    with pytest.raises(Refused, match="de 330 à 480 jours"):
        _balance(one, grant, FIRST + timedelta(days=200))
    with pytest.raises(Refused, match="le revenu du mois"):
        _balance(one, grant, income_xof=None)
    made = _balance(one, grant)
    with pytest.raises(Refused, match="déjà notée"):
        _balance(one, grant, YEAR + timedelta(days=1))
    assert Reach.objects.filter(year=2019, household=grant.household_id).get().events == 1
    visits.strike(made, reason="Autre ménage", by=one.scene.agent)
    assert not Reach.objects.filter(year=2019).exists()
    assert _balance(one, grant).pk != made.pk


def test_a_default_stops_what_is_left_and_asks_back_a_part() -> None:
    one = play()
    grant = one.granted(1)[0]
    one.released(grant)
    found = defaults.find(grant, "abandon", "Le commerce est fermé depuis mars", by=one.scene.controller)
    assert (found.given_xof, found.back_xof) == (48_000, 24_000)
    with pytest.raises(Raced, match="déjà constaté"):
        defaults.find(grant, "abandon", "Fermé", by=one.scene.agent)
    defaults.confirm(found, by=one.scene.decider)
    grant.refresh_from_db()
    assert grant.status == "defaulted"
    assert [i.status for i in grant.instalments.order_by("number")] == ["released", "stopped", "stopped"]
    with pytest.raises(Refused, match="« en défaut »"):
        instalments.ask(grant.instalments.get(number=2), by=one.scene.agent)
    with pytest.raises(Refused, match="constaté ou confirmé"):
        defaults.lift(found, reason="Il a repris", by=one.scene.decider)
    defaults.lift(found, reason="Il a repris", by=make_user("leve", "coordinator"))
    grant.refresh_from_db()
    assert grant.status == "running" and grant.instalments.get(number=2).status == "planned"


def test_a_default_is_confirmed_by_another_and_never_asks_for_more_than_was_given() -> None:
    one = play()
    grant = one.granted(1)[0]
    one.released(grant)
    found = defaults.find(grant, "non-emploi", "Dot payée avec la tranche", by=one.scene.agent)
    _refuses("grant_default_two_hands", lambda: type(found).objects.update(
        confirmed_by=one.scene.agent, confirmed_at=found.found_at))  # fmt: skip
    _refuses("grant_default_back_is_a_part", lambda: type(found).objects.update(back_xof=48_001))


def _transfer(one: Play) -> Component:
    return make_component(one.scene.communes, programme="TM1", by=one.scene.planner)


def test_a_household_that_stands_is_proposed_and_a_person_confirms() -> None:
    one = play()
    grant, poor = one.granted(2)
    make_enrolments(_transfer(one), [grant.household_id, poor.household_id])
    second = FIRST
    for each in (grant, poor):
        one.released(each)
        for number in (2, 3):
            second = FIRST + timedelta(days=70 * (number - 1))
            _support(one, each, number, second)
            one.released(each, number, second)
    _balance(one, grant)
    _balance(one, poor, income_xof=15_000)
    checker = make_user("controle-pays", "cercle_coordinator", one.scene.commune.parent)
    assert graduation.propose(one.call, on=YEAR, by=checker) == 1
    assert graduation.propose(one.call, on=YEAR, by=checker) == 0
    proposed = GrantGraduation.objects.get()
    assert (proposed.household_id, proposed.income_before_xof, proposed.income_after_xof) == (
        grant.household_id, 15_000, 25_000,
    )  # fmt: skip
    assert Enrolment.objects.get(pk=proposed.enrolment_id).status == "active"
    with pytest.raises(Refused, match="Une autre personne"):
        graduation.confirm(proposed, by=checker)
    graduation.confirm(proposed, by=one.scene.planner)
    left = Enrolment.objects.get(pk=proposed.enrolment_id)
    assert (left.status, left.exit_reason) == ("exited", "Autonome : AGR à 12 mois")
    assert Enrolment.objects.get(household=poor.household_id, component__code="TM").status == "active"


def test_a_proposal_is_put_aside_with_its_reason() -> None:
    one = play(terms="AGR-180")
    grant = one.granted(1)[0]
    make_enrolments(_transfer(one), [grant.household_id])
    one.released(grant)
    _support(one, grant, 2, SECOND)
    instalments.add_evidence(
        grant.instalments.get(number=2), "receipt", picture(900), note="Achat", amount_xof=60_000, by=one.scene.agent
    )
    one.released(grant, 2, SECOND)
    _balance(one, grant, assets_xof=95_000)
    assert graduation.propose(one.call, on=YEAR, by=make_user("suit", "programme_manager")) == 1
    proposed = GrantGraduation.objects.get()
    with pytest.raises(Refused, match="Dites pourquoi"):
        graduation.dismiss(proposed, reason="", by=one.scene.planner)
    graduation.dismiss(proposed, reason="Sept enfants à charge", by=one.scene.planner)
    assert (proposed.status, proposed.enrolment.status) == ("dismissed", "active")
