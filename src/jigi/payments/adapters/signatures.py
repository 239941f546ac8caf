"""Signatures of files: Ed25519 in the form of OpenSSH (PROTOCOL.sshsig), which any agency checks without us.

ssh-keygen -Y verify -f signataires -I jigi -n jigi-ordres -s FICHIER.sig < FICHIER
"""

from __future__ import annotations

import base64
import hashlib
import struct
from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

NAMESPACE = b"jigi-ordres"
_KIND, _HASH, _MAGIC = b"ssh-ed25519", b"sha512", b"SSHSIG"
_BEGIN, _END = "-----BEGIN SSH SIGNATURE-----", "-----END SSH SIGNATURE-----"


def public_of(seed: bytes) -> str:
    """The public key of a seed of 32 bytes, as OpenSSH writes it: « ssh-ed25519 AAAA… »."""
    raw = Ed25519PrivateKey.from_private_bytes(seed).public_key().public_bytes_raw()
    return f"ssh-ed25519 {base64.b64encode(_key(raw)).decode()}"


def is_public(text: str) -> bool:
    """Whether a text is a public key of that form."""
    try:
        return len(_raw(text)) == 32
    except ValueError:
        return False


def sign(path: Path, seed: bytes) -> str:
    """The armoured signature of a file. The same file and seed give the same text."""
    private = Ed25519PrivateKey.from_private_bytes(seed)
    signature = _text(_KIND) + _text(private.sign(_told(path)))
    raw = private.public_key().public_bytes_raw()
    blob = _MAGIC + struct.pack(">I", 1) + b"".join(map(_text, (_key(raw), NAMESPACE, b"", _HASH, signature)))
    lines = base64.b64encode(blob).decode()
    return "\n".join([_BEGIN, *(lines[n : n + 70] for n in range(0, len(lines), 70)), _END, ""])


def holds(path: Path, signature: str, public: str) -> bool:
    """Whether a signature is of this file, by this key, for this use."""
    try:
        body = signature.split(_BEGIN, 1)[1].split(_END, 1)[0]
        blob = base64.b64decode("".join(body.split()), validate=True)
        if blob[:10] != _MAGIC + struct.pack(">I", 1):
            return False
        key, namespace, _, hashed, signed = _fields(blob[10:], 5)
        kind, mark = _fields(signed, 2)
        if (key, namespace, hashed, kind) != (_key(_raw(public)), NAMESPACE, _HASH, _KIND):
            return False
        Ed25519PublicKey.from_public_bytes(_raw(public)).verify(mark, _told(path))
    except (ValueError, IndexError, struct.error, InvalidSignature):
        return False
    return True


def _told(path: Path) -> bytes:
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha512").digest()
    return _MAGIC + b"".join(map(_text, (NAMESPACE, b"", _HASH, digest)))


def _raw(public: str) -> bytes:
    kind, _, rest = public.strip().partition(" ")
    fields = _fields(base64.b64decode(rest.split()[0] if rest else "", validate=True), 2)
    if kind != "ssh-ed25519" or fields[0] != _KIND:
        raise ValueError("another kind of key")
    return fields[1]


def _key(raw: bytes) -> bytes:
    return _text(_KIND) + _text(raw)


def _text(content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + content


def _fields(blob: bytes, count: int) -> list[bytes]:
    """So many texts, each after its length, and nothing behind them."""
    found = []
    for _ in range(count):
        (length,) = struct.unpack(">I", blob[:4])
        if len(blob) < 4 + length:
            raise ValueError("cut short")
        found.append(blob[4 : 4 + length])
        blob = blob[4 + length :]
    if blob:
        raise ValueError("more than was asked")
    return found
