"""The keys of the vault: drawn once, for their owner, known to their database, and given back from paper."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from jigi.foundation import keyring
from jigi.foundation.errors import JigiError
from jigi.foundation.models import VaultKey
from jigi.foundation.recovery import ALPHABET, read_recovery, recovery_text
from jigi.foundation.runs import side_connection
from jigi.foundation.vault import Keys

KEYS = Keys(bytes(range(32)), {1: b"\x00" * 32, 2: b"\xff" * 32, 13: b"j" * 32})


@pytest.fixture
def own(db: None, settings: Any, tmp_path: Path) -> Path:
    """A database and a file without keys, the file beside the embedded database."""
    settings.HOME, settings.VAULT_KEYS = tmp_path, tmp_path / "vault.keys"
    return tmp_path / "vault.keys"


def test_the_first_use_draws_the_keys_for_their_owner_alone(own: Path) -> None:
    sealed = keyring.vault().seal("phone", "76001122")
    assert own.stat().st_mode & 0o777 == 0o600
    assert keyring.vault().unseal("phone", sealed) == "76001122"


def test_keys_that_everybody_can_read_are_refused(own: Path) -> None:
    keyring.vault()
    own.chmod(0o604)
    with pytest.raises(JigiError, match=r"Tout le monde peut lire.*chmod 600"):
        keyring.read()


def test_a_named_file_is_drawn_by_setup_only(own: Path, settings: Any) -> None:
    settings.VAULT_KEYS = own.with_name("ailleurs") / "cles"
    with pytest.raises(JigiError, match=r"ne se lisent pas.*jigi vault import-key.*jigi setup"):
        keyring.vault()
    assert keyring.prepare() == keyring.read()


def test_a_key_added_seals_at_once_and_the_others_still_open(own: Path) -> None:
    old = keyring.vault().seal("phone", "76001122")
    keyring.add_key()
    assert keyring.vault().seal("phone", "76001122")[0] == 2
    assert keyring.vault().unseal("phone", old) == "76001122"
    assert own.stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize(
    "text", ["", "index 00", "1 " + "00" * 32, "index x\n1 y", f"index {'00' * 32}\n0 {'00' * 32}"]
)
def test_a_spoiled_file_is_refused(own: Path, text: str) -> None:
    own.write_text(text)
    own.chmod(0o600)
    with pytest.raises(JigiError, match="abîmé"):
        keyring.vault()


@contextmanager
def known(prints: dict[int, str]) -> Iterator[None]:
    """A database that has recorded these fingerprints, as everybody sees it."""
    with side_connection() as beside:
        for version, said in prints.items():
            beside.execute("INSERT INTO foundation_vaultkey (version, fingerprint) VALUES (%s, %s)", (version, said))
        try:
            yield
        finally:
            beside.execute("DELETE FROM foundation_vaultkey")


def test_lost_keys_are_not_drawn_anew_over_what_they_sealed(own: Path) -> None:
    keyring.vault()
    kept = keyring.read()
    own.unlink()
    with known({0: keyring.fingerprint(kept.index), 1: keyring.fingerprint(kept.versions[1])}):
        for use in (keyring.vault, keyring.prepare):
            with pytest.raises(JigiError, match=r"ne se lisent pas.*import-key"):
                use()
        keyring.store(kept)
        assert keyring.vault().current == 1


@pytest.mark.parametrize(
    ("prints", "says"),
    [
        ({0: "0" * 16}, "ne sont pas celles de cette base"),
        ({1: "0" * 16}, "ne sont pas celles de cette base"),
        ({7: "0" * 16}, "Il manque au coffre la clé 7"),
    ],
)
def test_keys_that_are_not_the_database_s_are_refused_before_they_seal(
    own: Path, prints: dict[int, str], says: str
) -> None:
    keyring.vault()
    own.touch()
    with known(prints):
        for use in (keyring.vault, keyring.prepare, keyring.add_key):
            with pytest.raises(JigiError, match=says):
                use()


def test_the_database_knows_its_keys_once_prepared(own: Path) -> None:
    keys = keyring.prepare()
    keys = keyring.add_key()
    assert dict(VaultKey.objects.values_list("version", "fingerprint")) == {
        0: keyring.fingerprint(keys.index), 1: keyring.fingerprint(keys.versions[1]),
        2: keyring.fingerprint(keys.versions[2]),
    }  # fmt: skip


def test_keys_in_place_are_never_overwritten(own: Path) -> None:
    keyring.vault()
    before = own.read_bytes()
    with pytest.raises(JigiError, match=r"Le coffre a d’autres clés.*Rien n’est écrasé"):
        keyring.store(KEYS)
    assert own.read_bytes() == before


# On paper


def test_the_text_gives_the_keys_back_however_it_is_typed() -> None:
    text = recovery_text(KEYS)
    assert read_recovery(text) == KEYS
    lines = [line.split() for line in text.splitlines()]
    typed = [
        f" {name} {groups.lower().replace('-', ' ').replace('0', 'o').replace('1', 'l')}" for name, groups in lines
    ]
    assert read_recovery("\n".join(["Copie du 3 mars", "", *typed])) == KEYS


def test_any_letter_that_is_miscopied_is_found_with_its_line() -> None:
    lines = recovery_text(KEYS).splitlines()
    for at, line in enumerate(lines):
        name, groups = line.split()
        for place, letter in enumerate(groups):
            if letter != "-":
                other = ALPHABET[(ALPHABET.index(letter) + 1) % 32]
                spoiled = f"{name}  {groups[:place]}{other}{groups[place + 1 :]}"
                with pytest.raises(JigiError, match=f"{name}.*rien n’a été écrit"):
                    read_recovery("\n".join([*lines[:at], spoiled, *lines[at + 1 :]]))


def test_two_lines_exchanged_or_one_left_out_are_found() -> None:
    first, second, *others = recovery_text(KEYS).splitlines()
    exchanged = [first[:9] + second[9:], second[:9] + first[9:], *others]
    with pytest.raises(JigiError, match=r"index\.1 est mal recopiée"):
        read_recovery("\n".join(exchanged))
    with pytest.raises(JigiError, match=r"index\.2 manque"):
        read_recovery("\n".join([first, *others]))
    without_a_key = [line for line in (first, second, *others) if not line.startswith("13.")]
    with pytest.raises(JigiError, match="total"):
        read_recovery("\n".join(without_a_key))
    with pytest.raises(JigiError, match="n’a pas toutes les clés"):
        read_recovery("")
