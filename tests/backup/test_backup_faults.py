"""Whatever is done to a backup on its disk is seen before anything is restored."""

from __future__ import annotations

import json
import os
import random
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from jigi.foundation import backup_key, backup_parts, backup_restore
from jigi.foundation.backup_parts import HEADER, MANIFEST, part_name
from jigi.foundation.errors import JigiError
from tests.backup.shelf import Quiet, Shelf, ask, database, left_beside
from tests.payments.scene import random_seed


def flip(path: Path, draw: random.Random) -> None:
    content = bytearray(path.read_bytes())
    content[draw.randrange(len(content))] ^= 1 << draw.randrange(8)
    path.write_bytes(content)


def cut_short(path: Path, draw: random.Random) -> None:
    path.write_bytes(path.read_bytes()[: draw.randrange(path.stat().st_size)])


def remove(path: Path, draw: random.Random) -> None:
    path.unlink()


def replace_by_neighbour(path: Path, draw: random.Random) -> None:
    others = [other for other in path.parent.iterdir() if other.read_bytes() != path.read_bytes()]
    shutil.copy(draw.choice(sorted(others)), path)


TAMPERINGS: dict[str, Callable[[Path, random.Random], None]] = {
    "flip": flip,
    "cut": cut_short,
    "remove": remove,
    "swap": replace_by_neighbour,
}


@pytest.mark.parametrize("way", TAMPERINGS)
def test_every_tampering_is_seen(shelf: Shelf, way: str) -> None:
    made = shelf.create()
    spare, draw = shelf.root / "original", random.Random(f"{random_seed()}:{way}")
    shutil.copytree(made.folder, spare)
    names = [MANIFEST, *(part_name(n) for n in range(1, made.header.parts + 1))]
    for _ in range(40):
        name = draw.choice(names)
        TAMPERINGS[way](made.folder / name, draw)
        assert not same(made.folder / name, spare / name)
        with pytest.raises(JigiError, match=r"altéré|tronqué|manque|incomplète"):
            shelf.verify(made.folder)
        shutil.copy(spare / name, made.folder / name)
    shelf.verify(made.folder)


def same(one: Path, other: Path) -> bool:
    return one.exists() and one.read_bytes() == other.read_bytes()


def test_a_tampered_header_opens_nothing(shelf: Shelf) -> None:
    made = shelf.create()
    told = json.loads((made.folder / HEADER).read_text())
    for change in ({"made_at": "2031-01-01T00:00:00+00:00"}, {"parts": 1}, {"number": "00" * 16}, {"size": 9}):
        (made.folder / HEADER).write_text(json.dumps(told | change))
        with pytest.raises(JigiError, match=r"altéré|n’ouvre pas"):
            shelf.verify(made.folder)


def test_parts_of_another_backup_are_seen(shelf: Shelf) -> None:
    one, other = shelf.create(), shelf.create(target=shelf.root / "second disque")
    shutil.copy(other.folder / part_name(1), one.folder / part_name(1))
    with pytest.raises(JigiError, match="altéré"):
        shelf.verify(one.folder)
    shutil.copy(other.folder / MANIFEST, one.folder / MANIFEST)
    with pytest.raises(JigiError, match="altéré"):
        shelf.verify(one.folder)


def test_another_key_opens_nothing(shelf: Shelf, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made = shelf.create()
    backup_key.make_key_file(tmp_path / "autre")
    monkeypatch.setenv(backup_key.VARIABLE, str(tmp_path / "autre"))
    for act in (backup_restore.verify,):
        with pytest.raises(JigiError, match="n’ouvre pas"):
            act(made.folder, backup_key.read_secret(), Quiet())


def test_a_phrase_is_a_key_and_the_kinds_are_told_apart(
    shelf: Shelf, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "cle").write_text("le mil pousse après la troisième pluie\n")
    made = shelf.create()
    shelf.verify(made.folder)
    (tmp_path / "autre").write_text("le mil pousse après la deuxième pluie\n")
    monkeypatch.setenv(backup_key.VARIABLE, str(tmp_path / "autre"))
    with pytest.raises(JigiError, match="n’ouvre pas"):
        backup_restore.verify(made.folder, backup_key.read_secret(), Quiet())
    (tmp_path / "autre").unlink()
    backup_key.make_key_file(tmp_path / "autre")
    with pytest.raises(JigiError, match="faite avec une phrase"):
        backup_restore.verify(made.folder, backup_key.read_secret(), Quiet())


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"trop court", "trop courte"),
        (b"jigi-cle-de-sauvegarde-1:AAAA", "abîmée"),
        (b"jigi-cle-de-sauvegarde-1:\xc3\xa9", "abîmée"),
        (b"\xff\xfe\x00", "ce n’est pas du texte"),
        (None, "ne se lit pas"),
    ],
)
def test_a_bad_key_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, content: bytes | None, says: str) -> None:
    path = tmp_path / "cle"
    if content is not None:
        path.write_bytes(content)
    monkeypatch.setenv(backup_key.VARIABLE, str(path))
    with pytest.raises(JigiError, match=says):
        backup_key.read_secret()


def test_no_key_at_all(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(backup_key.VARIABLE, raising=False)
    with pytest.raises(JigiError, match="jigi backup key"):
        backup_key.read_secret()


def test_a_key_is_never_replaced(tmp_path: Path) -> None:
    path = tmp_path / "cle"
    backup_key.make_key_file(path)
    first = path.read_text()
    assert path.stat().st_mode & 0o777 == 0o600
    with pytest.raises(JigiError, match="existe déjà"):
        backup_key.make_key_file(path)
    assert path.read_text() == first


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"format": 1}', "\x00"])
def test_a_foreign_folder(tmp_path: Path, shelf: Shelf, text: str) -> None:
    (tmp_path / "photos").mkdir()
    with pytest.raises(JigiError, match="n’est pas une sauvegarde"):
        shelf.verify(tmp_path / "photos")
    (tmp_path / "photos" / HEADER).write_text(text)
    with pytest.raises(JigiError, match="n’est pas une sauvegarde"):
        shelf.verify(tmp_path / "photos")


def test_a_format_to_come_is_named(shelf: Shelf) -> None:
    made = shelf.create()
    told = json.loads((made.folder / HEADER).read_text()) | {"format": 2}
    (made.folder / HEADER).write_text(json.dumps(told))
    with pytest.raises(JigiError, match="format 2"):
        shelf.verify(made.folder)


@pytest.mark.skipif(os.geteuid() == 0, reason="root lit et écrit partout")
def test_a_folder_one_may_not_read(shelf: Shelf) -> None:
    made = shelf.create()
    made.folder.chmod(0)
    try:
        with pytest.raises(JigiError, match="pas le droit"):
            shelf.verify(made.folder)
    finally:
        made.folder.chmod(0o700)


@pytest.mark.parametrize("name", ["/etc/passwd", "../dehors", "base/../../dehors", ""])
def test_a_path_never_leaves_its_place(name: str) -> None:
    with pytest.raises(JigiError, match="chemin interdit"):
        backup_parts.safe(name)


def test_an_altered_backup_restores_nothing(shelf: Shelf, tmp_path: Path) -> None:
    made = shelf.create()
    flip(made.folder / part_name(made.header.parts), random.Random(1))
    with database("vide") as empty:
        with pytest.raises(JigiError, match="altéré"):
            shelf.restore(made.folder, empty, tmp_path / "ailleurs")
        assert ask(empty, "SELECT count(*) FROM pg_class WHERE relname = 'household'") == 0
    assert not left_beside(shelf.url, empty)
    assert not any((tmp_path / "ailleurs").glob("*/**"))


def test_no_pg_dump_of_the_right_version(monkeypatch: pytest.MonkeyPatch) -> None:
    from jigi.foundation import backup_programs

    with pytest.raises(JigiError, match="apt install postgresql-client-99"):
        backup_programs.folder_for(99)
