"""What PostgreSQL refuses of signals, whoever asks."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction

from jigi.foundation.models import User
from jigi.shocks import actions
from jigi.shocks.models import SignalFile, SignalValue
from tests.factories import Areas
from tests.shocks.telling import line, write

pytestmark = pytest.mark.django_db


@pytest.fixture
def file(officer: User, tmp_path: Path) -> SignalFile:
    """Two values, of which one is in its second version."""
    actions.load(write(tmp_path / "a.csv", [line(2)]), "jigi", by=officer)
    return actions.load(write(tmp_path / "b.csv", [line(3), line(1, "ML01")]), "jigi", by=officer)[0]


def refused(name: str, lie: Callable[[], Any]) -> None:
    with pytest.raises(IntegrityError) as told, transaction.atomic():
        lie()
        connection.check_constraints()
    assert told.value.__cause__.diag.constraint_name == name  # type: ignore[union-attr]


def value(areas: Areas, **said: Any) -> SignalValue:
    facts = {
        "signal": "ch_phase", "source": "saisie", "area": areas.cercle, "starts_on": date(2020, 1, 1), "value": 1,
        "ends_on": date(2020, 5, 31), "published_on": date(2020, 3, 31), "status": "final", "outlook": "observed",
        **said,
    }  # fmt: skip
    return SignalValue.objects.create(**facts)


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("signal_value_period_in_order", {"ends_on": date(2019, 1, 1)}),
        ("signal_value_status", {"status": "vrai"}),
        ("signal_value_outlook", {"outlook": "rêvé"}),
        ("signal_value_version_from_one", {"version": 0}),
        ("signal_value_is_finite", {"value": float("inf")}),
        ("signal_value_version_follows", {"version": 2}),
    ],
)
def test_a_value_that_can_t_be(areas: Areas, name: str, said: dict[str, Any]) -> None:
    refused(name, lambda: value(areas, **said))


def test_a_value_is_in_force_once(areas: Areas) -> None:
    value(areas)
    refused("signal_value_in_force_once", lambda: value(areas, version=2))


def test_a_version_is_there_once(file: SignalFile) -> None:
    old = SignalValue.objects.get(superseded_by__isnull=False)
    old.pk, old._state.adding = None, True
    refused("signal_value_version_once", old.save)


def test_a_value_never_changes(file: SignalFile) -> None:
    refused("signal_value_stays", lambda: SignalValue.objects.update(value=4))
    refused("signal_value_stays", lambda: SignalValue.objects.update(published_on=date(2010, 1, 1)))


def test_a_value_is_superseded_once_and_by_the_next_of_its_key(file: SignalFile, areas: Areas) -> None:
    held, other = SignalValue.objects.filter(superseded_by__isnull=True).order_by("area__code")
    old = SignalValue.objects.get(superseded_by__isnull=False)
    refused("signal_value_superseded_once", lambda: SignalValue.objects.filter(pk=old.pk).update(superseded_by=None))
    refused(
        "signal_value_superseded_by_next", lambda: SignalValue.objects.filter(pk=held.pk).update(superseded_by=other)
    )
    refused(
        "signal_value_superseded_by_another",
        lambda: SignalValue.objects.filter(pk=held.pk).update(superseded_by_id=held.pk),
    )


def test_a_final_value_gives_way_to_a_final_one(areas: Areas) -> None:
    held = value(areas)

    def lie() -> None:
        SignalValue.objects.filter(pk=held.pk).update(superseded_by_id=held.pk + 1_000)
        value(areas, pk=held.pk + 1_000, version=2, status="provisional")

    refused("signal_value_final_stays", lie)


def test_a_value_leaves_only_with_its_undone_file(file: SignalFile, areas: Areas) -> None:
    refused("signal_value_stays", lambda: SignalValue.objects.filter(file=file)._raw_delete("default"))
    alone = value(areas)
    refused("signal_value_stays", lambda: SignalValue.objects.filter(pk=alone.pk)._raw_delete("default"))


def test_a_file_that_can_t_be(file: SignalFile) -> None:
    whole = SignalFile.objects.filter(pk=file.pk)
    refused("signal_file_status", lambda: whole.update(status="lu"))
    refused("signal_file_content_while_it_waits", lambda: whole.update(content=b"x"))
    refused("signal_file_content_while_it_waits", lambda: whole.update(status="checked"))
    refused("signal_file_decided_by_somebody", lambda: whole.update(decided_by=None))
    refused("signal_file_counts", lambda: whole.update(unmatched=-1))
    refused("signal_file_loaded_once", lambda: SignalFile.objects.update(sha256="0"))
