"""A call copies reviewed terms, and a household applies once."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from jigi.delivery.grants import actions, applications, terms
from jigi.delivery.grants.models import GrantApplicant, GrantApplication, GrantTranche
from jigi.delivery.grants.terms import read_file, read_terms, shipped
from jigi.foundation import audit
from jigi.foundation.errors import InputError, Raced, Refused
from jigi.geography.scope import seen_by
from jigi.registry.models import Household, Membership
from tests.delivery.grants_scene import CLOSES, OPENS, asked, play
from tests.delivery.scene import make_agent, stage
from tests.factories import make_commune, make_households, make_village

pytestmark = pytest.mark.django_db


def test_the_shipped_terms_give_what_is_published() -> None:
    by_code = {one.code: one for one in shipped()}
    assert {code: one.amount_xof for code, one in by_code.items()} == {
        "AGR-120": 120_000, "AGR-160": 160_000, "AGR-180": 180_000,
    }  # fmt: skip
    assert [len(one.instalments) for one in by_code.values()] == [3, 3, 2]
    assert all(one.most_points == 100 and one.ties[-1] == "first_come" for one in by_code.values())


@pytest.mark.parametrize(
    ("former", "wrong", "line", "said"),
    [
        ("amount_xof = 48_000", "amount_xof = 8_000", 36, "80000 FCFA en tout"),
        ("amount_xof = 48_000", "amount_xof = -1", 38, "-1 est plus petit que 0"),
        ('ties = ["woman", ', 'ties = ["age", ', 14, "n’est pas un départage"),
        ('"first_come"]', '"woman"]', 14, "finissent par « first_come »"),
        ("pass_percent = 50", "pass_percent = 150", 11, "va de 0 à 100"),
        ('code = "experience"', 'code = "vulnerabilite"', 16, "dit deux fois"),
        ("months = 12", "months = 12\nage = 3", 103, "La clef « age » est inconnue"),
        ("training_days = 2\n\n[[instalment]]", "after_days = 3\n\n[[instalment]]", 36, "La première tranche"),
    ],
)
def test_wrong_terms_are_said_with_their_line(tmp_path: Path, former: str, wrong: str, line: int, said: str) -> None:
    text = (terms.FOLDER / "agr-120.toml").read_text()
    assert former in text
    (tmp_path / "essai.toml").write_text(text.replace(former, wrong, 1))
    with pytest.raises(InputError, match=re.escape(said)) as found:
        read_file(tmp_path / "essai.toml")
    assert found.value.line == line


def test_a_call_copies_its_terms_and_keeps_them_once_open() -> None:
    call = play().call
    told = call.tranches.values_list("number", "amount_xof", "receipts_percent", "after_days")
    assert list(told) == [(1, 48_000, 0, 0), (2, 36_000, 80, 30), (3, 36_000, 80, 60)]
    assert call.grant_xof == 120_000 and call.ties == ["woman", "criterion:vulnerabilite", "first_come"]
    for lie in (
        lambda: GrantTranche.objects.filter(call=call, number=1).update(amount_xof=50_000),
        lambda: call.criteria.all().delete(),
        lambda: type(call).objects.filter(pk=call.pk).update(places=9),
    ):
        with pytest.raises(IntegrityError, match="ne changent plus"), transaction.atomic():
            lie()


def test_the_tranches_of_a_call_make_its_grant() -> None:
    call = play(opened=False).call
    call.tranches.filter(number=3).update(amount_xof=30_000)
    with pytest.raises(IntegrityError, match="ne font pas le montant"), transaction.atomic():
        actions.open_call(call, by=call.made_by)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"budget_xof": 239_999}, "ne paie pas 2 subventions"),
        ({"closes_on": date(2019, 1, 1)}, "sortent du contrat"),
        ({"opens_on": date(2017, 3, 1)}, "pas en vigueur"),
        ({"closes_on": date(2018, 1, 1)}, "se croisent"),
        ({"places": 0}, "au moins une place"),
    ],
)
def test_a_call_that_can_t_be_is_refused(change: dict[str, object], said: str) -> None:
    scene = stage(("grants", "works"))
    offer = actions.Offer("A", "Appel", OPENS, CLOSES, 2, 240_000)
    with pytest.raises(Refused, match=said):
        actions.make_call(
            scene.contracts["grants"], replace(offer, **change), read_terms("AGR-120"), scene.communes, by=scene.planner
        )


def test_only_who_plans_makes_a_call_of_a_contract_of_grants() -> None:
    scene = stage(("grants", "works"))
    offer = actions.Offer("A", "Appel", OPENS, CLOSES, 2, 240_000)
    found = read_terms("AGR-120")
    with pytest.raises(Refused, match="pas un contrat de subventions"):
        actions.make_call(scene.contracts["works"], offer, found, scene.communes, by=scene.planner)
    with pytest.raises(Refused, match="Votre affectation"):
        actions.make_call(scene.contracts["grants"], offer, found, scene.communes, by=scene.agent)


def test_a_household_applies_once_alone_or_in_a_group() -> None:
    one = play()
    first, second, third = make_households(3, one.scene.village)
    made = applications.apply(one.call, asked(first), by=one.scene.agent)
    assert made.shown == "AGR-KITA-0001"
    with pytest.raises(Raced, match="déjà une candidature en cours"):
        applications.apply(one.call, asked(first), by=one.scene.agent)
    member = [(Household.objects.get(pk=first), made.applicant)]
    with pytest.raises(Raced, match="déjà une candidature en cours"):
        applications.apply(one.call, asked(second, group_name="Benkadi", members=member), by=one.scene.agent)
    group = [(Household.objects.get(pk=third), Membership.objects.get(household=third, relation="head").person)]
    applications.apply(one.call, asked(second, group_name="Benkadi", members=group), by=one.scene.agent)
    with pytest.raises(IntegrityError, match="grant_one_live_application"), transaction.atomic():
        GrantApplicant.objects.filter(household=third).update(household=first)


def test_a_withdrawn_household_may_apply_again() -> None:
    one = play()
    [made] = one.apply()
    applications.withdraw(made, reason="Le ménage renonce", by=one.scene.agent)
    assert (made.status, made.applicants.get().live) == ("withdrawn", False)
    again = applications.apply(one.call, asked(made.household_id), by=one.scene.agent)
    assert again.number == 2


def test_a_correction_keeps_what_it_was_in_the_trace() -> None:
    one = play()
    [made] = one.apply()
    applications.correct(made, asked(made.household_id, own_xof=5_000), reason="Apport oublié", by=one.scene.agent)
    event = audit.history("grant_application", made.pk)[0]
    assert (event.before, event.after, event.reason) == ({"own_xof": 0}, {"own_xof": 5_000}, "Apport oublié")
    assert made.own_xof == 5_000 and made.applicants.count() == 1


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"incomes_xof": [1] * 11}, "11 mois de recettes et 12 de dépenses"),
        ({"incomes_xof": [], "expenses_xof": []}, "0 mois de recettes"),
        ({"expenses_xof": [-1] * 12}, "de 0 à un milliard"),
        ({"activity": "usure"}, "pas une activité de l’appel"),
        ({"description": "  "}, "la description"),
        ({"group_name": "Benkadi"}, "un nom et des membres"),
    ],
)
def test_an_application_that_is_not_whole_is_refused(change: dict[str, object], said: str) -> None:
    one = play()
    [household] = make_households(1, one.scene.village)
    with pytest.raises(Refused, match=said):
        applications.apply(one.call, asked(household, **change), by=one.scene.agent)


def test_an_applicant_is_a_present_member_of_a_household_of_the_call() -> None:
    one = play()
    here, other = make_households(2, one.scene.village)
    stranger = Membership.objects.get(household=other, relation="head").person
    with pytest.raises(Refused, match="pas un membre présent"):
        applications.apply(one.call, asked(here, applicant=stranger), by=one.scene.agent)
    [far] = make_households(1, make_village(make_commune("ML010601")))
    with pytest.raises(Refused, match="pas une commune du contrat"):
        applications.apply(one.call, asked(far), by=one.scene.planner)


def test_a_closed_call_takes_nothing_even_past_the_actions() -> None:
    one = play()
    [made] = one.apply()
    actions.close_call(one.call, by=one.scene.planner)
    [household] = make_households(1, one.scene.village)
    with pytest.raises(Refused, match="ne prend pas de candidature"):
        applications.apply(one.call, asked(household), by=one.scene.agent)
    made.pk, made.number = None, 2
    with pytest.raises(IntegrityError, match="ne prend pas de candidature"), transaction.atomic():
        made.save()


def test_an_operator_reads_the_applications_of_its_contracts_only(settings: Any) -> None:
    one = play()
    one.apply()
    other = type(one.scene.operator).objects.create(code="ONG-B", name="ONG B (essai)", kind="ngo")
    for user, seen in ((one.scene.agent, 1), (make_agent("etranger", other, one.scene.commune), 0)):
        settings.FENCED = True
        with seen_by(user):
            assert GrantApplication.objects.count() == seen
