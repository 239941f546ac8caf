"""The past of a household: its story, and its page as it stood on a day or when a campaign chose."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone

from jigi.foundation.errors import InputError
from jigi.geography.access import can
from jigi.geography.queries import way_to
from jigi.registry.models import Household
from jigi.registry.then import household_at
from jigi.targeting.models import Result
from jigi.targeting.queries import ranked_at
from jigi.web.formats import day, moment
from jigi.web.households import disclosure, history, story
from jigi.web.households.conditions import in_words
from jigi.web.households.listing import page_of
from jigi.web.households.sight import seen_household
from jigi.web.reader import number_in, rights_of, user_of


def household_story(request: HttpRequest, number: str) -> HttpResponse:
    """All that happened to a household, latest first, of one kind or one member when the address asks."""
    user, one = user_of(request), seen_household(request, number)
    printing = "imprimer" in request.GET
    kind, person = request.GET.get("quoi", ""), request.GET.get("qui", "")
    disclosure.seen(one, by=user, verb="print" if printing else "see", part="histoire")
    acts = story.acts(one, by=user)
    instants = {act.at for act in acts}
    events = history.events(
        one,
        [row for row in disclosure.changes(one) if row.at not in instants],
        rights=rights_of(request),
        with_targeting=can(user, "targeting.see", areas=[one.commune]),
        with_payments=can(user, "payments.see", areas=[one.commune]),
    )
    context = {
        "household": one,
        "printing": printing,
        "kind": kind,
        "person": person,
        "kinds": story.KINDS,
        "members": story.members_of(one),
        "days": story.days(acts, events, kind=kind, person=number_in(person) if person.isdecimal() else None),
        "today": timezone.localdate(),
        "campaigns": _campaigns(request, one),
    }
    return render(request, "households/story.html", context)


def household_then(request: HttpRequest, number: str) -> HttpResponse:
    """The household as the register knew it at the end of a day, or when a campaign ranked it; today, its page."""
    user, one = user_of(request), seen_household(request, number)
    found = _instant(request, one)
    if found is None:
        return redirect(page_of(one))
    at, said = found
    disclosure.seen(one, by=user, part=said)
    then = household_at(one.pk, at)
    context = {
        "household": one,
        "then": then,
        "said": said,
        "today": timezone.localdate(),
        "way": way_to(then.household.village or then.household.commune)[1:] if then else [],
        "conditions": in_words(then.conditions) if then and then.conditions else [],
    }
    return render(request, "households/then.html", context)


def _campaigns(request: HttpRequest, household: Household) -> list[Result]:
    """The frozen campaigns that weighed the household, for who may see campaigns here."""
    if not can(user_of(request), "targeting.see", areas=[household.commune]):
        return []
    frozen = Result.objects.filter(household=household, targeting_round__frozen_at__isnull=False)
    return list(frozen.select_related("targeting_round").order_by("-targeting_round__frozen_at"))


def _instant(request: HttpRequest, household: Household) -> tuple[datetime, str] | None:
    """The instant that the address asks, and what to call it; None for today or no day at all."""
    if campaign := request.GET.get("campagne", ""):
        return _when_chosen(request, household, campaign)
    today = timezone.localdate()
    try:
        asked = date.fromisoformat(request.GET.get("jour", "") or today.isoformat())
    except ValueError:
        raise InputError("Cette date ne se lit pas", remedy="Choisissez un jour du calendrier.") from None
    if asked >= today:
        return None
    midnight = datetime.combine(asked + timedelta(days=1), time(), timezone.get_current_timezone())
    return midnight - timedelta(microseconds=1), f"à la fin du {day(asked)}"


def _when_chosen(request: HttpRequest, household: Household, campaign: str) -> tuple[datetime, str]:
    for result in _campaigns(request, household):
        chosen = result.targeting_round
        if str(chosen.pk) == campaign and (at := ranked_at(chosen)):
            return at, f"quand la campagne « {chosen} » l’a classé, le {moment(at)}"
    raise Http404
