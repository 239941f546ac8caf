"""The rights of people on what was shared: opposed at once, told, corrected, and erased with the files kept."""

from __future__ import annotations

from datetime import date

import pytest
from django.db import DatabaseError, transaction

from jigi.changes import actions as changes
from jigi.foundation.errors import Refused
from jigi.foundation.models import User
from jigi.ledger.models import Posting
from jigi.protection import actions
from jigi.protection.models import DataRequest
from jigi.registry.models import Household, Membership, Person
from jigi.sharing import delivering, queries
from jigi.sharing.models import SharingDelivery, SharingDisclosure, SharingObjection, SharingPart
from jigi.sharing.rules import Criteria
from tests.factories import make_user
from tests.sharing.asked import Partnership, make_partnership
from tests.sharing.signed import signed

pytestmark = pytest.mark.django_db


@pytest.fixture
def shared() -> Partnership:
    return make_partnership()


@pytest.fixture
def second(shared: Partnership) -> User:
    return make_user("dpo-deux", "data_protection_officer")


def granted(shared: Partnership, second: User, kind: str, **said: object) -> DataRequest:
    facts: dict[str, object] = {
        "household": Household.objects.get(pk=shared.households[0]), "asker": "essai", "identity_check": "essai",
        "statement": "essai", "received_on": date(2016, 3, 1), **said,
    }  # fmt: skip
    made = actions.record(kind, by=shared.protector, **facts)  # type: ignore[arg-type]
    actions.accept(made, reason="essai", by=second)
    return made


@pytest.mark.parametrize(("scope", "left"), [("sharing", 4), ("all", 4), ("targeting", 5), ("contact", 5)])
def test_an_opposition_granted_holds_at_once(scope: str, left: int, shared: Partnership, second: User) -> None:
    request = shared.approved()
    granted(shared, second, "opposition", scope=scope)
    assert delivering.deliver(request, by=shared.protector).households == left


def test_an_opposition_taken_back_is_lifted(shared: Partnership, second: User) -> None:
    made = granted(shared, second, "opposition", scope="sharing")
    actions.withdraw(made, by=second)
    assert SharingObjection.objects.get().lifted_at
    assert shared.delivered().households == 5


def test_an_opposition_that_was_answered_is_lifted_when_the_person_takes_it_back(
    shared: Partnership, second: User
) -> None:
    made = granted(shared, second, "opposition", scope="sharing")
    actions.answer(made, answer="le partage est arrêté", by=second)
    with pytest.raises(Refused, match="« Retirer"):
        actions.withdraw(made, by=second)
    actions.lift(made, by=second)
    made.refresh_from_db()
    assert (made.status, made.done_by) == ("withdrawn", None) and SharingObjection.objects.get().lifted_at
    assert shared.delivered().households == 5
    erasure = granted(shared, second, "access")
    actions.answer(erasure, answer="le rapport est remis", by=second)
    with pytest.raises(Refused, match="Seule une opposition"):
        actions.lift(erasure, by=second)


@pytest.mark.parametrize(
    ("whose", "partner", "kept"), [("household", "", 1), ("child", "PAM", 1), ("child", "AUTRE", 2)]
)
def test_an_opposition_reaches_the_files_not_yet_taken(
    whose: str, partner: str, kept: int, shared: Partnership, second: User
) -> None:
    telling, other = shared.delivered(), shared.delivered(areas=[shared.areas.communes[1]])
    if partner == "AUTRE":
        signed([shared.areas.cercle], shared.maker, code="CP-9", partner="AUTRE")
    child = Membership.objects.get(household=shared.households[0], relation="child").person
    person = child if whose == "child" else None
    granted(shared, second, "opposition", scope="sharing", partner=partner, person=person)
    assert SharingPart.objects.values("delivery").distinct().count() == kept
    assert SharingPart.objects.filter(delivery=other).exists()
    telling.refresh_from_db()
    assert (telling.dropped_on is None) == (kept == 2)
    if kept == 1:
        with pytest.raises(Refused, match="n’est plus gardé"):
            delivering.take(telling, by=shared.protector)


def test_who_moved_or_became_another_household_is_taken_back_too(shared: Partnership, second: User) -> None:
    first, second_, third = (Household.objects.get(pk=one) for one in shared.households[:3])
    shared.delivered()
    told = shared.delivered(Criteria(unit="person", age_to=59))
    Household.objects.filter(pk=first.pk).update(status="merged", merged_into=second_)
    child = Membership.objects.get(household=third, relation="child")
    Membership.objects.filter(pk=child.pk).update(ended_on=date(2017, 1, 1), end_reason="departure")
    second_.memberships.create(person=child.person, line=9, relation="other_kin", started_on=date(2017, 1, 1))
    granted(shared, second, "opposition", scope="sharing", household=second_)
    found = {(one.household_id, one.person_id, one.kind) for one in queries.notices(shared.agreement)}
    persons = {one.household_id: one.person_id for one in told.disclosures.all()}
    assert found == {
        (first.pk, None, "opposed"), (second_.pk, None, "opposed"), (first.pk, persons[first.pk], "opposed"),
        (second_.pk, persons[second_.pk], "opposed"), (third.pk, child.person_id, "opposed"),
    }  # fmt: skip


def erase_alone(shared: Partnership, second: User, relation: str) -> Person:
    person = Membership.objects.get(household=shared.households[0], relation=relation).person
    request = granted(shared, second, "erasure", person=person)
    assert request.household
    actions.erase(request, rsu_number=request.household.rsu_number, by=shared.protector)
    return person


def test_who_was_erased_alone_is_told_to_nobody_any_more(shared: Partnership, second: User) -> None:
    child = erase_alone(shared, second, "child")
    assert shared.delivered(Criteria(unit="person")).lines == 14
    assert shared.delivered(Criteria(age_to=59)).households == 4, "elle ne fait plus choisir son ménage"
    assert not SharingDisclosure.objects.filter(person=child) and not queries.notices(shared.agreement)


def test_a_head_who_was_erased_alone_is_taken_back_from_the_lines_of_the_household(
    shared: Partnership, second: User
) -> None:
    naming, numbers = shared.delivered(fields=["rsu_number", "names"]), shared.delivered(fields=["rsu_number"])
    head = erase_alone(shared, second, "head")
    kept = set(SharingPart.objects.values_list("delivery", flat=True))
    assert kept == {numbers.pk} and naming.pk not in kept
    assert not queries.notices(shared.agreement), "la dernière remise ne nomme personne"
    line = naming.disclosures.get(head=head)
    assert line in queries.told_of(Household.objects.get(pk=shared.households[1]), [head.pk])
    made = shared.delivered(fields=["rsu_number", "names"])
    assert made.households == 5 and made.disclosures.get(household=shared.households[0]).head is None


def test_the_partner_is_told_of_a_head_who_was_erased_alone(shared: Partnership, second: User) -> None:
    naming = shared.delivered(fields=["names"])
    head = erase_alone(shared, second, "head")
    line = naming.disclosures.get(head=head)
    assert [(one.id, one.kind) for one in queries.notices(shared.agreement)] == [(line.pk, "erased")]
    with pytest.raises(DatabaseError, match="personne effacée"), transaction.atomic():
        delivery = SharingDelivery.objects.create(request=shared.approved(), by=shared.protector)
        SharingDisclosure.objects.create(told_in=delivery, household_id=shared.households[0], head=head)


def test_an_opposition_may_name_one_partner_and_one_person(shared: Partnership, second: User) -> None:
    child = Membership.objects.get(household=shared.households[0], relation="child").person
    granted(shared, second, "opposition", scope="sharing", partner="PAM", person=child)
    assert shared.delivered(Criteria(unit="person")).lines == 14
    with pytest.raises(Refused, match="aucune convention"):
        granted(shared, second, "opposition", scope="sharing", partner="INCONNU")
    with pytest.raises(Refused, match="n’est nommé que"):
        granted(shared, second, "opposition", scope="targeting", partner="PAM")


def test_who_received_is_told_to_take_back(shared: Partnership, second: User) -> None:
    shared.delivered()
    assert not queries.notices(shared.agreement)
    granted(shared, second, "opposition", scope="sharing")
    found = queries.notices(shared.agreement)
    assert [(one.household_id, one.is_withdrawal) for one in found] == [(shared.households[0], True)]


def test_a_correction_applied_since_is_told_to_who_received(shared: Partnership, second: User) -> None:
    household = Household.objects.get(pk=shared.households[0])
    shared.delivered()
    maker, checker = (make_user(name, "social_officer") for name in ("kadi", "oumar"))
    made = changes.draft(
        "identity", household, typed={"person.nickname": "Djo"}, effective_on=date(2016, 3, 1), reason="essai",
        fact_source="visit", person=household.memberships.get(relation="child").person, by=maker,
    )  # fmt: skip
    changes.submit(made, by=maker)
    assert not queries.notices(shared.agreement)
    changes.decide(made, by=checker)
    assert [(one.household_id, one.kind) for one in queries.notices(shared.agreement)] == [(household.pk, "changed")]
    shared.delivered()
    assert not queries.notices(shared.agreement), "la nouvelle remise dit la valeur corrigée"


def test_an_erasure_of_one_person_reaches_the_files_that_tell_them(shared: Partnership, second: User) -> None:
    child = Membership.objects.get(household=shared.households[0], relation="child").person
    telling = shared.delivered(Criteria(unit="person", age_to=59))
    others = shared.delivered(Criteria(unit="person", age_from=60))
    request = granted(shared, second, "erasure", person=child)
    assert request.household
    actions.erase(request, rsu_number=request.household.rsu_number, by=shared.protector)
    kept = set(SharingPart.objects.values_list("delivery", flat=True))
    assert kept == {others.pk} and telling.pk not in kept
    assert [(one.kind, one.person_id) for one in queries.notices(shared.agreement)] == [("erased", child.pk)]


def test_an_erasure_reaches_the_files_kept_and_leaves_who_was_told(shared: Partnership, second: User) -> None:
    made, other = shared.delivered(), shared.delivered(areas=[shared.areas.communes[1]])
    postings = list(Posting.objects.order_by("pk").values_list())
    request = granted(shared, second, "erasure")
    assert request.household
    actions.erase(request, rsu_number=request.household.rsu_number, by=shared.protector)
    made.refresh_from_db()
    assert made.dropped_on and not SharingPart.objects.filter(delivery=made)
    assert SharingPart.objects.filter(delivery=other), "où personne d’effacé ne se trouve"
    assert SharingDisclosure.objects.filter(household=request.household).count() == 1
    assert [one.kind for one in queries.notices(shared.agreement)] == ["erased"]
    assert list(Posting.objects.order_by("pk").values_list()) == postings
