"""The vault: identifiers, telephones and accounts are sealed before they reach the database.

A sealed value is one byte of key version, 12 random bytes, then AES-256-GCM (ciphertext and 16 bytes of tag), with
the kind of the value as associated data: a telephone can't be passed off as an account. Beside it stands its blind
index, HMAC-SHA-256 of the normal form under a key of that kind, cut to 16 bytes: equal values have equal indexes,
so that the database can search and compare what it can't read. Index keys never change; sealing keys do, by version.

An empty text is sealed and indexed as nothing: who has no account has none to hide.
"""

from __future__ import annotations

import hmac
import os
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from jigi.foundation.errors import JigiError

KINDS = {
    "document": "un numéro de document",
    "phone": "un téléphone",
    "account": "un compte",
    "answers": "les réponses d’une fiche",
    "change": "un fait dont le changement est demandé",
    "collection": "un secret de collecte",
    "scan": "la page d’une feuille",
    "agency": "un secret ou un message d’une agence",
    "channel": "un secret d’échange avec une agence",
    "card": "la clé qui signe les cartes",
    "grant_evidence": "une pièce d’une subvention",
    "grievance": "le récit ou le nom d’une plainte",
    "message": "les mots d’un message",
}
KEY_BYTES = 32
INDEX_BYTES = 16
LAST_VERSION = 255
_NONCE_BYTES = 12
_SHORTEST = 1 + _NONCE_BYTES + 16
_CHUNK = 1_024
_MARKS = re.compile(r"[\s.\-()'’]+")
_RUN = re.compile(r"(?<!\w)\+?\d(?:[ .\-/\u00a0\u202f]?\d){7,16}(?:[ \-]?[A-Za-z])?(?!\w)", re.ASCII)
_NUMBER = re.compile(r"[5-9]\d{7}|(?:\+|00)?223\d{8}|\d{14}[A-Za-z]?", re.ASCII)
_REFERENCE = re.compile(r"\d+-\d+-\d+-\d+", re.ASCII)
_NOT_A_DIGIT = re.compile(r"\D+", re.ASCII)


class Unsealable(JigiError):
    """A sealed value that does not open: altered, of another kind, or of a key that is not here."""


@dataclass(frozen=True)
class Keys:
    """The secrets of a vault, 32 bytes each: the root of the indexes, and the sealing keys by version (1 to 255)."""

    index: bytes
    versions: Mapping[int, bytes]

    @property
    def current(self) -> int:
        """The version that seals; the others only open."""
        return max(self.versions)


def normal(kind: str, text: str) -> str:
    """What the index is made of: two spellings of one value have the same.

    Telephones: digits, with 223 before the eight of a Malian number. Accounts and documents: upper case, without
    spaces and marks, nor the + before a number.
    """
    if kind != "phone":
        return _MARKS.sub("", text).upper().removeprefix("+")
    digits = _NOT_A_DIGIT.sub("", text).removeprefix("00")
    if not digits:
        return _MARKS.sub("", text).upper()
    return f"223{digits}" if len(digits) == 8 else digits


class Vault:
    """Seals, opens and indexes. Values are texts; what is sealed and the indexes are bytes."""

    def __init__(self, keys: Keys) -> None:
        self.current = keys.current
        self._ciphers = {version: AESGCM(key) for version, key in keys.versions.items()}
        self._index_keys = {kind: _derived(keys.index, f"jigi/index/{kind}") for kind in KINDS}

    def seal(self, kind: str, text: str) -> bytes:
        """Seal a value under the current key."""
        return self._sealing(kind)(os.urandom(_NONCE_BYTES), text) if text else b""

    def unseal(self, kind: str, sealed: bytes) -> str:
        """Open a value. Raises Unsealable when it is not what was sealed, as that kind, by a key that is here."""
        if not sealed:
            return ""
        cipher = self._ciphers.get(sealed[0])
        if cipher is None:
            raise Unsealable(
                f"Une valeur est chiffrée par la clé {sealed[0]}, qui n’est pas dans le coffre",
                remedy="Rendez cette clé au coffre : jigi vault import-key, depuis le texte de secours.",
            )
        try:
            if len(sealed) <= _SHORTEST:
                raise InvalidTag
            return cipher.decrypt(sealed[1:13], sealed[13:], _data(kind)).decode()
        except InvalidTag:
            raise Unsealable(
                f"Une valeur chiffrée ne s’ouvre pas comme {KINDS[kind]}",
                why="Elle a été altérée, ou déplacée d’une autre colonne",
                remedy="Rien n’a été lu : prévenez l’auditeur, et comparez avec une sauvegarde.",
            ) from None

    def index(self, kind: str, text: str) -> bytes:
        """The blind index of a value: 16 bytes, none for an empty text."""
        if not text:
            return b""
        return hmac.digest(self._index_keys[kind], normal(kind, text).encode(), "sha256")[:INDEX_BYTES]

    def seal_many(self, kind: str, texts: Iterable[str]) -> Iterator[bytes]:
        """Seal values as they come, a thousand at a time."""
        seal, remaining = self._sealing(kind), iter(texts)
        while chunk := list(islice(remaining, _CHUNK)):
            drawn = os.urandom(_NONCE_BYTES * len(chunk))
            for at, text in enumerate(chunk):
                yield seal(drawn[at * _NONCE_BYTES : (at + 1) * _NONCE_BYTES], text) if text else b""

    def unseal_many(self, kind: str, values: Iterable[bytes]) -> Iterator[str]:
        """Open values as they come; Unsealable at the first that does not open."""
        opened = self.unseal
        return (opened(kind, value) for value in values)

    def index_many(self, kind: str, texts: Iterable[str]) -> Iterator[bytes]:
        """Index values as they come."""
        index = self.index
        return (index(kind, text) for text in texts)

    def reseal_many(self, kind: str, values: Iterable[bytes]) -> Iterator[bytes]:
        """Open values of any version and seal them again under the current key."""
        return self.seal_many(kind, self.unseal_many(kind, values))

    def _sealing(self, kind: str) -> Callable[[bytes, str], bytes]:
        encrypt, data, version = self._ciphers[self.current].encrypt, _data(kind), bytes([self.current])

        def seal(nonce: bytes, text: str) -> bytes:
            return version + nonce + encrypt(nonce, text.encode(), data)

        return seal


def masked(text: str, shown: int) -> str:
    """The shape of a value with its last `shown` letters or digits: « 76 00 11 22 » and 2 give « •• •• •• 22 ».

    A text without digits (« néant ») is no number, and is shown whole.
    """
    if not any(map(str.isdigit, text)):
        return text
    hidden = max(sum(map(str.isalnum, text)) - shown, 0)
    said = []
    for character in text:
        said.append("•" if hidden > 0 and character.isalnum() else character)
        hidden -= character.isalnum()
    return "".join(said)


def discreet(text: str) -> str:
    """A text written by somebody else, the telephones and NINA that stand in it masked: « injoignable au ••••••45 ».

    Eight digits from 5 to 9 are a Malian mobile, more after 223 any Malian number, fourteen or with a letter a NINA.
    An order's reference (numbers joined by hyphens) is left as it is.
    """
    return text if _REFERENCE.fullmatch(text) else _RUN.sub(_hidden, text)


def discreet_facts(facts: Any) -> Any:
    """JSON with every text in it made discreet: what a person typed in a search or a reason may hold a number."""
    if isinstance(facts, str):
        return discreet(facts)
    if isinstance(facts, Mapping):
        return {name: discreet_facts(value) for name, value in facts.items()}
    return [discreet_facts(one) for one in facts] if isinstance(facts, list | tuple) else facts


def _hidden(found: re.Match[str]) -> str:
    return masked(found[0], 2) if _NUMBER.fullmatch(_MARKS.sub("", found[0])) else found[0]


def _data(kind: str) -> bytes:
    """The associated data of a kind. Raises KeyError for a kind that is none."""
    return _DATA[kind]


_DATA = {kind: f"jigi/{kind}".encode() for kind in KINDS}


def _derived(root: bytes, purpose: str) -> bytes:
    return HKDF(algorithm=SHA256(), length=KEY_BYTES, salt=None, info=purpose.encode()).derive(root)
