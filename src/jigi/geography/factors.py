"""Who must hold a second factor: the roles that say so (roles.toml), and who holds one."""

from __future__ import annotations

from allauth.mfa.models import Authenticator

from jigi.foundation.models import User
from jigi.geography.queries import postings_in_force
from jigi.geography.roles import roles

STRONG = (Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN)
"""A recovery code alone is no second factor: it stands in for one that was lost."""


def requires_second_factor(user: User) -> bool:
    """Whether a role that the person holds today moves money, exports or administers."""
    if not user.is_authenticated:
        return False
    return any(roles()[posting.role].second_factor for posting in postings_in_force(user))


def holds_second_factor(user: User) -> bool:
    """Whether the account has a code application or a security key."""
    return Authenticator.objects.filter(user_id=user.pk, type__in=STRONG).exists()


def accounts_without_factor() -> list[User]:
    """Open accounts of persons whose role asks for a second factor and who have none."""
    asking = [code for code, role in roles().items() if role.second_factor]
    held = Authenticator.objects.filter(type__in=STRONG).values("user")
    found = User.objects.filter(is_active=True, is_service=False, staff_postings__role__in=asking)
    found = found.exclude(pk__in=held).distinct().order_by("username")
    return [user for user in found if requires_second_factor(user)]


def forget_factors(user: User) -> int:
    """Remove every factor of an account, recovery codes too (a lost telephone); returns how many."""
    return Authenticator.objects.filter(user_id=user.pk).delete()[0]
