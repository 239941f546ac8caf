"""The database restarts under the site and the worker, the worker is lost: each comes back by itself."""

from __future__ import annotations

import os
import signal

import psycopg
import pytest

from jigi.foundation import server
from tests.outage.machine import Machine, wait

pytestmark = pytest.mark.long

PAGE = "/paiements/"
APPROVED = "SELECT status = 'approved' FROM payments_paymentround"
DONE = "SELECT count(*) FROM procrastinate_jobs WHERE status = 'succeeded' AND task_name = 'payments.act'"


def enqueue(machine: Machine, verb: str) -> None:
    """What the page does for a large round."""
    with psycopg.connect(machine.url) as connection:
        connection.execute(
            "SELECT procrastinate_defer_jobs_v1(ARRAY[ROW('default', 'payments.act', 0, 'tour', NULL,"
            " jsonb_build_object('round_id', (SELECT id FROM payments_paymentround), 'verb', %s::text, 'user_id',"
            " (SELECT id FROM foundation_user WHERE username = %s)), NULL)::procrastinate_job_to_defer_v1])",
            [verb, verb],
        )


def test_the_database_is_away_then_back(machine: Machine) -> None:
    machine.serve()
    browser = machine.browser("approve")
    form = browser.form("/paiements/1/", "/paiements/1/faire/approve/", {})
    server.stop(machine.home, immediate=True)
    status, text = browser.get(PAGE)
    assert status == 503 and "La base de données ne répond pas" in text and "rien n’a changé" in text
    sent = browser.send(form).wait()
    assert sent.status == 503 and "il n’est compté qu’une fois" in sent.body
    assert "Traceback" not in text + sent.body and "psycopg" not in text + sent.body
    server.ensure_started(machine.home)
    wait(lambda: browser.get(PAGE)[0] == 200, "les pages ne reviennent pas")
    assert browser.send(form).wait().status == 302
    assert machine.ask(APPROVED)
    enqueue(machine, "release")
    wait(lambda: machine.ask(DONE) == 1, f"les travaux ne reviennent pas : {machine.log.read_text()[-3000:]}")
    assert machine.ask("SELECT status FROM payments_paymentround") == "released"


def test_a_database_killed_comes_back_with_the_worker(machine: Machine) -> None:
    """The embedded database belongs to no service: whoever needs it starts it."""
    machine.serve()
    killed = server.status(machine.home).pid
    assert killed is not None

    os.kill(killed, signal.SIGKILL)
    wait(lambda: machine.answers("/connexion/"), f"le site ne revient pas : {machine.log.read_text()[-3000:]}")
    assert server.status(machine.home).pid not in (None, killed)


def test_a_worker_lost_in_the_middle_of_a_job_is_replaced(machine: Machine) -> None:
    machine.serve()
    wait(lambda: machine.worker() is not None, "pas de travailleur")
    with psycopg.connect(machine.url) as holding:
        holding.execute("LOCK TABLE ledger_entry")  # the job begins, and waits
        enqueue(machine, "approve")
        wait(
            lambda: (
                machine.ask("SELECT count(*) FROM foundation_run WHERE status = 'running' AND kind ~ 'approve'") == 1
                or machine.ask("SELECT count(*) FROM procrastinate_jobs WHERE status = 'doing'") == 1
            ),
            "le travail ne commence pas",
        )
        lost = machine.worker()
        assert lost is not None
        lost.kill()
    wait(lambda: machine.ask(DONE) == 1, f"le travail n’est pas repris : {machine.log.read_text()[-3000:]}")
    assert machine.ask(APPROVED)
    assert machine.ask("SELECT count(*) FROM ledger_entry WHERE kind = 'reserve'") == 1
    found = machine.worker()
    assert found is not None and found.pid != lost.pid
    assert machine.ask("SELECT count(*) FROM foundation_run WHERE status = 'running'") == 0


def test_one_process_of_pages_lost_is_replaced(machine: Machine) -> None:
    machine.serve("--no-worker")
    for process in machine.processes():
        process.kill()
    wait(lambda: machine.answers("/connexion/"), "les pages ne reviennent pas")
