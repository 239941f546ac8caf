"""Rights: where and in which programme a person holds what a role allows (see roles.py).

A right is a word such as « payments.approve ». It is held through a staff posting in force today, for the
areas under the posting's area and for its programme (all when blank).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import date

from django.db.models import Q

from jigi.foundation.errors import Refused
from jigi.foundation.models import User
from jigi.geography.models import Area, StaffPosting
from jigi.geography.roles import rights, roles

_READ: ContextVar[dict[int, list[StaffPosting]] | None] = ContextVar("postings read", default=None)


@contextmanager
def postings_read_once() -> Iterator[None]:
    """Inside, the postings of a person are read once: a page asks about rights fifty times."""
    read = _READ.get()
    token = _READ.set({} if read is None else read)
    try:
        yield
    finally:
        _READ.reset(token)


def forget_postings(user: User) -> None:
    """Read a person's postings again when they are next asked for: they have changed."""
    (_READ.get() or {}).pop(user.pk, None)


def postings_with(user: User, right: str, *, programme: str | None = None) -> list[StaffPosting]:
    """The postings in force today that give a right, in a programme or in any."""
    if not user.is_authenticated or not user.is_active:
        return []
    allowed = {code for code, role in roles().items() if right in role.rights}
    held = [posting for posting in _in_force(user) if posting.role in allowed]
    return [posting for posting in held if programme is None or posting.programme_code in ("", programme)]


def _in_force(user: User) -> list[StaffPosting]:
    kept = _READ.get()
    if kept is not None and user.pk in kept:
        return kept[user.pk]
    today = date.today()
    found = StaffPosting.objects.filter(user=user, starts_on__lte=today)
    held = list(found.filter(Q(ends_on__isnull=True) | Q(ends_on__gte=today)).select_related("area"))
    if kept is not None:
        kept[user.pk] = held
    return held


def organisations_with(user: User, right: str, *, programme: str | None = None) -> frozenset[str]:
    """The codes of the agencies, operators or partners for which a person holds a right."""
    return frozenset(posting.organisation for posting in postings_with(user, right, programme=programme)) - {""}


def can(user: User, right: str, *, areas: Iterable[Area] | None = None, programme: str | None = None) -> bool:
    """Whether the user holds a right in a programme, for every one of the areas (anywhere when None).

    An empty collection of areas is no area at all: the answer is no.
    """
    held = postings_with(user, right, programme=programme)
    if areas is None:
        return bool(held)
    asked = list(areas)
    return bool(asked) and all(any(a.path.startswith(p.area.path) for p in held) for a in asked)


def require(user: User, right: str, *, areas: Iterable[Area] | None = None, programme: str | None = None) -> None:
    """Raise Refused unless `can`."""
    if not can(user, right, areas=areas, programme=programme):
        raise Refused(
            f"Votre affectation ne permet pas ceci : {rights()[right].sentence}",
            remedy="Demandez à votre coordination qui tient ce rôle pour ce lieu et ce programme.",
        )


def owes_reason(user: User, right: str, *, areas: Iterable[Area]) -> bool:
    """Whether using a right here asks for a written reason: unless one of the roles that give it asks for none."""
    asked = list(areas)
    held = [p for p in postings_with(user, right) if all(a.path.startswith(p.area.path) for a in asked)]
    return all(roles()[posting.role].reason_to_reveal for posting in held)


def communes_with(user: User, right: str, *, programme: str | None = None) -> Q:
    """The communes where a user holds a right, as a condition on Area; nothing when they hold it nowhere."""
    condition = Q(pk__in=[])
    for posting in postings_with(user, right, programme=programme):
        condition |= Q(path__startswith=posting.area.path)
    return condition & Q(level=Area.Level.COMMUNE)
