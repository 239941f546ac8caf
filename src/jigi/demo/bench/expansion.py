"""A horizontal expansion: one household in ten of the register chosen, enrolled, on an approved list."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from functools import partial

from django.db import transaction
from django.utils import timezone

from jigi.demo.bench.gauge import Gauge, gauged, peak_mb
from jigi.demo.bench.ground import (
    ENOUGH_XOF,
    ENROLMENTS,
    PEOPLE,
    communes_of,
    enriched,
    give_phones,
    settle_tables,
    staff,
    without_foreign_keys,
)
from jigi.demo.bench.trial import Bench, Figures, Trial
from jigi.demo.bench.twins import copy_rows_across
from jigi.demo.ground import people
from jigi.enrolment.actions import enrol_households
from jigi.foundation.bulk import fetch_sql, run_sql
from jigi.geography.models import Area
from jigi.payments import actions as payments
from jigi.payments.models import PaymentRound
from jigi.programmes import actions as programmes
from jigi.programmes.definition_file import SHIPPED, read_definition
from jigi.programmes.models import Agreement, Component
from jigi.registry.models import Household, LivingConditions
from jigi.response import actions, arms
from jigi.response.models import Activation, Arm
from jigi.targeting import actions as targeting
from jigi.targeting.models import ScoringFormula

SURVEY = "MESURE"
VILLAGES = 8
CHOSEN_OF = 10
HELPED_OF = 20
"""One household in twenty is enrolled already in the emergency component."""
FRESH_SINCE = date(2016, 1, 1)
FIRST_PHONE = 60_000_001
FORMULA = """\
name = "mesure"
version = 1
title = "Mesure"
author = "Mesure"
source = "Enquête fictive"
valid_from = 2014-01-01
[fit]
outcome = "consumption_xof"
weight = "weight"
persons = "household_size"
cluster = "cluster"
[[term]]
column = "household_size"
kind = "number"
label = "Taille du ménage"
transform = "log"
min = 1
[[term]]
column = "roof"
kind = "category"
label = "Toit"
"""


def _lay(trial: Trial) -> Figures:
    """The shipped emergency of 2018 with money enough, its communes full of households, some enrolled already."""
    hands = people()
    definition = enriched(read_definition(SHIPPED / "urgence_2018.toml"))
    agreements = tuple(replace(one, amount_xof=ENOUGH_XOF) for one in definition.agreements)
    programmes.load(replace(definition, agreements=agreements), by=hands.operator)
    component = Component.objects.get(programme__code="URGENCE-2018")
    communes = communes_of(component)
    _villages(communes)
    with transaction.atomic(), without_foreign_keys((*PEOPLE, "registry_livingconditions")):
        made = fetch_sql("demo", "households", {"n": trial.size, "communes": [one.pk for one in communes]})
        give_phones([row["person"] for row in made], FIRST_PHONE)
        run_sql("demo", "expansion_conditions", {})
    settle_tables()
    already = [number for number in Household.objects.values_list("pk", flat=True) if number % HELPED_OF == 0]
    if already:
        with transaction.atomic(), without_foreign_keys(ENROLMENTS):
            enrol_households(component, already, cohort_name="Déjà inscrits", first_term=2, by=hands.manager)
    _decide(trial, component)
    settle_tables()
    return {"registered": len(made)}


def _expand(trial: Trial) -> Figures:
    """From the decision to a list approved by another hand, its money reserved: what waits is the release."""
    hands, arm = staff(), Arm.objects.get()
    gauges: dict[str, Gauge] = {}
    with gauged() as gauges["list"]:
        arms.list_households(arm, by=hands.manager)
    with gauged() as gauges["enrol"]:
        cohort = arms.enrol(arm, by=hands.manager)
    component = Component.objects.get(pk=arm.component_id)
    with gauged() as gauges["prepare"]:
        opened = payments.open_round(component, 1, communes_of(component), by=hands.manager)
        current = payments.prepare(opened, by=hands.manager)
    for step, by in (("freeze", hands.manager), ("approve", hands.coordinator)):
        act = partial(getattr(payments, step), current, by=by)
        with gauged() as gauges[step]:
            current = act()
    return {
        "seconds": round(sum(gauge.seconds for gauge in gauges.values()), 3),
        "statements": sum(gauge.statements for gauge in gauges.values()),
        "peak_mb": peak_mb(),
        "chosen": cohort.enrolled,
        "entitlements": current.entitlements,
        "status": current.status,
        "seconds_by_step": {step: gauge.seconds for step, gauge in gauges.items()},
    }


def _reference(trial: Trial) -> Figures:
    """The same rows by INSERT … SELECT into identical tables: the list, the results, the enrolments, the rights."""
    last, arm = PaymentRound.objects.latest("pk"), Arm.objects.get()
    campaign, cohort = arm.targeting_round_id, arm.cohort_id
    rows = {
        "targeting_listedhousehold": f"targeting_round_id = {campaign}",
        "targeting_leftout": f"targeting_round_id = {campaign}",
        "targeting_result": f"targeting_round_id = {campaign}",
        "enrolment_enrolment": f"cohort_id = {cohort}",
        "payments_entitlement": f"round_id = {last.pk}",
        "payments_instruction": f"round_id = {last.pk}",
    }
    seconds, count = copy_rows_across(rows, foreign_keys=True)
    return {"reference_seconds": seconds, "rows": count}


def _villages(communes: list[Area]) -> None:
    """So many villages of a thousand people in each commune that has none."""
    bare = [one for one in communes if not Area.objects.filter(parent=one, level="village").exists()]
    Area.objects.bulk_create(
        Area(
            version=one.version, code=f"{one.code}-M{rank}", name=f"Village mesuré {rank}", level="village",
            parent=one, path=f"{one.path}{one.code}-M{rank}/", population=1_000,
        )
        for one in bare for rank in range(1, VILLAGES + 1)
    )  # fmt: skip


def _decide(trial: Trial, component: Component) -> None:
    """The response under way in the four regions, and its arm planned: what follows is measured."""
    hands, today = staff(), timezone.localdate()
    said = actions.Said(
        "MESURE-1", "Soudure mesurée", Activation.Hazard.DROUGHT, today, "mesure", "mesure", ENOUGH_XOF, today,
        today + timedelta(days=180), "mesure",
    )  # fmt: skip
    response = actions.prepare(said, Agreement.objects.get(code="URGENCE-2018"), by=hands.manager)
    for region in Area.objects.filter(version__code="COD2019", code__in=("ML01", "ML02", "ML05", "ML07")):
        actions.set_area(response, region, kept=True, proposed=True, reason="mesure", by=hands.manager)
    actions.ask(response, by=hands.manager)
    actions.activate(response, decision="mesure", by=hands.coordinator)
    choices = arms.Choices(max(1, trial.size // CHOSEN_OF), _formula(trial), fresh_since=FRESH_SINCE)
    arms.plan(response, Arm.Kind.HORIZONTAL, component, choices, by=hands.manager)


def _formula(trial: Trial) -> ScoringFormula:
    """A formula fitted on a survey of four hundred households whose consumption falls with size and thatch."""
    LivingConditions.objects.bulk_create(
        LivingConditions(
            survey=SURVEY, survey_key=str(i), cluster=str(i % 20), weight=1.0, household_size=1 + i % 11,
            roof="thatch" if i % 3 else "sheet", consumption_xof=400_000 // (1 + i % 11) + 20_000 * (i % 3 == 0) + i,
        )
        for i in range(400)
    )  # fmt: skip
    path = trial.path("mesure.toml")
    path.write_text(FORMULA, encoding="utf-8")
    return targeting.fit(SURVEY, path, by=staff().manager)


BENCH = Bench(
    name="expansion",
    size=1_000_000,
    unit="ménages au registre",
    reference="INSERT ... SELECT des mêmes listes, résultats, inscriptions, droits et ordres, tables identiques",
    phases={
        "Registre, programme d’urgence, décision": _lay,
        "De la décision à la liste approuvée (mesuré)": _expand,
        "Référence": _reference,
    },
)
