"""A site of its own: its embedded database, its pages, its worker, as `jigi serve` runs them."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psutil
import psycopg

from jigi.foundation import server
from tests.crash.browser import Browser, free_port

ROOT = Path(__file__).resolve().parents[2]
PATIENCE = 60
SCENE = """
import sys, django
django.setup()
from tests.outage.scene import build
print(build())
"""


@dataclass
class Machine:
    """One machine: `home` holds everything; `more` is added to the environment of its programs."""

    home: Path
    more: Mapping[str, str] = field(default_factory=dict)
    port: int = 0
    site: subprocess.Popen[bytes] | None = None
    sessions: dict[str, str] = field(default_factory=dict)

    @property
    def url(self) -> str:
        return server.status(self.home).url

    @property
    def log(self) -> Path:
        return self.home.parent / "serve.log"

    def set_up(self) -> None:
        """Tables, staff, a frozen round; and who is signed in. It takes half a minute: see `copied`."""
        server.ensure_started(self.home)
        done = subprocess.run(
            [sys.executable, "-c", SCENE], env=self.environment(), capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr
        self.sessions = json.loads(done.stdout.splitlines()[-1])

    def copied(self, home: Path) -> Machine:
        """A machine with what this one holds; this one is stopped, and stays so."""
        server.stop(self.home)
        # Not shutil: under root the files keep the account that runs PostgreSQL.
        subprocess.run(["cp", "-a", self.home, home], check=True)
        return Machine(home, sessions=self.sessions)

    def environment(self) -> dict[str, str]:
        kept = {name: value for name, value in os.environ.items() if name not in ("DATABASE_URL", "LD_PRELOAD")}
        path = os.pathsep.join([str(ROOT / "src"), str(ROOT)])
        return kept | {"JIGI_HOME": str(self.home), "PYTHONPATH": path, **self.more}

    def serve(self, *words: str) -> None:
        self.port = self.port or free_port()
        command = [sys.executable, "-m", "jigi", "serve", "--port", str(self.port), *words]
        with self.log.open("ab") as log:
            self.site = subprocess.Popen(
                command, env=self.environment(), stdout=log, stderr=log, start_new_session=True
            )
        try:
            wait(lambda: self.answers("/connexion/"), "le site ne répond pas")
        except AssertionError as error:
            raise AssertionError(f"{error} : {self.log.read_text()[-2000:]}") from None

    def browser(self, who: str = "") -> Browser:
        return Browser(self.port, self.sessions.get(who, ""))

    def answers(self, page: str, status: int = 200) -> bool:
        try:
            return self.browser().get(page)[0] == status
        except OSError:
            return False

    def processes(self) -> list[psutil.Process]:
        """Those of the site: pages, and worker."""
        assert self.site is not None
        return psutil.Process(self.site.pid).children(recursive=True)

    def worker(self) -> psutil.Process | None:
        """The worker of the site, None while there is none."""
        for process in self.processes():
            if "worker" in process.cmdline()[-1:] and process.status() != psutil.STATUS_ZOMBIE:
                return process
        return None

    def ask(self, query: str) -> Any:
        with psycopg.connect(self.url) as connection:
            row = connection.execute(query).fetchone()  # type: ignore[call-overload]
            return row[0] if row else None

    def stop(self) -> None:
        if self.site is not None:
            for process in [*self.processes(), psutil.Process(self.site.pid)]:
                process.send_signal(signal.SIGKILL)
            self.site.wait(PATIENCE)
            self.site = None
        server.stop(self.home, immediate=True)


def wait(done: Callable[[], bool], failing: str, patience: float = PATIENCE) -> float:
    """Wait until it is so; the seconds it took."""
    began = time.monotonic()
    while not done():
        assert time.monotonic() - began < patience, failing
        time.sleep(0.1)
    return time.monotonic() - began
