"""Beside the worksite of the demonstration: a sheet that two people entered otherwise, one blank, another worksite."""

from __future__ import annotations

from datetime import date, timedelta

from jigi.delivery.works import actions, sheets
from jigi.delivery.works.models import Worksite
from jigi.demo import works
from jigi.foundation.models import User

START = date(2016, 2, 1)


def lay() -> None:
    """More sheets of the worksite that accompany() left, and a worksite that was only proposed."""
    site = Worksite.objects.get()
    agent, foreman = (User.objects.get(username=name) for name in ("ong", "chef"))
    crew = site.crews.get()
    doubt = sheets.open_sheet(crew, START + timedelta(days=14), 14, by=agent)
    lines = list(crew.workers.values_list("number", flat=True))
    read = {number: ("PPPPPP.PPPPAD.", "APPPPP.PPPPPP.")[number % 2] for number in lines}
    sheets.enter(doubt, read, by=agent)
    sheets.enter(doubt, {**read, 1: read[2], 2: read[1], 4: "PPPPPP.PPPPPP."}, by=foreman)
    sheets.open_sheet(crew, START + timedelta(days=28), 14, by=agent)
    plan = works.Plan(
        title="Mare de Badia", kind="pond", plan_reference="PDSEC 2016-2020, axe 1", quantity=900, starts_on=START,
        ends_on=date(2016, 5, 31), places=40, wages_xof=7_200_000, tools_xof=1_500_000, supervision_xof=900_000,
    )  # fmt: skip
    actions.propose(site.contract, site.village, plan, by=agent)
