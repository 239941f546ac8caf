"""What may be asked of places and of staff: versions, the way down to a village, a name as heard, rights."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from datetime import date

from django.db.models import Exists, OuterRef, Q
from django.db.models.functions import Length

from jigi.foundation.models import User
from jigi.geography.models import Area, AreaAlias, AreaSuccession, AreaVersion, StaffPosting
from jigi.geography.roles import roles
from jigi.geography.rules import name_key

MOST_FOUND = 50


def versions() -> list[AreaVersion]:
    """The divisions of the country, oldest first."""
    return list(AreaVersion.objects.order_by("valid_from"))


def way_to(area: Area) -> list[Area]:
    """The areas that hold this one, country first, itself last."""
    codes = area.path.strip("/").split("/")
    return list(Area.objects.filter(version=area.version_id, code__in=codes).order_by(Length("path")))


def parts_of(area: Area) -> list[Area]:
    """The areas just under this one, in the order of a French dictionary."""
    return sorted(Area.objects.filter(parent=area).select_related("version"), key=lambda part: _bare(part.name))


def under(area: Area) -> Q:
    """The condition « within this area », on a table of areas."""
    return Q(version=area.version_id, path__startswith=area.path)


def became(area: Area) -> list[AreaSuccession]:
    """What this area became in a later version."""
    found = AreaSuccession.objects.filter(predecessor=area).select_related("successor__version")
    return list(found.order_by("successor__name"))


def came_from(area: Area) -> list[AreaSuccession]:
    """What this area was in an earlier version."""
    found = AreaSuccession.objects.filter(successor=area).select_related("predecessor__version")
    return list(found.order_by("predecessor__name"))


def find(text: str, version: AreaVersion) -> list[Area]:
    """The places that a code or a name as heard designates, the surest first, at most 50.

    Equal codes, then equal keys (see rules.name_key) or aliases, then names that begin or continue so.
    """
    wanted = name_key(text)
    places = Area.objects.filter(version=version)
    exact = list(places.filter(code__iexact=text.strip())) if text.strip() else []
    if exact or len(wanted) < 2:
        return exact
    aliases = AreaAlias.objects.filter(area__version=version, name_key=wanted)
    known_as = set(aliases.values_list("area_id", flat=True))
    depth = {level: position for position, level in enumerate(Area.Level.values)}
    ranks = []
    for pk, name, level in places.values_list("pk", "name", "level"):
        key = name_key(name)
        alike = key == wanted or pk in known_as
        if alike or wanted in key:
            ranks.append((not alike, depth[level], not key.startswith(wanted), len(key), pk))
    order = {pk: position for position, (*_, pk) in enumerate(sorted(ranks)[:MOST_FOUND])}
    found = places.filter(pk__in=order).select_related("parent__parent")
    return sorted(found, key=lambda area: order[area.pk])


def postings_in_force(user: User) -> list[StaffPosting]:
    """The roles a person holds today, with their areas, the widest area first."""
    today = date.today()
    held = StaffPosting.objects.filter(user=user, starts_on__lte=today, role__in=roles())
    held = held.filter(Q(ends_on__isnull=True) | Q(ends_on__gte=today)).select_related("area")
    return sorted(held, key=lambda posting: (len(posting.area.path), posting.role))


def rights_given(postings: Iterable[StaffPosting]) -> frozenset[str]:
    """Every right that these postings give somewhere, in some programme."""
    return frozenset().union(*(roles()[posting.role].rights for posting in postings))


def version_in_use() -> AreaVersion | None:
    """The latest division that goes down to communes: the one households are placed in."""
    detailed = Area.objects.filter(version=OuterRef("pk"), level=Area.Level.COMMUNE)
    return AreaVersion.objects.filter(Exists(detailed)).order_by("-valid_from").first()


def designated(text: str, version: AreaVersion) -> list[Area]:
    """The places whose code or name is just that; failing these, all that `find` gives."""
    found = find(text, version)
    wanted = name_key(text)
    named = [area for area in found if name_key(area.name) == wanted or area.code == text.strip().upper()]
    return named or found


def _bare(name: str) -> str:
    letters = unicodedata.normalize("NFKD", name.casefold())
    return "".join(letter for letter in letters if not unicodedata.combining(letter))
