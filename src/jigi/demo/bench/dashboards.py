"""The pages of results over so many payments: from the counts that are kept, beside the same counted from the rows."""

from __future__ import annotations

import gc
import math
from http import HTTPStatus
from pathlib import Path
from statistics import median, quantiles

from allauth.mfa.models import Authenticator
from django.core.cache import caches
from django.db import connection, transaction
from django.test import Client

from jigi.demo.bench.gauge import gauged, peak_mb
from jigi.demo.bench.ground import TERMS, communes_of, lay, settle_tables
from jigi.demo.bench.past import lay_past
from jigi.demo.bench.trial import Bench, Figures, Trial
from jigi.demo.ground import ACCOUNTS
from jigi.foundation.bulk import counting_statements, run_sql
from jigi.foundation.errors import JigiError
from jigi.foundation.models import User
from jigi.geography.installation import ensure_account
from jigi.programmes.models import Component
from jigi.results import actions, dashboard
from jigi.results.pages import pdf
from jigi.results.report import statement

ASKED = 20
"""Times that each page is asked: what waits for the reader, kept a quarter of a minute, is counted anew each time."""
YEAR = 2016
PAYMENTS_OF_A_COMPLAINT = 120
COUNTER = "mesure-suivi"


def _lay(trial: Trial) -> Figures:
    """Twelve rounds of as many households as make the payments, and complaints in the same measure."""
    households = math.ceil(trial.size / TERMS)
    component = lay(households)
    lay_past(component, TERMS, Path(trial.folder))
    _settle_days()
    complaints = _complaints(component, trial.size // PAYMENTS_OF_A_COMPLAINT)
    ensure_account(COUNTER, "Suivi (mesure)", "monitoring_officer", area_code="ML")
    settle_tables()
    return {"households": households, "complaints": complaints}


def _settle_days() -> None:
    """Past rounds leave no calendar: theirs are one a quarter, from 2014, and each order is settled within a month."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("ALTER TABLE payments_paymentround DISABLE TRIGGER USER")
        cursor.execute("ALTER TABLE payments_instruction DISABLE TRIGGER USER")
        cursor.execute(
            "UPDATE payments_paymentround SET pays_from = date '2014-01-10' + term * 91,"
            " pays_until = date '2014-01-20' + term * 91 WHERE status = 'closed'"
        )
        cursor.execute(
            "UPDATE payments_instruction AS paid SET settled_on = turn.pays_from + (paid.id % 20)::integer"
            " FROM payments_paymentround AS turn WHERE turn.id = paid.round_id AND paid.status = 'paid'"
        )
        cursor.execute("ALTER TABLE payments_instruction ENABLE TRIGGER USER")
        cursor.execute("ALTER TABLE payments_paymentround ENABLE TRIGGER USER")


def _complaints(component: Component, count: int) -> int:
    accounts = User.objects.in_bulk(list(ACCOUNTS), field_name="username")
    facts = {
        "n": count, "communes": [area.pk for area in communes_of(component)],
        "heard_by": accounts["verification"].pk, "decided_by": accounts["coordination"].pk,
    }  # fmt: skip
    with transaction.atomic():
        return run_sql("demo", "complaints", facts)


def _refresh(trial: Trial) -> Figures:
    """What the worker does every hour, and every night its proof; a year counted, and its statement as a PDF."""
    with gauged() as refreshed:
        dashboard.refresh()
    with gauged() as proved:
        wrong = len(dashboard.wrong())
    counter = User.objects.get(username=COUNTER)
    with gauged() as counted:
        snapshot = actions.take(YEAR, by=counter)
    with gauged() as printed:
        pages = pdf(statement(snapshot))
    return {
        "reference_seconds": refreshed.seconds, "proof_seconds": proved.seconds, "wrong": wrong,
        "snapshot_seconds": counted.seconds, "pdf_seconds": printed.seconds, "pdf_bytes": len(pages),
    }  # fmt: skip


def _pages(trial: Trial) -> Figures:
    """Every page of results, turn by turn, as the site answers it: the slowest page's twentieth counts."""
    client, reader = _client(), User.objects.get(username="coordination").pk
    times: dict[str, list[float]] = {address: [] for address in _addresses()}
    with counting_statements() as statements:
        client.get("/resultats/tableau/")
    for turn in range(ASKED + 1):
        for address, taken in times.items():
            caches["process"].delete(f"waiting-{reader}")
            with gauged() as gauge:
                answer = client.get(address)
            if answer.status_code != HTTPStatus.OK:
                raise JigiError(f"La page {address} n’a pas répondu", why=str(answer.status_code))
            if turn:  # the first warms what the others read again
                taken.append(gauge.seconds)
        if not turn:
            gc.freeze()  # as the site does with what it has loaded
    twentieth = {address: quantiles(taken, n=20, method="inclusive")[-1] for address, taken in times.items()}
    slowest = max(twentieth, key=lambda address: twentieth[address])
    return {
        "seconds": round(twentieth[slowest], 3), "statements": statements.count, "peak_mb": peak_mb(),
        "slowest": slowest, "page_milliseconds": round(median(median(taken) for taken in times.values()) * 1000),
        "pages": {address: round(seconds * 1000) for address, seconds in twentieth.items()},
    }  # fmt: skip


def _client() -> Client:
    client = Client(headers={"host": "localhost"})
    user = User.objects.get(username="coordination")
    Authenticator.objects.get_or_create(user=user, type=Authenticator.Type.TOTP, defaults={"data": {}})
    client.force_login(user)
    return client


def _addresses() -> list[str]:
    """The dashboards of the country, a region, a commune, a programme, an agreement, an agency; figures and plans."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT min(code) FROM programmes_agency")
        agency = cursor.fetchone()[0]
        cursor.execute("SELECT min(code) FROM programmes_agreement")
        agreement = cursor.fetchone()[0]
    commune = communes_of(Component.objects.get(programme__code="TM1"))[0]
    assert commune.parent is not None
    return [
        "/resultats/", "/resultats/tableau/", f"/resultats/tableau/?lieu={commune.parent.parent_id}",
        f"/resultats/tableau/?lieu={commune.pk}", "/resultats/tableau/?programme=TM1", "/resultats/prevu-realise/",
        "/resultats/conventions/", f"/resultats/conventions/{agreement}/", "/resultats/agences/",
        f"/resultats/agences/{agency}/", "/resultats/operateurs/", "/resultats/instantanes/", "/plaintes/",
        "/plaintes/delais/", "/programmes/TM1/",
    ]  # fmt: skip


BENCH = Bench(
    name="dashboards",
    size=1_200_000,
    unit="paiements",
    reference="tous les comptes que les pages lisent, refaits des lignes",
    phases={
        "Base, programme, douze tours, plaintes": _lay,
        "Référence : comptes, preuve, année, PDF": _refresh,
        "Pages (mesuré)": _pages,
    },
)
