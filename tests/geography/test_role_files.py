"""The reviewed files of rights and roles: read whole, and refused when they give what nobody may hold."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from django.db import connection

from jigi.geography import roles

ROLE = """title = "Essai"
levels = ["country", "commune"]
second_factor = true
reason_to_reveal = false
rights = ["registry.see", "payments.see"]
"""


@pytest.fixture
def write(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[str], None]]:
    """Writes the one role, `essai`, of a copy of the files."""
    shutil.copytree(roles.DATA, tmp_path / "data", ignore=shutil.ignore_patterns("roles"))
    (tmp_path / "data/roles").mkdir()
    monkeypatch.setattr(roles, "DATA", tmp_path / "data")
    kept = (roles.rights, roles.roles, roles.incompatible)
    for one in kept:
        one.cache_clear()
    yield lambda text: (tmp_path / "data/roles/essai.toml").write_text(text, encoding="utf-8") and None
    for one in kept:
        one.cache_clear()


def test_a_role_is_what_its_file_says(write: Callable[[str], None]) -> None:
    write(ROLE)
    assert roles.roles() == {
        "essai": roles.Role(
            "essai", "Essai", frozenset({"registry.see", "payments.see"}), frozenset({"country", "commune"}),
            second_factor=True, reason_to_reveal=False, organisation=False,
        )
    }  # fmt: skip


def test_a_role_is_held_for_an_organisation_when_its_file_says_so(write: Callable[[str], None]) -> None:
    write(ROLE + "organisation = true\n")
    assert roles.roles()["essai"].organisation


def test_a_role_with_a_right_that_does_not_exist_is_refused(write: Callable[[str], None]) -> None:
    write(ROLE.replace("payments.see", "payments.sea"))
    with pytest.raises(ValueError, match=r"essai.toml donne des droits inconnus : \['payments.sea'\]"):
        roles.roles()


def test_a_role_with_two_incompatible_rights_is_refused(write: Callable[[str], None]) -> None:
    write(ROLE.replace("registry.see", "accounts.administer"))
    with pytest.raises(ValueError, match=r"à la fois accounts.administer et payments.see : Qui administre"):
        roles.roles()


def test_a_right_says_what_it_is_and_the_rows_it_opens() -> None:
    assert roles.rights()["payments.approve"] == roles.Right(
        "payments.approve", "approuver un tour de paiement", frozenset({"registry", "payments"})
    )


def test_rights_quarrel_by_two_never_alone() -> None:
    assert roles.quarrel(frozenset({"audit.see", "registry.see"})) is None
    pair = roles.quarrel(frozenset({"registry.see", "payments.approve", "audit.see"}))
    assert pair is not None and {pair.one, pair.other} == {"audit.see", "payments.approve"}


@pytest.mark.django_db
def test_the_database_is_told_what_the_files_say_however_often() -> None:
    for _ in range(2):
        roles.write_rights()
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM geography_roleright")
        assert cursor.fetchone() == (sum(len(role.rights) for role in roles.roles().values()),)
        cursor.execute("SELECT opens FROM geography_roleright WHERE (role, right_code) = ('treasurer', 'payments.see')")
        assert cursor.fetchone() == (["payments", "registry"],)
        cursor.execute("SELECT count(*) FROM geography_incompatible")
        assert cursor.fetchone() == (len(roles.incompatible()),)
