"""What the square code of a card says. Pure: no name, no telephone, no amount.

« JIGI1 » then, in base 32 without padding (RFC 4648: the alphanumeric mode of QR holds it in little room), one byte of
key number, the eight bytes of the card's number, and the 64 bytes of the Ed25519 signature (RFC 8032) of what
`signed_part` gives. A device that knows the public key checks it without network.
"""

from __future__ import annotations

import base64
import binascii
from dataclasses import dataclass

MARK = "JIGI1"
SIGNED = b"jigi-carte-1"
NUMBER_BYTES, SIGNATURE_BYTES = 8, 64


@dataclass(frozen=True)
class Read:
    """A code that was read: the number of its key, that of the card (16 hexadecimal digits), the signature."""

    key: int
    number: str
    signature: bytes


def signed_part(key: int, number: str) -> bytes:
    """What a card's signature is of."""
    return SIGNED + bytes([key]) + bytes.fromhex(number)


def written(key: int, number: str, signature: bytes) -> str:
    """The text of a card's code."""
    return MARK + _base32(bytes([key]) + bytes.fromhex(number) + signature)


def read(text: str) -> Read | None:
    """What a code says, None when it is no card's."""
    text = text.strip()
    if not text.startswith(MARK):
        return None
    said = text.removeprefix(MARK)
    try:
        content = base64.b32decode(said + "=" * (-len(said) % 8))
    except binascii.Error:
        return None
    if len(content) != 1 + NUMBER_BYTES + SIGNATURE_BYTES:
        return None
    return Read(content[0], content[1 : 1 + NUMBER_BYTES].hex(), content[1 + NUMBER_BYTES :])


def code_of(number: str) -> str:
    """A card's number for the eye and the hand: « ABCD-EFGH-IJKLM », letters and the digits 2 to 7."""
    said = _base32(bytes.fromhex(number))
    return f"{said[:4]}-{said[4:8]}-{said[8:]}"


def _base32(content: bytes) -> str:
    return base64.b32encode(content).decode().rstrip("=")
