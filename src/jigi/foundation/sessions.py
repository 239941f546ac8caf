"""The sessions of an account, as allauth keeps their list: ended all at once."""

from __future__ import annotations

from allauth.usersessions.models import UserSession

from jigi.foundation.models import User


def end_sessions(user: User) -> int:
    """End every session of an account, on every device; returns how many there were."""
    sessions = list(UserSession.objects.filter(user_id=user.pk))
    for session in sessions:
        session.end()
    return len(sessions)
