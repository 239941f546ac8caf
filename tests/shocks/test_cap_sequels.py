"""What follows a message: no alert outlives its end in the days of another, and nothing done by mistake is for good."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from jigi.foundation.models import User
from jigi.shocks import alerts
from jigi.shocks.models import Alert, AlertArea
from jigi.shocks.queries import alert_state, in_state
from tests.shocks.test_cap import CODED, SENT, message, naming, told


def at(day: int) -> str:
    return f"2018-08-{day:02}T06:00:00+00:00"


def now() -> dict[str, float]:
    """What the signal says last, by place and first day."""
    return {f"{code} {starts}": value for code, starts, _, value in told()}


def test_a_cancelled_update_leaves_nothing_in_the_days_of_the_first_message(take: Any) -> None:
    take()
    take("A2", kind="Update", sent=at(3), severity="Extreme", references=naming(), expires=at(6))
    assert now() == {"ML010501 2018-08-01": 4.0, "ML010501 2018-08-03": 4.0}
    # The cancel names only the update, as most senders do.
    take("A3", kind="Cancel", sent=at(4), references=naming("A2", at(3)), places=CODED.format("ML010502"))
    assert set(now().values()) == {0.0}


def test_a_cancelled_alert_leaves_nothing_in_the_days_of_a_milder_one(take: Any) -> None:
    take(severity="Extreme", expires=at(9))
    take("B1", severity="Minor", sent=at(3), expires=at(12))
    assert now()["ML010501 2018-08-03"] == 4.0
    take("A2", kind="Cancel", sent=at(4), references=naming(), onset=SENT)
    assert now()["ML010501 2018-08-03"] == 1.0


def test_a_message_that_comes_late_is_not_hidden_by_what_was_told_meanwhile(take: Any) -> None:
    take()
    take("A2", kind="Cancel", sent=at(4), references=naming(), onset=SENT)
    take("B1", severity="Extreme")
    assert now()["ML010501 2018-08-01"] == 4.0


def test_an_alert_withdrawn_by_mistake_is_taken_again(take: Any, officer: User) -> None:
    alert = take()
    alerts.withdraw(alert, reason="mauvaise ligne", by=officer)
    assert now() == {"ML010501 2018-08-01": 0.0}
    assert take() == alert and now() == {"ML010501 2018-08-01": 3.0}
    assert Alert.objects.filter(alerts.in_force()).get() == alert


def test_what_a_withdrawn_message_gives_back_stays_replaced_by_another_that_names_it(take: Any, officer: User) -> None:
    first = take()
    update = take("A2", kind="Update", sent=at(2), references=naming())
    cancel = take("A3", kind="Cancel", sent=at(3), references=f"{naming()} {naming('A2', at(2))}")
    alerts.withdraw(update, reason="faux message", by=officer)
    first.refresh_from_db()
    assert first.replaced_by == cancel and set(now().values()) == {0.0}


def test_two_messages_that_name_each_other_are_not_both_gone(take: Any) -> None:
    take("A1", kind="Update", references=naming("A2", at(2)))
    take("A2", kind="Update", sent=at(2), references=naming("A1"))
    assert [one.identifier for one in Alert.objects.filter(alerts.in_force())] == ["A2"]


def test_an_alert_without_an_end_lasts_the_week_that_it_is_counted_for(take: Any) -> None:
    alert = take(expires="")
    assert alert_state(alert, datetime(2018, 8, 8, tzinfo=UTC)) == "cours"
    assert alert_state(alert, datetime(2018, 8, 8, 7, tzinfo=UTC)) == "expiree"
    assert Alert.objects.filter(in_state("expiree")).get() == alert
    assert not Alert.objects.filter(in_state("cours") | in_state("venir")).exists()


def test_an_all_clear_ends_what_it_replaces_and_is_no_alert_itself(
    take: Any,
    officer: User,
    tmp_path: Path,
) -> None:
    take(severity="Extreme")
    over = message("A2", kind="Update", sent=at(2), severity="Severe", references=naming())
    path = tmp_path / "fin.xml"
    path.write_bytes(over.replace(b"<urgency>", b"<responseType>AllClear</responseType><urgency>"))
    clear, _ = alerts.take(path, by=officer)
    assert set(now().values()) == {0.0} and alert_state(clear) == "message"
    assert Alert.objects.filter(in_state("message")).get() == clear


def refused(name: str, lie: Any) -> None:
    with pytest.raises(IntegrityError) as said, transaction.atomic():
        lie()
    assert said.value.__cause__.diag.constraint_name == name  # type: ignore[union-attr]


def copied(alert: Alert, **lies: Any) -> None:
    row = Alert.objects.filter(pk=alert.pk).values().get()
    Alert.objects.create(**row | {"id": None, "identifier": "B1"} | lies)


@pytest.mark.parametrize(
    ("name", "lies"),
    [
        ("alert_status", {"status": "Vrai"}), ("alert_type", {"message_type": "Bis"}),
        ("alert_severity", {"severity": "Grave"}), ("alert_once", {"identifier": "A1"}),
        ("alert_ends_after", {"ends_at": datetime(2018, 7, 1, tzinfo=UTC)}),
        ("alert_withdrawn_by_somebody", {"withdrawn_at": datetime(2018, 9, 1, tzinfo=UTC)}),
    ],
)  # fmt: skip
def test_an_alert_that_can_t_be(take: Any, name: str, lies: dict[str, Any]) -> None:
    alert = take()
    refused(name, lambda: copied(alert, **lies))


def test_a_message_is_kept_as_it_came_with_its_places(take: Any) -> None:
    alert = take()
    refused("alert_stays", lambda: Alert.objects.update(severity="Minor"))
    refused("alert_stays", lambda: Alert.objects.update(content=b"<alert/>"))
    refused("alert_stays", lambda: Alert.objects.filter(pk=alert.pk)._raw_delete("default"))
    refused("alert_stays", lambda: AlertArea.objects.update(said="ailleurs"))
    refused("alert_stays", lambda: AlertArea.objects.all()._raw_delete("default"))


def test_only_a_later_update_or_cancel_of_the_same_nature_replaces(take: Any) -> None:
    first = take()
    others = [
        take("B1", sent=at(2)),
        take("B2", sent=at(2), kind="Cancel", status="Exercise", references=naming()),
        take("B3", sent="2018-07-01T06:00:00+00:00", kind="Update", references=naming("Z9")),
    ]
    for other in others:
        refused(
            "alert_replaced_by_later", lambda later=other: Alert.objects.filter(pk=first.pk).update(replaced_by=later)
        )
    refused("alert_replaced_by_another", lambda: Alert.objects.filter(pk=first.pk).update(replaced_by=first))


def test_a_place_stands_once_in_an_alert_and_says_by_what_it_was_found(take: Any) -> None:
    place = take().places.get()
    refused(
        "alert_area_once", lambda: AlertArea.objects.create(alert=place.alert, area=place.area, how="name", said="x")
    )
    refused("alert_area_says_how", lambda: AlertArea.objects.create(alert=place.alert, area=None, how="name", said="x"))
