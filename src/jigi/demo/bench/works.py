"""Timesheets at size: entered by the page, signed, approved into presences, wages and dues; then a round of wages."""

from __future__ import annotations

import math
import uuid
from collections.abc import Iterator
from datetime import date, timedelta
from http import HTTPStatus
from statistics import median, quantiles
from time import perf_counter

from django.db import connection, transaction
from django.test import Client
from django.utils import timezone

from jigi.delivery.contracts.models import Contract, ContractCommune, Operator
from jigi.delivery.works import approval, sheets
from jigi.delivery.works.hiring import Asked
from jigi.delivery.works.models import Presence, Timesheet, Worksite
from jigi.demo.bench.gauge import gauged, peak_mb
from jigi.demo.bench.ground import PEOPLE, communes_of, enriched, settle_tables, staff, without_foreign_keys
from jigi.demo.bench.trial import Bench, Figures, Trial
from jigi.demo.ground import people
from jigi.demo.works import Hands, lay_worksite
from jigi.foundation.bulk import fetch_sql
from jigi.foundation.errors import JigiError
from jigi.foundation.models import User
from jigi.geography.models import Area, StaffPosting
from jigi.payments import actions
from jigi.programmes import actions as programmes
from jigi.programmes.definition_file import SHIPPED, read_definition
from jigi.programmes.models import Agreement, Component
from jigi.registry.models import Membership

WORKERS, DAYS = 100, 80
START = date(2016, 2, 1)
PAGES = 25
"""Grids entered by the page, to measure it; the others by the action that the page calls."""


def _lay(trial: Trial) -> Figures:
    """Worksites of 100 workers each, drawn and hired through their own actions."""
    hands = people()
    programmes.load(enriched(read_definition(SHIPPED / "accompagnement.toml")), by=hands.operator)
    component = Component.objects.get(programme__code="ACC", kind="works")
    communes, sites = communes_of(component), max(1, math.ceil(trial.size / WORKERS / DAYS))
    with transaction.atomic(), without_foreign_keys(PEOPLE):
        here = [communes[n % len(communes)].pk for n in range(sites)]  # each worksite's people live in one commune
        fetch_sql("demo", "households", {"n": sites * WORKERS, "communes": here})
    settle_tables()
    contract = _contract(component, communes, hands.manager, hands.coordinator)
    actors = _hands(contract, communes[0])
    villages = {one.pk: _village(one) for one in communes}
    people_of = Membership.objects.order_by("household")
    asked = [(one.household.commune_id, Asked(one.household_id, one.person_id))
             for one in people_of.select_related("household").iterator(5_000)]  # fmt: skip
    for n in range(sites):
        group = asked[n * WORKERS : (n + 1) * WORKERS]
        place = villages[group[0][0]]
        asking = [one for _, one in group]
        lay_worksite(contract, place, asking, WORKERS, START, actors, crew_size=WORKERS, double_entry=False)
    settle_tables()
    return {"worksites": sites}


def _enter(trial: Trial) -> Figures:
    """Every sheet entered, signed and approved; the first grids through the page, each timed."""
    hands = _hands(Contract.objects.get(), Area.objects.get(code="ML010501"))
    client, spent, made = _client(hands.agent), [], 0
    with gauged() as gauge:
        for site in Worksite.objects.order_by("pk"):
            crew = site.crews.get()
            lines = list(crew.workers.values_list("number", flat=True))
            for first, days in _spans():
                sheet = sheets.open_sheet(crew, first, days, by=hands.agent)
                if made < PAGES and days == 14:
                    spent.append(_by_page(client, sheet, lines))
                else:
                    sheets.enter(sheet, dict.fromkeys(lines, "P" * days), by=hands.agent)
                approval.sign(sheet, by=hands.foreman)
                approval.approve(sheet, by=hands.controller)
                made += 1
    settle_tables()
    return {
        "seconds": gauge.seconds, "statements": gauge.statements, "peak_mb": peak_mb(), "sheets": made,
        "presences": Presence.objects.count(), "grid_milliseconds": round(median(spent) * 1000),
        "grid_p95_milliseconds": round(quantiles(spent, n=20)[-1] * 1000),
    }  # fmt: skip


def _round(trial: Trial) -> Figures:
    """The list of a round of wages of every worker."""
    component, by = Component.objects.get(programme__code="ACC", kind="works"), staff().manager
    with gauged() as gauge:
        opened = actions.open_round(component, 3, communes_of(component), by=by)
        prepared = actions.prepare(opened, by=by)
    return {"round_seconds": gauge.seconds, "round_workers": prepared.entitlements}


def _reference(trial: Trial) -> Figures:
    """The same presences in one statement, into a table with its two unique indexes and no guard."""
    with gauged() as gauge, transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("CREATE TEMPORARY TABLE bare (LIKE delivery_presence INCLUDING INDEXES) ON COMMIT DROP")
        cursor.execute("INSERT INTO bare SELECT * FROM delivery_presence")
    return {"reference_seconds": gauge.seconds}


def _spans() -> Iterator[tuple[date, int]]:
    """The sheets of 80 days: five of 14, one of 10."""
    for first in range(0, DAYS, 14):
        yield START + timedelta(days=first), min(14, DAYS - first)


def _by_page(client: Client, sheet: Timesheet, lines: list[int]) -> float:
    grid = {f"l-{number}": "P" * sheet.days for number in lines}
    began = perf_counter()
    answer = client.post(f"/chantiers/feuilles/{sheet.pk}/saisir/", {"cle": str(uuid.uuid4()), "revision": "0", **grid})
    if answer.status_code != HTTPStatus.FOUND or not answer["Location"].endswith(f"/feuilles/{sheet.pk}/"):
        raise JigiError("La grille n’a pas été gardée", why=f"{answer.status_code} {answer.get('Location')}")
    return perf_counter() - began


def _client(user: User) -> Client:
    client = Client(headers={"host": "localhost"})
    client.force_login(user)
    return client


def _contract(component: Component, communes: list[Area], maker: User, signer: User) -> Contract:
    operator = Operator.objects.create(code="ONG-MESURE", name="ONG (mesure)", kind="ngo")
    made = Contract.objects.create(
        number="MESURE-1", title="Chantiers mesurés", operator=operator, component=component,
        agreement=Agreement.objects.get(code="ACC-IDA"), sort="works", starts_on=START, ends_on=date(2018, 12, 31),
        amount_xof=0, status="active", made_by=maker, signed_by=signer, signed_at=timezone.now(),
    )  # fmt: skip
    ContractCommune.objects.bulk_create(ContractCommune(contract=made, commune=one) for one in communes)
    return made


def _hands(contract: Contract, commune: Area) -> Hands:
    accounts = staff()
    agent, foreman = (_agent(name, contract.operator.code, commune) for name in ("ong-mesure", "chef-mesure"))
    return Hands(agent, foreman, User.objects.get(username="kita"), accounts.coordinator, accounts.manager)


def _agent(username: str, organisation: str, commune: Area) -> User:
    assert commune.parent is not None
    user, made = User.objects.get_or_create(username=username, defaults={"full_name": username})
    if made:
        StaffPosting.objects.create(
            user=user, role="ngo_operator", area=commune.parent, organisation=organisation, starts_on=date(2014, 1, 1)
        )
    return user


def _village(commune: Area) -> Area:
    code = f"{commune.code}-901"
    facts = {"name": "Village mesuré", "level": "village", "parent": commune, "path": f"{commune.path}{code}/"}
    return Area.objects.get_or_create(version=commune.version, code=code, defaults=facts)[0]


BENCH = Bench(
    name="works",
    size=400_000,
    unit="présences",
    reference="les mêmes présences en une instruction, sans garde",
    phases={
        "Chantiers, tirage, embauche": _lay,
        "Feuilles saisies, signées, approuvées": _enter,
        "Un tour de salaires": _round,
        "Référence": _reference,
    },
)
