"""Rights: what a role allows (roles.toml), where and in which programme a person holds it.

A right is a word such as « payments.approve ». It is held through a staff posting in force today, for the
areas under the posting's area and for its programme (all when blank).
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path

from django.db.models import Q

from jigi.foundation.errors import Refused
from jigi.foundation.models import User
from jigi.geography.models import Area, StaffPosting

ROLES_FILE = Path(__file__).with_name("roles.toml")


@dataclass(frozen=True)
class Role:
    """A role of the reviewed file: its French title, the rights it gives, whether it asks for a second factor."""

    code: str
    title: str
    rights: frozenset[str]
    second_factor: bool = False


@cache
def rights() -> dict[str, str]:
    """Every right with its sentence in French."""
    return dict(tomllib.loads(ROLES_FILE.read_text(encoding="utf-8"))["rights"])


@cache
def roles() -> dict[str, Role]:
    """Every role of roles.toml, by code. Raises ValueError when one gives a right that has no sentence."""
    table = tomllib.loads(ROLES_FILE.read_text(encoding="utf-8"))["roles"]
    found = {
        code: Role(code, spec["title"], frozenset(spec["rights"]), spec["second_factor"])
        for code, spec in table.items()
    }
    for role in found.values():
        if unknown := role.rights - set(rights()):
            raise ValueError(f"roles.toml : le rôle {role.code} donne des droits inconnus {sorted(unknown)}")
    return found


def postings_with(user: User, right: str, *, programme: str | None = None) -> list[StaffPosting]:
    """The postings in force today that give a right, in a programme or in any."""
    if not user.is_authenticated or not user.is_active:
        return []
    allowed = [code for code, role in roles().items() if right in role.rights]
    today = date.today()
    found = StaffPosting.objects.filter(user=user, role__in=allowed, starts_on__lte=today)
    found = found.filter(Q(ends_on__isnull=True) | Q(ends_on__gte=today)).select_related("area")
    if programme is not None:
        found = found.filter(programme_code__in=("", programme))
    return list(found)


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
            f"Votre affectation ne permet pas ceci : {rights()[right]}",
            remedy="Demandez à votre coordination qui tient ce rôle pour ce lieu et ce programme.",
        )


def communes_with(user: User, right: str, *, programme: str | None = None) -> Q:
    """The communes where a user holds a right, as a condition on Area; nothing when they hold it nowhere."""
    condition = Q(pk__in=[])
    for posting in postings_with(user, right, programme=programme):
        condition |= Q(path__startswith=posting.area.path)
    return condition & Q(level=Area.Level.COMMUNE)
