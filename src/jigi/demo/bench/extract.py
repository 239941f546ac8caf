"""An extract for analysts of so many households, beside the same tables written bare by PostgreSQL."""

from __future__ import annotations

import os
from pathlib import Path

import pyrage

from jigi.demo.bench.gauge import gauged, peak_mb, steps_of_last_run
from jigi.demo.bench.ground import TERMS, lay, settle_tables, staff
from jigi.demo.bench.past import lay_past
from jigi.demo.bench.trial import Bench, Figures, Trial
from jigi.foundation.bulk import copy_out
from jigi.foundation.models import User
from jigi.geography.installation import ensure_account
from jigi.results import extract
from jigi.results.models import ExtractRequest

COUNTER = "mesure-suivi"
BARE = (
    "registry_household", "registry_livingconditions", "registry_person", "registry_membership", "enrolment_enrolment",
    "payments_instruction", "targeting_result", "grievances_case",
)  # fmt: skip


def _lay(trial: Trial) -> Figures:
    component = lay(trial.size)
    lay_past(component, TERMS, Path(trial.folder))
    ensure_account(COUNTER, "Suivi (mesure)", "monitoring_officer", area_code="ML")
    settle_tables()
    by = User.objects.get(username=COUNTER)
    asked = extract.ask(str(pyrage.x25519.Identity.generate().to_public()), "Mesure de la vitesse d’un extrait", by=by)
    extract.answer(asked, True, "", by=staff().coordinator)
    return {"request": asked.pk}


def _extract(trial: Trial) -> Figures:
    with gauged() as gauge:
        made = extract.make(ExtractRequest.objects.get(pk=trial.facts["request"]))
    return {
        "seconds": gauge.seconds, "statements": gauge.statements, "peak_mb": peak_mb(), "bytes": made.size,
        "rows": sum(made.lines.values()), "seconds_of": steps_of_last_run(),
    }  # fmt: skip


def _reference(trial: Trial) -> Figures:
    with gauged() as gauge, open(os.devnull, "wb") as nowhere:
        for table in BARE:
            copy_out(f"SELECT * FROM {table}", nowhere)  # nosec B608
    return {"reference_seconds": gauge.seconds}


BENCH = Bench(
    name="extract",
    size=100_000,
    unit="ménages",
    reference="les mêmes tables en CSV, données par PostgreSQL sans rien en faire",
    phases={"Base, programme et douze tours": _lay, "Extrait (mesuré)": _extract, "Référence : copie nue": _reference},
)
