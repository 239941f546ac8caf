"""Finding a person in a whole country: numbers, misspelt names, the page of a household, by the role of the site."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Sequence
from typing import Any

from django.conf import settings
from django.db import connection, transaction

from jigi.demo.bench.crowd import at_once, lay_crowd
from jigi.demo.bench.gauge import gauged, peak_mb
from jigi.demo.bench.ground import empty_tables, give_phones, settle_tables
from jigi.demo.bench.importing import columns_of
from jigi.demo.bench.trial import Bench, Figures, Trial
from jigi.demo.ground import people
from jigi.foundation import fence
from jigi.foundation.bulk import copy_lines, to_copy
from jigi.foundation.keyring import vault
from jigi.foundation.models import User
from jigi.geography.installation import ensure_account
from jigi.geography.scope import seen_by
from jigi.registry import queries as registry
from jigi.registry import search
from jigi.registry.likeness import LETTERS
from jigi.registry.models import Membership

TABLES = ("registry_household", "registry_person", "registry_membership")
PLACES = {"commune": "ML010501", "region": "ML01", "country": "ML"}
TIMES = 60
SEED = 2016
NUMBERED = 20_000
"""Persons who are given a telephone and a NINA: an index of more is one page deeper at most."""
Read = Callable[[Membership], Any]


def _install(trial: Trial) -> Figures:
    people()
    for name, code in PLACES.items():
        ensure_account(f"mesure-{name}", f"Mesure ({name})", "social_officer", area_code=code)
    return {}


def _lay(trial: Trial) -> Figures:
    with gauged() as gauge:
        lay_crowd(trial.size)
    return {"seconds": gauge.seconds, "statements": gauge.statements, "persons": trial.size * 8}


def _copy(trial: Trial) -> Figures:
    """The same rows out to files, the tables emptied, and back by COPY alone."""
    columns = {table: columns_of(table) for table in TABLES}
    with connection.cursor() as cursor:
        for table, listed in columns.items():
            with (
                trial.path(table).open("wb") as file,
                cursor.copy(f"COPY {table} ({','.join(listed)}) TO STDOUT") as copy,
            ):
                file.writelines(copy)
    empty_tables(columns)
    with gauged() as gauge, transaction.atomic(), at_once():
        for table, listed in columns.items():
            with trial.path(table).open("rb") as file:
                copy_lines(table, listed, iter(lambda: file.read(1 << 20), b""))
    return {"reference_seconds": gauge.seconds}


def _settle(trial: Trial) -> Figures:
    persons = list(Membership.objects.order_by("pk").values_list("person", flat=True)[:NUMBERED])
    give_phones(persons, 60_000_001)
    _give_ninas(persons)
    settle_tables()
    fence.grant()
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_database_size(current_database()), pg_indexes_size('registry_person')")
        whole, indexes = cursor.fetchone()
    return {"database_mb": whole >> 20, "person_indexes_mb": indexes >> 20}


def _give_ninas(persons: Sequence[int]) -> None:
    """A fictitious number to each: no birthplace of Mali begins by 99."""
    numbers = [f"128099{rank:08}K" for rank in range(len(persons))]
    sealed, indexes = vault().seal_many("document", numbers), vault().index_many("document", numbers)
    lines = (
        f"{person}\tnina\t{to_copy(value)}\t{to_copy(index)}\n".encode()
        for person, value, index in zip(persons, sealed, indexes, strict=True)
    )
    copy_lines("registry_identifier", ("person_id", "kind", "sealed", "value_index"), lines)


def _measure(trial: Trial) -> Figures:
    settings.FENCED = True
    rng = random.Random(SEED)  # nosec B311: draws what is sought, no secret
    found: Figures = {}
    for place in PLACES:
        user = User.objects.get(username=f"mesure-{place}")
        drawn = _drawn(user, rng)
        for name, read in _reads(user, rng).items():
            found[f"{place}.{name}"] = _times(user, read, drawn)
    held = Membership.objects.order_by("pk").select_related("person", "household")
    numbered = list(held.prefetch_related("person__phones", "person__identifiers")[:TIMES])
    for name, read in _exact(user).items():
        found[f"country.{name}"] = _times(user, read, numbered)
    return {"milliseconds": found, "peak_mb": peak_mb()}


def _drawn(user: User, rng: random.Random) -> list[Membership]:
    """Persons of the places one sees, drawn by number."""
    with seen_by(user):
        numbers = registry.visible_to(user).order_by("pk").values_list("pk", flat=True)
        among = list(numbers[:200_000])
        some = rng.sample(among, min(TIMES, len(among)))
        rows = Membership.objects.filter(household__in=some, line=3).select_related("person", "household")
        return list(rows)


def _reads(user: User, rng: random.Random) -> dict[str, Read]:
    def misspelt(one: Membership) -> Any:
        person = one.person
        return search.find(search.Wanted(f"{person.given_names} {_wrong(person.surname, rng)}"), by=user)

    def misspelt_twice(one: Membership) -> Any:
        person = one.person
        return search.find(search.Wanted(f"{person.given_names} {_wrong(_wrong(person.surname, rng), rng)}"), by=user)

    def with_year(one: Membership) -> Any:
        person = one.person
        born = person.birth_date.year + rng.randint(-2, 2) if person.birth_date else None
        return search.find(search.Wanted(f"{person.surname} {_wrong(person.given_names, rng)}", born=born), by=user)

    return {
        "as_written": lambda one: search.find(search.Wanted(str(one.person)), by=user),
        "misspelt": misspelt,
        "misspelt_twice": misspelt_twice,
        "misspelt_with_year": with_year,
        "household": lambda one: _household(user, one.household.rsu_number),
    }  # fmt: skip


def _exact(user: User) -> dict[str, Read]:
    return {
        "rsu": lambda one: search.find(search.Wanted(one.household.rsu_number), by=user),
        "phone": lambda one: search.find(search.Wanted(one.person.phones.all()[0].number), by=user),
        "nina": lambda one: search.find(search.Wanted(one.person.identifiers.all()[0].value), by=user),
    }


def _household(user: User, number: str) -> Any:
    """What the page of a household reads of the register."""
    one = registry.visible_to(user).select_related("commune", "village").get(rsu_number=number)
    return one, list(registry.current_members(one)), list(registry.former_members(one))


def _times(user: User, read: Read, drawn: Sequence[Membership]) -> Figures:
    """Milliseconds of half and of 95 % of the readings; for a search, how many showed the person."""
    spent, shown = [], 0
    for one in drawn:
        with seen_by(user):
            began = time.perf_counter()
            answer = read(one)
            spent.append((time.perf_counter() - began) * 1000)
        if isinstance(answer, search.Found):
            shown += any(match.membership.household_id == one.household_id for match in answer.matches)
    spent.sort()
    figures = {"p50": round(spent[len(spent) // 2], 1), "p95": round(spent[int(len(spent) * 0.95)], 1)}
    return figures | ({"shown": shown, "of": len(drawn)} if isinstance(answer, search.Found) else {})


def _wrong(name: str, rng: random.Random) -> str:
    """A name with one letter changed, left out or put in."""
    place = rng.randrange(1, max(2, len(name)))
    head, tail = name[:place], name[place:]
    return rng.choice((head + tail[1:], head + rng.choice(LETTERS) + tail[1:], head + rng.choice(LETTERS) + tail))


BENCH = Bench(
    name="registry",
    size=200_000,
    unit="ménages",
    reference="COPY des mêmes lignes dans les mêmes tables, index et clés étrangères faits à la fin, comme ici",
    phases={
        "Base et comptes": _install,
        "Pays fictif (huit personnes par ménage, mesuré)": _lay,
        "Téléphones, documents, statistiques": _settle,
        "Recherches sous la clôture (mesuré)": _measure,
        "Les mêmes lignes par COPY (référence)": _copy,
    },
)
