"""The form of a backup on a disk: a header in clear, sealed parts, and a sealed manifest written last.

    jigi-2026-01-31T02-00-05Z-1a2b3c4d/
        LISEZMOI.txt        what this is, for whoever finds the disk
        entete.json         number, date, how the key is derived; nothing of the database
        000001.morceau ...  files one after the other, cut every 16 MiB: nonce (12) + AES-256-GCM (16 of tag)
        inventaire          the manifest as JSON, sealed in the same way: a backup without it is incomplete

A part is bound to its backup, its place and the number of parts, the manifest to the header: nothing can be
altered, moved, removed, cut or brought from elsewhere without being seen. Parts are small enough for any disk
(FAT32 included), and each is in place only once it is whole and on the disk.
"""

from __future__ import annotations

import hashlib
import json
import os
import secrets
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from pathlib import Path, PurePosixPath
from typing import IO, Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from jigi.foundation.backup_key import Keys, Secret, wrong_key
from jigi.foundation.errors import JigiError

FORMAT = 1
PART_BYTES = 16 * 1024 * 1024
NONCE_BYTES, TAG_BYTES = 12, 16
HEADER, MANIFEST, README = "entete.json", "inventaire", "LISEZMOI.txt"

Progress = Callable[[int, int], None]


@dataclass(frozen=True)
class Header:
    """What stands in clear beside a backup. `number`: 16 random bytes; `made_at`: ISO 8601, UTC."""

    number: str
    made_at: str
    key: dict[str, Any]
    check: str
    """First 16 bytes of the check of the key, in hexadecimal."""
    parts: int
    size: int
    format: int = FORMAT

    @property
    def folder_name(self) -> str:
        return f"jigi-{self.made_at[:19].replace(':', '-')}Z-{self.number[:8]}"

    def text(self) -> bytes:
        return json.dumps(asdict(self), indent=1).encode()


@dataclass(frozen=True)
class FileEntry:
    """A file of the backup: `path` with /, bytes, SHA-256 of the content."""

    path: str
    size: int
    sha256: str


@dataclass(frozen=True)
class Manifest:
    """What a backup holds, and what the database said in the same snapshot."""

    jigi: str
    database: str
    postgresql: int
    schema: list[str]
    files: list[FileEntry]
    parts: list[str]
    """SHA-256 of each part, before it was sealed."""
    counts: dict[str, int]
    facts: dict[str, list[list[Any]]]
    roles: list[str] = field(default_factory=list)
    left_out: list[str] = field(default_factory=list)

    @property
    def rows(self) -> int:
        return sum(self.counts.values())


def cut(files: Sequence[tuple[str, Path]]) -> tuple[list[FileEntry], list[str], int]:
    """Read files once: their entries, the SHA-256 of the parts they will be cut in, the bytes in all."""
    entries, parts = [], []
    part, filled, total = hashlib.sha256(), 0, 0
    for name, path in files:
        own, size = hashlib.sha256(), 0
        with path.open("rb") as stream:
            while piece := stream.read(min(1 << 20, PART_BYTES - filled)):
                own.update(piece)
                part.update(piece)
                size, filled = size + len(piece), filled + len(piece)
                if filled == PART_BYTES:
                    parts.append(part.hexdigest())
                    part, filled = hashlib.sha256(), 0
        entries.append(FileEntry(name, size, own.hexdigest()))
        total += size
    if filled or not parts:
        parts.append(part.hexdigest())
    return entries, parts, total


def write(folder: Path, header: Header, manifest: Manifest, keys: Keys, root: Path, progress: Progress) -> int:
    """Write what is missing of a backup; returns the parts that were already there, and good.

    `root` holds the files of the manifest. The manifest is written last: until then the backup is
    incomplete for everybody. OSError when the disk is full, absent or refuses.
    """
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    (folder / README).write_text(_readme(header), encoding="utf-8")
    place(folder / HEADER, header.text())
    kept = 0
    seal = AESGCM(keys.parts)
    for number, content in enumerate(_pieces(manifest.files, root), 1):
        digest = hashlib.sha256(content).hexdigest()
        if digest != manifest.parts[number - 1]:
            raise JigiError("Les fichiers à copier ont changé pendant la copie", remedy="Refaites la sauvegarde")
        path, bound = folder / part_name(number), _bound(header, number)
        if _is_there(path, seal, bound, content):
            kept += 1
        else:
            nonce = secrets.token_bytes(NONCE_BYTES)
            place(path, nonce + seal.encrypt(nonce, content, bound))
        progress(number, header.parts)
    nonce = secrets.token_bytes(NONCE_BYTES)
    text = json.dumps(asdict(manifest), ensure_ascii=False).encode()
    place(folder / MANIFEST, nonce + AESGCM(keys.manifest).encrypt(nonce, text, _bound_manifest(header)))
    _settle(folder.parent)
    return kept


def read_header(folder: Path) -> Header:
    """The header of a backup. Raises JigiError when the folder is not one, or of another version."""
    try:
        found = json.loads((folder / HEADER).read_bytes())
        header = Header(**found)
        if header.format == FORMAT and bytes.fromhex(header.number) and 0 < header.parts < 10**9:
            return header
    except FileNotFoundError:
        raise _foreign(folder, f"il n’y a pas de fichier {HEADER}") from None
    except (ValueError, TypeError, KeyError):
        raise _foreign(folder, f"son fichier {HEADER} est abîmé") from None
    raise _foreign(folder, f"elle est du format {header.format}, ce Jigi lit le format {FORMAT}")


def is_complete(folder: Path) -> bool:
    """Whether the manifest, written last, is there."""
    return (folder / MANIFEST).is_file()


def open_manifest(folder: Path, header: Header, secret: Secret) -> tuple[Manifest, Keys]:
    """The manifest of a complete backup. Raises JigiError: incomplete, wrong key, altered."""
    keys = secret.keys(header.key, header.number)
    if keys.check.hex()[:32] != header.check:
        raise wrong_key()
    if not is_complete(folder):
        raise JigiError(
            f"La sauvegarde {folder.name} est incomplète",
            why="la copie a été interrompue avant la fin",
            remedy="Relancez « jigi backup create » vers le même disque : la copie reprend où elle en était",
        )
    found = json.loads(_opened(folder / MANIFEST, AESGCM(keys.manifest), _bound_manifest(header)))
    files = [FileEntry(**entry) for entry in found.pop("files")]
    return Manifest(files=files, **found), keys


def read(folder: Path, header: Header, manifest: Manifest, keys: Keys, into: Path | None, progress: Progress) -> None:
    """Open and check every part and every file; write the files under `into` when it is given.

    Raises JigiError at the first thing that is missing, cut, altered or foreign.
    """
    if len(manifest.parts) != header.parts:
        raise _altered(folder / MANIFEST)
    target = _Target(manifest.files, into)
    opening = AESGCM(keys.parts)
    for number, digest in enumerate(manifest.parts, 1):
        path = folder / part_name(number)
        content = _opened(path, opening, _bound(header, number))
        if hashlib.sha256(content).hexdigest() != digest:
            raise _altered(path)
        target.take(content)
        progress(number, header.parts)
    target.finish()


def part_name(number: int) -> str:
    return f"{number:06}.morceau"


def place(path: Path, content: bytes) -> None:
    """Write a file that is either whole and on the disk, or not there."""
    draft = path.with_name(path.name + ".partiel")
    with draft.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)
    _settle(path.parent)


class _Target:
    """The files of a backup, filled one after the other from its parts."""

    def __init__(self, files: Sequence[FileEntry], into: Path | None) -> None:
        self.files, self.into = iter(files), into
        self.entry: FileEntry | None = None
        self.stream: IO[bytes] | None = None
        self._next()

    def take(self, content: bytes) -> None:
        view = memoryview(content)
        while view:
            if self.entry is None:
                raise JigiError("La sauvegarde contient plus que ses fichiers", remedy=_ANOTHER)
            piece = view[: self.missing]
            self.digest.update(piece)
            if self.stream:
                self.stream.write(piece)
            self.missing -= len(piece)
            view = view[len(piece) :]
            self._next_if_full()

    def finish(self) -> None:
        if self.entry is not None:
            raise JigiError(f"Il manque la fin de {self.entry.path} dans la sauvegarde", remedy=_ANOTHER)

    def _next_if_full(self) -> None:
        while self.entry is not None and self.missing == 0:
            if self.stream:
                self.stream.close()
            if self.digest.hexdigest() != self.entry.sha256:
                raise JigiError(f"Le fichier {self.entry.path} de la sauvegarde est altéré", remedy=_ANOTHER)
            self._open_next()

    def _next(self) -> None:
        self._open_next()
        self._next_if_full()

    def _open_next(self) -> None:
        self.entry, self.stream = next(self.files, None), None
        if self.entry is None:
            return
        self.missing, self.digest = self.entry.size, hashlib.sha256()
        if self.into is not None:
            path = self.into / safe(self.entry.path)
            path.parent.mkdir(parents=True, exist_ok=True)
            self.stream = path.open("xb")


def safe(name: str) -> PurePosixPath:
    """A path that stays under where it is put."""
    path = PurePosixPath(name)
    if path.is_absolute() or ".." in path.parts or not path.parts:
        raise JigiError(f"La sauvegarde contient un chemin interdit : {name}", remedy=_ANOTHER)
    return path


def _pieces(files: Sequence[FileEntry], root: Path) -> Iterator[bytes]:
    """The content of files, one after the other, cut every PART_BYTES; an empty piece when there is nothing."""
    filled = bytearray()
    some = False
    for entry in files:
        with (root / safe(entry.path)).open("rb") as stream:
            while piece := stream.read(PART_BYTES - len(filled)):
                filled += piece
                if len(filled) == PART_BYTES:
                    yield bytes(filled)
                    filled.clear()
                    some = True
    if filled or not some:
        yield bytes(filled)


def _is_there(path: Path, seal: AESGCM, bound: bytes, content: bytes) -> bool:
    try:
        found = path.read_bytes()
        return seal.decrypt(found[:NONCE_BYTES], found[NONCE_BYTES:], bound) == content
    except (OSError, InvalidTag, ValueError):
        return False


def _opened(path: Path, opening: AESGCM, bound: bytes) -> bytes:
    try:
        found = path.read_bytes()
    except FileNotFoundError:
        raise JigiError(f"Il manque {path.name} dans la sauvegarde {path.parent.name}", remedy=_ANOTHER) from None
    if len(found) < NONCE_BYTES + TAG_BYTES:
        raise JigiError(f"{path.name} est tronqué dans la sauvegarde {path.parent.name}", remedy=_ANOTHER)
    try:
        return opening.decrypt(found[:NONCE_BYTES], found[NONCE_BYTES:], bound)
    except InvalidTag:
        raise _altered(path) from None


def _bound(header: Header, number: int) -> bytes:
    return f"{header.number}|{number}|{header.parts}".encode()


def _bound_manifest(header: Header) -> bytes:
    return b"inventaire|" + hashlib.sha256(header.text()).digest()


def _settle(folder: Path) -> None:
    """Ask that the names of a folder be on the disk; some file systems of USB disks don't know how."""
    with suppress(OSError):
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


_ANOTHER = "Prenez une autre sauvegarde ; celle-ci n’est plus sûre"


def _altered(path: Path) -> JigiError:
    return JigiError(
        f"{path.name} est altéré ou tronqué dans la sauvegarde {path.parent.name}",
        why="son contenu n’est plus celui qui a été scellé",
        remedy=_ANOTHER,
    )


def _foreign(folder: Path, why: str) -> JigiError:
    return JigiError(f"{folder} n’est pas une sauvegarde que ce Jigi puisse lire", why=why)


def _readme(header: Header) -> str:
    return (
        f"Sauvegarde de Jigi du {header.made_at}, chiffrée (AES-256-GCM).\n\n"
        "Elle contient des données personnelles de ménages. Si vous la trouvez, rendez-la au programme.\n"
        "Sans la clé, gardée ailleurs, elle ne se lit pas.\n\n"
        "La vérifier :   JIGI_BACKUP_KEY=fichier jigi backup verify CE_DOSSIER\n"
        "La restaurer :  JIGI_BACKUP_KEY=fichier jigi backup restore CE_DOSSIER   (dans une base vide)\n"
    )
