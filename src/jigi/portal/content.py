"""What an edition says beside the figures of its years: read set-wise, told in plain values that JSON holds."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from jigi.foundation.bulk import fetch_sql
from jigi.foundation.models import User
from jigi.portal.models import Edition
from jigi.portal.rules import is_close, is_small, steady
from jigi.programmes.models import Agreement, Programme
from jigi.results.framework import FORMULAS, framework
from jigi.results.models import Signature, Value
from jigi.results.report import written
from jigi.results.rules import Indicator

AHEAD = timedelta(days=45)
"""How long before a payment its day and place are told."""
MOST_PAYDAYS = 40
"""Of one commune: a page stays light."""


def content(today: date, households: Sequence[int]) -> dict[str, Any]:
    """Everything, as it stands, beside counts of households of the country; a constant number of statements."""
    return {
        "programmes": _programmes(),
        "agreements": _agreements(),
        "places": [{**row, "worksites": json.loads(row["worksites"])} for row in fetch_sql("portal", "places")],
        "paydays": _paydays(today),
        "statements": _statements(),
        "results": _results(households),
        "fictitious": User.objects.filter(is_demonstration=True).exists(),
    }


def _programmes() -> list[dict[str, Any]]:
    found = Programme.objects.prefetch_related("components").order_by("code")
    return [
        {
            "name": one.name, "description": one.description, "unit": one.unit,
            "components": [
                {"name": part.name, "kind": part.kind, "amount_xof": part.amount_xof, "terms": part.terms,
                 "months": part.months}
                for part in sorted(one.components.all(), key=lambda part: part.pk)
            ],
        }
        for one in found
    ]  # fmt: skip


def _agreements() -> list[dict[str, Any]]:
    names = ("code", "donor", "name", "amount_xof", "effective_on", "closes_on")
    return [
        {**row, "effective_on": str(row["effective_on"]), "closes_on": str(row["closes_on"])}
        for row in Agreement.objects.order_by("effective_on", "code").values(*names)
    ]


def _paydays(today: date) -> dict[str, list[list[str]]]:
    """By code of a commune: day and place, the next first."""
    told: dict[str, list[list[str]]] = defaultdict(list)
    for row in fetch_sql("portal", "paydays", {"since": today, "until": today + AHEAD}):
        if len(told[row["code"]]) < MOST_PAYDAYS:
            told[row["code"]].append([row["day"], row["place"]])
    return dict(told)


def _statements() -> list[dict[str, Any]]:
    """The signed snapshots, the latest first."""
    found = Signature.objects.select_related("snapshot").order_by("-snapshot__until", "-snapshot")
    return [
        {
            "number": one.snapshot_id, "since": str(one.snapshot.since), "until": str(one.snapshot.until),
            "signed_on": f"{one.at:%Y-%m-%d}", "digest": one.snapshot.digest,
        }
        for one in found
    ]  # fmt: skip


def _results(households: Sequence[int]) -> list[dict[str, str]]:
    """The indicators of the country in the last signed snapshot, but those that count few, alone or by difference: a
    count that has hardly changed since an edition stays as it said it."""
    editions = Edition.objects.order_by("-pk").values_list("content__results", flat=True)
    before = [row for rows in editions for row in rows or []]
    last = Signature.objects.order_by("-snapshot__until", "-snapshot").values("snapshot")[:1]
    found = {one.indicator: one for one in Value.objects.filter(snapshot__in=last, dimension="")}
    counts: dict[str, list[int]] = defaultdict(list, {"ménages": list(households)})
    told = []
    for code, indicator in framework().indicators.items():
        one = found.get(code)
        if one is None or one.value is None or _counts_few(indicator, one):
            continue
        row = {"name": indicator.name, "unit": "" if indicator.is_percentage else indicator.unit,
               "value": written(indicator, one.value), "source": one.source}  # fmt: skip
        if one.denominator is None and indicator.unit != "FCFA":
            if is_close(one.numerator, counts[indicator.unit]):
                continue
            counts[indicator.unit].append(one.numerator)
            row = steady(row, before)
        told.append(row)
    return told


def _counts_few(indicator: Indicator, value: Value) -> bool:
    """Whether few people stand behind a figure: an amount is held by its rows, but for those of the ledger."""
    if indicator.unit != "FCFA":
        return is_small(value.numerator, value.denominator)
    return FORMULAS[indicator.formula].right != "ledger.see" and is_small(value.rows)
