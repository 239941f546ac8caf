"""The audit: rows written and sealed, beside the same rows written into an identical table that nobody seals."""

from __future__ import annotations

import time

from django.conf import settings
from django.db import transaction

from jigi.demo.bench.gauge import gauged, peak_mb
from jigi.demo.bench.ground import settle_tables
from jigi.demo.bench.trial import Bench, Figures, Trial
from jigi.demo.bench.twins import make_twin
from jigi.demo.ground import people
from jigi.foundation import proof, seals
from jigi.foundation.bulk import run_sql
from jigi.foundation.models import User

TABLE, TWIN = "foundation_auditevent", "foundation_auditevent_twin"


def _lay(trial: Trial) -> Figures:
    people()
    make_twin(TABLE, TWIN, foreign_keys=True)
    settings.AUDIT_ANCHORS = [trial.path("anchor.log")]
    _write(TABLE, 1_000)
    _write(TWIN, 1_000)
    seals.seal()
    settle_tables()
    return {}


def _sealed(trial: Trial) -> Figures:
    settings.AUDIT_ANCHORS = [trial.path("anchor.log")]
    with gauged() as gauge:
        _write(TABLE, trial.size)
        written = time.monotonic()
        made = seals.seal()
        sealing = time.monotonic() - written
    assert sum(mark.rows for mark in made) >= trial.size
    return {
        "seconds": gauge.seconds,
        "statements": gauge.statements,
        "peak_mb": peak_mb(),
        "sealing_seconds": round(sealing, 3),
        "seals": len(made),
    }


def _reference(trial: Trial) -> Figures:
    with gauged() as gauge:
        _write(TWIN, trial.size)
    return {"reference_seconds": gauge.seconds}


def _proof(trial: Trial) -> Figures:
    began = time.monotonic()
    found = proof.verify([trial.path("anchor.log")])
    assert found.holds, found.findings
    return {"verifying_seconds": round(time.monotonic() - began, 3), "rows_verified": found.rows}


def _write(table: str, rows: int) -> None:
    by = User.objects.order_by("pk").values_list("pk", flat=True)[0]
    with transaction.atomic():
        run_sql("demo", "audit_rows", {"by": by, "n": rows}, tables={"events": table})


BENCH = Bench(
    name="audit",
    size=200_000,
    unit="lignes",
    reference="INSERT ... SELECT des mêmes lignes dans une table identique : mêmes colonnes, clés et index, sans sceau",
    phases={
        "Base et comptes": _lay,
        "Écriture et scellement (mesuré)": _sealed,
        "Référence": _reference,
        "Vérification": _proof,
    },
)
