"""A day replayed: what each rule asked for with what was published by then, and the places a person chooses."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.http import urlencode

from jigi.geography.access import can
from jigi.shocks.backtest import replayed
from jigi.shocks.playing import total_of
from jigi.shocks.triggers import no_longer
from jigi.web.reader import number_in
from jigi.web.triggers.figures import FIRING_HEADERS, exported, firing_rows, map_of, period_name
from jigi.web.triggers.sight import chosen, day_asked, presence, reader

PREPARE = "response.prepare"
NEW_RESPONSE = "/reponses/nouvelle/"


def page(request: HttpRequest) -> HttpResponseBase:
    """What was in force on « jour » (today without it), by rule; with « preparer », on to a response for « lieu »."""
    user, day = reader(request), day_asked(request, timezone.localdate())
    if request.GET.get("preparer"):
        return redirect(_response_for(request, day.isoformat()))
    every, shown = chosen(request, user)
    found = replayed(shown, day, presence(shown))
    if file := exported(request, f"declencheurs-au-{day}", FIRING_HEADERS, firing_rows(found), by=user):
        return file
    sections = [
        {
            "trigger": trigger, "no_longer": no_longer(trigger, timezone.localdate()), "played": played,
            "totals": total_of(firings),
            "firings": [(one, period_name(one.starts_on, one.ends_on)) for one in firings],
            "map": map_of(firings, f"{trigger.name}, {day:%d/%m/%Y}"),
        }
        for trigger, (played, firings) in zip(shown, found, strict=True)
    ]  # fmt: skip
    context = {
        "every": every, "asked": [one.code for one in shown], "day": day, "sections": sections,
        "may_prepare": can(user, PREPARE),
    }  # fmt: skip
    return render(request, "triggers/replay.html", context)


def _response_for(request: HttpRequest, day: str) -> str:
    """The address of a new response with the trigger, the day and the places that were ticked."""
    said: dict[str, str | int] = {"declencheur": number_in(request.GET.get("preparer", "")), "jour": day}
    if places := [code for code in request.GET.getlist("lieu") if code.replace("-", "").isalnum()]:
        said["lieux"] = ",".join(dict.fromkeys(places))
    return f"{NEW_RESPONSE}?{urlencode(said)}"
