"""`jigi doctor`: says what is missing, and keeps the password to itself."""

from __future__ import annotations

import os
import shutil
from collections import namedtuple
from pathlib import Path

import pytest

from jigi.foundation import doctor
from jigi.foundation.doctor import Finding, examine, healthy

Disk = namedtuple("Disk", "total used free")


def findings(home: Path, pending: list[str] | None = None) -> dict[str, Finding]:
    return {finding.name: finding for finding in examine(home, lambda: pending or [])}


def test_a_sound_machine_is_healthy(home: Path) -> None:
    found = findings(home)
    assert healthy([*found.values()])
    assert found["Extensions"].value == "pg_trgm, unaccent, btree_gist, fuzzystrmatch"
    assert found["Schéma de la base"].value == "à jour"


def test_migrations_to_apply_are_counted(home: Path) -> None:
    found = findings(home, ["registry.0002"])["Schéma de la base"]
    assert (found.level, found.value) == ("attention", "1 migration(s) à appliquer, dont registry.0002")


def test_a_database_that_does_not_answer_is_an_error(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://rsu:secret@/rsu?host=/nulle-part&password=secret")
    found = findings(home)["Base de données"]
    assert found.level == "erreur" and "ne répond pas" in found.value
    assert "secret" not in found.value
    assert not healthy([found])


def test_a_database_of_another_kind_is_an_error(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "mysql://rsu@db/rsu")
    assert "PostgreSQL" in findings(home)["Base de données"].remedy


def test_the_embedded_database_is_named(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("DATABASE_URL")
    monkeypatch.setenv("JIGI_HOME", str(home))
    assert findings(home)["Base de données"].value == f"PostgreSQL embarqué, données dans {home / 'postgres'}"


def test_a_full_disk_is_said(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda _: Disk(0, 0, doctor.GIGABYTE // 2))
    found = findings(home)["Place sur le disque"]
    assert (found.level, found.value) == ("attention", f"0,5 Go libres dans {home.parent}")


@pytest.mark.skipif(not os.path.exists("/proc"), reason="la mémoire est lue dans /proc")
def test_the_memory_is_said_in_french_units(home: Path) -> None:
    assert " Go, dont " in findings(home)["Mémoire"].value
