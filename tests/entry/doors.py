"""Accounts with a password, and signing them in as a person does."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.test import Client

from jigi.foundation.models import User
from jigi.geography.models import Area, StaffPosting

PASSWORD = "girafe lente sous karité"


def make_account(username: str = "awa", role: str = "", area: Area | None = None, **fields: object) -> User:
    """An account with PASSWORD, posted when a role is given; without a second factor."""
    user = User.objects.create_user(username, PASSWORD, full_name=f"{username.title()} (essai)", **fields)
    if role:
        place = area or Area.objects.get(level="country")
        StaffPosting.objects.create(user=user, role=role, area=place, starts_on=date(2014, 1, 1))
    return user


def sign_in(client: Client, username: str = "awa", password: str = PASSWORD, **extra: Any) -> str:
    """The page that follows a try at the door."""
    answer = client.post("/connexion/", {"username": username, "password": password}, follow=True, **extra)
    return answer.content.decode()
