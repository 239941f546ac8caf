"""The keys of the vault as text to print and to type back: short groups, each line with its own check.

    index.1  7F3K-90QX-M2TC-55AW
    1.4      ...
    total    8RZ1-J04M

A line holds 8 bytes of a key and 2 of check, in the 32 letters and digits that are not taken for one another.
"""

from __future__ import annotations

import hashlib
import re

from jigi.foundation.errors import JigiError
from jigi.foundation.vault import KEY_BYTES, Keys

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_PART = 8
_PARTS = KEY_BYTES // _PART
_LINE = re.compile(r"\s*(index|\d{1,3})\s*\.\s*([1-9])\s+(\S.*)", re.IGNORECASE)
_TOTAL = re.compile(r"\s*total\s+(\S.*)", re.IGNORECASE)
_LIKE = str.maketrans({"O": "0", "I": "1", "L": "1"})


def recovery_text(keys: Keys) -> str:
    """The keys as lines of groups, ended by a check of them all."""
    lines = []
    for name, key in _named(keys).items():
        for part in range(1, _PARTS + 1):
            piece = key[(part - 1) * _PART : part * _PART]
            lines.append(f"{f'{name}.{part}':<9}{_grouped(piece + _check(name, part, piece))}")
    return "\n".join([*lines, f"{'total':<9}{_grouped(_total(keys))}"]) + "\n"


def read_recovery(text: str) -> Keys:
    """The keys of a text that was typed back; other lines are ignored.

    Raises JigiError naming the first line that was miscopied, or what is missing.
    """
    pieces: dict[str, dict[int, bytes]] = {}
    total = b""
    for line in text.splitlines():
        if found := _LINE.fullmatch(line):
            name, part = found[1].lower().lstrip("0"), int(found[2])
            pieces.setdefault(name, {})[part] = _piece(name, part, found[3])
        elif found := _TOTAL.fullmatch(line):
            total = _bytes("total", found[1], 5)
    for name, held in pieces.items():
        if missing := set(range(1, _PARTS + 1)) - held.keys():
            raise _wrong(f"La ligne {name}.{min(missing)} manque")
    whole = {name: b"".join(held[part] for part in range(1, _PARTS + 1)) for name, held in pieces.items()}
    if "index" not in whole or len(whole) < 2:
        raise _wrong("Le texte de secours n’a pas toutes les clés")
    keys = Keys(
        whole.pop("index"), {int(name): key for name, key in sorted(whole.items(), key=lambda one: int(one[0]))}
    )
    if total != _total(keys):
        raise _wrong("La ligne « total » ne s’accorde pas : il manque une clé, ou cette ligne est mal recopiée")
    return keys


def _named(keys: Keys) -> dict[str, bytes]:
    return {"index": keys.index, **{str(version): key for version, key in keys.versions.items()}}


def _piece(name: str, part: int, written: str) -> bytes:
    read = _bytes(f"{name}.{part}", written, _PART + 2)
    if read[_PART:] != _check(name, part, read[:_PART]):
        raise _wrong(f"La ligne {name}.{part} est mal recopiée")
    return read[:_PART]


def _bytes(line: str, written: str, length: int) -> bytes:
    letters = re.sub(r"[\s\-]", "", written).upper().translate(_LIKE)
    if len(letters) * 5 != length * 8 or not set(letters) <= set(ALPHABET):
        raise _wrong(f"La ligne {line} est mal recopiée")
    number = 0
    for letter in letters:
        number = number * 32 + ALPHABET.index(letter)
    return number.to_bytes(length, "big")


def _grouped(content: bytes) -> str:
    number, letters = int.from_bytes(content, "big"), ""
    for _ in range(len(content) * 8 // 5):
        number, rest = divmod(number, 32)
        letters = ALPHABET[rest] + letters
    return "-".join(letters[at : at + 4] for at in range(0, len(letters), 4))


def _check(name: str, part: int, piece: bytes) -> bytes:
    return hashlib.sha256(f"jigi/{name}.{part}/".encode() + piece).digest()[:2]


def _total(keys: Keys) -> bytes:
    return hashlib.sha256(b"jigi/total/" + b"".join(f"{n}/".encode() + k for n, k in _named(keys).items())).digest()[:5]


def _wrong(what: str) -> JigiError:
    return JigiError(what, remedy="Comparez avec le papier, ligne par ligne : rien n’a été écrit.")
