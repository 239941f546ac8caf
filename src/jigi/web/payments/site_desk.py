"""/paiements/site/: the page of a cashier at a pay point, which works without network once it was opened.

The page is the same for all and names nobody. What it asks of the server is here: who is signed in, the list of a day,
and that it takes what the device recorded.
"""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.middleware.csrf import get_token
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.views.decorators.http import require_POST

from jigi.enrolment import cards
from jigi.foundation.errors import InputError, JigiError
from jigi.foundation.models import User
from jigi.geography.access import organisations_with
from jigi.payments import site_lists, site_records
from jigi.payments.models import SiteDay, SiteRecord
from jigi.payments.site_plans import may_handle
from jigi.payments.site_records import Said
from jigi.web import offline
from jigi.web.account.step_up import require_proof
from jigi.web.formats import day as in_words
from jigi.web.middleware import status_of
from jigi.web.reader import user_of

BEFORE, AFTER = timedelta(days=7), timedelta(days=7)
"""A day that rain put off, a list taken the evening before the road."""
MOST_RECORDS = 500
LARGEST_XOF = 10**12
_CHOICES = {
    "said": {"paid", "absent"},
    "receiver": {"", *SiteRecord.Receiver.values},
    "means": {"", *SiteRecord.Means.values},
}


def desk(request: HttpRequest) -> HttpResponse:
    """The page itself, which names nobody."""
    _cashier(request)
    return render(request, "payments/site_desk.html")


def who(request: HttpRequest) -> JsonResponse:
    """Who is signed in, the token of their next post, today, and the days whose list they may load."""
    user, today = _cashier(request), timezone.localdate()
    own = organisations_with(user, "payments.agency")
    days = [
        one for one in site_lists.days_of(own, since=today - BEFORE, until=today + AFTER)
        if may_handle(user, one.plan.payment_round, one.plan.agency)
    ]  # fmt: skip
    said = {"user": user.pk, "username": user.username, "token": get_token(request), "today": today.isoformat()}
    return JsonResponse(said | {"days": [_day(one) for one in days]})


def day_list(request: HttpRequest, pk: int) -> JsonResponse:
    """The list of a day for a device to keep: what paying needs, and nothing else of anybody."""
    user = _cashier(request)
    require_proof(request, back=reverse("site_desk"))
    own, today = organisations_with(user, "payments.agency"), timezone.localdate()
    found = site_lists.days_of(own, since=today - BEFORE, until=today + AFTER)
    shown = next((one for one in found if one.pk == pk), None)
    if shown is None:
        raise Http404
    try:
        lines = site_lists.load(shown, by=user)
    except JigiError as error:
        return JsonResponse({"said": str(error)}, status=status_of(error))
    return JsonResponse(
        {
            "day": _day(shown), "lines": [_line(line) for line in lines], "keys": cards.public_keys(),
            "withdrawn": site_lists.withdrawn_cards(shown), "hash": shown.plan.list_hash,
        }
    )  # fmt: skip


@require_POST
def send(request: HttpRequest) -> JsonResponse:
    """Take the records of a device; each has a number of its own, and sent again changes nothing."""
    user = _cashier(request)
    try:
        device, said = _read(offline.sent(request))
        results = site_records.take(device, said, by=user)
    except JigiError as error:
        return JsonResponse({"said": str(error)}, status=status_of(error))
    return JsonResponse({"results": [site_records.facts(one) for one in results]})


@login_not_required
def worker(request: HttpRequest) -> HttpResponse:
    """The service worker, at an address from which it serves the page of cashiers and nothing else."""
    return offline.worker(reverse("site_desk"), "jigi-site")


def _day(one: SiteDay) -> dict[str, Any]:
    shown = one.plan.payment_round
    return {
        "id": one.pk, "day": one.day.isoformat(), "words": in_words(one.day), "site": one.pay_point,
        "commune": one.commune.name, "agency": one.plan.agency.name, "round": shown.label,
        "programme": shown.component.programme.name, "expected": getattr(one, "expected", 0),
    }  # fmt: skip


def _line(line: dict[str, Any]) -> dict[str, Any]:
    return {
        "id": line["line_id"], "n": line["number"], "rsu": line["rsu_number"], "recipient": line["recipient"],
        "alternate": line["alternate"], "village": line["village"], "right": line["right_xof"],
        "arrears": line["arrears_xof"], "total": line["total_xof"], "state": line["state"], "card": line["card"] or "",
    }  # fmt: skip


def _read(body: bytes) -> tuple[UUID, list[Said]]:
    """The device and its records. Raises InputError that names the record and what is wrong with it."""
    try:
        sent = json.loads(body)
        device, records = UUID(sent["device"]), sent["records"]
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        raise _unreadable("L’envoi d’un appareil ne se lit pas") from None
    if not isinstance(records, list) or not 1 <= len(records) <= MOST_RECORDS:
        raise _unreadable(f"Un envoi a de 1 à {MOST_RECORDS} paiements notés")
    return device, [_record(one, number) for number, one in enumerate(records, start=1)]


def _record(sent: Any, line: int) -> Said:
    if not isinstance(sent, dict):
        raise _unreadable("Un paiement noté ne se lit pas", line)
    for name, choices in _CHOICES.items():
        if not isinstance(sent.get(name), str) or sent[name] not in choices:
            raise _unreadable(f"« {name} » n’est pas un mot connu", line, name)
    amount, at = sent.get("amount"), _moment(sent.get("at"))
    paid = sent["said"] == "paid"
    if type(amount) is not int or not 0 <= amount <= LARGEST_XOF or paid != (amount > 0):
        raise _unreadable("Le montant n’est pas celui d’un tel enregistrement", line, "amount")
    if paid != bool(sent["receiver"]) or paid != bool(sent["means"]):
        raise _unreadable("Qui a reçu, et comment l’a-t-on reconnu ?", line, "receiver")
    if at is None:
        raise _unreadable("« at » n’est pas une date avec son fuseau", line, "at")
    number, expected = _number(sent.get("number")), sent.get("line")
    if number is None or not isinstance(expected, int) or isinstance(expected, bool) or not 0 < expected < 2**63:
        raise _unreadable("Le numéro, ou celui de la ligne, ne se lit pas", line, "number")
    return Said(number, expected, sent["said"], sent["receiver"], sent["means"], amount, at)


def _moment(text: Any) -> datetime | None:
    try:
        found = parse_datetime(text) if isinstance(text, str) else None
    except ValueError:
        return None
    return found if found and found.tzinfo and 2000 < found.year < 2200 else None


def _number(text: Any) -> UUID | None:
    try:
        return UUID(text) if isinstance(text, str) else None
    except ValueError:
        return None


def _unreadable(what: str, line: int | None = None, column: str = "") -> InputError:
    return InputError(
        what, line=line, column=column,
        remedy="Rien n’a été enregistré : rechargez la page avec le réseau, puis envoyez de nouveau.",
    )  # fmt: skip


def _cashier(request: HttpRequest) -> User:
    user = user_of(request)
    if not organisations_with(user, "payments.agency"):
        raise Http404
    return user
