"""/nutrition/telephone/: a distribution on a phone, which works without network once it was opened.

The page is the same for all and names nobody. What it asks of the server is here: which villages a person may serve,
the list of one, and that it takes what was handed out, line by line.
"""

from __future__ import annotations

import json
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from django.contrib.auth.decorators import login_not_required
from django.db.models import F
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.middleware.csrf import get_token
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from jigi.delivery.contracts.access import may_operate, require_operator
from jigi.delivery.nutrition import giving, queries
from jigi.delivery.nutrition.giving import Said
from jigi.delivery.nutrition.giving_file import LARGEST_RANK
from jigi.delivery.nutrition.models import DistributionStop, StockBalance
from jigi.enrolment import cards
from jigi.foundation import audit
from jigi.foundation.errors import JigiError
from jigi.web import offline
from jigi.web.account.step_up import require_proof
from jigi.web.middleware import status_of
from jigi.web.nutrition.sight import person, seen_stop

MOST_STOPS = 40
SOON = timedelta(days=14)
MOST_LINES = 2_000
LONGEST_LOT = 60


def desk(request: HttpRequest) -> HttpResponse:
    """The page itself, which names nobody."""
    person(request)
    said = {"heading": "Distribution au téléphone", "none": "Aucune distribution n’est ouverte ces jours-ci."}
    return render(request, "nutrition/phone.html", said)


def who(request: HttpRequest) -> JsonResponse:
    """Who is signed in, the token of their next post, and the villages of open distributions that they may serve."""
    user = person(request)
    soon = DistributionStop.objects.filter(
        distribution__in=queries.distributions(user).order_by(), distribution__status="approved"
    )
    found = soon.select_related("distribution__contract__operator", "distribution__contract__component__programme")
    found, today = found.select_related("village", "commune", "place"), timezone.localdate()
    next_ones = found.filter(day__range=(today, today + SOON)).order_by("day", "village__name", "pk")[:MOST_STOPS]
    late_ones = found.filter(day__lt=today).order_by("-day", "village__name", "pk")[:MOST_STOPS]
    theirs = [one for one in (*next_ones, *late_ones) if may_operate(user, one.distribution.contract, one.commune)]
    shown = [_stop(one) for one in theirs[:MOST_STOPS]]
    return JsonResponse({"user": user.pk, "token": get_token(request), "stops": shown})


def carried(request: HttpRequest, pk: int) -> JsonResponse:
    """The list of a village for a phone to keep: who is expected, their ration and their cards, and the site's lots."""
    user, one = person(request), seen_stop(request, pk)
    require_proof(request, back=reverse("nutrition_phone"))
    try:
        require_operator(user, one.distribution.contract, one.commune)
    except JigiError as error:
        return JsonResponse({"said": str(error)}, status=status_of(error))
    lines = [row for row in queries.lines_of(one.distribution, one) if row["left_on"] is None]
    subjects = [row["household_id"] for row in lines if row["household_id"]]
    audit.read("export", "distribution", one.distribution_id, by=user, subjects=subjects)
    known = cards.known_of(subjects)
    return JsonResponse(
        {
            "stop": _stop(one), "lines": [_line(row, known.live) for row in lines], "lots": _lots(one),
            "withdrawn": known.withdrawn, "keys": cards.public_keys(),
        }
    )  # fmt: skip


@require_POST
def send(request: HttpRequest) -> JsonResponse:
    """Take what was handed out in a village, each line with its answer. Sent again, it changes nothing."""
    try:
        pk, said = _read(offline.sent(request))
        one = seen_stop(request, pk)
        results = giving.give(one.distribution, said, reference="téléphone", by=person(request)) if said else []
    except JigiError as error:
        return JsonResponse({"said": str(error)}, status=status_of(error))
    told = [
        {"number": str(line.number), "good": result.is_good, "said": f"{result.what}. {result.remedy}"}
        for line, result in zip(said, results, strict=True)
    ]
    return JsonResponse({"results": told})


@login_not_required
def worker(request: HttpRequest) -> HttpResponse:
    """The service worker, at an address from which it serves this page and nothing else."""
    return offline.worker(reverse("nutrition_phone"), "jigi-nutrition")


def _stop(one: DistributionStop) -> dict[str, Any]:
    return {
        "id": one.pk, "village": one.village.name, "day": one.day.isoformat(), "site": one.place.name,
        "distribution": str(one.distribution),
    }  # fmt: skip


def _line(row: dict[str, Any], live: dict[int, list[str]]) -> dict[str, Any]:
    number = row["rsu_number"] or ""
    return {
        "n": row["rank"], "name": row["name"], "guardian": row["guardian"], "product": row["product"],
        "grams": row["grams"], "unsure": row["verdict"] == "unsure", "given": row["handout_id"] is not None,
        "rsu": f"{number[:4]}-{number[4:8]}-{number[8:]}" if number else "",
        "cards": live.get(row["household_id"], []),
    }  # fmt: skip


def _lots(one: DistributionStop) -> dict[str, list[dict[str, str]]]:
    """The lots of the site by product, those that expire first before: not those that were recalled."""
    held = StockBalance.objects.filter(place=one.place, grams__gt=0, lot__recalled_at=None)
    found: dict[str, list[dict[str, str]]] = {}
    named = held.values_list("lot__product__code", "lot__number", "lot__expires_on")
    for product, number, expires in named.order_by(F("lot__expires_on").asc(), "lot__number"):
        found.setdefault(product, []).append({"number": number, "expires": expires.isoformat()})
    return found


def _read(body: bytes) -> tuple[int, list[Said]]:
    """The village and what was handed out. Raises InputError for anything else."""
    try:
        sent = json.loads(body)
        pk, lines = sent["stop"], sent["lines"]
        said = [
            Said(
                line["rank"], date.fromisoformat(line["on"]), age_checked=line["checked"], lot_number=line["lot"],
                number=UUID(line["number"]),
            )
            for line in lines
        ]  # fmt: skip
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        raise offline.unreadable() from None
    known = type(pk) is int and 0 < pk < 2**63 and len(said) <= MOST_LINES
    if not known or not all(_is_line(one) for one in said):
        raise offline.unreadable()
    return pk, said


def _is_line(one: Said) -> bool:
    lot = one.lot_number
    return (
        type(one.rank) is int and 0 < one.rank <= LARGEST_RANK and type(one.age_checked) is bool
        and isinstance(lot, str) and "\0" not in lot and 0 < len(lot.strip()) <= LONGEST_LOT
    )  # fmt: skip
