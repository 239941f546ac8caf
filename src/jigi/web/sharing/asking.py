"""Asking under an agreement: criteria whose count follows what is chosen, then the request itself."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils import timezone

from jigi.foundation.errors import Refused
from jigi.foundation.models import User
from jigi.geography.models import Area
from jigi.sharing import requests
from jigi.sharing.content import told_facts
from jigi.sharing.facts import facts
from jigi.sharing.models import WHOLE_REGISTER, SharingAgreement, SharingRequest
from jigi.sharing.requests import Counts
from jigi.sharing.rules import BOUNDS, SEXES, SITUATIONS, TELLS, UNITS, Criteria, shown_count
from jigi.web.formats import counted
from jigi.web.sharing.sight import programme_name, reader, seen_agreement, sees_whole_counts
from jigi.web.sharing.views import areas_of
from jigi.web.submissions import carry_out

CHOICES = ("unit", "sex", "situations", "programmes", "expecting", "breastfeeding", "areas", "as_of", "fields", *BOUNDS)
"""What is chosen before the count, and sent again with the request."""


@dataclass(frozen=True)
class Asked:
    """What a form says of whom: criteria, places, and the day on which ages are counted."""

    criteria: Criteria
    areas: list[Area]
    as_of: date


def ask(request: HttpRequest, pk: int) -> HttpResponse:
    """Choose whom, see how many, then ask: another person decides."""
    user = reader(request)
    agreement = seen_agreement(user, pk)
    if not requests.may_ask(user, agreement):
        raise Http404
    said = request.POST if request.method == "POST" else request.GET
    refused = ""
    if request.method == "POST":
        made: list[SharingRequest] = []

        def act() -> str:
            made.append(_made(request.POST, agreement, user))
            return "La demande est faite. Une autre personne la décide."

        try:
            carry_out(request, act)
            return redirect("sharing_request", made[0].pk) if made else redirect("sharing_agreement", pk)
        except Refused as error:
            refused = str(error)
    context = _form(agreement, said) | _counted(agreement, said, user) | {"refused": refused, "said": said}
    return render(request, "sharing/ask.html", context, status=400 if refused else 200)


def _made(said: QueryDict, agreement: SharingAgreement, user: User) -> SharingRequest:
    asked = _asked(said, agreement)
    return requests.ask(
        agreement, asked.criteria, areas=asked.areas, as_of=asked.as_of, fields=said.getlist("fields"),
        channel=said.get("channel", ""), recipient_key=said.get("recipient_key", ""), reason=said.get("reason", ""),
        expires_on=_day(said.get("expires_on", "")), by=user,
    )  # fmt: skip


def _asked(said: QueryDict, agreement: SharingAgreement) -> Asked:
    """What is typed; nothing written of places is all those of the agreement, and no day is today."""
    typed = said.get("areas", "").strip()
    areas = areas_of(typed) if typed else list(agreement.areas.all())
    typed_day = said.get("as_of", "")
    as_of = _day(typed_day) if typed_day else timezone.localdate()
    return Asked(Criteria.typed(lambda name: said.get(name, ""), said.getlist), areas, as_of)


def _counted(agreement: SharingAgreement, said: QueryDict, user: User) -> dict[str, Any]:
    """How many answer, or why it can't be said; nothing before something is chosen."""
    if "unit" not in said:
        return {"counts": None}
    try:
        asked = _asked(said, agreement)
        counts = requests.count(agreement, asked.criteria, asked.areas, asked.as_of, by=user)
    except Refused as error:
        return {"counts": None, "uncounted": str(error)}
    whole = sees_whole_counts(user, agreement)
    some = {name: bool(getattr(counts, name)) or not whole for name in ("households", "opposed")}
    return {"counts": counts, "some": some, "told": _told(counts, whole), "criteria": asked.criteria.sentences()}


def _told(counts: Counts, whole: bool) -> dict[str, str]:
    words = {
        "households": ("ménage", "ménages"), "persons": ("personne", "personnes"),
        "opposed": ("ménage où quelqu’un s’oppose au partage", "ménages où quelqu’un s’oppose au partage"),
    }  # fmt: skip
    return {name: _few(getattr(counts, name), whole, *said) for name, said in words.items()}


def _few(count: int, whole: bool, singular: str, plural: str) -> str:
    shown = shown_count(count, whole=whole)
    return f"moins de 10 {plural}" if shown is None else counted(shown, singular, plural)


def _form(agreement: SharingAgreement, said: QueryDict) -> dict[str, Any]:
    """The choices that the agreement leaves, with what was typed, and what is sent again with the request."""
    shared = set(agreement.fields)
    programmes = [code for code in agreement.programmes if code != WHOLE_REGISTER]
    return {
        "agreement": agreement,
        "units": UNITS.items(),
        "sexes": SEXES.items() if "composition" in shared else (),
        "situations": SITUATIONS.items() if "place" in shared else (),
        "health": TELLS["expecting"] in shared,
        "bounds": [
            {"name": name, "bound": bound, "value": said.get(name, "")}
            for name, bound in BOUNDS.items()
            if bound.fact in shared or not bound.fact
        ],
        "programmes": [(code, programme_name(code)) for code in programmes],
        "facts": [fact for code, fact in facts().items() if code in told_facts(shared)],
        "chosen": {name: said.getlist(name) for name in ("fields", "situations", "programmes")},
        "areas": list(agreement.areas.order_by("path")),
        "kept": [(name, value) for name in CHOICES for value in said.getlist(name)],
        "channels": SharingRequest.Channel.choices,
        "today": timezone.localdate().isoformat(),
        "latest": agreement.ends_on.isoformat(),
    }


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise Refused("Un jour manque", remedy="Écrivez-le, par exemple 31/12/2026.") from None
