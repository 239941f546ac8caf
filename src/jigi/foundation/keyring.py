"""Where the keys of the vault are kept, and whether they are those of this database.

The file (JIGI_VAULT_KEYS, otherwise `vault.keys` beside the embedded database) is text: one line a key, « index »
or a version, then 64 hexadecimal digits. The database keeps a fingerprint of each, so that a vault that is not its
own is refused before it writes what nobody could open.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import psycopg
from django.conf import settings
from django.db import connection, transaction

from jigi.foundation.doctor import Finding
from jigi.foundation.errors import JigiError
from jigi.foundation.models import VaultKey
from jigi.foundation.runs import side_connection
from jigi.foundation.vault import KEY_BYTES, LAST_VERSION, Keys, Vault

INDEX = 0
"""The place of the index key among versions, in the database."""
_TITLE = (
    "# Clés du coffre de Jigi. Les perdre, c’est perdre les téléphones, documents et comptes du registre ;\n"
    "# les montrer, c’est les donner. À garder hors de la base et de ses sauvegardes (jigi vault export-key).\n"
)


@dataclass(frozen=True)
class _Held:
    """The vault of this process, as of a state of the file, for a database."""

    stamp: tuple[int, ...]
    database: str
    vault: Vault


_held: _Held | None = None


def vault() -> Vault:
    """The vault of this site. A key added to the file is seen at the next call, in every process.

    The first use of all draws the keys, beside the embedded database only. Raises JigiError when the keys are
    missing, unreadable, or not those of this database.
    """
    global _held
    database = str(connection.settings_dict["NAME"])
    stamp = _stamp(path())
    if _held is None or stamp is None or (_held.stamp, _held.database) != (stamp, database):
        keys = read() if stamp else _first_keys()
        _refuse_foreign(keys)
        _held = _Held(_stamp(path()) or (), database, Vault(keys))
    return _held.vault


def path() -> Path:
    """The file of the keys."""
    return Path(settings.VAULT_KEYS)


def read() -> Keys:
    """The keys of the file. Raises JigiError when it is missing, open to everybody, or not such a file."""
    try:
        text = path().read_text(encoding="utf-8")
        mode = path().stat().st_mode
    except (OSError, UnicodeDecodeError) as error:
        raise JigiError(
            f"Les clés du coffre ne se lisent pas : {path()}",
            why=getattr(error, "strerror", None) or "Ce n’est pas un fichier de clés",
            remedy="Rendez-les depuis le texte de secours : jigi vault import-key. Pour une base neuve : jigi setup.",
        ) from error
    if mode & 0o007:
        raise JigiError(
            f"Tout le monde peut lire les clés du coffre : {path()}", remedy=f"Fermez-les : chmod 600 {path()}"
        )
    return _parsed(text)


def finding() -> Finding:
    """What `jigi doctor` says of the keys; they are not drawn by being looked at."""
    name = "Clés du coffre"
    try:
        if not path().exists() and not _recorded():
            return Finding("attention", name, f"pas encore tirées : {path()}", "Lancez « jigi setup ».")
        keys = read()
        _refuse_foreign(keys)
    except JigiError as error:
        return Finding("erreur", name, error.what, " ".join(filter(None, (error.why, error.remedy))))
    value = f"{path()}, {len(keys.versions)} clé(s), la {keys.current} chiffre"
    if os.environ.get("DATABASE_URL") and path() == Path(settings.HOME) / "vault.keys":
        return Finding(
            "attention", name, value, "Donnez par JIGI_VAULT_KEYS un fichier hors des sauvegardes de la base."
        )
    return Finding("bon", name, value)


def prepare() -> Keys:
    """The keys of this database, drawn if it has none yet, and known to it from now on."""
    with _alone():
        keys = read() if path().exists() else _first_keys(anywhere=True)
    _refuse_foreign(keys)
    record(keys)
    return keys


def add_key() -> Keys:
    """Add a sealing key, which seals from now on; what older keys sealed waits for a rotation."""
    with _alone():
        keys = read()
        _refuse_foreign(keys)
        if keys.current == LAST_VERSION:
            raise JigiError("Le coffre a ses 255 clés", remedy="Rendez-lui un fichier sans les clés retirées.")
        added = Keys(keys.index, {**keys.versions, keys.current + 1: secrets.token_bytes(KEY_BYTES)})
        _write(added)
        record(added)
    return added


def store(keys: Keys) -> None:
    """Write keys that were given back. Raises JigiError when others are there, or when the database has others."""
    _refuse_foreign(keys)
    with _alone():
        if path().exists():
            here = read()
            if here.index != keys.index or any(keys.versions.get(v, key) != key for v, key in here.versions.items()):
                raise JigiError(
                    f"Le coffre a d’autres clés : {path()}",
                    remedy="Rien n’est écrasé : mettez ce fichier de côté, puis recommencez.",
                )
            keys = Keys(keys.index, {**here.versions, **keys.versions})
        _write(keys)


def record(keys: Keys) -> None:
    """Let the database know its keys."""
    with transaction.atomic():
        for version, key in _all(keys).items():
            VaultKey.objects.get_or_create(version=version, defaults={"fingerprint": fingerprint(key)})


def fingerprint(key: bytes) -> str:
    """Sixteen hexadecimal digits that recognise a key and say nothing of it."""
    return hashlib.sha256(b"jigi/fingerprint/" + key).hexdigest()[:16]


def _refuse_foreign(keys: Keys) -> None:
    """Refuse keys that are not those of the database. One that has recorded none accepts any."""
    known, here = _recorded(), _all(keys)
    if known and max(known) not in here:
        raise JigiError(
            f"Il manque au coffre la clé {max(known)} : {path()}",
            remedy="Rendez-la depuis le texte de secours (jigi vault import-key), ou copiez le fichier à jour.",
        )
    if any(known.get(version, fingerprint(key)) != fingerprint(key) for version, key in here.items()):
        raise JigiError(
            "Les clés du coffre ne sont pas celles de cette base",
            why=f"Ce qui serait chiffré par {path()} ne s’ouvrirait plus",
            remedy="Rendez au coffre les clés de cette base : jigi vault import-key.",
        )


def _recorded() -> dict[int, str]:
    """The fingerprints that the database keeps, read beside the open transaction: it may not be the owner's."""
    with connection.wrap_database_errors, side_connection() as beside, suppress(psycopg.errors.UndefinedTable):
        return dict(beside.execute("SELECT version, fingerprint FROM foundation_vaultkey").fetchall())
    return {}


def _first_keys(*, anywhere: bool = False) -> Keys:
    """Draw the keys of a database that has none; only `prepare` does so in a file that was named."""
    if _recorded() or not (anywhere or path() == Path(settings.HOME) / "vault.keys"):
        return read()  # which says what is missing
    drawn = Keys(secrets.token_bytes(KEY_BYTES), {1: secrets.token_bytes(KEY_BYTES)})
    path().parent.mkdir(parents=True, exist_ok=True)
    with suppress(FileExistsError):
        _write(drawn, first=True)
    return read()  # another process may have been first


def _write(keys: Keys, *, first: bool = False) -> None:
    """Write the file whole or not at all, for its owner only. `first`: FileExistsError when there is one."""
    lines = [f"index {keys.index.hex()}"] + [f"{version} {key.hex()}" for version, key in keys.versions.items()]
    made = path().with_name(f".{path().name}.{os.getpid()}.{secrets.token_hex(4)}")
    try:
        with open(os.open(made, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
            file.write(_TITLE + "\n".join(lines) + "\n")
            file.flush()
            os.fsync(file.fileno())
        if first:
            os.link(made, path())
        else:
            os.replace(made, path())
    finally:
        made.unlink(missing_ok=True)


def _parsed(text: str) -> Keys:
    found: dict[str, bytes] = {}
    try:
        for line in text.splitlines():
            if line.strip() and not line.startswith("#"):
                name, digits = line.split()
                found[name] = bytes.fromhex(digits)
        index = found.pop("index")
        versions = {int(name): key for name, key in sorted(found.items(), key=lambda one: int(one[0]))}
        if any(len(key) != KEY_BYTES for key in (index, *versions.values())):
            raise ValueError
        if not versions or not all(1 <= version <= LAST_VERSION for version in versions):
            raise ValueError
    except (ValueError, KeyError):
        raise JigiError(
            f"Le fichier des clés du coffre est abîmé : {path()}",
            remedy="Rendez-les depuis le texte de secours : jigi vault import-key.",
        ) from None
    return Keys(index, versions)


def _all(keys: Keys) -> dict[int, bytes]:
    return {INDEX: keys.index, **keys.versions}


def _stamp(file: Path) -> tuple[int, ...] | None:
    try:
        seen = file.stat()
    except OSError:
        return None
    return (seen.st_ino, seen.st_mtime_ns, seen.st_size)


@contextmanager
def _alone() -> Iterator[None]:
    """One process at a time changes the keys."""
    path().parent.mkdir(parents=True, exist_ok=True)
    lock = os.open(path().with_name(f".{path().name}.verrou"), os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
    finally:
        os.close(lock)
