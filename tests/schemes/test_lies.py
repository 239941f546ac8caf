"""Each truth of a scheme, a batch and a benefit, and the lie that the database refuses."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from jigi.foundation.models import User
from jigi.schemes.models import BenefitBatch, BenefitLine, Scheme
from tests.schemes.giving import give, make_scheme

pytestmark = pytest.mark.django_db

Lie = Callable[[User, int], Any]


def _scheme(**said: Any) -> Lie:
    return lambda user, household: make_scheme("X", **said)


def _benefit(**said: Any) -> Lie:
    return lambda user, household: give(make_scheme(), household, said.pop("reference", "R2"), user, **said)


def _batch(**said: Any) -> Lie:
    facts = {"file_name": "a.csv", "file_hash": "b" * 64, "status": "checked", **said}
    return lambda user, household: BenefitBatch.objects.create(scheme=make_scheme(), sent_by=user, **facts)


def _twice(user: User, household: int) -> None:
    _batch(status="received")(user, household)
    _batch()(user, household)


def _line(**said: Any) -> Lie:
    def tell(user: User, household: int) -> None:
        batch = _batch(status="received")(user, household)
        facts = {"nature": "cash", "amount_xof": 1, "given_from": date(2016, 1, 1), "given_to": date(2016, 1, 1)}
        for number, reference in ((1, "R1"), (said.get("line", 2), said.get("reference", "R2"))):
            own = {"batch": batch, "household_id": household, "line": number, "reference": reference}
            BenefitLine.objects.create(**(facts | said | own))

    return tell


LIES: dict[str, Lie] = {
    "scheme_code": lambda user, household: Scheme.objects.create(code="amo !", kind="contributory"),
    "scheme_kind": _scheme(kind="autre"),
    "scheme_ends_after_start": _scheme(starts_on=date(2016, 1, 1), ends_on=date(2015, 1, 1)),
    "schemes_scheme_code_key": lambda user, household: Scheme.objects.create(code="PAM-VIVRES", kind="contributory"),
    "benefit_batch_waits_once": _twice,
    "benefit_batch_nothing_lost": _batch(lines_read=3, lines_good=1, lines_known=1),
    "benefit_batch_decision_is_signed": _batch(decided_at=timezone.now()),
    "benefit_batch_recorded_is_signed": _batch(status="recorded"),
    "benefit_reference_once": _benefit(reference="R1"),
    "benefit_has_reference": _benefit(reference=""),
    "benefit_nature": _benefit(nature="gift"),
    "benefit_has_measure": _benefit(amount_xof=None, quantity=2, unit="sac"),
    "benefit_quantity_has_unit": _benefit(quantity=2),
    "benefit_above_zero": _benefit(amount_xof=-1),
    "benefit_ends_after_start": _benefit(given_to=None),
    "benefit_line_once": _line(line=1),
    "benefit_line_reference_once": _line(reference="R1"),
    "benefit_line_has_reference": _line(reference=""),
    "benefit_line_nature": _line(nature="gift"),
    "benefit_line_has_measure": _line(amount_xof=None),
    "benefit_line_quantity_has_unit": _line(unit="sac"),
    "benefit_line_above_zero": _line(amount_xof=0),
    "benefit_line_ends_after_start": _line(given_to=date(2015, 1, 1)),
}


@pytest.mark.parametrize("truth", LIES)
def test_each_constraint_refuses_its_lie(truth: str, officer: User, households: list[int]) -> None:
    give(make_scheme(), households[0], "R1", officer)
    with pytest.raises(IntegrityError, match=truth), transaction.atomic():
        LIES[truth](officer, households[0])


def test_every_named_constraint_has_its_lie() -> None:
    named = {c.name for m in (Scheme, BenefitBatch, BenefitLine) for c in m._meta.constraints}
    assert named <= set(LIES)
