"""The rights of people on what was shared: opposed at once, told, corrected, and erased with the files kept."""

from __future__ import annotations

from datetime import date

import pytest

from jigi.changes import actions as changes
from jigi.foundation.errors import Refused
from jigi.foundation.models import User
from jigi.ledger.models import Posting
from jigi.protection import actions
from jigi.protection.models import DataRequest
from jigi.registry.models import Household, Membership
from jigi.sharing import delivering, queries
from jigi.sharing.models import SharingDisclosure, SharingObjection, SharingPart
from jigi.sharing.rules import Criteria
from tests.factories import make_user
from tests.sharing.asked import Partnership, make_partnership

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
