"""A partner's scope: PostgreSQL shows the rows of the communes of an agreement in force today, and no other."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.conf import settings
from django.db import connection, transaction

from jigi.foundation.fence import READER, assume
from jigi.sharing.models import SharingAgreement


@contextmanager
def shared_under(agreement: SharingAgreement) -> Iterator[None]:
    """Read inside one transaction, or a part of the open one, what this agreement opens: no act sees more there."""
    if not settings.FENCED:
        with transaction.atomic():
            yield
        return
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT current_user, current_setting('jigi.act', true), sharing_enter(%s)", [agreement.pk])
        role, act, _ = cursor.fetchone()
        cursor.execute("SELECT set_config('jigi.act', '', true)")
        assume(READER)
        yield
        assume(role)
        cursor.execute("SELECT geography_enter(NULL), set_config('jigi.act', %s, true)", [act or ""])
