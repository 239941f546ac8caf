"""The public keys of who receives a sealed file: age (X25519), whose secret key never comes here."""

from __future__ import annotations

import pyrage

from jigi.foundation.errors import Refused


def recipient(key: str) -> pyrage.x25519.Recipient:
    """The public key that somebody gave, « age1… ». Refused when it is none."""
    try:
        return pyrage.x25519.Recipient.from_str(key.strip())
    except pyrage.RecipientError:
        raise Refused(
            "Cette clé publique n’est pas une clé age",
            why="Elle commence par « age1 » et compte 62 caractères",
            remedy="Demandez à qui recevra le fichier celle qu’affiche « age-keygen » ; jamais sa clé secrète.",
        ) from None
