"""Accounts by invitation: a paper with a link, good once and for some days, that opens one account.

The address carries a token of 256 drawn bits; the table keeps its hash. E-mail is not assumed: the paper is
handed over. Whoever invites holds « accounts.administer » over the place and programme of the posting given.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import date, timedelta
from hashlib import sha256

from allauth.account.models import EmailAddress
from django.contrib.auth.password_validation import validate_password
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from jigi.foundation import audit
from jigi.foundation.errors import Raced, Refused
from jigi.foundation.models import User
from jigi.foundation.sessions import end_sessions
from jigi.geography.access import require
from jigi.geography.factors import forget_factors
from jigi.geography.models import Area, Invitation, StaffPosting
from jigi.geography.staff import RIGHT, check_posting, require_over, require_reason

VALID_FOR = timedelta(days=7)
NOUN = "invitation"


@dataclass(frozen=True)
class Invited:
    """A new invitation with its token, which is told this once."""

    invitation: Invitation
    token: str


def invite(
    username: str, full_name: str, *, role: str, area: Area, by: User, programme: str = "", organisation: str = "",
    starts_on: date | None = None, ends_on: date | None = None, email: str = "",
) -> Invited:  # fmt: skip
    """Invite somebody to a posting. Raises Refused without the right over it, or when the name is taken."""
    starts_on = starts_on or date.today()
    require(by, RIGHT, areas=[area], programme=programme)
    check_posting(role, area, organisation, starts_on, ends_on)
    username, full_name = username.strip(), full_name.strip()
    with transaction.atomic():
        _refuse_taken(username, email)
        token = secrets.token_urlsafe(32)
        made = Invitation.objects.create(
            token_hash=_hash(token), username=username, full_name=full_name, email=email, role=role, area=area,
            programme_code=programme, organisation=organisation, starts_on=starts_on, ends_on=ends_on, invited_by=by,
            expires_at=timezone.now() + VALID_FOR,
        )  # fmt: skip
        audit.record("invite", NOUN, made.pk, by=by, after=_said(made))
    return Invited(made, token)


def renew(user: User, *, by: User, forget_second_factor: bool, reason: str) -> Invited:
    """A paper for somebody who lost their password, or their telephone: they choose a password anew.

    An earlier one is cancelled. The account keeps its postings; its second factors go only when asked.
    """
    require_over(user, by=by)
    require_reason(reason)
    if not user.is_active:
        raise Refused("Ce compte est fermé", remedy="Affectez d’abord la personne : le compte s’ouvre de nouveau.")
    with transaction.atomic():
        _open_ones(user.username).update(cancelled_at=timezone.now())
        token = secrets.token_urlsafe(32)
        made = Invitation.objects.create(
            token_hash=_hash(token), username=user.username, full_name=user.full_name, account=user, invited_by=by,
            expires_at=timezone.now() + VALID_FOR,
        )  # fmt: skip
        if forget_second_factor:
            forget_factors(user)
            end_sessions(user)
        after = {"username": user.username, "forget_second_factor": forget_second_factor}
        audit.record("renew_access", "user", user.pk, by=by, after=after, reason=reason)
    return Invited(made, token)


def resend(invitation: Invitation, *, by: User) -> Invited:
    """A new paper for the same invitation: the earlier link no longer opens anything."""
    _require_over_invitation(invitation, by)
    token = secrets.token_urlsafe(32)
    with transaction.atomic():
        changed = Invitation.objects.filter(pk=invitation.pk, accepted_at=None, cancelled_at=None).update(
            token_hash=_hash(token), expires_at=timezone.now() + VALID_FOR
        )
        if not changed:
            raise Raced("Cette invitation a déjà servi, ou elle est annulée", remedy="Faites-en une autre.")
        audit.record("resend", NOUN, invitation.pk, by=by, after={"username": invitation.username})
    invitation.refresh_from_db()
    return Invited(invitation, token)


def cancel(invitation: Invitation, *, by: User) -> Invitation:
    """Make an invitation void. Raises Raced when it has served already."""
    _require_over_invitation(invitation, by)
    with transaction.atomic():
        changed = Invitation.objects.filter(pk=invitation.pk, accepted_at=None, cancelled_at=None).update(
            cancelled_at=timezone.now()
        )
        if not changed:
            raise Raced("Cette invitation a déjà servi, ou elle est déjà annulée")
        audit.record("cancel", NOUN, invitation.pk, by=by, after={"username": invitation.username})
    invitation.refresh_from_db()
    return invitation


def find(token: str) -> Invitation | None:
    """The invitation of a token while it is open; None for any other text, used, cancelled or out of date."""
    found = Invitation.objects.filter(
        token_hash=_hash(token), accepted_at=None, cancelled_at=None, expires_at__gt=timezone.now()
    )
    return found.select_related("area", "account").first()


def accept(token: str, password: str) -> User:
    """Open the account with the password its holder chose, and post it. Raises Refused, or ValidationError (password).

    The token serves once: two at the same moment have one effect.
    """
    with transaction.atomic():
        invitation = find(token)
        if invitation is None:
            raise Refused("Cette invitation n’est plus valable", remedy="Demandez-en une autre à qui vous l’a remise.")
        invitation = Invitation.objects.select_for_update(of=("self",)).get(pk=invitation.pk)
        if invitation.accepted_at or invitation.cancelled_at:
            raise Raced("Cette invitation vient de servir", remedy="Connectez-vous avec le mot de passe choisi.")
        user = _renewed(invitation, password) if invitation.is_renewal else _opened(invitation, password)
        invitation.account, invitation.accepted_at = user, timezone.now()
        invitation.save(update_fields=["account", "accepted_at"])
        audit.record("accept", NOUN, invitation.pk, by=user, after=_said(invitation))
    return user


def _opened(invitation: Invitation, password: str) -> User:
    user = User(username=invitation.username, full_name=invitation.full_name)
    validate_password(password, user)
    if User.objects.filter(username__iexact=user.username).exists():
        raise Refused(f"L’identifiant « {user.username} » est pris", remedy="Demandez une autre invitation.")
    user.set_password(password)
    user.save()
    assert invitation.area is not None and invitation.starts_on is not None
    StaffPosting.objects.create(
        user=user, role=invitation.role, area=invitation.area, programme_code=invitation.programme_code,
        organisation=invitation.organisation, starts_on=invitation.starts_on, ends_on=invitation.ends_on,
    )  # fmt: skip
    if invitation.email:
        # Verified: an administrator wrote it, and its holder was handed the paper.
        EmailAddress.objects.create(user=user, email=invitation.email.lower(), verified=True, primary=True)
    return user


def _renewed(invitation: Invitation, password: str) -> User:
    user = invitation.account
    assert user is not None
    validate_password(password, user)
    if not user.is_active:
        raise Refused("Ce compte est fermé", remedy="Voyez l’administration de votre structure.")
    user.set_password(password)
    user.save(update_fields=["password"])
    end_sessions(user)
    return user


def _refuse_taken(username: str, email: str) -> None:
    if User.objects.filter(username__iexact=username).exists():
        raise Refused(f"L’identifiant « {username} » est déjà pris", remedy="Choisissez-en un autre.")
    if _open_ones(username).exists():
        raise Refused(f"Une invitation attend déjà pour « {username} »", remedy="Renouvelez-la, ou annulez-la d’abord.")
    if email and EmailAddress.objects.filter(email__iexact=email).exists():
        raise Refused("Cette adresse électronique est celle d’un autre compte")


def _open_ones(username: str) -> QuerySet[Invitation]:
    return Invitation.objects.filter(username__iexact=username, accepted_at=None, cancelled_at=None)


def _require_over_invitation(invitation: Invitation, by: User) -> None:
    if invitation.account_id is not None:
        assert invitation.account is not None
        require_over(invitation.account, by=by)
    else:
        assert invitation.area is not None
        require(by, RIGHT, areas=[invitation.area], programme=invitation.programme_code)


def _said(invitation: Invitation) -> dict[str, object]:
    return {
        "username": invitation.username,
        "role": invitation.role,
        "area": invitation.area.code if invitation.area else "",
        "programme": invitation.programme_code,
        "until": invitation.ends_on.isoformat() if invitation.ends_on else None,
    }


def _hash(token: str) -> str:
    return sha256(token.encode()).hexdigest()
