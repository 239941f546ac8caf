"""Several hands at once on one sheet: each enters their own, one approves, nobody is paid twice."""

from __future__ import annotations

from typing import Any

import pytest

from jigi.delivery.works import approval, sheets
from jigi.delivery.works.models import SheetLine, Timesheet
from jigi.foundation.errors import Refused
from tests.copies import at_once
from tests.delivery.test_works_play import holds
from tests.delivery.works_scene import running
from tests.payments.test_concurrency import _django_db_helper, copy  # noqa: F401

pytestmark = pytest.mark.django_db


def test_three_enter_at_once_and_three_approve_at_once(copy: None) -> None:  # noqa: F811
    works = running(2, more=0, double_entry=True)
    sheet, scene = works.open(days=7), works.scene

    def enter(by: Any) -> Any:
        return lambda: sheets.enter(sheet, {1: "PPPPP..", 2: "PPAPP.."}, by=by)

    told: list[Any] = at_once(*map(enter, (scene.agent, scene.foreman, scene.planner)))
    assert [isinstance(one, Refused) for one in told].count(True) == 1, told
    assert SheetLine.objects.count() == 4
    approval.sign(Timesheet.objects.get(), by=scene.foreman)

    def approve() -> int:
        return approval.approve(Timesheet.objects.get(), by=scene.controller)

    told = at_once(approve, approve, approve)
    assert [one for one in told if one == 18_000] == [18_000], told
    holds(works)
