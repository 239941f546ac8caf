"""`jigi vault`: the keys are told, printed, lost, given back, renewed."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from jigi.foundation.models import AuditEvent
from jigi.registry.models import Person, Phone
from tests.command.terminal import Jigi
from tests.factories import make_commune


@pytest.fixture
def phone(settings: Any, tmp_path: Path, operator: Any) -> Phone:
    """A telephone sealed under the first key of this test's own file."""
    settings.HOME, settings.VAULT_KEYS = tmp_path, tmp_path / "vault.keys"
    commune = make_commune("ML010501")
    person = Person.objects.create(commune=commune, given_names="Awa", surname="Keïta", sex="F")
    return Phone.objects.create(person=person, number="+22376001122")


def test_a_key_is_added_then_everything_is_under_it(jigi: Jigi, phone: Phone) -> None:
    assert jigi("vault", "status", "--json").figures["older"] == 0
    assert "La clé 2 chiffre désormais" in jigi("vault", "new-key").out
    said = jigi("vault", "status", "--json")
    assert (said.figures["current"], said.figures["older"]) == (2, 1) and "jigi vault rotate" in said.out
    assert jigi("vault", "rotate", "--json").figures == {"current": 2, "rows": 1}
    assert jigi("vault", "status", "--json").figures["older"] == 0
    phone.refresh_from_db()
    assert (phone.sealed[0], phone.number) == (2, "+22376001122")
    assert set(AuditEvent.objects.values_list("verb", flat=True)) >= {"new_key", "rotate"}


def test_keys_lost_are_given_back_from_what_was_printed(
    jigi: Jigi, phone: Phone, settings: Any, tmp_path: Path
) -> None:
    printed = jigi("vault", "export-key")
    assert "perdues" in printed.err and AuditEvent.objects.get(verb="export_key").by.username == "exploitant"
    (tmp_path / "papier.txt").write_text(printed.out.lower())
    settings.VAULT_KEYS.unlink()
    assert jigi("vault", "import-key", tmp_path / "papier.txt").code == 0
    assert Phone.objects.get().number == "+22376001122"


def test_printed_keys_do_not_come_in_the_json(jigi: Jigi, phone: Phone, settings: Any) -> None:
    figures = jigi("vault", "export-key", "--json").figures
    secrets = [line.split()[1] for line in settings.VAULT_KEYS.read_text().splitlines() if not line.startswith("#")]
    assert len(secrets) == 2 and not any(secret in str(figures) for secret in secrets)


def test_a_text_that_is_no_recovery_text_is_refused(jigi: Jigi, phone: Phone, tmp_path: Path) -> None:
    (tmp_path / "autre.txt").write_text("1.1 AAAA")
    for name, says in (("autre.txt", "La ligne 1.1 est mal recopiée"), ("absent.txt", "ne se lit pas")):
        answer = jigi("vault", "import-key", tmp_path / name)
        assert answer.code == 1 and says in answer.err


def test_the_doctor_looks_at_the_keys(jigi: Jigi, phone: Phone, settings: Any) -> None:
    assert "1 clé(s), la 1 chiffre" in jigi("doctor").out
    settings.VAULT_KEYS.chmod(0o666)
    answer = jigi("doctor")
    assert answer.code == 1 and "Tout le monde peut lire" in answer.out
