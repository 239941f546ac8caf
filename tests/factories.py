"""Small worlds for the tests: places, people who act, households, a programme that pays them.

    commune = make_commune("ML010501")
    households = make_households(100, make_village(commune))
    manager = make_user("awa", "programme_manager", area=commune)
    component = make_component([commune], terms=4)
    make_enrolments(component, households)

Places take the codes of the shipped gazetteer and are found again when it is loaded.
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType
from typing import Any

from allauth.mfa.models import Authenticator
from django.db import connection
from django.test import Client

from jigi.enrolment.actions import enrol_households
from jigi.enrolment.models import Cohort
from jigi.foundation.models import User
from jigi.geography.models import Area, AreaVersion, StaffPosting
from jigi.geography.roles import roles
from jigi.programmes.actions import load
from jigi.programmes.definition_file import parse_definition
from jigi.programmes.models import Component
from jigi.registry.models import Phone

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


def make_user(username: str, role: str = "programme_manager", area: Area | None = None, *, programme: str = "") -> User:
    """A person posted in a role of roles.toml at an area (the country when None), in one programme or all.

    They hold a second factor when the role asks for one, so that pages open to them.
    """
    user = User.objects.create_user(username, full_name=f"{username.title()} (essai)")
    place = area or Area.objects.get(level="country", version__code="COD2019")
    StaffPosting.objects.create(user=user, role=role, area=place, programme_code=programme, starts_on=date(2014, 1, 1))
    if role in roles() and roles()[role].second_factor:
        Authenticator.objects.create(user=user, type=Authenticator.Type.TOTP, data={})
    return user


class ProvedClient(Client):
    """A browser whose `force_login` counts as a password just given."""

    def force_login(self, user: User, backend: str | None = None) -> None:
        super().force_login(user, backend)
        session = self.session
        session["account_authentication_methods"] = [{"method": "password", "at": time.time()}]
        session["account_authentication_methods_user"] = str(user.pk)
        session.save()


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
             "prefix": prefix or f"essai-{first}"},
        )  # fmt: skip
        made = cursor.fetchall()
    persons = [person for _, person in made if phones and person]
    Phone.objects.bulk_create([Phone(person_id=person, number=f"+223{60_000_000 + person}") for person in persons])
    return [household for household, _ in made]


def make_component(
    communes: Sequence[Area],
    *,
    programme: str = "ESSAI",
    code: str = "TM",
    by: User | None = None,
    **said: Any,
) -> Component:
    """A component loaded through a programme file, its agreements granted in the ledger.

    What the file says otherwise than by default: the arguments of `programme_text`.
    """
    text = programme_text(communes, programme=programme, code=code, **said)
    load(parse_definition(text, f"{programme.lower()}.toml"), by=by or loader())
    return Component.objects.get(programme__code=programme, code=code)


def make_enrolments(
    component: Component, households: Sequence[int], *, cohort: str = "Cohorte d’essai", first_term: int = 1
) -> Cohort:
    """Enrol households of the component's communes from a list, in one cohort."""
    return enrol_households(component, households, cohort_name=cohort, first_term=first_term, by=loader())


def loader() -> User:
    """Somebody who may do everything of a programme manager, in the whole country."""
    return User.objects.filter(username="responsable").first() or make_user("responsable")


def programme_text(
    communes: Sequence[Area],
    *,
    programme: str = "ESSAI",
    code: str = "TM",
    amount_xof: int = 30_000,
    terms: int = 12,
    first_period: str = "2015T1",
    months: int = 3,
    longer: Mapping[int, Sequence[Area]] = MappingProxyType({}),
    agreement_xof: int = 10**12,
    fundings: Mapping[str, Sequence[Area]] = MappingProxyType({}),
    agencies: Mapping[str, Sequence[Area]] = MappingProxyType({}),
    agency_kind: str = "wallet",
    rules: str = "",
) -> str:
    """The text of a programme file.

    `longer` gives some communes another number of terms; `fundings` and `agencies` give some communes to an
    agreement or agency of that code, the others going to « DON-ESSAI » and « AGENCE-ESSAI ».
    """
    apart = {area.code for areas in longer.values() for area in areas}
    areas = {terms: [c for c in communes if c.code not in apart], **longer}
    lines = [
        f'code = "{programme}"', f'name = "Programme {programme}"', 'unit = "Unité d’essai"',
        'author = "Essai"', 'source = "Essai"', "valid_from = 2014-01-01", 'division = "COD2019"',
        "[[component]]", f'code = "{code}"', 'name = "Transfert d’essai"', 'kind = "regular"',
        'purpose = "consommation"', f"amount_xof = {amount_xof}", f"terms = {terms}",
        f'first_period = "{first_period}"', f"months = {months}", "[component.rules]", rules,
    ]  # fmt: skip
    for number, chosen in areas.items():
        if chosen:
            lines += ["[[component.area]]", f"terms = {number}", f"communes = {_codes(chosen)}"]
    lines += _assignments("funding", "agreement", fundings, "DON-ESSAI", communes)
    lines += _assignments("agency", "agency", agencies, "AGENCE-ESSAI", communes)
    for name in _names(fundings, "DON-ESSAI", communes):
        lines += ["[[agreement]]", f'code = "{name}"', f'donor = "Bailleur {name}"', 'name = "Don d’essai"']
        lines += [f"amount_xof = {agreement_xof}", "effective_on = 2000-01-01", "closes_on = 2199-12-31"]
    for name in _names(agencies, "AGENCE-ESSAI", communes):
        lines += [
            "[[agency]]",
            f'code = "{name}"',
            f'name = "Agence {name}"',
            f'kind = "{agency_kind}"',
            'no_fee_because = "essai"',
        ]
    return "\n".join(lines) + "\n"


def _assignments(
    header: str, key: str, chosen: Mapping[str, Sequence[Area]], default: str, communes: Sequence[Area]
) -> list[str]:
    lines = []
    for name, areas in chosen.items():
        lines += [f"[[component.{header}]]", f'{key} = "{name}"', f"communes = {_codes(areas)}"]
    if default in _names(chosen, default, communes):
        lines += [f"[[component.{header}]]", f'{key} = "{default}"', "others = true"]
    return lines


def _names(chosen: Mapping[str, Sequence[Area]], default: str, communes: Sequence[Area]) -> list[str]:
    taken = {area.code for areas in chosen.values() for area in areas}
    return [*chosen, *([default] if {area.code for area in communes} - taken else [])]


def _codes(areas: Sequence[Area]) -> str:
    return "[" + ", ".join(f'"{area.code}"' for area in areas) + "]"


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
    INSERT INTO registry_person (id, commune_id, given_names, surname, nickname, sex, birth_date, birth_precision,
        father_name, mother_name)
    SELECT person, %(commune)s, given, 'Essai ' || i, '', sex, birth, precision, '', '' FROM members
), memberships AS (
    INSERT INTO registry_membership (household_id, person_id, line, relation, spouse_rank, role, absent,
        started_on)
    SELECT household, person, line, relation, spouse_rank, role, false, '2014-06-01' FROM members
)
SELECT plan.household, receives.person
FROM plan LEFT JOIN members AS receives ON receives.i = plan.i AND receives.role = 'recipient'
ORDER BY plan.i
"""
