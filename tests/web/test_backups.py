"""The page of backups: for who keeps the server and who audits it, and what the worker does for it."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from django.test import Client
from django.utils import timezone
from procrastinate.contrib.django.models import ProcrastinateJob

from jigi.foundation import backup, backup_key
from jigi.foundation.backup_parts import part_name
from jigi.foundation.models import AuditEvent, Run
from jigi.web.backups import jobs
from tests.backup.shelf import CONTENT, database
from tests.factories import Areas, make_user

PAGE = "/exploitation/sauvegardes/"


@pytest.fixture
def disk(areas: Areas, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A small database to back up, a key, and a disk that is the usual place."""
    backup_key.make_key_file(tmp_path / "cle")
    with database("site", CONTENT) as url:
        monkeypatch.setenv("JIGI_BACKUP_DATABASE_URL", url)
        monkeypatch.setenv("JIGI_HOME", str(tmp_path / "jigi"))
        monkeypatch.setenv("JIGI_BACKUPS", str(tmp_path / "disque"))
        monkeypatch.setenv(backup_key.VARIABLE, str(tmp_path / "cle"))
        Run.objects.filter(kind__startswith="backup.").delete()
        yield tmp_path / "disque"


def _page(client: Client, role: str = "system_administrator") -> str:
    client.force_login(make_user(f"agent-{uuid.uuid4().hex[:6]}", role))
    return client.get(PAGE).content.decode()


@pytest.mark.usefixtures("disk")
def test_a_server_that_was_never_backed_up_says_what_to_do(client: Client) -> None:
    text = _page(client)
    assert text.count("en retard") == 2 and text.count("jamais") == 2
    assert "Que faire" in text and "Il n’y a encore aucune sauvegarde" in text


@pytest.mark.usefixtures("disk")
def test_without_a_key_nothing_can_be_asked(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(backup_key.VARIABLE)
    text = _page(client)
    assert "aucune clé n’est donnée" in text and "Essayer la dernière" not in text


@pytest.mark.usefixtures("disk")
def test_the_night_and_the_sunday(client: Client) -> None:
    jobs.nightly(timestamp=0)
    jobs.weekly_drill(timestamp=0)
    text = _page(client)
    assert text.count("à jour") == 2 and "en retard" not in text and "complète" in text
    drill = Run.objects.get(kind="backup.drill")
    assert drill.status == "done" and drill.checks.count() == 4


def test_a_drill_that_fails_is_told_and_the_old_success_stays(client: Client, disk: Path) -> None:
    jobs.nightly(timestamp=0)
    jobs.weekly_drill(timestamp=0)
    (backup.latest(disk).folder / part_name(1)).write_bytes(b"rouille" * 100)
    jobs.weekly_drill(timestamp=0)
    text = _page(client)
    assert "Échecs depuis la dernière réussite" in text and "altéré ou tronqué" in text
    assert text.count("à jour") == 2


@pytest.mark.usefixtures("disk")
def test_a_success_too_old_is_late(client: Client) -> None:
    jobs.nightly(timestamp=0)
    Run.objects.filter(kind="backup.create").update(started_at=timezone.now() - timedelta(days=3))
    assert "en retard" in _page(client)


@pytest.mark.usefixtures("disk")
def test_only_the_last_ones_are_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JIGI_BACKUP_KEEP", "2")
    for _ in range(3):
        jobs.nightly(timestamp=0)
    assert len(backup.found_in(backup.destination())) == 2


@pytest.mark.usefixtures("disk")
def test_who_keeps_the_server_asks_and_who_audits_it_reads(client: Client) -> None:
    text = _page(client, "auditor")
    assert "Dernière sauvegarde" in text and "Sauvegarder maintenant" not in text
    form = {"acte": "drill", "cle": str(uuid.uuid4())}
    assert client.post(f"{PAGE}demander/", form).status_code == 403
    assert "Cette page ne peut pas s’ouvrir" in _page(client, "treasurer")
    _page(client, "system_administrator")
    for key in (form["cle"], form["cle"], str(uuid.uuid4())):
        assert client.post(f"{PAGE}demander/", form | {"cle": key}).status_code == 302
    assert ProcrastinateJob.objects.filter(task_name="backup.asked", status="todo").count() == 1
    assert client.post(f"{PAGE}demander/", form | {"acte": "effacer"}).status_code == 404


@pytest.mark.usefixtures("disk")
def test_what_is_asked_is_done_in_the_name_of_who_asked() -> None:
    user = make_user("exploitante", "system_administrator")
    jobs.asked("create", user.pk)
    assert Run.objects.get(kind="backup.create").by_id == user.pk
    event = AuditEvent.objects.get(verb="back_up")
    assert (event.by, event.origin) == (user, "travail")
