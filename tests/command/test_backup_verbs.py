"""`jigi backup`: from a keyboard, and the whole way round from one machine to another."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from jigi.foundation import backup_key, backup_parts, server
from jigi.foundation.models import Run
from tests.backup.shelf import CONTENT, database
from tests.command.terminal import Jigi


@pytest.fixture
def disk(operator: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    backup_key.make_key_file(tmp_path / "cle")
    with database("site", CONTENT) as url:
        monkeypatch.setenv("JIGI_BACKUP_DATABASE_URL", url)
        monkeypatch.setenv("JIGI_HOME", str(tmp_path / "jigi"))
        monkeypatch.setenv(backup_key.VARIABLE, str(tmp_path / "cle"))
        yield tmp_path / "disque"


def test_made_checked_tried_listed_and_removed(jigi: Jigi, disk: Path) -> None:
    made = jigi("backup", "create", disk, "--json").figures
    assert made["rows"] == 1_044 and made["taken_up"] == 0
    assert "Sauvegarde entière et intacte" in jigi("backup", "verify", made["folder"]).out
    assert "dit la même chose" in jigi("backup", "drill", made["folder"]).out
    assert Run.objects.filter(kind="backup.drill", status="done").exists()
    assert jigi("backup", "list", disk, "--json").figures == {"complete": 1, "incomplete": 0}
    jigi("backup", "create", disk)
    assert jigi("backup", "prune", disk, "--keep", "1", "--json").figures == {"removed": 1}


def test_what_is_wrong_is_said(jigi: Jigi, disk: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = Path(jigi("backup", "create", disk, "--json").figures["folder"])
    (folder / backup_parts.part_name(1)).unlink()
    assert "Il manque 000001.morceau" in jigi("backup", "verify", folder).err
    assert "n’est pas une sauvegarde" in jigi("backup", "verify", disk).err
    assert "n’est pas vide" in jigi("backup", "restore", folder).err
    assert "au moins une" in jigi("backup", "prune", disk, "--keep", "0").err
    monkeypatch.setenv("JIGI_BACKUP_DATABASE_URL", "postgresql:///x?host=/nulle-part")
    assert "La base n’a pas répondu" in jigi("backup", "create", disk).err
    monkeypatch.delenv(backup_key.VARIABLE)
    assert "jigi backup key" in jigi("backup", "create", disk).err


def test_a_key_is_made_once(jigi: Jigi, tmp_path: Path) -> None:
    assert "en deux endroits" in jigi("backup", "key", tmp_path / "cle").out
    assert "existe déjà" in jigi("backup", "key", tmp_path / "cle").err


@pytest.fixture
def machines() -> Iterator[Path]:
    folder = Path(tempfile.mkdtemp(prefix="jigi-essai-"))
    folder.chmod(0o711)  # under root, the account that runs PostgreSQL walks through it
    yield folder
    for home in folder.glob("*/"):
        server.stop(home, immediate=True)
    shutil.rmtree(folder)


@pytest.mark.size
def test_from_one_machine_to_another(machines: Path) -> None:
    def on(machine: str, *words: str) -> dict[str, Any]:
        environment = {name: value for name, value in os.environ.items() if name != "DATABASE_URL"}
        environment |= {"JIGI_HOME": str(machines / machine), "JIGI_BACKUP_KEY": str(machines / "cle")}
        command = [sys.executable, "-m", "jigi", *words, "--json"]
        done = subprocess.run(command, capture_output=True, text=True, check=False, env=environment)
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout.splitlines()[-1])  # type: ignore[no-any-return]

    on("ancienne", "backup", "key", str(machines / "cle"))
    played = on("ancienne", "demo", "--households", "700")
    made = on("ancienne", "backup", "create", str(machines / "disque"))
    restored = on("nouvelle", "backup", "restore", made["folder"])
    assert restored["rows"] == made["rows"] > 30_000
    assert on("nouvelle", "ledger", "prove") == {"balanced": True, "sum_xof": 0, "totals": True}
    assert len(on("nouvelle", "payments", "list")) == len(on("ancienne", "payments", "list")) and played
    # The keys of the vault travel apart from what they seal.
    shutil.copy(machines / "ancienne" / "vault.keys", machines / "nouvelle" / "vault.keys")
    on("nouvelle", "setup")
