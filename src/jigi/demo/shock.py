"""A shock, in a demonstration: figures of a lean season, the rule that fires, a decision, and help from the register.

The figures are drawn, not published; they come in by a file like anybody's. Everything else is the ordinary chain.
"""

from __future__ import annotations

import csv
import random
from datetime import date, timedelta
from pathlib import Path

from django.utils import timezone

from jigi.demo import chain
from jigi.demo.ground import Staff
from jigi.geography.models import Area
from jigi.payments import actions as payments
from jigi.programmes.actions import load_file
from jigi.programmes.definition_file import SHIPPED
from jigi.programmes.models import Component
from jigi.registry.models import Household
from jigi.response import actions, arms, queries, scenarios
from jigi.response.models import Activation
from jigi.shocks import actions as signals
from jigi.shocks import triggers
from jigi.shocks.backtest import firings_on
from jigi.shocks.models import Trigger
from jigi.targeting.models import ScoringFormula

RULE = "ch_effectif_region"
NUMBER = "URG-DEMO-1"
MOST = 300
"""Households helped at most: a demonstration stays short."""
COLUMNS = ("signal", "code", "nom", "du", "au", "publie_le", "perspective", "valeur")


def shake(plan: chain.Plan, formula: ScoringFormula, staff: Staff) -> dict[str, int]:
    """Load the season's figures, decide a response where the rule fires, enrol, pay once; what was done, counted."""
    component = load_file(SHIPPED / "urgence_2018.toml", by=staff.manager).programme.components.get()
    here = Household.objects.filter(commune__in=component.communes.values("commune"), status="active")
    if not here.exists():
        return {}
    known = timezone.localdate() - timedelta(days=12)
    loaded, _ = signals.load(_figures(plan, known), "jigi", by=staff.manager)
    triggers.load_shipped(by=staff.manager)
    rule = Trigger.objects.get(code=RULE)
    fired = firings_on(rule, timezone.localdate())
    response = _decided(component, rule, {one.area: one.people for one in fired}, known, staff)
    places = min(MOST, here.count() // 4)
    choice = scenarios.Plan("Ménages du registre, par score", component.amount_xof, component.terms, 200, None, places)
    scenario = scenarios.compute(response, choice, by=staff.manager)
    arm = arms.plan(response, "horizontal", component, arms.Choices(places, formula), by=staff.manager)
    arms.list_households(arm, by=staff.manager)
    cohort = arms.enrol(arm, by=staff.manager)
    opened = payments.open_round(component, 1, chain.communes_of(component, 1), by=staff.manager)
    chain.play_round(payments.prepare(opened, by=staff.manager), plan, staff)
    paid = [one.figures for one in queries.by_commune(response)]
    return {
        "signals": loaded.new, "regions": len(fired), "scenario_households": scenario.households,
        "helped": cohort.enrolled, "paid": sum(one.paid_households for one in paid),
        "paid_xof": sum(one.paid_xof for one in paid),
    }  # fmt: skip


def _figures(plan: chain.Plan, known: date) -> Path:
    """A file of drawn figures for the lean season to come: people analysed and in phases 3 to 5, by cercle."""
    path, draw = plan.folder / "soudure.csv", random.Random(plan.seed)  # nosec B311
    year = known.year if known.month < 6 else known.year + 1
    season = (date(year, 6, 1), date(year, 8, 31))
    cercles = Area.objects.filter(version__code="COD2019", level=Area.Level.CERCLE).order_by("code")
    with path.open("w", newline="", encoding="utf-8") as file:
        rows = csv.writer(file, delimiter=";")
        rows.writerow(COLUMNS)
        for cercle in cercles:
            people = cercle.population or 200_000
            need = round(people * draw.uniform(0.02, 0.12))
            for signal, value in (
                ("ch_population", people),
                ("ch_phase35", need),
                ("ch_phase", 3 if need > people / 5 else 2),
            ):
                rows.writerow([signal, cercle.code, cercle.name, *season, known, "projeté", value])
    return path


def _decided(component: Component, rule: Trigger, fired: dict[Area, int], known: date, staff: Staff) -> Activation:
    """Prepared by one with a reason for each place, decided by another."""
    line = component.funding_lines.select_related("agreement").first()
    assert line, "the file of the programme says who pays"
    today = timezone.localdate()
    said = actions.Said(
        NUMBER, "Soudure à venir (démonstration)", Activation.Hazard.DROUGHT, known, "Demande fictive n° 1",
        "Plan national de réponse (fictif)", 200_000_000, today, today + timedelta(days=180),
        "Chiffres fictifs : la règle d’effectif retient ces régions, le registre y connaît des ménages.",
    )  # fmt: skip
    made = actions.prepare(said, line.agreement, by=staff.manager, trigger=rule)
    served = set(Area.objects.filter(pk__in=component.communes.values("commune")).values_list("path", flat=True))
    for area, people in fired.items():
        kept = any(path.startswith(area.path) for path in served)
        reason = (
            "La règle la retient, le programme d’urgence y est présent."
            if kept
            else "Le programme n’y est pas présent."
        )
        actions.set_area(made, area, kept=kept, proposed=True, reason=reason, in_need=people, by=staff.manager)
    actions.ask(made, by=staff.manager)
    actions.activate(made, decision="Accord : secourir avant la soudure, depuis le registre.", by=staff.coordinator)
    made.refresh_from_db()
    return made
