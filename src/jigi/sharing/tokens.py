"""The token of an agreement's API: made, shown once, taken back, recognised; it ends with its agreement."""

from __future__ import annotations

import hashlib
import secrets

from django.db import transaction
from django.utils import timezone

from jigi.foundation import audit
from jigi.foundation.errors import Refused
from jigi.foundation.models import User
from jigi.geography.access import require
from jigi.sharing import queries
from jigi.sharing.actions import APPROVE
from jigi.sharing.models import SharingAgreement, SharingToken
from jigi.sharing.states import AGREEMENT


@transaction.atomic
def make(agreement: SharingAgreement, *, by: User) -> str:
    """A new token, shown once and never again; the former is taken back. Refused out of force, or without the right."""
    require(by, APPROVE, areas=agreement.areas.all())
    if not queries.in_force(agreement.partner).filter(pk=agreement.pk).exists():
        raise Refused("Cette convention n’est pas en vigueur", remedy="Un jeton vaut tant qu’elle l’est.")
    SharingAgreement.objects.select_for_update().get(pk=agreement.pk)  # two at once: the later token takes the place
    _revoke(agreement, by)
    token = secrets.token_urlsafe(32)
    made = SharingToken.objects.create(agreement=agreement, fingerprint=_fingerprint(token), made_by=by)
    audit.record("make_token", AGREEMENT.noun, agreement.pk, by=by, after={"number": made.pk})
    return token


@transaction.atomic
def revoke(agreement: SharingAgreement, *, by: User) -> None:
    """Take the token back: the partner's machines are answered no more."""
    require(by, APPROVE, areas=agreement.areas.all())
    if not _revoke(agreement, by):
        raise Refused("Cette convention n’a pas de jeton à retirer")
    audit.record("revoke_token", AGREEMENT.noun, agreement.pk, by=by)


def alive(agreement: SharingAgreement) -> SharingToken | None:
    """The token that the partner's machines use now."""
    return SharingToken.objects.filter(agreement=agreement, revoked_at__isnull=True).first()


def recognised(token: str) -> SharingToken | None:
    """The token that this is, while its agreement is in force."""
    found = SharingToken.objects.filter(fingerprint=_fingerprint(token), revoked_at__isnull=True)
    one = found.select_related("agreement").first()
    if one is None or not queries.in_force(one.agreement.partner).filter(pk=one.agreement_id).exists():
        return None
    return one


def _revoke(agreement: SharingAgreement, by: User) -> int:
    alive = SharingToken.objects.filter(agreement=agreement, revoked_at__isnull=True)
    return alive.update(revoked_by=by, revoked_at=timezone.now())


def _fingerprint(token: str) -> str:
    return hashlib.sha256(f"jigi partage {token}".encode()).hexdigest()
