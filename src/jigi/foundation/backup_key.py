"""The key of backups: a file of 32 random bytes, or a phrase, named by JIGI_BACKUP_KEY.

Every backup is sealed with keys of its own, derived (HKDF-SHA256) from that key and from the random number of
the backup. The key is symmetric on purpose: whoever can only write on the disk can't make a backup that is
taken for ours, which a public key would allow. Lost, the backups are lost: it is kept in two places, neither
of them beside the backups.
"""

from __future__ import annotations

import base64
import binascii
import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

from jigi.foundation.backup_disk import reason
from jigi.foundation.errors import JigiError

VARIABLE = "JIGI_BACKUP_KEY"
PREFIX = "jigi-cle-de-sauvegarde-1:"
KEY_BYTES = 32
SHORTEST_PHRASE = 20
SCRYPT_COST = 1 << 17
"""128 MiB and about half a second a try, the cost that OWASP's password storage advice gives for scrypt."""


@dataclass(frozen=True)
class Secret:
    """What the key file holds: 32 bytes, or the bytes of a phrase."""

    content: bytes
    is_phrase: bool

    def described(self) -> dict[str, Any]:
        """How to come from this secret to the master key of one backup; in clear beside it."""
        if not self.is_phrase:
            return {"kind": "file"}
        return {"kind": "phrase", "salt": secrets.token_hex(16), "n": SCRYPT_COST, "r": 8, "p": 1}

    def keys(self, described: Mapping[str, Any], number: str) -> Keys:
        """The keys of the backup of that number (hexadecimal). Raises JigiError when the key is of another kind."""
        wanted = "phrase" if self.is_phrase else "file"
        if described.get("kind") != wanted:
            raise wrong_key("la sauvegarde a été faite avec " + _KINDS.get(str(described.get("kind")), "autre chose"))
        master = self.content
        if self.is_phrase:
            cost = {name: int(described[name]) for name in ("n", "r", "p")}
            if cost["n"] > 1 << 20 or cost["r"] > 16 or cost["p"] > 4:
                raise wrong_key("le calcul demandé par l’en-tête est démesuré")
            master = Scrypt(salt=bytes.fromhex(described["salt"]), length=KEY_BYTES, **cost).derive(self.content)
        return Keys(*(_derived(master, number, use) for use in ("morceaux", "inventaire", "controle")))


@dataclass(frozen=True)
class Keys:
    """The keys of one backup; `check` says which key made it, and gives nothing of it away."""

    parts: bytes
    manifest: bytes
    check: bytes


_KINDS = {"file": "un fichier de clé", "phrase": "une phrase"}


def read_secret() -> Secret:
    """The secret of JIGI_BACKUP_KEY. Raises JigiError when it is absent, unreadable or too weak."""
    given = os.environ.get(VARIABLE)
    if not given:
        raise JigiError(
            "Aucune clé de sauvegarde n’est donnée",
            remedy=f"Faites-en une par « jigi backup key FICHIER », puis donnez ce fichier par {VARIABLE}",
        )
    path = Path(given).expanduser()
    try:
        text = path.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        why = _why_unread(error) if isinstance(error, OSError) else "ce n’est pas du texte"
        remedy = f"Donnez par {VARIABLE} le fichier de la clé, que ce compte peut lire"
        raise JigiError(f"Le fichier de clé {path} ne se lit pas", why=why, remedy=remedy) from error
    if not text.startswith(PREFIX):
        return _phrase(text, path)
    try:
        content = base64.urlsafe_b64decode(text.removeprefix(PREFIX))
    except (binascii.Error, ValueError):
        content = b""
    if len(content) != KEY_BYTES:
        raise JigiError(f"La clé de {path} est abîmée", remedy="Reprenez-la de l’autre lieu où vous la gardez")
    return Secret(content, is_phrase=False)


def _why_unread(error: OSError) -> str:
    return "ce compte n’a pas le droit de le lire" if isinstance(error, PermissionError) else reason(error)


def make_key_file(path: Path) -> None:
    """Write a new key, readable by its owner alone. Raises JigiError rather than replace a file."""
    try:
        file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        raise JigiError(
            f"{path} existe déjà ; rien n’a été changé",
            why="remplacer une clé rend illisibles les sauvegardes qu’elle a faites",
            remedy="Donnez un autre nom",
        ) from None
    except OSError as error:
        raise JigiError(f"La clé ne peut pas s’écrire dans {path}", why=reason(error)) from error
    with os.fdopen(file, "w", encoding="utf-8") as key:
        key.write(PREFIX + base64.urlsafe_b64encode(secrets.token_bytes(KEY_BYTES)).decode() + "\n")


def wrong_key(why: str = "") -> JigiError:
    return JigiError(
        "La clé donnée n’ouvre pas cette sauvegarde",
        why=why or "ce n’est pas celle qui l’a faite, ou l’en-tête de la sauvegarde a été altéré",
        remedy=f"Donnez par {VARIABLE} la clé qui servait quand elle a été faite",
    )


def _phrase(text: str, path: Path) -> Secret:
    if len(text) < SHORTEST_PHRASE:
        raise JigiError(
            f"La phrase de {path} est trop courte",
            why=f"elle a {len(text)} caractères, il en faut {SHORTEST_PHRASE}",
            remedy="Allongez-la, ou faites une clé par « jigi backup key FICHIER »",
        )
    return Secret(text.encode(), is_phrase=True)


def _derived(master: bytes, number: str, use: str) -> bytes:
    info = f"jigi sauvegarde 1 {use}".encode()
    return HKDF(algorithm=SHA256(), length=KEY_BYTES, salt=bytes.fromhex(number), info=info).derive(master)
