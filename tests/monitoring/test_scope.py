"""Alerts are followed where they happened: of one's communes, or of the country."""

from __future__ import annotations

import pytest
from django.utils import timezone

from jigi.foundation.errors import Refused
from jigi.geography.models import Area
from jigi.geography.scope import seen_by
from jigi.monitoring import actions
from jigi.monitoring.models import Alert
from jigi.monitoring.queries import visible_to
from tests.factories import make_areas, make_commune, make_user

pytestmark = pytest.mark.django_db


def raised(commune: Area | None, subject: str) -> Alert:
    now = timezone.now()
    return Alert.objects.create(
        rule="many_reveals", subject=subject, period="essai", label=subject, commune=commune, first_seen=now,
        last_seen=now, count=3,
    )  # fmt: skip


@pytest.fixture
def alerts(db: None, monkeypatch: pytest.MonkeyPatch) -> dict[str, Alert]:
    monkeypatch.setattr("django.conf.settings.FENCED", True)
    here = make_areas(communes=1).communes[0]
    return {"here": raised(here, "ici"), "far": raised(make_commune("ML030101"), "loin"), "none": raised(None, "pays")}


@pytest.mark.parametrize(
    ("role", "place", "seen"),
    [
        ("cercle_coordinator", "ML0105", {"ici"}),
        ("auditor", "ML", {"ici", "loin", "pays"}),
        ("social_officer", "ML", set()),
    ],
)
def test_the_database_shows_what_the_code_asks_for(
    alerts: dict[str, Alert], role: str, place: str, seen: set[str]
) -> None:
    user = make_user("kadi", role, Area.objects.get(code=place))
    with seen_by(user):
        assert set(Alert.objects.values_list("label", flat=True)) == seen
        assert set(visible_to(user).values_list("label", flat=True)) == seen


@pytest.mark.parametrize("which", ["far", "none"])
def test_an_alert_of_elsewhere_is_not_decided_here(alerts: dict[str, Alert], which: str) -> None:
    user = make_user("kadi", "cercle_coordinator", Area.objects.get(code="ML0105"))
    with pytest.raises(Refused, match="pas de vos communes"):
        actions.confirm(alerts[which], by=user, reason="Vérifié auprès de la mairie")
    actions.take(alerts["here"], by=user)
    assert Alert.objects.get(pk=alerts["here"].pk).taken_by == user
