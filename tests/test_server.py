"""The embedded PostgreSQL: starts for anyone, survives anything, and never touches what it does not know."""

from __future__ import annotations

import multiprocessing
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import psycopg
import pytest

from jigi.foundation import server
from jigi.foundation.errors import JigiError

NOBODY = 65534
root_only = pytest.mark.skipif(os.geteuid() != 0, reason="il faut être root")


def write(url: str, value: str) -> None:
    with psycopg.connect(url) as connection:
        connection.execute("CREATE TABLE IF NOT EXISTS memory (value text)")
        connection.execute("INSERT INTO memory VALUES (%s)", [value])


def read(url: str) -> list[str]:
    with psycopg.connect(url) as connection:
        return [value for (value,) in connection.execute("SELECT value FROM memory ORDER BY value")]


def setting(url: str, name: str) -> str:
    with psycopg.connect(url) as connection:
        return connection.execute("SELECT current_setting(%s)", [name]).fetchone()[0]


def starter(home: Path, then: str = "") -> subprocess.Popen[str]:
    """Another process that starts the server, says its URL, and then does something else."""
    program = f"import sys; from jigi.foundation import server; from pathlib import Path; {then or 'pass'}"
    program = program.replace("Path;", "Path; print(server.ensure_started(Path(sys.argv[1])), flush=True);", 1)
    command = [sys.executable, "-c", program, str(home)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True, start_new_session=True)


def test_starts_stops_and_keeps_its_data(home: Path) -> None:
    write(server.ensure_started(home, durable=False), "Aïssata")
    assert server.status(home).running
    assert server.stop(home)
    assert not server.status(home).running
    assert not server.stop(home)
    assert read(server.ensure_started(home, durable=False)) == ["Aïssata"]


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    """A server for the tests that only look."""
    folder = Path(tempfile.mkdtemp(prefix="jigi-essai-"))
    folder.chmod(0o711)
    yield server.ensure_started(folder, durable=False)
    server.stop(folder, immediate=True)
    shutil.rmtree(folder)


def test_listens_on_a_private_socket_and_nowhere_else(url: str) -> None:
    assert setting(url, "listen_addresses") == ""
    socket = Path(server.as_django(url)["HOST"])
    assert [path.name for path in socket.iterdir()] == [".s.PGSQL.5432", ".s.PGSQL.5432.lock"]
    assert socket.stat().st_mode & 0o777 == 0o700


def test_the_user_of_the_database_is_no_superuser(url: str) -> None:
    assert setting(url, "is_superuser") == "off"


def test_french_letters_sort_and_change_case_the_same_everywhere(url: str) -> None:
    with psycopg.connect(url) as connection:
        connection.execute("CREATE EXTENSION pg_trgm")
        assert connection.execute("SELECT lower('ÉLÈVE KEÏTA')").fetchone() == ("élève keïta",)
        assert connection.execute("SELECT 'é' > 'z', similarity('Kéïta', 'kéïta')").fetchone() == (True, 1.0)


def test_starting_twice_is_starting_once(home: Path) -> None:
    first = server.ensure_started(home, durable=False), server.status(home).pid
    assert (server.ensure_started(home, durable=False), server.status(home).pid) == first


def test_durability_is_left_out_for_tests_only(home: Path) -> None:
    assert setting(server.ensure_started(home), "fsync") == "on"
    server.stop(home, immediate=True)
    assert setting(server.ensure_started(home, durable=False), "fsync") == "off"


def test_the_status_of_a_server_that_never_was_creates_nothing(home: Path) -> None:
    assert (server.status(home).running, server.status(home).data_version) == (False, None)
    assert not home.exists()
    assert not server.stop(home) and not server.stop_if_idle(home)


def test_a_killed_server_comes_back_with_its_data(home: Path) -> None:
    for name in ("Awa", "Bintou", "Coumba"):
        write(server.ensure_started(home, durable=False), name)
        os.kill(server.status(home).pid, signal.SIGKILL)
    assert read(server.ensure_started(home, durable=False)) == ["Awa", "Bintou", "Coumba"]


@pytest.mark.long
def test_a_killed_server_does_not_wait_for_its_orphans(home: Path) -> None:
    url = server.ensure_started(home, durable=False)
    write(url, "validé")
    busy = threading.Thread(target=_lose, args=[url])
    busy.start()
    time.sleep(0.5)
    os.kill(server.status(home).pid, signal.SIGKILL)
    assert read(server.ensure_started(home, durable=False)) == ["validé"]
    busy.join(timeout=1)
    assert not busy.is_alive()


def _lose(url: str) -> None:
    """A statement that looks at nothing but its own work, so that it does not see its server die."""
    with pytest.raises(psycopg.OperationalError), psycopg.connect(url) as connection:
        connection.execute("INSERT INTO memory VALUES ('perdu')")
        connection.execute("SELECT sum(sqrt(n)) FROM generate_series(1, 1e10::bigint) n")


def test_a_stale_file_whose_number_now_belongs_to_another_process(home: Path) -> None:
    server.ensure_started(home, durable=False)
    file = home / "postgres" / "postmaster.pid"
    stale = file.read_text().splitlines()
    server.stop(home)
    stranger = subprocess.Popen(["sleep", "60"], user=file.parent.stat().st_uid)
    file.write_text("\n".join([str(stranger.pid), *stale[1:]]) + "\n")
    server.ensure_started(home, durable=False)
    assert stranger.poll() is None
    stranger.kill()
    stranger.wait()


def test_a_creation_cut_short_is_begun_again(home: Path) -> None:
    (home / "postgres.nouveau" / "base").mkdir(parents=True)
    (home / "postgres.nouveau" / "PG_VERSION").write_text("18\n")
    assert server.ensure_started(home, durable=False)
    assert not (home / "postgres.nouveau").exists()


def test_four_processes_starting_at_once_share_one_server(home: Path) -> None:
    starters = [starter(home) for _ in range(4)]
    urls = {process.communicate(timeout=60)[0].strip() for process in starters}
    assert urls == {server.status(home).url}
    assert [process.returncode for process in starters] == [0, 0, 0, 0]


def test_a_ctrl_c_does_not_reach_the_server(home: Path) -> None:
    process = starter(home, then="time.sleep(60)")
    assert process.stdout and process.stdout.readline()
    os.killpg(process.pid, signal.SIGINT)
    process.communicate(timeout=10)
    assert process.returncode != 0
    write(server.status(home).url, "toujours là")


def test_is_left_running_while_another_process_uses_it(home: Path) -> None:
    process = starter(home, then="time.sleep(60)")
    assert process.stdout and process.stdout.readline()
    server.ensure_started(home, durable=False)
    assert not server.stop_if_idle(home)
    process.kill()
    process.communicate()
    assert server.stop_if_idle(home)


def test_is_left_running_while_a_stranger_is_connected(home: Path) -> None:
    with psycopg.connect(server.ensure_started(home, durable=False)):
        assert not server.stop_if_idle(home)
    assert server.stop_if_idle(home)


def test_a_process_that_started_it_stops_it_on_leaving(home: Path) -> None:
    program = "from jigi.foundation import server as s; import psycopg; c = psycopg.connect(s.database_url())"
    environment = {k: v for k, v in os.environ.items() if k != "DATABASE_URL"} | {"JIGI_HOME": str(home)}
    subprocess.run([sys.executable, "-c", program], env=environment, check=True, timeout=60)
    assert server.status(home).data_version
    assert not server.status(home).running


def test_data_of_another_version_are_refused_and_left_alone(home: Path) -> None:
    (home / "postgres").mkdir(parents=True)
    (home / "postgres" / "PG_VERSION").write_text("14\n")
    with pytest.raises(JigiError, match=r"PostgreSQL 14.*rien n'a été touché.*pg_dump"):
        server.ensure_started(home)
    assert [path.name for path in home.rglob("*")] == ["postgres", "PG_VERSION"]


def test_a_folder_of_other_things_is_refused(home: Path) -> None:
    (home / "postgres").mkdir(parents=True)
    (home / "postgres" / "photos.zip").touch()
    with pytest.raises(JigiError, match="autre chose qu'une base"):
        server.ensure_started(home, durable=False)


def test_a_file_in_the_place_of_the_folder_is_refused(home: Path) -> None:
    home.write_text("")
    with pytest.raises(JigiError, match="ce n'est pas un dossier"):
        server.ensure_started(home, durable=False)
    assert not server.stop(home)


@pytest.mark.parametrize("name", ["dossier partagé", 'd\'Aïssata, "b" $HOME `c`', "long/" + "d" * 120])
def test_any_path_will_do(home: Path, name: str) -> None:
    write(server.ensure_started(home / name, durable=False), "ici")
    assert server.ensure_started(home / name) == server.status(home / name).url
    server.stop(home / name, immediate=True)


@root_only
def test_root_runs_the_data_of_a_person_under_that_person(home: Path) -> None:
    home.mkdir()
    os.chown(home, NOBODY, NOBODY)
    server.ensure_started(home, durable=False)
    assert psutil.Process(server.status(home).pid).uids().effective == NOBODY
    assert (home / "postgres").stat().st_uid == NOBODY


@root_only
def test_root_opens_the_way_without_opening_the_folders(home: Path, capfd: pytest.CaptureFixture[str]) -> None:
    closed = home.parent / "fermé"
    closed.mkdir(mode=0o700)
    server.ensure_started(closed / "jigi", durable=False)
    server.stop(closed / "jigi", immediate=True)
    assert closed.stat().st_mode & 0o777 == 0o701
    assert f"Droit de passage, sans lecture, ajouté à : {closed}" in capfd.readouterr().err


@root_only
def test_an_ordinary_user_starts_and_stops_it(home: Path) -> None:
    home.mkdir()
    os.chown(home, NOBODY, NOBODY)
    child = multiprocessing.get_context("fork").Process(target=_as_nobody, args=[home])
    child.start()
    child.join(timeout=60)
    assert child.exitcode == 0


def _as_nobody(home: Path) -> None:
    os.setgroups([])
    os.setgid(NOBODY)
    os.setuid(NOBODY)
    write(server.ensure_started(home, durable=False), "ordinaire")
    os.kill(server.status(home).pid, signal.SIGKILL)
    assert read(server.ensure_started(home, durable=False)) == ["ordinaire"]
    assert server.stop_if_idle(home)


def test_a_url_becomes_the_settings_of_django() -> None:
    entry = server.as_django("postgresql:///jigi?host=/run/jigi&sslmode=require")
    assert (entry["NAME"], entry["HOST"], entry["OPTIONS"]) == (
        "jigi",
        "/run/jigi",
        {"sslmode": "require", "options": "-c jit=off"},
    )
    entry = server.as_django("postgres://rsu:p%40ss@db.example:6432/registre")
    assert (entry["USER"], entry["PASSWORD"], entry["PORT"]) == ("rsu", "p@ss", "6432")


@pytest.mark.parametrize("url", ["mysql://a/b", "sqlite:///x", "postgresql://a/b?inconnu=1"])
def test_a_url_of_something_else_is_refused(url: str) -> None:
    with pytest.raises(JigiError, match="DATABASE_URL"):
        server.as_django(url)
