"""The secret of a person's phone: made, shown once, taken back, and recognised when the phone calls.

A phone proves itself by a digest of the secret (RFC 2617, as OpenRosa restricts it) or sends it whole as a token. The
secret opens the collection alone: no page of the site, whatever the role.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Mapping

from django.db import transaction
from django.utils import timezone

from jigi.foundation import audit
from jigi.foundation.errors import Refused
from jigi.foundation.keyring import vault
from jigi.foundation.models import User
from jigi.geography import staff
from jigi.geography.access import require
from jigi.intake.models import CollectionSecret

RIGHT = "intake.collect"
REALM = "Jigi, collecte"
KIND = "collection"
_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"
_LENGTH = 26
"""128 bits, in letters that are not taken for one another when they are typed."""


@transaction.atomic
def make_secret(*, by: User) -> str:
    """Make one's own secret, once shown and never again; the former is taken back. Refused without the right."""
    require(by, RIGHT)
    _revoke(by)
    secret = "".join(secrets.choice(_LETTERS) for _ in range(_LENGTH))
    made = CollectionSecret.objects.create(user=by, sealed=vault().seal(KIND, secret), fingerprint=_fingerprint(secret))
    audit.record("make_secret", "user", by.pk, by=by, after={"number": made.pk})
    return secret


@transaction.atomic
def revoke_secret(user: User, *, by: User, reason: str = "") -> None:
    """Take a secret back: its phone collects no more. By oneself, or with a reason by who administers the account."""
    if user.pk != by.pk:
        staff.require_over(user, by=by)
        staff.require_reason(reason)
    if not _revoke(user):
        raise Refused("Il n’y a pas de secret de collecte à retirer")
    audit.record("revoke_secret", "user", user.pk, by=by, reason=reason)


def alive(user: User) -> CollectionSecret | None:
    """The secret that a person's phone uses now."""
    return CollectionSecret.objects.filter(user=user, revoked_at__isnull=True).first()


def by_token(token: str) -> User | None:
    """The person whose secret this is. What they ask for checks that they may still collect."""
    found = CollectionSecret.objects.filter(fingerprint=_fingerprint(token), revoked_at__isnull=True)
    return _person(found.select_related("user").first())


def by_digest(said: Mapping[str, str], method: str) -> User | None:
    """The person who made this digest of a request. What they ask for checks that they may still collect.

    `said` are the parts of the Authorization header. The nonce and the address it was made for are the caller's to
    check.
    """
    username = said.get("username", "")
    found = CollectionSecret.objects.filter(user__username=username, revoked_at__isnull=True)
    secret = found.select_related("user").first()
    if secret is None:
        return None
    whole = vault().unseal(KIND, bytes(secret.sealed))
    expected = digest_response(said, method, f"{username}:{REALM}:{whole}")
    return _person(secret) if hmac.compare_digest(expected.encode(), said.get("response", "").encode()) else None


def digest_response(said: Mapping[str, str], method: str, account: str) -> str:
    """The response that a digest must have. MD5 is what OpenRosa asks; the secret is too long to be guessed."""
    ha1, ha2 = openrosa_hash(account.encode()), openrosa_hash(f"{method}:{said.get('uri', '')}".encode())
    if said.get("qop"):
        middle = ":".join(said.get(name, "") for name in ("nonce", "nc", "cnonce", "qop"))
    else:
        middle = said.get("nonce", "")
    return openrosa_hash(f"{ha1}:{middle}:{ha2}".encode())


def openrosa_hash(content: bytes) -> str:
    """The hash that OpenRosa names files by: it recognises, and protects nothing."""
    return hashlib.md5(content, usedforsecurity=False).hexdigest()


def _person(secret: CollectionSecret | None) -> User | None:
    return secret.user if secret and secret.user.is_active else None


def _revoke(user: User) -> int:
    alive = CollectionSecret.objects.filter(user=user, revoked_at__isnull=True)
    return alive.update(revoked_at=timezone.now(), sealed=b"")


def _fingerprint(secret: str) -> str:
    return hashlib.sha256(f"jigi collecte {secret}".encode()).hexdigest()
