"""How many times one may try at the door, counted in the database so that every process agrees.

Two counts, because they answer two dangers. Under one name the wait grows with each failure: guessing a
password takes for ever. From one address the ceiling is high: a whole cercle stands behind one address, and
people who sign in well are never counted.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from hashlib import sha256

from django.db import transaction
from django.utils import timezone

from jigi.foundation.errors import Refused
from jigi.foundation.models import Attempt

FREE_FAILURES = 5
"""Failures under one name before it waits."""

FIRST_WAIT = timedelta(seconds=30)
LONGEST_WAIT = timedelta(minutes=15)
FORGOTTEN_AFTER = timedelta(hours=24)

ADDRESS_FAILURES = 300
"""Failures from one address, under any name, in ADDRESS_WINDOW."""

ADDRESS_WINDOW = timedelta(minutes=10)


class TooMany(Refused):
    """The door is shut for this name or address until `until`."""

    def __init__(self, what: str, until: datetime) -> None:
        self.until = until
        super().__init__(f"{what}. Réessayez dans {in_words(until - timezone.now())}")


def try_door(name: str, address: str) -> None:
    """Count a try before it is judged, so that many at once are all counted. Raises TooMany when it is shut.

    Call `came_in` when it was right.
    """
    with transaction.atomic():
        account, place = _locked(_account(name)), _locked(_address(address))
        now = timezone.now()
        for attempt, what in (
            (account, "Trop d’essais pour cet identifiant"),
            (place, "Trop d’essais depuis ce réseau"),
        ):
            if attempt.shut_until and attempt.shut_until > now:
                raise TooMany(what, attempt.shut_until)
        _count_account(account, now)
        _count_address(place, now)


def count_asked(place: str, address: str, *, most: int, window: timedelta = ADDRESS_WINDOW) -> None:
    """Count what an address asks of a page that is open to all; TooMany beyond `most` in a window."""
    with transaction.atomic():
        attempt, now = _locked(_address(f"{place} {address}")), timezone.now()
        if now - attempt.first_at > window:
            attempt.failures, attempt.first_at = 0, now
        if attempt.failures >= most:
            raise TooMany("Trop de demandes depuis ce réseau", attempt.first_at + window)
        attempt.failures, attempt.last_at = attempt.failures + 1, now
        attempt.save()


def came_in(name: str, address: str) -> None:
    """Forget the failures of a name, and this try from its address: it was right."""
    with transaction.atomic():
        Attempt.objects.filter(key=_account(name)).delete()
        place = _locked(_address(address))
        place.failures = max(place.failures - 1, 0)
        place.save()


def wait_after(failures: int) -> timedelta:
    """The wait that follows so many failures under one name: none, then 30 s, doubled up to a quarter of an hour."""
    if failures < FREE_FAILURES:
        return timedelta(0)
    return min(FIRST_WAIT * 2 ** min(failures - FREE_FAILURES, 10), LONGEST_WAIT)


def forget_old() -> int:
    """Remove the counts that no longer matter; returns how many."""
    return Attempt.objects.filter(last_at__lt=timezone.now() - FORGOTTEN_AFTER).delete()[0]


def in_words(wait: timedelta) -> str:
    """« 40 secondes », « 3 minutes »: rounded up, at least a second."""
    seconds = max(int(wait.total_seconds()) + 1, 1)
    if seconds <= 90:
        return f"{seconds} seconde{'s' if seconds > 1 else ''}"
    return f"{-(-seconds // 60)} minutes"


def _count_account(attempt: Attempt, now: datetime) -> None:
    if now - attempt.last_at > FORGOTTEN_AFTER:
        attempt.failures = 0
    attempt.failures += 1
    attempt.last_at = now
    wait = wait_after(attempt.failures)
    attempt.shut_until = now + wait if wait else None
    attempt.save()


def _count_address(attempt: Attempt, now: datetime) -> None:
    if now - attempt.first_at > ADDRESS_WINDOW:
        attempt.failures, attempt.first_at = 0, now
    attempt.failures += 1
    attempt.last_at = now
    shut = attempt.failures >= ADDRESS_FAILURES
    attempt.shut_until = attempt.first_at + ADDRESS_WINDOW if shut else None
    attempt.save()


def _locked(key: str) -> Attempt:
    Attempt.objects.bulk_create([Attempt(key=key)], ignore_conflicts=True)
    return Attempt.objects.select_for_update().get(key=key)


def _account(name: str) -> str:
    return f"account:{sha256(name.strip().lower().encode()).hexdigest()}"


def _address(address: str) -> str:
    return f"address:{sha256(address.encode()).hexdigest()}"
