"""Clear text stands only while its work lives: what a killed one left goes, what a living one holds stays."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from django.db import connection

from jigi.foundation.clear import clear_folder

HOLDER = """
import fcntl, os, sys
held = os.open(sys.argv[1], os.O_RDONLY)
fcntl.flock(held, fcntl.LOCK_EX)
print("tenu", flush=True)
sys.stdin.read()
"""


@pytest.fixture
def home(settings: Any, tmp_path: Path) -> Path:
    settings.HOME = tmp_path / "jigi"
    return Path(settings.HOME)


def left(home: Path) -> Path:
    folder = home / f"essai-{connection.settings_dict['NAME']}-ancien"
    folder.mkdir(parents=True)
    (folder / "noms.csv").write_text("Awa")
    return folder


def test_it_is_private_and_goes_with_its_work_also_when_it_fails(home: Path) -> None:
    with pytest.raises(ValueError, match="panne"), clear_folder("essai") as place:
        (place / "noms.csv").write_text("Awa")
        assert place.stat().st_mode & 0o077 == 0 and place.parent == home
        raise ValueError("panne")
    assert list(home.iterdir()) == []


def test_two_works_at_once_each_have_theirs(home: Path) -> None:
    with clear_folder("essai") as one, clear_folder("essai") as other:
        assert one != other and one.is_dir() and other.is_dir()


def test_what_a_killed_work_left_goes_at_the_next(home: Path) -> None:
    old, foreign = left(home), home / "essai-autre_base-ancien"
    foreign.mkdir()
    with clear_folder("essai"):
        assert not old.exists() and foreign.is_dir()


def test_what_another_process_still_holds_stays(home: Path) -> None:
    old = left(home)
    words = [sys.executable, "-c", HOLDER, str(old)]
    with subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as holder:
        assert holder.stdout and holder.stdout.readline() == b"tenu\n"
        with clear_folder("essai"):
            assert (old / "noms.csv").read_text() == "Awa"
        holder.kill()
    with clear_folder("essai"):
        assert not old.exists()
