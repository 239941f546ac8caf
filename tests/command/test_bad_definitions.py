"""TOML files at the door of a command: refused in French with their line, and nothing written."""

from __future__ import annotations

import zipfile
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from jigi.targeting.formula_file import SHIPPED
from tests.command.files import as_nobody, counts
from tests.command.terminal import Jigi

pytestmark = pytest.mark.usefixtures("operator")

DOORS: dict[str, Callable[[Path], Sequence[object]]] = {
    "programmes load": lambda path: ("programmes", "load", path),
    "targeting fit": lambda path: ("targeting", "fit", "ESSAI", "--formula", path),
    "intake import": lambda path: ("intake", "import", SHIPPED, "--mapping", path),
    "schemes load": lambda path: ("schemes", "load", "--file", path),
}
BAD = {
    "empty": (b"", "vide"),
    "spaces": (b"  \n\n", "vide"),
    "not TOML": (b'name = "x"\ncode\n', "ligne 2"),
    "a key twice": (b'name = "x"\nname = "y"\n', "ligne 2"),
    "other keys": (b'couleur = "bleu"\n', "Il manque"),
    "cp1252": ('title = "été"\n'.encode("cp1252"), "UTF-8"),
    "binary": (bytes(range(256)), "UTF-8"),
    "a million lines": (b"a = 1\n" * 2_000_000, "trop grand"),
}


@pytest.mark.parametrize("door", DOORS)
def test_a_bad_definition_is_refused(jigi: Jigi, tmp_path: Path, door: str) -> None:
    path, before = tmp_path / "definition.toml", counts()
    for kind, (content, says) in BAD.items():
        path.write_bytes(content)
        answer = jigi(*DOORS[door](path))
        assert answer.code == 1 and answer.err.startswith("jigi : definition.toml"), (kind, answer)
        assert says in answer.err and counts() == before, (kind, answer)


@pytest.mark.parametrize("door", DOORS)
def test_a_folder_a_missing_file_and_an_archive(jigi: Jigi, tmp_path: Path, door: str) -> None:
    archive = tmp_path / "archive.toml"
    with zipfile.ZipFile(archive, "w") as packed:
        packed.writestr("x", b"0" * 1000)
    for path, says in ((tmp_path, "dossier"), (tmp_path / "absent.toml", "existe pas"), (archive, "UTF-8")):
        answer = jigi(*DOORS[door](path))
        assert answer.code == 1 and path.name in answer.err and says in answer.err, answer


@pytest.mark.parametrize("door", DOORS)
def test_a_definition_that_may_not_be_read(jigi: Jigi, tmp_path: Path, door: str) -> None:
    path = tmp_path / "secret.toml"
    path.touch(mode=0)
    jigi(*DOORS[door](path), "--help")
    with as_nobody():
        answer = jigi(*DOORS[door](path))
    assert answer.code == 1 and "n’est pas permise" in answer.err


@pytest.mark.parametrize("line", ["code = 5", 'code = ""'])
def test_every_mistake_of_a_definition_has_a_remedy(jigi: Jigi, tmp_path: Path, line: str) -> None:
    path = tmp_path / "definition.toml"
    path.write_text(f"[[scheme]]\n{line}\n", encoding="utf-8")
    assert "Corrigez cette ligne" in jigi("schemes", "load", "--file", path).err
