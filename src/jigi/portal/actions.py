"""How an edition appears: published by a person with its new years, renewed by the worker without any."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable
from hashlib import sha256
from typing import Any

from django.db import transaction
from django.utils import timezone

from jigi.foundation import audit
from jigi.foundation.bulk import copy_rows, fetch_sql, give_memory
from jigi.foundation.errors import Refused
from jigi.foundation.fence import unfenced
from jigi.foundation.models import User
from jigi.geography.access import can
from jigi.geography.models import Area
from jigi.portal import rules
from jigi.portal.content import content
from jigi.portal.models import Cell, Edition
from jigi.portal.rules import Leaf, Shown

PUBLISH = "portal.publish"
COLUMNS = ("edition_id", "year", "place_id", "inside_id", "households", "paid_xof")
Years = dict[int, list[Shown]]


@unfenced
@transaction.atomic
def publish(*, by: User) -> Edition:
    """Publish what is known now, with the settled years that no edition has. Refused when nothing is new.

    A constant number of statements, whatever the number of households.
    """
    _require_country(by)
    before = _latest_locked()
    years = _new_years()
    made = _publish(before, years, by)
    if made is None:
        raise Refused("Rien n’est nouveau depuis la dernière édition", remedy="Elle reste celle que tout le monde lit.")
    after = {"through": made.through, "years": sorted(years), "sha256": made.digest}
    audit.record("publish", "portal_edition", made.pk, by=by, after=after)
    return made


@unfenced
@transaction.atomic
def renew() -> Edition | None:
    """Say again what changes from day to day (payments to come, works, sessions), once a person has published. Figures
    of a new year wait for a person."""
    before = _latest_locked()
    return _publish(before, {}, None) if before else None


def _publish(before: Edition | None, years: Years, by: User | None) -> Edition | None:
    known = Cell.objects.filter(inside=None).values_list("households", flat=True)
    fresh = [one.households for own in years.values() for one in own if one.inside is None]
    said = content(timezone.localdate(), sorted(count for count in (*known, *fresh) if count))
    through = max([before.through if before else 0, *years])
    digest = _digest(said, through, years)
    if before and not years and _digest(before.content, through, {}) == _digest(said, through, {}):
        return None
    made = Edition.objects.create(through=through, content=said, digest=digest, published_by=by)
    copy_rows("portal_cell", COLUMNS, _rows(made, years))
    return made


def _rows(edition: Edition, years: Years) -> Iterable[tuple[object, ...]]:
    for year, shown in years.items():
        for one in shown:
            yield (edition.pk, year, one.place, one.inside, one.households, one.paid_xof)


def _new_years() -> Years:
    """The cells of the settled years that are not published, as they may be shown."""
    known = sorted(set(Cell.objects.values_list("year", flat=True)))
    give_memory()
    through = rules.last_settled_year(timezone.localdate())
    leaves: dict[int, list[Leaf]] = defaultdict(list)
    for row in fetch_sql("portal", "leaves", {"known": known, "through": through}):
        leaves[row["year"]].append(Leaf(tuple(row["way"]), row["households"], row["paid_xof"]))
    return {year: rules.published(rules.cells_of(own)) for year, own in leaves.items()}


def _latest_locked() -> Edition | None:
    """One edition at a time: the lock lasts for the transaction."""
    fetch_sql("portal", "lock")
    return Edition.objects.order_by("pk").last()


def _digest(said: dict[str, Any], through: int, years: Years) -> str:
    cells = {str(year): [[one.place, one.households, one.paid_xof] for one in own] for year, own in years.items()}
    text = json.dumps([said, through, cells], sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return sha256(text.encode()).hexdigest()


def _require_country(by: User) -> None:
    country = list(Area.objects.filter(level=Area.Level.COUNTRY))
    if not can(by, PUBLISH, areas=country, programme=""):
        raise Refused(
            "Votre affectation ne permet pas ceci : publier pour tout le pays", remedy="Demandez à la Coordination."
        )
