"""Closing a file for an agency and opening what it closed for us: age, workbooks under a password, signatures."""

from __future__ import annotations

import shutil
from io import BytesIO
from pathlib import Path

import msoffcrypto
import pyrage
from msoffcrypto.exceptions import DecryptionError, FileFormatError, InvalidKeyError
from msoffcrypto.format.ooxml import OOXMLFile

from jigi.foundation.errors import InputError, Refused
from jigi.foundation.keyring import vault
from jigi.payments.adapters import signatures
from jigi.payments.adapters.files_mapping import Seal
from jigi.payments.models import AgencyChannel

KIND = "channel"
_AGE, _OLE = b"age-encryption.org/", b"\xd0\xcf\x11\xe0"


def close(clear: Path, path: Path, seal: Seal, channel: AgencyChannel) -> None:
    """Write `path` as the agency opens it, from the clear file; the signature, of the clear file, beside it."""
    if seal.password:
        _lock(clear, path, _password(channel))
    elif seal.recipient:
        recipient = pyrage.x25519.Recipient.from_str(seal.recipient)
        with clear.open("rb") as source, path.open("wb") as target:
            pyrage.encrypt_io(source, target, [recipient])
    else:
        shutil.copyfile(clear, path)
    if seal.sign:
        seed = bytes.fromhex(vault().unseal(KIND, bytes(channel.signing_sealed)))
        path.with_name(f"{path.name}.sig").write_text(signatures.sign(clear, seed), encoding="ascii")


def opened(path: Path, folder: Path, seal: Seal, channel: AgencyChannel) -> Path:
    """A return in clear: the file itself, or what it holds, written in `folder`. Its signature is checked.

    Raises InputError when it does not open, or is neither sealed nor signed as was agreed.
    """
    head = _head(path)
    clear = path
    if head.startswith(_AGE):
        clear = _unsealed(path, folder / path.name.removesuffix(".age"), channel)
    elif head.startswith(_OLE) and seal.password:
        clear = _unlocked(path, folder / path.name, _password(channel))
    elif seal.returns_sealed:
        raise InputError(
            "Ce retour n’est pas chiffré", file=path, why="Il est convenu que l’agence chiffre à notre clé",
            remedy=f"Demandez-lui de le chiffrer par age à {channel.identity_public}.",
        )  # fmt: skip
    if seal.agency_signs:
        _check_signature(path, clear, seal.agency_signs)
    return clear


def _head(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(32)
    except OSError as error:
        raise InputError("Le fichier ne peut pas être lu", file=path, why=error.strerror or "") from None


def _unsealed(path: Path, clear: Path, channel: AgencyChannel) -> Path:
    if not channel.identity_public:
        raise InputError("Ce retour est chiffré, et aucune clé n’est réglée pour l’ouvrir", file=path)
    identity = pyrage.x25519.Identity.from_str(vault().unseal(KIND, bytes(channel.identity_sealed)))
    try:
        with path.open("rb") as source, clear.open("wb") as target:
            pyrage.decrypt_io(source, target, [identity])
    except (pyrage.DecryptError, OSError, ValueError):
        raise InputError(
            "Ce retour ne s’ouvre pas par notre clé", file=path,
            why="Il est chiffré à une autre clé, coupé ou altéré",
            remedy=f"Demandez à l’agence de le chiffrer à {channel.identity_public}.",
        ) from None  # fmt: skip
    return clear


def _lock(clear: Path, path: Path, password: str) -> None:
    with clear.open("rb") as source, path.open("w+b") as target:
        OOXMLFile(source).encrypt(password, target)


def _unlocked(path: Path, clear: Path, password: str) -> Path:
    inside = BytesIO()
    try:
        with path.open("rb") as source:
            book = msoffcrypto.OfficeFile(source)
            book.load_key(password=password, verify_password=True)
            book.decrypt(inside)
    except (InvalidKeyError, DecryptionError, FileFormatError, OSError, ValueError, KeyError):
        raise InputError(
            "Ce classeur ne s’ouvre pas par le mot de passe convenu", file=path,
            remedy="Demandez à l’agence de le fermer par le mot de passe réglé.",
        ) from None  # fmt: skip
    clear.write_bytes(inside.getvalue())
    return clear


def _password(channel: AgencyChannel) -> str:
    password = vault().unseal(KIND, bytes(channel.password_sealed))
    if not password:
        raise Refused(
            "Le mot de passe des classeurs n’est pas réglé",
            remedy="Donnez-le au coffre : jigi payments exchange … --password.",
        )
    return password


def _check_signature(path: Path, clear: Path, public: str) -> None:
    beside = path.with_name(f"{path.name}.sig")
    try:
        said = beside.read_bytes()[:10_000].decode("ascii", "replace")
    except OSError:
        raise InputError(
            "Ce retour n’est pas signé", file=path, why=f"Il faut {beside.name} à côté de lui",
            remedy="Demandez à l’agence sa signature, et joignez-la.",
        ) from None  # fmt: skip
    if not signatures.holds(clear, said, public):
        raise InputError(
            "La signature n’est pas celle de l’agence pour ce fichier", file=path,
            why="Le fichier a été changé, ou signé par une autre clé", remedy="Rien n’a été pris : prévenez l’agence.",
        )  # fmt: skip
