"""Closing a period while somebody posts into it, on two connections: whoever is second waits, and knows."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor, wait
from typing import Any

import pytest
from django.db import connection, transaction

from jigi.foundation.errors import Refused
from jigi.foundation.models import User
from jigi.ledger import periods
from jigi.ledger.models import Closing, Entry, Posting
from jigi.ledger.queries import prove
from tests.copies import copied
from tests.factories import make_commune, make_user
from tests.ledger.test_periods import LAST_OF_MAY, MAY, grant

pytestmark = pytest.mark.django_db
A_WHILE = 0.3


@pytest.fixture
def _django_db_helper() -> None:
    """Instead of pytest-django's: these tests want a database, and no transaction around them."""


@pytest.fixture
def keeper(django_db_setup: None, django_db_blocker: Any) -> Iterator[User]:
    """Who keeps the accounts of a copy that the test throws away."""
    with django_db_blocker.unblock(), copied("cloture"):
        make_commune("ML010501")
        yield make_user("finances", "finance_officer")


def on_another_connection(act: Callable[[], Any]) -> Any:
    try:
        return act()
    finally:
        connection.close()


def overtaken(first: Callable[[], Any], second: Callable[[], Any], *, kept: bool = True) -> Future[Any]:
    """What became of the second act, begun when the first is done and neither kept nor given up yet: it waits."""
    with ThreadPoolExecutor(1) as hands:
        with transaction.atomic():
            first()
            doing = hands.submit(on_another_connection, second)
            assert not wait([doing], A_WHILE).done, "the second did not wait for the first"
            transaction.set_rollback(not kept)
        wait([doing], 10)
    return doing


def close_may(by: User) -> Closing:
    return periods.close_period(MAY, LAST_OF_MAY, by=by)


def test_who_closes_waits_for_the_entry_that_is_being_posted(keeper: User) -> None:
    closing = overtaken(lambda: grant(keeper, MAY), lambda: close_may(keeper))
    assert closing.result().pk and Entry.objects.count() == 1 and prove().balanced
    with pytest.raises(Refused, match="est close"):
        grant(keeper, LAST_OF_MAY)


def test_who_posts_waits_for_the_closing_and_is_refused(keeper: User) -> None:
    grant(keeper, MAY)
    posting = overtaken(lambda: close_may(keeper), lambda: grant(keeper, LAST_OF_MAY))
    with pytest.raises(Refused, match="est close"):
        posting.result()
    assert (Entry.objects.count(), Posting.objects.count()) == (1, 1) and prove().balanced


def test_a_closing_that_is_given_up_lets_who_waited_post(keeper: User) -> None:
    posting = overtaken(lambda: close_may(keeper), lambda: grant(keeper, MAY), kept=False)
    assert posting.result().pk and not Closing.objects.exists() and prove().balanced
