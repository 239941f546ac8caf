"""The columns that say who did a thing."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from jigi.foundation.models import User


def hand(french: str) -> models.ForeignKey[User, User]:
    """Who did it, known from the start."""
    return models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name=french)


def later_hand(french: str) -> models.ForeignKey[User | None, User | None]:
    """Who does it later, or never."""
    return models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+", verbose_name=french
    )
