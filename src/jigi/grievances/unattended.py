"""What the channels with nobody behind them share: whose telephone it may be, how often it asks, what it is sent."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import timedelta

from jigi.foundation import attempts
from jigi.geography.models import Area
from jigi.geography.queries import version_in_use
from jigi.messaging import writing
from jigi.messaging.writing import Line, Wording
from jigi.registry.models import Household, Membership

logger = logging.getLogger(__name__)
A_DAY = timedelta(days=1)
MOST = {"complaint": 10, "followed": 20, "hint": 3}
"""What one telephone may send, ask, and be told how to do, in a day."""
MOST_HOMES = 5


def one_by_one(act: Callable[[int], str], these: Iterable[int]) -> list[str]:
    """What became of each, done in its own transaction: one that breaks is told at the end, and stops no other."""
    became, broken = [], []
    for one in these:
        try:
            became.append(act(one))
        except Exception as error:
            logger.exception("%s %s", act.__name__, one)
            broken.append(error)
    if broken:
        raise broken[0]
    return became


def count(what: str, phone_index: bytes) -> None:
    """Count what a telephone asks, by its blind index. Raises TooMany beyond MOST."""
    attempts.count_asked(f"phone_{what}", phone_index.hex(), most=MOST[what], window=A_DAY)


def homes_of(phone_index: bytes) -> list[Household]:
    """The living households whose members of now gave this telephone: somebody may have lent it."""
    members = Membership.objects.filter(person__phones__number_index=phone_index, ended_on__isnull=True)
    own = Household.objects.filter(pk__in=members.values("household"), status=Household.Status.ACTIVE)
    return list(own.select_related("commune").order_by("pk")[:MOST_HOMES])


def commune_of(homes: Sequence[Household]) -> Area | None:
    """Where these households live, when it is one place."""
    return homes[0].commune if len({one.commune_id for one in homes}) == 1 else None


def say(cause: str, template: str, phone_sealed: bytes, phone_index: bytes, values: Mapping[str, str]) -> None:
    """Write to who wrote or called, once a cause, at any hour: they are awake. The message is the country's: one of a
    commune would tell its people who complains."""
    line = Line(cause, phone_sealed, phone_index, values, country().pk)
    writing.queue(Wording(template, batch="complaints", urgent=True), [line], by=None)


def country() -> Area:
    """The whole country: where what belongs to no place is shown."""
    return Area.objects.get(version=version_in_use(), level=Area.Level.COUNTRY)
