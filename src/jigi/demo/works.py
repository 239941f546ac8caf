"""A small worksite played through its own actions: proposed, drawn, one sheet approved, one waiting, its log begun."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from jigi.delivery.contracts.models import Contract
from jigi.delivery.works import actions, approval, hiring, log, sheets
from jigi.delivery.works.actions import Plan
from jigi.delivery.works.hiring import Asked
from jigi.delivery.works.models import Worksite
from jigi.foundation.models import User
from jigi.geography.models import Area
from jigi.registry.models import Membership

WORKERS = 12
WEEK = ("PPPPPP.", "PPPPPD.", "PPPAPP.", "PPPPPP.")


@dataclass(frozen=True)
class Hands:
    """Who acts: two people of the operator, who controls, decides, plans (and may enrol)."""

    agent: User
    foreman: User
    controller: User
    decider: User
    planner: User


def run(contract: Contract, village: Area, households: Sequence[int], starts_on: date, hands: Hands) -> Worksite:
    """One worksite of at most twelve workers among these households, its first sheet paid and its second signed."""
    asked = _adults(households)
    places = max(1, min(WORKERS, len(asked) - 2))
    site = lay_worksite(contract, village, asked, places, starts_on, hands)
    crew = site.crews.get()
    for week in range(2):
        sheet = sheets.open_sheet(crew, starts_on + timedelta(days=7 * week), 7, by=hands.agent)
        lines = crew.workers.values_list("number", flat=True)
        grid = {number: WEEK[(number + week) % len(WEEK)] for number in lines}
        sheets.enter(sheet, grid, by=hands.agent)
        sheets.enter(sheet, grid, by=hands.foreman)
        approval.sign(sheet, by=hands.foreman)
        if week == 0:
            approval.approve(sheet, by=hands.controller)
    log.issue_tools(crew, "shovel", places, starts_on, by=hands.agent)
    done = log.record_progress(site, starts_on + timedelta(days=13), 640, note="Deux cordons finis", by=hands.agent)
    log.confirm_progress(done, by=hands.controller)
    worker = crew.workers.order_by("number")[0]
    told = ("light", "Une pierre sur le pied.", "Lavé et bandé sur place.")
    log.report_accident(site, starts_on + timedelta(days=3), *told, worker=worker, days_lost=1, by=hands.agent)
    return site


def lay_worksite(
    contract: Contract, village: Area, asked: Sequence[Asked], places: int, starts_on: date, hands: Hands, *,
    crew_size: int = 25, double_entry: bool = True,
) -> Worksite:  # fmt: skip
    """A worksite that runs, with so many places drawn among who asks."""
    plan = Plan(
        title=f"Cordons pierreux de {village}"[:120], kind="bunds", plan_reference="PDSEC 2016-2020, axe 3",
        technical_note="Deux rangées de moellons en courbe de niveau, tous les vingt mètres.", quantity=5_000,
        starts_on=starts_on, ends_on=starts_on + timedelta(days=120), places=places, women_percent=30,
        wages_xof=places * 180_000, tools_xof=places * 60_000, supervision_xof=places * 36_000,
        double_entry=double_entry, track=(13.0312, -9.4871, 13.0339, -9.4822),
    )  # fmt: skip
    site = actions.propose(contract, village, plan, by=hands.agent)
    actions.screen(site, ["heat"], {"heat": "Eau, ombre, arrêt de midi à quinze heures."}, by=hands.controller)
    actions.approve(site, by=hands.decider)
    hiring.apply(site, asked, by=hands.agent)
    hiring.close_list(site, "lottery", by=hands.agent)
    hiring.draw(site, "4827", "le maire et l’assemblée du village", by=hands.decider)
    hiring.hire(site, starts_on=starts_on, crew_size=crew_size, by=hands.planner)
    actions.start(site, by=hands.agent)
    return site


def _adults(households: Sequence[int]) -> list[Asked]:
    """The head of each household, surely an adult."""
    found = Membership.objects.filter(
        household__in=households, relation="head", ended_on=None, person__died_on=None,
        person__birth_date__lt=date(1995, 1, 1),
    )  # fmt: skip
    return [Asked(one.household_id, one.person_id, ("landless",)) for one in found.order_by("household")]
