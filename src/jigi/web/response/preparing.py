"""The form of a response: its facts, and the places that a trigger proposed or a person adds, each with a reason."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone

from jigi.foundation.errors import Refused
from jigi.foundation.models import User
from jigi.geography.access import can
from jigi.geography.models import Area
from jigi.geography.queries import version_in_use
from jigi.programmes.models import Agreement, Component
from jigi.response import actions
from jigi.response.access import PREPARE, may
from jigi.response.models import Activation
from jigi.response.proposals import Proposal, proposals
from jigi.shocks.models import Alert, Trigger
from jigi.web.reader import number_in
from jigi.web.response.sight import LEVELS, amount_of, day_of, people_of, reader, seen
from jigi.web.submissions import carry_out

DAYS = 120


def preparing(request: HttpRequest) -> HttpResponse:
    """A new response: ?declencheur=ID&jour=YYYY-MM-DD proposes places, &lieux=ML01,ML05 adds others, &alerte=ID."""
    user = reader(request)
    if not can(user, PREPARE):
        raise Http404
    said = request.POST if request.method == "POST" else request.GET
    trigger = Trigger.objects.filter(pk=number_in(said.get("declencheur", ""))).first()
    alert = Alert.objects.filter(pk=number_in(said.get("alerte", ""))).first()
    day = _day(said.get("jour", ""))
    lines = proposals(trigger, day, _asked(said.get("lieux", "")))
    if request.method == "POST":
        made: list[Activation] = []
        carry_out(request, lambda: _prepared(request, user, trigger, alert, lines, made))
        return redirect("response", made[0].pk) if made else redirect("responses")
    context = {
        "trigger": trigger, "alert": alert, "day": day, "lines": lines, "places": said.get("lieux", ""),
        "agreements": _agreements(), "hazards": Activation.Hazard.choices, "signalled_on": day,
        "starts_on": timezone.localdate(), "sunset_on": timezone.localdate() + timedelta(days=DAYS),
    }  # fmt: skip
    return render(request, "response/preparing.html", context)


def correcting(request: HttpRequest, pk: int) -> HttpResponse:
    """The facts of a response in preparation, said otherwise."""
    one, user = seen(request, pk), reader(request)
    if one.status != "draft" or not may(user, PREPARE, one):
        raise Http404
    if request.method == "POST":

        def do() -> str:
            actions.correct(one, _said(request, one.number), _agreement(request), by=user)
            return "La réponse est corrigée."

        carry_out(request, do)
        return redirect("response", pk)
    context: dict[str, Any] = {"one": one, "agreements": _agreements(), "hazards": Activation.Hazard.choices}
    context |= {"signalled_on": one.signalled_on, "starts_on": one.starts_on, "sunset_on": one.sunset_on}
    return render(request, "response/preparing.html", context)


def _prepared(
    request: HttpRequest, user: User, trigger: Trigger | None, alert: Alert | None, lines: list[Proposal],
    made: list[Activation],
) -> str:  # fmt: skip
    said = _said(request, request.POST.get("numero", ""))
    one = actions.prepare(said, _agreement(request), by=user, trigger=trigger, alert=alert)
    for line in lines:
        reason = request.POST.get(f"motif-{line.area.pk}", "")
        if not reason.strip():
            raise Refused(
                f"Pourquoi retenir ou écarter {line.area.name} ?", remedy="Écrivez un motif pour chaque lieu."
            )
        actions.set_area(
            one, line.area, kept=f"retenu-{line.area.pk}" in request.POST, proposed=line.proposed, reason=reason,
            in_need=people_of(request.POST.get(f"personnes-{line.area.pk}", "")), by=user,
        )  # fmt: skip
    made.append(one)
    return f"La réponse {one.number} est préparée : dites ses lieux et ses volets, puis demandez la décision."


def _said(request: HttpRequest, number: str) -> actions.Said:
    said = request.POST.get
    return actions.Said(
        number, said("intitule", ""), said("choc", ""), day_of(said("signal", "")), said("demande", ""),
        said("plan", ""), amount_of(said("plafond", "")), day_of(said("du", "")), day_of(said("au", "")),
        said("motifs", ""),
    )  # fmt: skip


def _agreement(request: HttpRequest) -> Agreement:
    found = _agreements().filter(pk=number_in(request.POST.get("convention", ""))).first()
    if found is None:
        raise Refused("Par quelle convention ?", remedy="Choisissez-la dans la liste.")
    return found


def _agreements() -> QuerySet[Agreement]:
    paying = Agreement.objects.filter(funding_lines__component__kind=Component.Kind.EMERGENCY)
    return paying.distinct().order_by("code")


def _asked(text: str) -> list[Area]:
    codes = [code.strip().upper() for code in text.split(",") if code.strip()][:200]
    return list(Area.objects.filter(version=version_in_use(), code__in=codes, level__in=LEVELS).order_by("path"))


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return timezone.localdate()
