"""A server of its own, copies of one scene in it, processes to kill, and the restart after."""

from __future__ import annotations

import json
import multiprocessing
import os
import random
import signal
import statistics
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import psutil
import psycopg

from jigi.foundation import server
from jigi.payments import jobs
from tests.crash import act as acts
from tests.crash import facts
from tests.crash.browser import Browser, Fields, Form, Site

# Each process starts from one that has loaded everything and opened nothing.
PROCESSES = multiprocessing.get_context("forkserver")
PROCESSES.set_forkserver_preload(["tests.crash.act", "tests.crash.facts"])

HOUSEHOLDS = 7_500  # 2,500 in each of three communes: the return of the first two is a large file, the other not
PATIENCE = 120


@dataclass(frozen=True)
class Kill:
    """One kill: whether the act was really cut short, and the step it was at."""

    interrupted: bool
    step: str


@dataclass
class Ground:
    """Where kills are played: `home` holds the server, `folder` the return files."""

    home: Path
    folder: Path
    url: str = ""
    seconds: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    expected: dict[str, dict[str, Any]] = field(default_factory=dict)
    copies: int = 0
    longest_return: float = 0.0
    """The longest it took the site to answer again, in seconds."""

    def prepare(self) -> None:
        """Build the scene, and keep it as it is before each act."""
        self.url = server.ensure_started(self.home, durable=False)
        self.run(acts.build, self.url, HOUSEHOLDS // 3, str(self.folder))
        for verb in ("prepare", "import"):
            self._copy("jigi", f"scene_{verb}")
        self.run(acts.perform, self._copy("jigi", "scene_undo"), "import", str(self.folder))
        for verb in ("approve", "release", "reconcile"):
            self.run(acts.go_to, self.url, verb, str(self.folder))
            self._copy("jigi", f"scene_{verb}")

    @contextmanager
    def copy_for(self, act: str) -> Iterator[str]:
        """The URL of a fresh copy of the scene in which the act is about to be done."""
        self.copies += 1
        name = f"copy_{self.copies}"
        yield self._copy(f"scene_{act.partition(':')[0]}", name)
        with self._beside() as connection:
            server.drop_database(connection, name)

    def undisturbed(self, act: str) -> dict[str, Any]:
        """What the database says once the act is done, when nothing is killed."""
        if act not in self.expected:
            with self.copy_for(act) as url:
                self.run(acts.perform, url, act, str(self.folder))
                self._time(url, act)
                self.expected[act] = self.ask(url, facts.all_of_them)
        return self.expected[act]

    def kill(self, url: str, act: str, victim: str, draw: random.Random, *, impatient: bool = False) -> Kill:
        """Begin the act, kill -9 the victim somewhere on the way, restart it, and have the act done.

        A worker's act is asked for once more while it is dead when the person is `impatient`.
        """
        delay = draw.uniform(0, 0.95) * statistics.median(self.seconds[act])
        whole = draw.random() < 0.5
        queued = victim == "worker" and act in (*jobs.ACTS, "import", "undo")
        if queued:
            self.run(acts.ask_worker, url, act, str(self.folder))
        last = _one(url, LAST_RUN)
        actor = self._start(acts.work, url) if queued else self._start(acts.perform, url, act, str(self.folder))
        step = _step_after(url, last, delay, actor)
        if victim == "database":
            self._kill_server(with_backends=whole)
        else:
            actor.kill()
        actor.join(PATIENCE)
        assert actor.exitcode in (0, acts.SERVER_GONE, -signal.SIGKILL), f"{victim}, {act} : {actor.exitcode}"
        server.ensure_started(self.home, durable=False)
        kill = Kill(not _one(url, DONE[act.partition(":")[0]]), step)
        if impatient:
            self.run(acts.ask_worker, url, act, str(self.folder))
        self._finish(url, act, queued=queued)
        return kill

    def by_the_site(self, act: str) -> dict[str, Any]:
        """What the database says once the form of the act was sent, when nothing is killed."""
        if f"site {act}" not in self.expected:
            with self.copy_for(act) as url, self._site(url) as site:
                browser, form = self._opened(site, act)
                answer = browser.send(form).wait()
                assert answer.status == 302, f"{act} : {answer.status} {answer.body[-2000:]}"
                self.seconds[f"site {act}"].append(answer.seconds)
                self.expected[f"site {act}"] = self.ask(url, facts.all_of_them)
        return self.expected[f"site {act}"]

    def kill_site(self, url: str, act: str, draw: random.Random) -> Kill:
        """Send the form of the act, kill -9 the site on the way, and send the same form again once it is back."""
        key = f"site {act}"
        with self._site(url) as site:
            browser, form = self._opened(site, act)
            sending = browser.send(form)
            time.sleep(draw.uniform(0, 0.95) * statistics.median(self.seconds[key]))
            whole = draw.random() < 0.5
            site.kill(whole=whole)
            cut = sending.wait().died
            back = site.start() if whole else site.wait()
            again = browser.send(form).wait()
            assert again.status == 302, f"{act} : {again.status} {again.body[-2000:]}"
        self.longest_return = max(self.longest_return, back)
        return Kill(cut, "site entier" if whole else "processus des pages")

    def _opened(self, site: Site, act: str) -> tuple[Browser, Form]:
        """Whoever does the act, before the page where it is done, its form filled."""
        verb, _, agency = act.partition(":")
        browser = Browser(site.port, json.loads((self.folder / "sessions.json").read_text())[verb])
        fields: Fields = {}
        if verb == "import":
            page = action = "/imports/envoyer/"
            fields |= {part.name: next(part.iterdir()) for part in (self.folder / "envoi").iterdir()}
        elif verb == "undo":
            page = f"/imports/{_one(site.url, BATCH)}/"
            action = f"{page}defaire/"
            fields |= {"motif": acts.REASON}
        elif verb == "reconcile":
            page = action = "/paiements/retours/"
            fields |= {"agence": f"Agence {agency}", "fichier": self.folder / f"retour-2-{agency}.csv"}
        else:
            page = f"/paiements/{_one(site.url, SECOND)}/"
            action = f"{page}faire/{verb}/"
        return browser, browser.form(page, action, fields)

    @contextmanager
    def _site(self, url: str) -> Iterator[Site]:
        site = Site(url, self.folder / "site")
        site.home.mkdir(exist_ok=True)
        site.start()
        try:
            yield site
        finally:
            site.stop()

    def run(self, function: Callable[..., Any], *arguments: Any) -> None:
        """Run in a process of its own, to its end."""
        process = self._start(function, *arguments)
        process.join(PATIENCE)
        assert process.exitcode == 0, f"{function.__name__}{arguments} : {process.exitcode}"

    def ask(self, url: str, question: Callable[[], Any]) -> Any:
        """The answer of a function of `facts`, asked in a process of its own."""
        here, there = PROCESSES.Pipe(duplex=False)
        process = self._start(acts.tell, url, question, there)
        there.close()
        answer = here.recv()
        process.join(PATIENCE)
        return answer

    def _start(self, function: Callable[..., Any], *arguments: Any) -> BaseProcess:
        process = PROCESSES.Process(target=function, args=arguments, daemon=True)
        process.start()
        return process

    def _finish(self, url: str, act: str, *, queued: bool) -> None:
        """As after any restart: a person does the same thing again; a worker needs not be asked again."""
        if not queued:
            self.run(acts.perform_again, url, act, str(self.folder))
        else:
            worker = self._start(acts.work, url)
            _wait(lambda: not _one(url, WAITING), f"le travail {act} n’est pas repris")
            worker.kill()
            worker.join(PATIENCE)
            assert _one(url, LAST_JOB) == "succeeded"
        self._time(url, act)

    def _kill_server(self, *, with_backends: bool) -> None:
        """Like the kernel short of memory, or like a power cut that spares the disk."""
        postmaster = server.status(self.home).pid
        assert postmaster is not None
        backends = psutil.Process(postmaster).children() if with_backends else []
        for pid in (postmaster, *(backend.pid for backend in backends)):
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)

    def _time(self, url: str, act: str) -> None:
        seconds = _one(url, LAST_SECONDS)
        if seconds is not None:
            self.seconds[act].append(float(seconds))

    def _copy(self, scene: str, name: str) -> str:
        with self._beside() as connection:
            connection.execute(f"CREATE DATABASE {name} TEMPLATE {scene} STRATEGY file_copy")
        return urlsplit(self.url)._replace(path=f"/{name}").geturl()

    def _beside(self) -> psycopg.Connection[Any]:
        return psycopg.connect(urlsplit(self.url)._replace(path="/postgres").geturl(), autocommit=True)


BATCH = "SELECT id FROM intake_batch"
SECOND = "SELECT id FROM payments_paymentround WHERE term = 2"
LAST_RUN = "SELECT coalesce(max(id), 0) FROM foundation_run"
RUNNING = "SELECT step FROM foundation_run WHERE status = 'running' ORDER BY id DESC LIMIT 1"
WAITING = (
    "SELECT count(*) FROM procrastinate_jobs WHERE status IN ('todo', 'doing') AND task_name ~ '^(payments|intake)'"
)
LAST_JOB = "SELECT status FROM procrastinate_jobs WHERE task_name ~ '^(payments|intake)' ORDER BY id DESC LIMIT 1"
LAST_SECONDS = """
SELECT extract(epoch FROM finished_at - started_at) FROM foundation_run WHERE status = 'done'
    AND id = (SELECT max(id) FROM foundation_run)"""
DONE = {
    "prepare": "SELECT status <> 'draft' FROM payments_paymentround WHERE term = 2",
    "import": "SELECT count(*) > 0 FROM intake_batch WHERE status = 'merged'",
    "undo": "SELECT count(*) > 0 FROM intake_batch WHERE status = 'undone'",
    "release": "SELECT status = 'released' FROM payments_paymentround WHERE term = 2",
    "reconcile": "SELECT count(*) > 2 FROM payments_returnfile",
}


def _step_after(url: str, last: int, delay: float, actor: BaseProcess) -> str:
    """Wait for the run of the act, the first after `last`, then for the delay; returns the step it is at."""
    with psycopg.connect(url, autocommit=True) as connection:
        limit = time.monotonic() + PATIENCE
        while connection.execute(LAST_RUN).fetchone() == (last,):
            assert actor.is_alive() and time.monotonic() < limit, "l’acte n’a pas commencé"
            time.sleep(0.001)
        time.sleep(delay)
        found = connection.execute(RUNNING).fetchone()
        return found[0] if found else "fini"


def _wait(done: Callable[[], bool], failing: str) -> None:
    limit = time.monotonic() + PATIENCE
    while not done():
        assert time.monotonic() < limit, failing
        time.sleep(0.02)


def _one(url: str, query: str) -> Any:
    with psycopg.connect(url) as connection:
        row = connection.execute(query).fetchone()
        return row[0] if row else None
