"""The tokens by which an agency's machines ask the API: made and shown once, taken back, recognised, counted."""

from __future__ import annotations

import hashlib
import secrets
from datetime import timedelta

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from jigi.foundation import audit
from jigi.foundation.bulk import fetch_sql
from jigi.foundation.errors import Busy, Raced, Refused
from jigi.foundation.fence import unfenced
from jigi.foundation.models import User
from jigi.payments import agency_desk
from jigi.payments.agency_models import AgencyToken
from jigi.programmes.models import Agency

NOUN = "agency_token"
DAYS = (30, 90, 180, 365)
"""How long a token may be asked to last, in days."""
MOST_ALIVE = 5
"""Tokens of one person in one agency."""
CALLS_A_MINUTE = 120


class TooOften(Busy):
    """A token asks more than CALLS_A_MINUTE."""


@unfenced
@transaction.atomic
def make(agency: Agency, label: str, days: int, *, by: User) -> str:
    """A new token of the person's own, given back once and never again. Refused to who does not work there."""
    if not agency_desk.works_for(by, agency):
        raise Refused("Ce jeton serait celui d’une agence où vous ne travaillez pas")
    if not label.strip():
        raise Refused("Un jeton dit à quoi il sert", remedy="Nommez le programme qui s’en servira.")
    if days not in DAYS:
        raise Refused("Cette durée n’est pas offerte", remedy=f"Choisissez {', '.join(map(str, DAYS))} jours.")
    User.objects.select_for_update(of=("self",)).get(pk=by.pk)  # two at once are counted one after the other
    if alive(agency, by).count() >= MOST_ALIVE:
        raise Refused(f"Vous avez déjà {MOST_ALIVE} jetons en vigueur", remedy="Retirez ceux qui ne servent plus.")
    token = secrets.token_urlsafe(32)
    ends = timezone.now() + timedelta(days=days)
    made = AgencyToken.objects.create(
        user=by, agency=agency, label=label.strip()[:80], fingerprint=_fingerprint(token), expires_at=ends
    )
    told = {"agency": agency.code, "label": made.label, "until": ends.date().isoformat()}
    audit.record("make_token", NOUN, made.pk, by=by, after=told)
    return token


@unfenced
@transaction.atomic
def revoke(token: AgencyToken, *, by: User) -> None:
    """Take a token of one's own back: the machine that holds it is answered no more."""
    alive = AgencyToken.objects.filter(pk=token.pk, user=by, revoked_at__isnull=True)
    if not alive.update(revoked_by=by, revoked_at=timezone.now()):
        raise Raced("Ce jeton est déjà retiré, ou n’est pas le vôtre", remedy="Rechargez la page.")
    audit.record("revoke_token", NOUN, token.pk, by=by)


def own(agency: Agency, user: User) -> QuerySet[AgencyToken]:
    """A person's tokens in an agency, the last made first."""
    return AgencyToken.objects.filter(agency=agency, user=user).order_by("-id")


def alive(agency: Agency, user: User) -> QuerySet[AgencyToken]:
    """Those that open the door now."""
    return own(agency, user).filter(revoked_at__isnull=True, expires_at__gt=timezone.now())


@unfenced
def recognised(token: str) -> AgencyToken | None:
    """The token that this is, while it lasts and its person works for the agency."""
    found = AgencyToken.objects.filter(
        fingerprint=_fingerprint(token), revoked_at__isnull=True, expires_at__gt=timezone.now()
    )
    one = found.select_related("user", "agency").first()
    return one if one and agency_desk.works_for(one.user, one.agency) else None


@unfenced
def count(token: AgencyToken) -> None:
    """Count a call of a token. Raises TooOften beyond CALLS_A_MINUTE in one minute."""
    calls = fetch_sql("payments", "agency_token_calls", {"token": token.pk})[0]["calls"]
    if calls > CALLS_A_MINUTE:
        raise TooOften(
            "Ce jeton demande trop souvent", why=f"{CALLS_A_MINUTE} appels par minute au plus.",
            remedy="Attendez une minute.",
        )  # fmt: skip


def _fingerprint(token: str) -> str:
    return hashlib.sha256(f"jigi agence {token}".encode()).hexdigest()
