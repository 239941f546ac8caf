"""The site as a process to kill, and a browser that sends the same form again when it got no answer."""

from __future__ import annotations

import http.client
import os
import re
import signal
import socket
import subprocess
import sys
import time
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from threading import Thread

import psutil
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test.client import BOUNDARY, MULTIPART_CONTENT, encode_multipart

PATIENCE = 60
"""Seconds in which the site must answer again after a kill."""

Fields = dict[str, str | Path]
_HIDDEN = re.compile(r'<input type="hidden" name="([^"]+)" value="([^"]*)">')
_OPTION = re.compile(r'<option value="([^"]*)"[^>]*>([^<]*)</option>')


@dataclass
class Site:
    """`jigi serve` on a port of its own; the worker of long work is started apart."""

    url: str
    home: Path
    port: int = 0
    process: subprocess.Popen[bytes] | None = None

    def start(self) -> float:
        """Start it; the seconds until it answers."""
        self.port = self.port or free_port()
        words = [sys.executable, "-m", "jigi", "serve", "--no-worker", "--port", str(self.port)]
        environment = os.environ | {
            "DATABASE_URL": self.url,
            "JIGI_HOME": str(self.home),
            "JIGI_VAULT_KEYS": str(settings.VAULT_KEYS),
        }
        with (self.home.parent / "serve.log").open("ab") as log:
            self.process = subprocess.Popen(words, env=environment, stdout=log, stderr=log, start_new_session=True)
        return self.wait()

    def wait(self) -> float:
        """The seconds until it answers a page that reads the database."""
        began = time.monotonic()
        while time.monotonic() - began < PATIENCE:
            with suppress(OSError, http.client.HTTPException):
                if Browser(self.port).get("/connexion/")[0] == 200:
                    return time.monotonic() - began
            time.sleep(0.05)
        raise AssertionError(f"le site ne répond pas après {PATIENCE} s")

    def kill(self, *, whole: bool) -> None:
        """kill -9 of every process of the site, or of the one that answers, whose parent starts another."""
        assert self.process is not None
        parent = psutil.Process(self.process.pid)
        answering = parent.children(recursive=True)
        for victim in [parent, *answering] if whole else answering:
            with suppress(psutil.NoSuchProcess):
                victim.send_signal(signal.SIGKILL)
        if whole:
            self.process.wait(PATIENCE)

    def stop(self) -> None:
        if self.process is not None and self.process.poll() is None:
            self.kill(whole=True)


@dataclass
class Form:
    """A form as a browser holds it: where it goes, what was hidden in it, what the person puts in."""

    address: str
    content: bytes


@dataclass
class Sending:
    """A form on its way. `status` stays 0 when the site died before it answered."""

    thread: Thread
    seconds: float = 0.0
    status: int = 0
    body: str = ""
    died: bool = field(default=False)

    def wait(self) -> Sending:
        self.thread.join(PATIENCE)
        assert not self.thread.is_alive(), "le formulaire n’a pas eu de réponse"
        return self


@dataclass
class Browser:
    """Somebody signed in, by the cookie of a session."""

    port: int
    session: str = ""
    token: str = ""

    def get(self, address: str) -> tuple[int, str]:
        status, body, cookies = self._ask("GET", address, None)
        for cookie in cookies:
            if cookie.startswith("csrftoken="):
                self.token = cookie.partition("=")[2].partition(";")[0]
        return status, body

    def form(self, page: str, action: str, fields: Fields) -> Form:
        """Open a page and fill its form that goes to `action`, in the words of the choices it offers."""
        status, text = self.get(page)
        assert status == 200, f"{page} : {status}"
        forms = [part.partition("</form>")[0] for part in text.split("<form")[1:]]
        found = next(form for form in forms if _goes_to(form, page) == action and "csrfmiddlewaretoken" in form)
        sent: dict[str, object] = dict(_HIDDEN.findall(found))
        choices = {said: value for value, said in _OPTION.findall(found)}
        for name, value in fields.items():
            if isinstance(value, Path):
                sent[name] = SimpleUploadedFile(value.name, value.read_bytes())
            else:
                sent[name] = choices.get(value, value)
        return Form(action, encode_multipart(BOUNDARY, sent))

    def send(self, form: Form) -> Sending:
        """Send a form, in a thread: the site may die before it answers."""
        sending = Sending(Thread())

        def run() -> None:
            began = time.monotonic()
            try:
                sending.status, sending.body, _ = self._ask("POST", form.address, form.content)
            except (OSError, http.client.HTTPException):
                sending.died = True
            sending.seconds = time.monotonic() - began

        sending.thread = Thread(target=run, daemon=True)
        sending.thread.start()
        return sending

    def _ask(self, method: str, address: str, content: bytes | None) -> tuple[int, str, list[str]]:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE)
        host = f"localhost:{self.port}"
        headers = {"Host": host, "Cookie": f"sessionid={self.session}; csrftoken={self.token}"}
        if content is not None:
            headers |= {"Content-Type": MULTIPART_CONTENT, "Origin": f"http://{host}"}
        try:
            connection.request(method, address, content, headers)
            answer = connection.getresponse()
            return answer.status, answer.read().decode(errors="replace"), answer.headers.get_all("Set-Cookie") or []
        finally:
            connection.close()


def _goes_to(form: str, page: str) -> str:
    """Where a form goes: to its own page unless it says otherwise. The one of signing out goes elsewhere."""
    found = re.search(r'action="([^"]*)"', form.partition(">")[0])
    return found[1] if found else page


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
