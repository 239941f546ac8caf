"""The orders of a round given to the twin of PI-SPI: stored, deposited, released, executed, carried to the accounts."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

from django.db import connection

from jigi.demo.bench.gauge import gauged, peak_mb
from jigi.demo.bench.ground import lay, release_round, settle_tables, staff
from jigi.demo.bench.trial import Bench, Figures, Trial
from jigi.foundation.keyring import vault
from jigi.payments import dispatch
from jigi.payments.adapters.conversation import Accepted, Conversation, Entries, Known, Payment
from jigi.payments.adapters.pispi_twin import BASE, TOKEN
from jigi.payments.channels import conversation
from jigi.payments.dispatch_models import Channel, Dispatch
from jigi.payments.models import PaymentRound
from jigi.programmes.models import Agency

WIDTH = 4
GROUP = 500
ALIAS = "9b1b2499-3e50-435b-b757-ac7a83d8aa96"


@contextmanager
def _twin() -> Iterator[str]:
    command = [sys.executable, "-m", "jigi.payments.adapters.pispi_server"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdin and process.stdout
        try:
            yield process.stdout.readline().strip()
        finally:
            process.stdin.close()


def _lay(trial: Trial) -> Figures:
    component = lay(trial.size, one_agency=True, wallets=True)
    release_round(component, 1)
    settle_tables()
    return {}


def _channel(base: str) -> Channel:
    secrets = json.dumps({"client_secret": "s", "api_key": "k", "webhook_secret": "w"})
    said = {"base_url": base + BASE, "token_url": base + TOKEN}
    return Channel.objects.update_or_create(
        agency=Agency.objects.get(),
        defaults=said | {
            "client_id": "jigi", "payer_alias": ALIAS, "secrets_sealed": vault().seal("agency", secrets),
            "group_size": GROUP, "width": WIDTH, "page_size": 500, "made_by": staff().operator,
        },
    )[0]  # fmt: skip


def _dispatch(trial: Trial) -> Figures:
    with _twin() as base:
        _channel(base)
        with gauged() as gauge:
            one = dispatch.start(PaymentRound.objects.get(), Agency.objects.get(), by=staff().payment_officer)
            _until(one, "deposited")
            dispatch.release(one, by=staff().treasurer)
            _until(one, "executed")
    told = dispatch.figures(one)
    assert told["settled"] == trial.size, told
    return {
        "seconds": gauge.seconds, "statements": gauge.statements, "peak_mb": peak_mb(),
        "own_seconds": gauge.own_seconds, "paid": told["states"]["executed"]["orders"],
    }  # fmt: skip


def _until(one: Dispatch, state: str) -> None:
    """Turn after turn of the worker until every order is there, and checked by the agency."""
    for _ in range(200):
        rest = dispatch.run(one)
        states = dispatch.figures(one)["states"]
        ready = state != "deposited" or not one.groups.exclude(status="ready").exists()
        if states[state]["orders"] == one.orders and ready:
            return
        if rest:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_sleep(%s)", [min(rest, 0.5)])
    raise AssertionError(f"ordres qui n’arrivent pas : {states}")


def _reference(trial: Trial) -> Figures:
    """The same requests by as many threads, and no database: the bare rate of the twin."""
    with _twin() as base:
        talk = conversation(_channel(base))
        numbers = range(0, trial.size, GROUP)
        groups = [
            (f"R{at}", [Payment(f"R{at}-{n}", ALIAS, 30_000) for n in range(min(GROUP, trial.size - at))])
            for at in numbers
        ]
        with ThreadPoolExecutor(WIDTH) as pool, gauged() as gauge:
            assert sum(pool.map(lambda one: _bare(talk, *one), groups)) == trial.size
    return {"reference_seconds": gauge.seconds}


def _bare(talk: Conversation, code: str, payments: list[Payment]) -> int:
    assert isinstance(talk.send(code, payments, "mesure"), Accepted)
    assert isinstance(talk.ask(code), Known) and isinstance(talk.release(code), Known)
    found = talk.entries(code, [one.tx_id for one in payments], once=True)
    assert isinstance(found, Entries) and found.complete
    return len(found.by_tx)


BENCH = Bench(
    name="dispatch",
    size=71_000,
    unit="ordres",
    reference="les mêmes requêtes au jumeau de la plateforme, sans base : son débit nu",
    phases={
        "Base, programme et tour libéré": _lay,
        "Envoi au jumeau (mesuré)": _dispatch,
        "Référence": _reference,
    },
)
