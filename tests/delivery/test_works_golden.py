"""The golden case: 750 workers, 60 to 90 days at 2,000 FCFA: 90 to 135 M FCFA through sheets, rounds, ledger."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.db.models import Sum

from jigi.delivery.dues.models import Due
from jigi.delivery.works import approval, sheets
from jigi.delivery.works.models import Presence
from jigi.delivery.works.queries import days_of, figures
from jigi.ledger.queries import accounts_of, prove
from tests.delivery.works_scene import START, released, running, wage_round


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("days", "total_xof"),
    [pytest.param(60, 90_000_000, marks=pytest.mark.size), pytest.param(90, 135_000_000, marks=pytest.mark.long)],
)
def test_750_workers(days: int, total_xof: int) -> None:
    works = running(750, more=0, crew_size=100, cap_half_days=2 * days)
    day, left = START, days
    while left:
        worked = min(left, 12)
        for crew in works.worksite.crews.all():
            lines = crew.workers.values_list("number", flat=True)
            sheet = sheets.open_sheet(crew, day, 14, by=works.scene.agent)
            marks = ("P" * 6 + "." + "P" * 6 + ".")[: worked + worked // 7].ljust(14, ".")
            assert marks.count("P") == worked
            sheets.enter(sheet, dict.fromkeys(lines, marks), by=works.scene.agent)
            approval.sign(sheet, by=works.scene.foreman)
            approval.approve(sheet, by=works.scene.controller)
        day, left = day + timedelta(days=14), left - worked
    assert Due.objects.filter(cancelled_at=None).aggregate(sum=Sum("amount_xof"))["sum"] == total_xof
    assert Presence.objects.count() == 750 * days
    assert figures(works.worksite).amount_xof == total_xof
    told = days_of(works.scene.components["HIMO"].pk, date(2016, 1, 1), date(2016, 12, 31))
    assert told["half_days"] == 2 * 750 * days and told["women"] == told["persons"] == 750
    paid = released(works, wage_round(works, 3))
    assert (paid.entitlements, paid.total_xof) == (750, total_xof)
    reserved = sum(one.balance_xof for one in accounts_of("ACC-IDA") if one.kind == "agency")
    assert reserved == total_xof and prove().balanced
