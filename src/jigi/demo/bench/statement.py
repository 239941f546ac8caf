"""The statement page of an agreement with so many lines behind it, beside the sum of its lines."""

from __future__ import annotations

import math
from http import HTTPStatus
from pathlib import Path
from statistics import median

from allauth.mfa.models import Authenticator
from django.db import connection
from django.test import Client

from jigi.demo.bench.gauge import Gauge, gauged, peak_mb
from jigi.demo.bench.ground import TERMS, lay, settle_tables, staff
from jigi.demo.bench.past import lay_past
from jigi.demo.bench.trial import Bench, Figures, Trial
from jigi.foundation.bulk import run_sql
from jigi.foundation.errors import JigiError
from jigi.payments import statements, totals
from jigi.payments.statements import Chosen
from jigi.programmes.models import Agreement

ASKED = 5
LINES_OF_A_RIGHT = 2
"""What a past right leaves in the ledger: handed to its agency, and answered."""


def _lay(trial: Trial) -> Figures:
    """Households of one round, then the past rounds that leave as many lines as were asked for."""
    component = lay(math.ceil(trial.size / LINES_OF_A_RIGHT / (TERMS - 1)))
    lay_past(component, TERMS, Path(trial.folder))
    settle_tables()
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM ledger_posting")
        return {"lines": cursor.fetchone()[0]}


def _statement(trial: Trial) -> Figures:
    """The statement of the agreement with most behind it, by every dimension in turn; the slowest median counts."""
    user, agreement = staff().treasurer, largest_agreement()
    asked = {by: [_asked(agreement, by) for _ in range(ASKED)] for by in statements.DIMENSIONS}
    slowest = max(asked.values(), key=lambda gauges: median(one.seconds for one in gauges))
    assert statements.statement(Chosen(convention=agreement.code), "tour", user)
    return {
        "seconds": median(one.seconds for one in slowest),
        "statements": slowest[0].statements,
        "peak_mb": peak_mb(),
        "page_milliseconds": page_milliseconds(agreement),
        "total_rows": _count("payments_total"),
    }


def _reference(trial: Trial) -> Figures:
    """The same sums from the lines; and the proof of every total."""
    agreement = largest_agreement()
    with gauged() as summed:
        run_sql("demo", "sum_lines", {"agreement": agreement.pk})
    with gauged() as proved:
        holds = totals.prove().holds
    return {"reference_seconds": summed.seconds, "proving_seconds": proved.seconds, "totals_hold": holds}


def _asked(agreement: Agreement, by: str) -> Gauge:
    with gauged() as gauge:
        statements.statement(Chosen(convention=agreement.code), by, staff().treasurer)
    return gauge


def page_milliseconds(agreement: Agreement) -> float:
    """The median of the page as the site answers it, in milliseconds, after a first one."""
    client = Client(headers={"host": "localhost"})
    user = staff().treasurer
    Authenticator.objects.get_or_create(user=user, type=Authenticator.Type.TOTP, defaults={"data": {}})
    client.force_login(user)
    times = []
    for _ in range(ASKED + 1):
        with gauged() as gauge:
            answer = client.get(f"/comptabilite/?convention={agreement.code}&par=commune", follow=True)
        if answer.status_code != HTTPStatus.OK or answer.redirect_chain:
            raise JigiError("La page du relevé n’a pas répondu", why=f"{answer.status_code} {answer.redirect_chain}")
        times.append(gauge.seconds * 1000)
    return round(median(times[1:]), 1)


def largest_agreement() -> Agreement:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT funding.agreement_id FROM payments_total AS total"
            " JOIN programmes_fundingline AS funding ON funding.id = total.funding_line_id"
            " GROUP BY 1 ORDER BY sum(total.lines) DESC LIMIT 1"
        )
        return Agreement.objects.get(pk=cursor.fetchone()[0])


def _count(table: str) -> int:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*) FROM {table}")  # nosec B608
        return int(cursor.fetchone()[0])


BENCH = Bench(
    name="statement",
    size=1_000_000,
    unit="lignes",
    reference="la somme des mêmes lignes, par commune et nature de mouvement",
    phases={
        "Base, programme et douze tours": _lay,
        "Relevé d’une convention (mesuré)": _statement,
        "Référence : la somme des lignes": _reference,
    },
)
