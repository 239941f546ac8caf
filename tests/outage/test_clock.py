"""The clock jumps under the site, its worker and its database, all at once: nothing is lost, nothing twice."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest

from jigi.foundation import backup_age
from tests.outage.machine import Machine, wait
from tests.outage.test_restarts import APPROVED, DONE, enqueue

LIBRARIES = sorted(Path("/usr/lib").glob("*/faketime/libfaketimeMT.so.1"))


SLEEP = """
import select, time
time.sleep = lambda seconds: select.select([], [], [], seconds) and None
"""
"""Python sleeps until a moment of the steady clock, which libfaketime refuses when it leaves that clock alone."""


@dataclass
class Clock:
    """The time of the programs of a machine; the real one of this process does not move."""

    machine: Machine
    file: Path

    def jump(self, by: str) -> None:
        """Move to so far from the real time: « +1h », « -2d »."""
        self.file.write_text(by + "\n")

    def doctor(self) -> str:
        words = [sys.executable, "-m", "jigi", "doctor"]
        return subprocess.run(words, env=self.machine.environment(), capture_output=True, text=True, check=False).stdout


@pytest.fixture
def clock(place: Path, model: Machine) -> Iterator[Clock]:
    if not LIBRARIES:
        pytest.skip("libfaketime n’est pas installée")
    file, own = place / "heure", place / "python"
    file.write_text("+0\n")
    own.mkdir()
    (own / "sitecustomize.py").write_text(SLEEP)
    faked = {
        "LD_PRELOAD": str(LIBRARIES[0]),
        "FAKETIME_TIMESTAMP_FILE": str(file),
        "FAKETIME_NO_CACHE": "1",
        "FAKETIME_DONT_FAKE_MONOTONIC": "1",
        "JIGI_IDLE_MINUTES": "120",  # an hour's jump isn't an absence: nobody is asked to sign in again
    }
    machine = model.copied(place / "jigi")
    faked["PYTHONPATH"] = os.pathsep.join([str(own), machine.environment()["PYTHONPATH"]])
    machine.more = faked
    started = [sys.executable, "-m", "jigi", "database", "start"]
    subprocess.run(started, env=machine.environment(), check=True, capture_output=True)
    yield Clock(machine, file)
    machine.stop()


def clock_of(machine: Machine) -> int:
    """Hours between the clock of the database and the real one."""
    return round((float(machine.ask("SELECT extract(epoch FROM clock_timestamp())")) - time.time()) / 3600)


@pytest.mark.long
@pytest.mark.parametrize(("jump", "hours"), [("+1h", 1), ("-26h", -26)])
def test_the_clock_jumps_while_people_and_the_worker_act(clock: Clock, jump: str, hours: int) -> None:
    machine = clock.machine
    machine.serve()
    browser = machine.browser("approve")
    form = browser.form("/paiements/1/", "/paiements/1/faire/approve/", {})
    clock.jump(jump)
    assert clock_of(machine) == hours
    assert browser.send(form).wait().status == 302
    assert browser.send(form).wait().status == 302
    assert machine.ask(APPROVED)
    enqueue(machine, "release")
    try:
        wait(lambda: machine.ask(DONE) == 1, "le travail n’est pas fait", patience=180)
    except AssertionError as error:
        jobs = machine.ask("SELECT json_agg(row_to_json(job))::text FROM procrastinate_jobs AS job")
        raise AssertionError(f"{error} : {jobs}\n{machine.log.read_text()[-3000:]}") from None
    clock.jump("+0")
    assert machine.ask("SELECT status FROM payments_paymentround") == "released"
    assert machine.ask("SELECT count(*) FROM ledger_entry WHERE kind IN ('reserve', 'commit')") == 2
    assert machine.ask("SELECT sum(balance_xof) FROM ledger_account") == 0
    assert browser.get("/paiements/1/")[0] == 200
    said = clock.doctor()
    assert ("la dernière trace est datée" in said) == (hours > 0), said


@pytest.mark.long
def test_a_year_later_one_signs_in_again(clock: Clock) -> None:
    clock.machine.serve("--no-worker")
    browser = clock.machine.browser("approve")
    assert browser.get("/paiements/")[0] == 200
    clock.jump("+400d")
    assert browser.get("/paiements/")[0] == 302
    clock.jump("+0")
    assert browser.get("/paiements/")[0] == 200


@pytest.mark.parametrize(
    ("age", "late"),
    [(None, True), (timedelta(hours=30), False), (timedelta(days=3), True), (timedelta(days=-3), True)],
)
def test_a_backup_dated_from_the_future_proves_nothing(age: timedelta | None, late: bool) -> None:
    assert backup_age.is_late(backup_age.CREATE, age) is late
