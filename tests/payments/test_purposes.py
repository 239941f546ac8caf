"""Two programmes serve a household together unless they share a purpose over the same period: then the first does."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import count

import pytest
from django.db import IntegrityError, connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from jigi.payments import actions, queries
from jigi.payments.models import Entitlement, PaymentRound
from tests.factories import make_households, make_village
from tests.payments.scene import Scene, stage

pytestmark = pytest.mark.django_db


def two_programmes(shared: int, *, purpose: str = "consommation", first: str = "2015T1") -> tuple[Scene, Scene]:
    """Three households in each programme, `shared` of them in both; the second's purpose and first period are given."""
    one, two = stage(), stage(code="tm2")
    two.component.purpose, two.component.first_period = purpose, first
    two.component.save()
    households = make_households(6 - shared, make_village(one.communes[0]))
    one.enrol(households[:3])
    two.enrol(households[3 - shared : 6 - shared])
    return one, two


def test_a_household_is_served_by_the_first_and_the_second_says_why() -> None:
    one, two = two_programmes(2)
    first, second = one.prepared(), two.prepared()
    assert (first.entitlements, second.entitlements) == (3, 1)
    (left_out,) = second.changes.filter(movement="left_out")
    assert (left_out.households, left_out.amount_xof) == (2, 0)
    assert left_out.reason == "même objet et même période : Transferts monétaires"
    listed = queries.changed_households(left_out, two.communes)
    assert set(listed.values_list("pk", flat=True)) == set(one.households) & set(two.households)
    actions.freeze(second, by=two.maker)
    actions.freeze(first, by=one.maker)


@pytest.mark.parametrize(("purpose", "first"), [("nutrition", "2015T1"), ("consommation", "2015T2")])
def test_another_purpose_or_another_period_is_no_conflict(purpose: str, first: str) -> None:
    one, two = two_programmes(3, purpose=purpose, first=first)
    assert one.prepared().entitlements == two.prepared().entitlements == 3


def test_a_round_given_up_leaves_its_households_to_the_other() -> None:
    one, two = two_programmes(2)
    first, second = one.prepared(), two.prepared()
    actions.cancel(first, by=one.maker, reason="doublon")
    second = actions.send_back(second, by=two.maker, reason="l’autre tour est annulé")
    assert actions.prepare(second, by=two.maker).entitlements == 3


def test_who_was_in_the_last_round_leaves_it_with_the_reason() -> None:
    one, two = two_programmes(1, first="2014T4")
    two.close(two.released())
    one.prepared()
    left = two.prepared(2).changes.get(movement="leave")
    assert (left.reason, left.households) == ("même objet et même période : Transferts monétaires", 1)


def test_the_database_refuses_what_two_prepares_did_not_see() -> None:
    one, two = two_programmes(2)
    first = one.prepared()
    # As if the second had read before the first was written.
    PaymentRound.objects.filter(pk=first.pk).update(status="draft")
    second = actions.freeze(two.prepared(), by=two.maker)
    PaymentRound.objects.filter(pk=first.pk).update(status="prepared")
    with pytest.raises(IntegrityError, match="reçoit déjà d'un autre programme"), transaction.atomic():
        actions.freeze(first, by=one.maker)
    PaymentRound.objects.filter(pk=first.pk).update(purpose="nutrition")
    actions.freeze(first, by=one.maker)
    with pytest.raises(IntegrityError, match="reçoit déjà"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("UPDATE payments_paymentround SET purpose = %s WHERE id = %s", [second.purpose, first.pk])


_NAMES = count()


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    purposes=st.lists(st.sampled_from(["consommation", "nutrition"]), min_size=2, max_size=3),
    periods=st.lists(st.sampled_from(["2015T1", "2015-03", "2015T2"]), min_size=3, max_size=3),
)
def test_nobody_is_ever_served_twice_for_one_purpose_over_one_period(
    db: None, purposes: Sequence[str], periods: Sequence[str]
) -> None:
    with transaction.atomic():
        scenes = [stage(code=f"p{next(_NAMES)}") for _ in purposes]
        households = make_households(2, make_village(scenes[0].communes[0]), prefix=f"m{next(_NAMES)}")
        for scene, purpose, first in zip(scenes, purposes, periods, strict=False):
            scene.component.purpose, scene.component.first_period = purpose, first
            scene.component.months = 1 if "-" in first else 3
            scene.component.save()
            scene.enrol(households)
        served: list[tuple[str, object]] = []
        for scene in scenes:
            period = scene.component.period(1)
            taken = any(
                purpose == scene.component.purpose and other.start <= period.end and other.end >= period.start
                for purpose, other in served  # type: ignore[attr-defined]
            )
            it = scene.open()
            if taken:
                with pytest.raises(Exception, match="ne paierait personne"), transaction.atomic():
                    actions.prepare(it, by=scene.maker)
            else:
                actions.freeze(actions.prepare(it, by=scene.maker), by=scene.maker)
                served.append((scene.component.purpose, period))
            assert Entitlement.objects.filter(payment_round=it).count() == (0 if taken else 2)
        transaction.set_rollback(True)
