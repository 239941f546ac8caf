"""What the keeper of the server does: accounts, proofs, a population in files, a deployment that is set up."""

from __future__ import annotations

from pathlib import Path

import pytest

from jigi.command.demo import DEFINITIONS
from jigi.foundation.models import AuditEvent, User
from jigi.foundation.tabular import open_table
from tests.command.terminal import Jigi

WORDS = ("users", "add", "awa", "--name", "Awa, coordination", "--role", "coordinator", "--area", "ML0105")


@pytest.fixture
def password(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JIGI_PASSWORD", "un long mot de passe")


@pytest.mark.usefixtures("operator", "password")
def test_an_account_is_opened_posted_and_traced(jigi: Jigi) -> None:
    assert jigi(*WORDS).out == "awa : Coordination, cercle ML0105\n"
    assert User.objects.get(username="awa").check_password("un long mot de passe")
    assert AuditEvent.objects.get(verb="open_account").by.username == "comptes-serveur"
    assert "awa" in jigi("users", "list").out


@pytest.mark.usefixtures("operator", "password")
@pytest.mark.parametrize(
    ("words", "says"),
    [
        ((*WORDS[:5], "--role", "chef"), "n’est pas un rôle"),
        ((*WORDS[:7], "--area", "ML9999"), "n’est pas un lieu"),
        ((*WORDS[:2], "exploitant", *WORDS[3:]), "existe déjà"),
    ],
)
def test_an_account_that_cannot_be(jigi: Jigi, words: tuple[str, ...], says: str) -> None:
    before = User.objects.count()
    answer = jigi(*words)
    assert answer.code == 1 and says in answer.err
    assert User.objects.count() == before


@pytest.mark.usefixtures("operator")
def test_a_weak_password_is_refused(jigi: Jigi, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JIGI_PASSWORD", "motdepasse")
    answer = jigi(*WORDS)
    assert answer.code == 1 and "trop faible" in answer.err and not User.objects.filter(username="awa").exists()


@pytest.mark.usefixtures("operator")
def test_an_empty_ledger_is_proved(jigi: Jigi) -> None:
    assert jigi("ledger", "prove", "--json").figures == {"balanced": True, "sum_xof": 0, "totals": True}


def test_the_operator_must_be_there(jigi: Jigi, db: None) -> None:
    answer = jigi("programmes", "load", DEFINITIONS / "safo.toml")
    assert answer.code == 1 and "Lancez d’abord jigi setup" in answer.err


def test_a_population_is_made_in_the_communes_of_a_programme(jigi: Jigi, tmp_path: Path) -> None:
    words = ("population", "make", "--households", "50", "--out", tmp_path, "--json")
    made = jigi(*words, "--programme", DEFINITIONS / "safo.toml").figures
    assert made["households"] == 50
    with open_table(tmp_path / "villages.csv") as villages:
        [commune] = villages.require("commune_code")
        assert len({cells[commune] for _, cells in villages}) == 1, "Safo is one commune"


def test_the_files_of_names_are_checked_without_a_database(jigi: Jigi, tmp_path: Path) -> None:
    assert jigi("registry", "names", "--json").figures["forms"] > 900
    answer = jigi("registry", "names", tmp_path)
    assert answer.code == 1 and "Le fichier ne peut pas être lu" in answer.out and "Fautes" in answer.err
