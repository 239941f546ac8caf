"""What a guard of the database refuses, said to the person: a guard that explains itself has a hint."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import IntegrityError

from jigi.foundation.errors import Refused


@contextmanager
def refusing_guards() -> Iterator[None]:
    """Say in French what a guard of a higher package refuses: its message, and its hint says what to do."""
    try:
        yield
    except IntegrityError as error:
        said = getattr(error.__cause__, "diag", None)
        if said is None or not said.message_hint:
            raise
        raise Refused(str(said.message_primary).removesuffix("."), remedy=said.message_hint) from error
