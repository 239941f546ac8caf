"""Small worlds for the tests: places, people who act, households, a programme that pays them.

    commune = make_commune("ML010501")
    households = make_households(100, make_village(commune))
    manager = make_user("awa", "programme_manager", area=commune)

Places take the codes of the shipped gazetteer and are found again when it is loaded.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.db import connection

from jigi.foundation.models import User
from jigi.geography.models import Area, AreaVersion, StaffPosting

LEVEL_OF_LENGTH = {2: "country", 4: "region", 6: "cercle", 8: "commune"}


@dataclass(frozen=True)
class Areas:
    """A country with one region, one cercle, its communes and their villages (two a commune)."""

    version: AreaVersion
    country: Area
    region: Area
    cercle: Area
    communes: list[Area]
    villages: list[Area]


def make_areas(communes: int = 3, villages_per_commune: int = 2) -> Areas:
    """The communes ML010501, ML010502... of the cercle ML0105, with fictitious villages."""
    made = [make_commune(f"ML0105{number:02}") for number in range(1, communes + 1)]
    villages = [make_village(commune, n) for commune in made for n in range(1, villages_per_commune + 1)]
    cercle = made[0].parent
    return Areas(cercle.version, cercle.parent.parent, cercle.parent, cercle, made, villages)


def make_commune(code: str, name: str = "") -> Area:
    """The commune of a code such as « ML010501 », with its cercle, region and country."""
    version, _ = AreaVersion.objects.get_or_create(
        code="COD2019", defaults={"name": "Découpage 2019", "valid_from": date(2009, 1, 1), "source": "essai"}
    )
    area, path = None, "/"
    for length, level in LEVEL_OF_LENGTH.items():
        path += f"{code[:length]}/"
        titled = name if name and length == len(code) else f"{level} {code[:length]}"
        area, _ = Area.objects.get_or_create(
            version=version, code=code[:length], defaults=_place(titled, level, area, path)
        )
    assert area is not None
    return area


def make_village(commune: Area, number: int = 1) -> Area:
    """The village « Village fictif n » of a commune."""
    code = f"{commune.code}-{number:03}"
    place = _place(f"Village fictif {number}", "village", commune, f"{commune.path}{code}/")
    return Area.objects.get_or_create(version=commune.version, code=code, defaults=place)[0]


def _place(name: str, level: str, parent: Area | None, path: str) -> dict[str, object]:
    population = 1_000 if level == "village" else None
    return {
        "name": name, "level": level, "parent": parent, "path": path, "population": population,
        "longitude": -9.4, "latitude": 13.0,
    }  # fmt: skip


def make_user(
    username: str, role: str = "programme_manager", area: Area | None = None, *, programme: str = ""
) -> User:
    """A person posted in a role of roles.toml at an area (the country when None), in one programme or all."""
    user = User.objects.create_user(username, full_name=f"{username.title()} (essai)")
    place = area or Area.objects.get(level="country", version__code="COD2019")
    StaffPosting.objects.create(
        user=user, role=role, area=place, programme_code=programme, starts_on=date(2014, 1, 1)
    )
    return user


def make_households(
    n: int, village: Area, *, recipient: str | None = "spouse", phones: bool = True, prefix: str = ""
) -> list[int]:
    """Numbers of `n` new households of a village: a head, a spouse, a child; set-wise, whatever `n`.

    `recipient` is "spouse" (the head is then her alternate), "head", or None when nobody holds the role.
    Recipients have a telephone of their own unless `phones` is false.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT coalesce(max(id), 0) FROM registry_household")
        first = cursor.fetchone()[0] + 1
        cursor.execute(
            _HOUSEHOLDS,
            {"n": n, "village": village.pk, "commune": village.parent_id, "recipient": recipient or "",
             "phones": phones, "prefix": prefix or f"essai-{first}"},
        )  # fmt: skip
        return [row[0] for row in cursor.fetchall()]


_HOUSEHOLDS = """
WITH plan AS MATERIALIZED (
    SELECT i, nextval(pg_get_serial_sequence('registry_household', 'id')) AS household,
        nextval(pg_get_serial_sequence('registry_person', 'id')) AS head,
        nextval(pg_get_serial_sequence('registry_person', 'id')) AS spouse,
        nextval(pg_get_serial_sequence('registry_person', 'id')) AS child
    FROM generate_series(1, %(n)s) AS i
), households AS (
    INSERT INTO registry_household (id, rsu_number, commune_id, village_id, head_name, size, status, source,
        source_key, content_hash, collected_on, collector)
    SELECT household, jigi_rsu_number(), %(commune)s, %(village)s, 'Moussa Essai ' || i, 3, 'active', 'essai',
        %(prefix)s || '-' || i, decode(md5(%(prefix)s || i), 'hex'), '2014-06-01', 'E01'
    FROM plan
), members AS (
    SELECT i, household, head AS person, 1 AS line, 'head' AS relation, NULL::int AS spouse_rank,
        'Moussa' AS given, 'M' AS sex, date '1970-01-01' AS birth, 'about' AS precision,
        CASE %(recipient)s WHEN 'head' THEN 'recipient' WHEN 'spouse' THEN 'alternate' ELSE '' END AS role
    FROM plan
    UNION ALL
    SELECT i, household, spouse, 2, 'spouse', 1, 'Awa', 'F', '1978-01-01', 'about',
        CASE %(recipient)s WHEN 'head' THEN 'alternate' WHEN 'spouse' THEN 'recipient' ELSE '' END
    FROM plan
    UNION ALL
    SELECT i, household, child, 3, 'child', NULL, 'Oumou', 'F', '2011-03-01', 'month', '' FROM plan
), persons AS (
    INSERT INTO registry_person (id, given_names, surname, nickname, sex, birth_date, birth_precision,
        father_name, mother_name)
    SELECT person, given, 'Essai ' || i, '', sex, birth, precision, '', '' FROM members
), memberships AS (
    INSERT INTO registry_membership (household_id, person_id, line, relation, spouse_rank, role, absent,
        started_on)
    SELECT household, person, line, relation, spouse_rank, role, false, '2014-06-01' FROM members
), telephones AS (
    INSERT INTO registry_phone (person_id, number, owner)
    SELECT person, '+223' || (60000000 + person), 'self' FROM members WHERE role = 'recipient' AND %(phones)s
)
SELECT household FROM plan ORDER BY i
"""
