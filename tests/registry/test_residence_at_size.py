"""What the guard of residence costs does not depend on what the server believes of the register."""

from __future__ import annotations

import pytest
from django.db import connection, transaction

from tests.factories import make_areas, make_households

HOUSEHOLDS = 3_000
LONG = "SET LOCAL statement_timeout = '10s'"
"""Each compared with each takes a minute; each by its index, half a second."""


class Undone(Exception):
    """The first import is given up."""


@pytest.mark.django_db
def test_after_an_import_that_was_undone_members_are_still_found_by_their_index() -> None:
    village = make_areas(communes=1, villages_per_commune=1).villages[0]
    with pytest.raises(Undone), transaction.atomic():
        make_households(HOUSEHOLDS, village)
        raise Undone
    with connection.cursor() as cursor:
        # Only dead rows: the server takes the register for an empty one.
        cursor.execute("ANALYZE registry_household, registry_person, registry_membership")
        cursor.execute(LONG)
    assert len(make_households(HOUSEHOLDS, village)) == HOUSEHOLDS
