"""A backup comes back as it was, resumes where it was cut, and is never half of anything."""

from __future__ import annotations

import os
import random
import shutil
import subprocess
from pathlib import Path

import psycopg
import pytest

from jigi.foundation import backup, backup_disk, backup_parts
from jigi.foundation.errors import JigiError, Refused
from tests.backup.shelf import CONTENT, FACTS, Quiet, Shelf, ask, database, left_beside
from tests.payments.scene import random_seed
from tests.small_disk import small_disk


def test_what_is_restored_is_what_was_saved(shelf: Shelf, tmp_path: Path) -> None:
    made = shelf.create()
    with database("vide") as empty:
        found = shelf.restore(made.folder, empty, tmp_path / "ailleurs")
        assert ask(empty, "SELECT count(*) FROM household") == 1000
        assert ask(empty, "SELECT max(id) FROM foundation_auditevent") == 40
    assert found.manifest.counts["public.household_b"] == 501
    assert found.manifest.facts["soldes"] == [["DISPO", 700], ["DON", -700], ["total", 0]]
    assert found.manifest.facts["désaccords"] == []
    there = tmp_path / "ailleurs" / "uploads" / "abc" / "menages" / "menages.csv"
    assert there.read_text() == "fiche;village\n" * 2_000
    assert not left_beside(shelf.url, empty)


def test_keys_are_not_on_the_disk_of_the_backups(shelf: Shelf) -> None:
    made = shelf.create()
    assert made.manifest.left_out == ["secret-key"]
    assert not any("secret-key" in entry.path for entry in made.manifest.files)


def test_nothing_of_the_database_shows_on_the_disk(shelf: Shelf) -> None:
    made = shelf.create()
    written = b"".join(path.read_bytes() for path in made.folder.iterdir())
    for word in (b"household", b"menages", b"DISPO", b"fiche;village", b"PGDMP"):
        assert word not in written
    assert not (shelf.home / backup.WORK).exists()


def test_sessions_and_runs_do_not_come_back_alive(shelf: Shelf, tmp_path: Path) -> None:
    made = shelf.create()
    with database("vide") as empty:
        shelf.restore(made.folder, empty, tmp_path / "ailleurs")
        assert ask(empty, "SELECT count(*) FROM django_session") == 0


def test_the_snapshot_is_one_moment(shelf: Shelf) -> None:
    """Rows written while the dump is under way are neither in it nor counted."""

    class Writing(Quiet):
        def progress(self, done: int, total: int) -> None: ...

        def step(self, name: str):  # type: ignore[no-untyped-def]
            with psycopg.connect(url) as other:
                other.execute("INSERT INTO household SELECT 1000 + count(*), 'de trop' FROM household")
            return super().step(name)

    with database("vivante", CONTENT) as url, database("vide") as empty:
        living = Shelf(shelf.root, url)
        made = living.create(Writing())
        assert ask(url, "SELECT count(*) FROM household") > 1000
        living.restore(made.folder, empty, shelf.root / "ailleurs")
        assert ask(empty, "SELECT count(*) FROM household") == 1000


@pytest.mark.parametrize("number", range(4))
def test_a_copy_killed_in_the_middle_is_taken_up(shelf: Shelf, number: int) -> None:
    draw = random.Random(f"{random_seed()}:{number}")
    parts = shelf.create(target=shelf.root / "entier").header.parts
    done = draw.randrange(1, parts)
    shelf.create_and_die("Copie chiffrée", done)
    (cut,) = backup.found_in(shelf.disk)
    assert not cut.complete
    with pytest.raises(JigiError, match="incomplète"):
        shelf.verify(cut.folder)
    with pytest.raises(JigiError, match="aucune sauvegarde complète"):
        backup.latest(shelf.disk)
    made = shelf.create()
    assert (made.folder, made.taken_up) == (cut.folder, done)
    assert shelf.verify(made.folder).manifest == made.manifest


@pytest.mark.parametrize("step", ["Copie de la base", "Comptes de la base", "Fichiers et empreintes"])
def test_killed_before_the_copy_a_backup_begins_anew(shelf: Shelf, step: str) -> None:
    shelf.create_and_die(step)
    assert not backup.found_in(shelf.disk)
    made = shelf.create()
    assert made.taken_up == 0
    shelf.verify(made.folder)


def test_a_part_spoilt_by_the_cut_is_written_again(shelf: Shelf) -> None:
    shelf.create_and_die("Copie chiffrée", 5)
    (cut,) = backup.found_in(shelf.disk)
    (cut.folder / backup_parts.part_name(2)).write_bytes(b"\0" * 3_000)
    (cut.folder / backup_parts.part_name(4)).unlink()
    made = shelf.create()
    assert made.taken_up == 3
    shelf.verify(made.folder)


def test_a_disk_pulled_and_plugged_again(shelf: Shelf) -> None:
    away = shelf.root / "dans la poche"

    class Pulled(Quiet):
        def progress(self, done: int, total: int) -> None:
            if done == 3:
                shelf.disk.rename(away)

    with pytest.raises(JigiError, match="débranché"):
        shelf.create(Pulled())
    away.rename(shelf.disk)
    made = shelf.create()
    assert made.taken_up == 3
    shelf.verify(made.folder)


@pytest.mark.skipif(os.geteuid() != 0, reason="seul root peut monter un petit disque")
def test_a_disk_that_is_full(shelf: Shelf, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(backup, "_refuse_too_small", lambda folder, header: None)
    with small_disk(shelf.disk, "64k"), pytest.raises(JigiError, match="plus de place"):
        shelf.create()
    assert shelf.create().header.parts


@pytest.mark.skipif(os.geteuid() != 0, reason="seul root peut monter un petit disque")
def test_a_disk_that_is_read_only(shelf: Shelf) -> None:
    with small_disk(shelf.disk, "8m"):
        subprocess.run(["mount", "-o", "remount,ro", str(shelf.disk)], check=True)
        with pytest.raises(JigiError, match="lecture seule"):
            shelf.create()


def test_a_disk_too_small_is_refused_before_anything_is_written(shelf: Shelf, monkeypatch: pytest.MonkeyPatch) -> None:
    class Disk:
        free = 1_000_000

    real = backup_disk.shutil.disk_usage
    monkeypatch.setattr(backup_disk.shutil, "disk_usage", lambda at: Disk if "disque" in str(at) else real(at))
    with pytest.raises(JigiError, match="pas assez de place"):
        shelf.create()
    assert not list(shelf.disk.glob("jigi-*"))


def test_a_file_where_the_disk_should_be(shelf: Shelf) -> None:
    shelf.disk.write_text("")
    with pytest.raises(JigiError, match=r"ce n’est pas un dossier|ne peut pas"):
        shelf.create()


def test_a_database_that_holds_anything_is_left_alone(shelf: Shelf, tmp_path: Path) -> None:
    made = shelf.create()
    with database("occupee", "CREATE TABLE ici (n int); INSERT INTO ici VALUES (1)") as taken:
        with pytest.raises(Refused, match="n’est pas vide"):
            shelf.restore(made.folder, taken, tmp_path / "ailleurs")
        assert ask(taken, "SELECT n FROM ici") == 1


def test_a_database_in_use_is_left_alone(shelf: Shelf, tmp_path: Path) -> None:
    made = shelf.create()
    with database("vide") as empty, psycopg.connect(empty):
        with pytest.raises(Refused, match="utilisée"):
            shelf.restore(made.folder, empty, tmp_path / "ailleurs")
        assert ask(empty, "SELECT count(*) FROM pg_class WHERE relname = 'household'") == 0


def test_files_that_are_others_are_left_alone(shelf: Shelf, tmp_path: Path) -> None:
    made = shelf.create()
    other = tmp_path / "ailleurs" / "uploads" / "abc" / "menages" / "menages.csv"
    other.parent.mkdir(parents=True)
    other.write_text("autre chose")
    with database("vide") as empty:
        with pytest.raises(Refused, match="existe déjà"):
            shelf.restore(made.folder, empty, tmp_path / "ailleurs")
        assert ask(empty, "SELECT count(*) FROM pg_class WHERE relname = 'household'") == 0
    assert other.read_text() == "autre chose"


@pytest.mark.parametrize(
    ("query", "says"),
    [
        ("DELETE FROM household WHERE id = 7", "household_a : 498 lignes au lieu de 499"),
        ("UPDATE ledger_account SET balance_xof = 701 WHERE id = 2", "soldes : DISPO 701"),
        ("UPDATE foundation_auditevent SET verb = 'approve' WHERE id = 3", "tête de l’audit"),
        ("DELETE FROM foundation_auditevent WHERE id = 40", "foundation_auditevent : 39 lignes au lieu de 40"),
    ],
)
def test_a_copy_that_says_otherwise_is_refused(
    shelf: Shelf, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, query: str, says: str
) -> None:
    from jigi.foundation import backup_programs

    made, loaded = shelf.create(), backup_programs.restore

    def load_and_spoil(url: str, *args: object, **options: object) -> None:
        loaded(url, *args, **options)  # type: ignore[arg-type]
        with psycopg.connect(url) as connection:
            connection.execute(query)  # type: ignore[call-overload]

    monkeypatch.setattr(backup_programs, "restore", load_and_spoil)
    with database("vide") as empty:
        with pytest.raises(JigiError, match=says):
            shelf.restore(made.folder, empty, tmp_path / "ailleurs")
        assert ask(empty, "SELECT count(*) FROM pg_class WHERE relname = 'household'") == 0
    with pytest.raises(JigiError, match=says):
        shelf.drill(made.folder)
    assert not left_beside(shelf.url, empty)
    assert not (tmp_path / "ailleurs" / "uploads").exists()


def test_a_drill_leaves_nothing_and_touches_nothing(shelf: Shelf) -> None:
    made = shelf.create()
    before = ask(shelf.url, "SELECT sum(hashtext(name)) FROM household")
    assert shelf.drill(made.folder).manifest.rows == made.manifest.rows
    assert ask(shelf.url, "SELECT sum(hashtext(name)) FROM household") == before
    assert not left_beside(shelf.url) and not (shelf.home / backup.WORK).exists()


def test_what_a_killed_drill_left_is_cleared_by_the_next(shelf: Shelf) -> None:
    from jigi.foundation import backup_restore

    made = shelf.create()
    left = backup_restore._beside(shelf.url)
    with psycopg.connect(os.environ["DATABASE_URL"], autocommit=True) as server:
        server.execute(f"CREATE DATABASE {left}")  # type: ignore[call-overload]
    (shelf.home / backup.WORK).mkdir()
    shelf.drill(made.folder)
    assert not left_beside(shelf.url)


def test_one_at_a_time(shelf: Shelf) -> None:
    with backup.alone(shelf.home), pytest.raises(JigiError, match="en cours"):
        shelf.create()


def test_only_the_latest_are_kept(shelf: Shelf) -> None:
    made = [shelf.create().folder for _ in range(3)]
    _age(made)
    shutil.copytree(made[0], shelf.disk / "jigi-2026-01-01T00-00-00Z-coupee")
    (shelf.disk / "jigi-2026-01-01T00-00-00Z-coupee" / backup_parts.MANIFEST).unlink()
    removed = backup.prune(shelf.disk, 2)
    assert len(removed) == 2
    assert [one.complete for one in backup.found_in(shelf.disk)] == [True, True]
    with pytest.raises(JigiError, match="au moins une"):
        backup.prune(shelf.disk, 0)


def test_a_backup_of_a_newer_postgresql_is_refused(shelf: Shelf, monkeypatch: pytest.MonkeyPatch) -> None:
    made = shelf.create()
    monkeypatch.setattr(backup_parts, "Manifest", lambda **told: _newer(told))
    with pytest.raises(JigiError, match="PostgreSQL 99"):
        shelf.drill(made.folder)


def test_the_facts_asked_are_those_the_backup_has(shelf: Shelf) -> None:
    made = shelf.create()
    assert set(shelf.drill(made.folder, FACTS[:1]).manifest.facts) == {fact.title for fact in FACTS}


def _newer(told: dict[str, object]) -> object:
    from jigi.foundation.backup_restore import Manifest

    return Manifest(**{**told, "postgresql": 99})  # type: ignore[arg-type]


def _age(folders: list[Path]) -> None:
    """Backups made in the same second are of different days."""
    for day, folder in enumerate(folders, 1):
        header = folder / backup_parts.HEADER
        text = header.read_text()
        start = text.index('"made_at": "') + len('"made_at": "')
        header.write_text(f"{text[:start]}2026-02-{day:02}{text[start + 10 :]}")
