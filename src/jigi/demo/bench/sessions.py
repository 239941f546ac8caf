"""A year of sessions: files of attendance taken by contract, beside the same rows written bare; who was reached."""

from __future__ import annotations

import csv
import math
from datetime import date, timedelta

from django.db import connection, transaction
from django.utils import timezone

from jigi.delivery.contracts.models import Contract, ContractCommune, Operator
from jigi.delivery.sessions import actions, conditions, files, queries
from jigi.delivery.sessions.models import Condition, Session, SessionModule
from jigi.demo.bench.gauge import gauged, peak_mb
from jigi.demo.bench.ground import lay, settle_tables, staff
from jigi.demo.bench.trial import Bench, Figures, Trial
from jigi.foundation.bulk import run_sql
from jigi.geography.models import Area
from jigi.monitoring.accompanied import accompanied
from jigi.monitoring.beneficiaries import beneficiaries
from jigi.programmes.models import Agreement, Component, ComponentCommune

A_YEAR = 20
"""Sessions that a household attends in a year."""
A_VILLAGE = 50
"""Households of a village."""
YEAR = 2018
FIRST = date(YEAR, 1, 8)
HEADER = ("seance", "date", "hommes", "femmes", "lieu", "animateur", "numero_rsu")


def _lay(trial: Trial) -> Figures:
    """Households in villages of TM1's communes, one contract a region, twenty sessions planned in each village."""
    households = math.ceil(trial.size / A_YEAR)
    component = lay(households)
    with connection.cursor() as cursor:
        cursor.execute(_VILLAGES, {"a_village": A_VILLAGE})
    by = staff()
    actions.load_themes(by=by.manager)
    _more_modules()
    followed = _followed(component)
    for contract in _contracts(component, followed):
        places = contract.communes.values("commune")
        villages = list(Area.objects.filter(parent__in=places, level="village").select_related("parent"))
        modules = list(SessionModule.objects.order_by("rank", "pk")[:A_YEAR])
        with transaction.atomic():
            actions.plan(contract, villages, modules, first_on=FIRST, every_days=17, per_day=100, by=by.manager)
    settle_tables()
    return {"households": households, "sessions": Session.objects.count(), "attendances": _write_files(trial)}


def _take(trial: Trial) -> Figures:
    """Every contract's file, read, checked and written."""
    with gauged() as gauge:
        taken = [
            files.take(trial.path(f"{contract.pk}.csv"), contract, by=staff().manager).file
            for contract in Contract.objects.order_by("pk")
        ]
    assert sum(one.lines_good for one in taken) == trial.facts["attendances"], "every line is good"
    return {"seconds": gauge.seconds, "statements": gauge.statements // len(taken), "peak_mb": peak_mb()}


def _reference(trial: Trial) -> Figures:
    """The same rows written from one table to another of the same shape and indexes, with nothing checked."""
    settle_tables()
    with gauged() as written, connection.cursor() as cursor:
        cursor.execute("CREATE TABLE bare_attendance (LIKE delivery_attendance INCLUDING INDEXES)")
        cursor.execute("INSERT INTO bare_attendance SELECT * FROM delivery_attendance")
    run = {"reference_seconds": written.seconds}
    with gauged() as counted:
        found = beneficiaries(YEAR)
    with gauged() as joined:
        both = accompanied(YEAR)
    contract = Contract.objects.order_by("pk")[0]
    with gauged() as followed:
        queries.done(contract)
    assert found[-1].households == both.reached == trial.facts["households"]
    return run | {
        "reach_seconds": counted.seconds, "accompanied_seconds": joined.seconds, "contract_seconds": followed.seconds,
        "judging_seconds": _judge(),
    }  # fmt: skip


def _judge() -> float:
    """The seconds to judge every household for a quarter."""
    paid = Component.objects.get(programme__code="TM1", code="TM")
    condition = Condition.objects.create(
        code="MESURE", name="Mesure", paid=paid, followed=_followed(paid), hardness="soft", who="household", least=4,
        appeal_days=30, valid_from=date(2014, 1, 1), author="mesure", source="mesure", file_hash="0" * 64,
    )  # fmt: skip
    Session.objects.filter(held_on__lte=date(YEAR, 3, 31)).update(
        status="checked", checked_by=staff().coordinator, checked_at=timezone.now()
    )
    facts = conditions.facts_of(condition, date(YEAR, 1, 1), date(YEAR, 3, 31))
    with gauged() as gauge, transaction.atomic():
        conditions.stage_suspended(())
        run_sql("delivery", "sessions_judge", facts)
    return gauge.seconds


def _write_files(trial: Trial) -> int:
    """The file of each contract: one line for each household and session; how many lines."""
    lines = 0
    for contract in Contract.objects.order_by("pk"):
        with connection.cursor() as cursor:
            cursor.execute(_LINES, {"contract": contract.pk})
            rows = cursor.fetchall()
        with trial.path(f"{contract.pk}.csv").open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file, delimiter=";")
            writer.writerow(HEADER)
            writer.writerows(rows)
        lines += len(rows)
    return lines


def _followed(paid: Component) -> Component:
    made, is_new = Component.objects.get_or_create(
        programme=paid.programme, code="MA",
        defaults={"name": "Mesures d’accompagnement", "kind": "sessions", "purpose": "accompagnement", "amount_xof": 0,
                  "terms": 60, "first_period": "2014-01", "months": 1},
    )  # fmt: skip
    if is_new:
        ComponentCommune.objects.bulk_create(
            ComponentCommune(component=made, commune_id=pk, terms=60)
            for pk in paid.communes.values_list("commune_id", flat=True)
        )
    return made


def _contracts(paid: Component, followed: Component) -> list[Contract]:
    """One contract in force for each region of the component."""
    operator = Operator.objects.create(code="ONG-MESURE", name="ONG de la mesure", kind="ngo")
    by, agreement, made = staff(), Agreement.objects.order_by("pk")[0], []
    communes = Area.objects.filter(pk__in=paid.communes.values("commune")).select_related("parent__parent")
    regions: dict[str, list[Area]] = {}
    for commune in communes:
        regions.setdefault(commune.code[:4], []).append(commune)
    for code, places in sorted(regions.items()):
        contract = Contract.objects.create(
            number=f"MA-{code}", title=f"Séances {code}", operator=operator, component=followed, agreement=agreement,
            sort="sessions", starts_on=date(YEAR, 1, 1), ends_on=FIRST + timedelta(days=400), amount_xof=0,
            status="active", made_by=by.manager, signed_by=by.coordinator, signed_at=timezone.now(),
        )  # fmt: skip
        ContractCommune.objects.bulk_create(ContractCommune(contract=contract, commune=place) for place in places)
        made.append(contract)
    return made


def _more_modules() -> None:
    """As many modules as a household attends sessions."""
    known = SessionModule.objects.order_by("rank")
    theme = known[0].theme
    for rank in range(known.count() + 1, A_YEAR + 1):
        SessionModule.objects.create(
            theme=theme, code=f"mesure-{rank}", name=f"Module {rank}", rank=rank, minutes=60,
            valid_from=date(2014, 1, 1), source="mesure", file_hash="0" * 64,
        )  # fmt: skip


_VILLAGES = """
WITH placed AS (
    SELECT id, commune_id, (row_number() OVER (PARTITION BY commune_id ORDER BY id) - 1) / %(a_village)s AS village
    FROM registry_household
), made AS (
    INSERT INTO geography_area (version_id, code, name, level, parent_id, path, source)
    SELECT DISTINCT commune.version_id, commune.code || '-M' || placed.village, 'Village mesuré ' || placed.village,
        'village', commune.id, commune.path || commune.code || '-M' || placed.village || '/', ''
    FROM placed JOIN geography_area AS commune ON commune.id = placed.commune_id
    RETURNING id, parent_id, code
)
UPDATE registry_household AS household SET village_id = made.id
FROM placed, made, geography_area AS commune
WHERE placed.id = household.id AND commune.id = placed.commune_id AND made.parent_id = commune.id
    AND made.code = commune.code || '-M' || placed.village
"""
_LINES = """
SELECT session.id, to_char(session.planned_on, 'DD/MM/YYYY'), 40, 160, 'École', 'Animateur', household.rsu_number
FROM delivery_session AS session
JOIN registry_household AS household ON household.village_id = session.village_id
WHERE session.contract_id = %(contract)s
ORDER BY session.id, household.id
"""
BENCH = Bench(
    name="sessions",
    size=3_100_000,
    unit="présences",
    reference="les mêmes lignes écrites dans une table de même forme, sans rien contrôler",
    phases={
        "Base, ménages, villages et séances prévues": _lay,
        "Fichiers de présences, pris (mesuré)": _take,
        "Référence, comptes et conditions": _reference,
    },
)
