"""Which agreement pays which right, where several pay a commune: dealt when the list is built, in a few statements."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

from django.db import connection
from django.utils import timezone

from jigi.foundation.bulk import copy_rows, fetch_sql, run_sql
from jigi.foundation.errors import Refused
from jigi.geography.models import Area
from jigi.payments.financing import refuse_ineligible_payers
from jigi.payments.models import PaymentRound
from jigi.payments.rules import PayingLine, deal


def refuse_unpaid_communes(payment_round: PaymentRound) -> None:
    """Refused when no agreement may pay a commune of the round over its period, or one that shares it has closed."""
    paying = _paying(payment_round)
    lacking = payment_round.communes.exclude(commune__in=list(paying)).values("commune")
    halved = [place for place, lines in paying.items() if sum(line.percent or 0 for line, *_ in lines) not in (0, 100)]
    refuse_ineligible_payers(payment_round, [*lacking.values_list("commune", flat=True), *halved])
    if names := list(Area.objects.filter(pk__in=lacking).order_by("name").values_list("name", flat=True)):
        raise Refused(
            f"Aucune convention ne paie {_named(names)} pour cette échéance",
            why="Celles de ces communes sont closes, ou leur tour est passé ou à venir.",
            remedy="Prolongez-en une par un avenant, ou ajoutez une convention dans le fichier du programme.",
        )
    if names := list(Area.objects.filter(pk__in=halved).order_by("name").values_list("name", flat=True)):
        raise Refused(
            f"Une des conventions qui partagent {_named(names)} est close",
            why="Sa part ne peut être payée par les autres sans une décision.",
            remedy="Prolongez-la par un avenant, ou changez les parts dans le fichier du programme.",
        )


def deal_rights(payment_round: PaymentRound, entitlement: str) -> int:
    """Give each right of the bare table its line, where the first of the commune does not pay all; returns how many."""
    paying = {
        place: lines for place, lines in _paying(payment_round).items() if len(lines) > 1 or lines[0][1] > 1
    }  # fmt: skip
    if not paying:
        return 0
    tables = {"entitlement": entitlement}
    counted = fetch_sql("payments", "rights_by_commune", {"communes": list(paying)}, tables=tables)
    dealt = deal(
        {row["commune_id"]: row["rights"] for row in counted},
        {place: [line for line, _, _ in lines] for place, lines in paying.items()},
        _capacities(paying),
    )
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS stage_deal")
        cursor.execute(
            "CREATE TEMPORARY TABLE stage_deal (commune bigint, first bigint, last bigint, line bigint) ON COMMIT DROP"
        )
        copy_rows(
            "stage_deal", ("commune", "first", "last", "line"), [(d.commune, d.first, d.last, d.line) for d in dealt]
        )
        cursor.execute("ANALYZE stage_deal")
    return run_sql("payments", "deal", tables=tables)


def _capacities(paying: dict[int, list[tuple[PayingLine, int, int]]]) -> dict[int, int]:
    """How many rights each line has money for: where fees differ, as many as of the dearest commune."""
    found: dict[int, int] = {}
    for lines in paying.values():
        for line, _, capacity in lines:
            found[line.number] = min(capacity, found.get(line.number, capacity))
    return found


def _paying(payment_round: PaymentRound) -> dict[int, list[tuple[PayingLine, int, int]]]:
    """By commune, the lines that may pay it in their order: each with its rank and the rights it has money for."""
    period = payment_round.component.period(payment_round.term)
    facts: dict[str, Any] = {"round": payment_round.pk, "period_start": period.start, "period_end": period.end}
    facts["fees_on"] = payment_round.pays_from or timezone.localdate()
    found: dict[int, list[tuple[PayingLine, int, int]]] = defaultdict(list)
    for row in fetch_sql("payments", "paying_lines", facts):
        line = PayingLine(row["funding_line_id"], row["percent"])
        found[row["commune_id"]].append((line, row["rank"], row["capacity"]))
    return dict(found)


def _named(names: list[str]) -> str:
    return ", ".join(names[:5]) + ("…" if len(names) > 5 else "")
