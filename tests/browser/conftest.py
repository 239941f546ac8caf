"""A site that serves a small world of its own, and Debian's Chromium to visit it."""

from __future__ import annotations

import importlib.util
import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from playwright.sync_api import Browser, Page, StorageState, expect, sync_playwright

from jigi.foundation.server import drop_database
from tests import pattern

PASSWORD = "demonstration-jigi"  # of jigi.demo.ground, whose accounts these are
ROOT = Path(__file__).resolve().parents[2]
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
QUIET = [
    "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--disable-quic",
]  # fmt: skip

expect.set_options(timeout=20_000)  # a machine that does other things at the same time is not a page that is wrong


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a site on a database of its own, with a round paid and the next awaiting approval."""
    server = os.environ["DATABASE_URL"]
    name = f"jigi_pages_{os.getpid()}"
    with psycopg.connect(pattern.named(server, "postgres"), autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name} TEMPLATE {pattern.ensure(server)}")
        # People prove who they are once, at the beginning: a slow run lasts longer than a proof.
        environment = os.environ | {"DATABASE_URL": pattern.named(server, name), "JIGI_STEP_UP_MINUTES": "240"}
        folder = tmp_path_factory.mktemp("monde")
        subprocess.run([sys.executable, "-m", "tests.browser.world", folder], env=environment, cwd=ROOT, check=True)
        port = _free_port()
        command = [sys.executable, "-m", "jigi", "serve", "--port", str(port), "--no-worker"]
        with _log_of(tmp_path_factory).open("wb") as said:
            serving = subprocess.Popen(command, env=environment, cwd=ROOT, stdout=said, stderr=said)
        try:
            yield _answering(f"http://127.0.0.1:{port}")
        finally:
            serving.terminate()
            serving.wait(timeout=30)
            drop_database(connection, name)


@pytest.fixture(scope="session")
def database(site: str) -> str:
    """The database of that site."""
    return pattern.named(os.environ["DATABASE_URL"], f"jigi_pages_{os.getpid()}")


@pytest.fixture(scope="session")
def journal(site: str, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What that site writes in its terminal."""
    return _log_of(tmp_path_factory)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    if CHROMIUM is None:
        pytest.skip("Chromium n’est pas installé (paquet Debian chromium)")
    # Playwright leaves its event loop in sight of the thread: Django would refuse the tests that follow here.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"
    with sync_playwright() as playwright:
        yield playwright.chromium.launch(executable_path=CHROMIUM, args=QUIET)


@pytest.fixture(scope="session")
def signed_in(site: str, browser: Browser):
    """The cookies of an account, signed in once."""
    states: dict[str, StorageState] = {}

    def state_of(username: str) -> StorageState:
        if username not in states:
            context = browser.new_context(base_url=site)
            page = context.new_page()
            page.goto("/connexion/")
            page.fill("[name=username]", username)
            page.fill("[name=password]", PASSWORD)
            page.click("main button")
            page.wait_for_url("**/aujourdhui/")
            states[username] = context.storage_state()
            context.close()
        return states[username]

    return state_of


@pytest.fixture
def visit(site: str, browser: Browser, signed_in):
    """`visit("coordination")` gives a page signed in as that account, `visit(None)` an anonymous one."""
    opened = []

    def open_page(username: str | None, *, width: int = 1280, javascript: bool = True) -> Page:
        context = browser.new_context(
            base_url=site,
            viewport={"width": width, "height": 900},
            locale="fr-FR",
            java_script_enabled=javascript,
            storage_state=signed_in(username) if username else None,
        )
        opened.append(context)
        return context.new_page()

    yield open_page
    for context in opened:
        context.close()


@pytest.fixture(scope="session")
def axe() -> str:
    """The text of axe-core, as the package ships it."""
    spec = importlib.util.find_spec("axe_playwright_python")
    assert spec and spec.origin
    return (Path(spec.origin).parent / "axe.min.js").read_text(encoding="utf-8")


def _log_of(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.getbasetemp() / "site.log"


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _answering(address: str) -> str:
    for _ in range(600):
        try:
            urllib.request.urlopen(address, timeout=5).close()
        except OSError:
            time.sleep(0.1)
        else:
            return address
    raise AssertionError("le site n’a pas répondu en une minute")
