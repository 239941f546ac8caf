"""What the lower fence costs: the reads of a page by the role of the site, beside the same by the tables' owner."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import nullcontext
from statistics import median
from typing import Any

from django.conf import settings
from django.db import connection, transaction
from django.db.models import Count

from jigi.demo.bench.crowd import lay_crowd
from jigi.demo.bench.gauge import peak_mb
from jigi.demo.bench.ground import settle_tables
from jigi.demo.bench.trial import Bench, Figures, Trial
from jigi.demo.ground import people
from jigi.foundation.bulk import counting_statements
from jigi.foundation.models import User
from jigi.geography.access import communes_with
from jigi.geography.installation import ensure_account
from jigi.geography.models import Area
from jigi.geography.scope import seen_by
from jigi.registry import queries as registry
from jigi.registry.models import Person

PLACES = {"commune": "ML010501", "cercle": "ML0105", "region": "ML01", "country": "ML"}
TIMES = 7
Read = Callable[[User], Any]


def _lay(trial: Trial) -> Figures:
    people()
    for name, code in PLACES.items():
        ensure_account(f"mesure-{name}", f"Mesure ({name})", "social_officer", area_code=code)
    lay_crowd(trial.size)
    settle_tables()
    return {"persons": Person.objects.count()}


def _page(user: User) -> Any:
    """A page of the list, as listing.py asks it."""
    return list(registry.visible_to(user).select_related("commune", "village").order_by("rsu_number", "pk")[:51])


def _search(user: User) -> Any:
    """A common name, misspelt, among the households one may see."""
    found = registry.visible_to(user).filter(registry.sought("Fatoumata Kulibali"))
    return list(found.select_related("commune", "village").order_by("rsu_number", "pk")[:51])


def _household(user: User) -> Any:
    """One household with its members, their documents and telephones."""
    one = registry.visible_to(user).order_by("pk")[0]
    return list(registry.current_members(one))


def _persons(user: User) -> Any:
    """Everybody in one's places, by sex and precision of birth: every row in them is read."""
    mine = Person.objects.filter(commune__in=Area.objects.filter(communes_with(user, "registry.see")))
    return list(mine.order_by().values_list("sex", "birth_precision").annotate(Count("pk")))


READS: dict[str, Read] = {"page": _page, "search": _search, "household": _household, "persons": _persons}


def _compare(trial: Trial) -> Figures:
    """Median milliseconds of each read by each place's person, without the fence and under it, turn by turn."""
    bare: dict[str, float] = {}
    fenced: dict[str, float] = {}
    with counting_statements() as counter:
        for place in PLACES:
            user = User.objects.get(username=f"mesure-{place}")
            for name, read in READS.items():
                # In turns: what else the machine does weighs on both alike.
                turns = [(_timed(read, user, False), _timed(read, user, True)) for _ in range(TIMES)]
                without, under = zip(*turns, strict=True)
                bare[f"{place}.{name}"] = round(median(without) * 1000, 2)
                fenced[f"{place}.{name}"] = round(median(under) * 1000, 2)
    return {
        "bare_milliseconds": bare,
        "reference_seconds": round(sum(bare.values()) / 1000, 4),
        "fenced_milliseconds": fenced,
        "ratios": {name: round(fenced[name] / bare[name], 2) for name in fenced},
        "seconds": round(sum(fenced.values()) / 1000, 4),
        "statements": counter.count,
        "peak_mb": peak_mb(),
        "rows_without_scope": _without_scope(),
    }


def _timed(read: Read, user: User, fenced: bool) -> float:
    settings.FENCED = fenced
    with seen_by(user) if fenced else nullcontext():
        began = time.perf_counter()
        read(user)
        return time.perf_counter() - began


def _without_scope() -> int:
    """What the role of the site reads when a request forgets its scope."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL ROLE jigi_web")
        return Person.objects.count()


BENCH = Bench(
    name="access",
    size=712_500,
    unit="ménages",
    reference="les mêmes lectures, avec le seul filtre de la requête, par le compte à qui sont les tables",
    phases={
        "Base et pays fictif (huit personnes par ménage)": _lay,
        "Lectures sans la clôture et sous elle, tour à tour": _compare,
    },
)
