"""Alerts: the list, the page of one with its places and what it replaces, its taking and its withdrawal."""

from __future__ import annotations

from collections.abc import Sequence

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.http import urlencode
from django.views.decorators.http import require_POST

from jigi.foundation import audit
from jigi.foundation.errors import JigiError
from jigi.foundation.models import User
from jigi.geography.access import can
from jigi.shocks import alerts as actions
from jigi.shocks import queries
from jigi.shocks.actions import LOAD
from jigi.shocks.models import Alert, AlertArea
from jigi.shocks.queries import alert_state
from jigi.web.imports import uploads
from jigi.web.nouns import verb_word
from jigi.web.shocks.forms import AlertForm
from jigi.web.shocks.listing import ALERTS, alert_chip
from jigi.web.shocks.sight import holder, reader
from jigi.web.submissions import KeyReused, carry_out

PART = "alerte"
PREPARE, NEW_RESPONSE = "response.prepare", "/reponses/nouvelle/"
MOST_PLACES = 100
"""Places carried to a new response by its address; a person adds the others there."""


def alerts(request: HttpRequest) -> HttpResponseBase:
    """Every alert, latest first."""
    user = reader(request)
    return ALERTS.respond(request, queries.alerts_visible_to(user), "shocks/alerts.html", {"may_load": can(user, LOAD)})


def alert(request: HttpRequest, pk: int) -> HttpResponse:
    """One alert: what it says, where, what it replaces and what replaced it."""
    user = reader(request)
    one = get_object_or_404(queries.alerts_visible_to(user), pk=pk)
    places = list(one.places.select_related("area").order_by("area__path"))
    context = {
        "alert": one,
        "chip": alert_chip(one),
        "places": places,
        "response": _response_for(one, places) if can(user, PREPARE) else "",
        "replaces": one.replaces.all(),
        "may_withdraw": can(user, LOAD) and one.withdrawn_at is None,
        "history": [(event, verb_word(event.verb)) for event in audit.history("shocks.alert", one.pk)],
    }
    return render(request, "shocks/alert.html", context)


def _response_for(alert: Alert, places: Sequence[AlertArea]) -> str:
    """The address of a new response to an alert that counts, for its places; "" for another alert."""
    if alert_state(alert) not in ("cours", "venir", "expiree"):
        return ""
    codes = [one.area.code for one in places if one.area][:MOST_PLACES]
    said = {"alerte": f"{alert.pk}", "jour": f"{alert.sent_at:%Y-%m-%d}", "lieux": ",".join(codes)}
    return f"{NEW_RESPONSE}?{urlencode(said)}"


def send(request: HttpRequest) -> HttpResponse:
    """Take a CAP message."""
    user = holder(request, LOAD)
    form = AlertForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        try:
            return _take(request, form, user)
        except KeyReused:
            raise
        except JigiError as error:
            form.add_error(None, str(error))
    return render(request, "shocks/alert_send.html", {"form": form}, status=400 if form.errors else 200)


@require_POST
def withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    """Take back a message taken by mistake."""
    user = holder(request, LOAD)
    one = get_object_or_404(Alert, pk=pk)

    def now() -> str:
        actions.withdraw(one, reason=request.POST.get("motif", ""), by=user)
        return "L’alerte est retirée ; ce qu’elle remplaçait vaut de nouveau."

    carry_out(request, now)
    return redirect("shock_alert", pk)


def _take(request: HttpRequest, form: AlertForm, user: User) -> HttpResponse:
    folder = uploads.keep({PART: form.cleaned_data["alerte"]})
    taken: list[Alert] = []

    def now() -> str:
        with uploads.opened(folder) as named:
            one, known = actions.take(named[PART], by=user)
        taken.append(one)
        return "Cette alerte était déjà prise : rien n’a changé." if known else "L’alerte est prise."

    try:
        carry_out(request, now)
    finally:
        uploads.forget(folder)
    return redirect("shock_alert", taken[0].pk) if taken else redirect("shock_alerts")
