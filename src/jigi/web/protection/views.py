"""Requests about data: the list, the page of one, its recording, the report that answers a request of access."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone

from jigi.foundation import audit
from jigi.foundation.errors import Refused
from jigi.foundation.models import User
from jigi.protection import actions, erasure, queries, retention
from jigi.protection.models import DataRequest
from jigi.protection.reviewed import delays
from jigi.protection.states import REQUEST
from jigi.registry import queries as registry
from jigi.registry.models import Household, Person
from jigi.sharing.models import SharingAgreement, SharingDelivery
from jigi.sharing.queries import partners, told_of
from jigi.web.nouns import verb_word
from jigi.web.paper.press import pdf_response, press
from jigi.web.protection.listing import REQUESTS, chip
from jigi.web.protection.report import document
from jigi.web.protection.sight import protector, seen_request
from jigi.web.reader import number_in
from jigi.web.submissions import carry_out


def requests(request: HttpRequest) -> HttpResponseBase:
    """The requests one answers, latest first."""
    user = protector(request)
    context = {"delays": delays(), "waiting": retention.waiting()}
    return REQUESTS.respond(request, queries.visible_to(user), "protection/requests.html", context)


def request_page(request: HttpRequest, pk: int) -> HttpResponse:
    """One request: what is asked, what was decided, what this person may do about it."""
    user, shown = protector(request), seen_request(request, pk)
    erasing = shown.kind == DataRequest.Kind.ERASURE
    context = {
        "request_shown": shown,
        "chip": chip(shown),
        "history": [(event, verb_word(event.verb, REQUEST.noun)) for event in audit.history(REQUEST.noun, shown.pk)],
        "delays": delays(),
        "late": shown.is_open and shown.due_on < timezone.localdate(),
        "holds": erasure.holds(**actions.subject(shown)) if erasing and shown.is_open else None,
        "why_not": _why_not(shown, user),
        "reportable": _is_reportable(shown),
        "told": _told(shown),
    }
    return render(request, "protection/request.html", context)


def record(request: HttpRequest) -> HttpResponse:
    """Record a request, about a household when the address names one."""
    user = protector(request)
    household = _household(request, user)
    if request.method == "POST":
        made: list[DataRequest] = []

        def act() -> str:
            made.append(_recorded(request, household, user))
            return (
                f"La demande est enregistrée. Une autre personne la décide ; réponse due le {made[0].due_on:%d/%m/%Y}."
            )

        carry_out(request, act)
        return redirect("data_request", made[0].pk) if made else redirect("data_requests")
    context = {
        "household": household,
        "members": registry.current_members(household) if household else [],
        "kinds": DataRequest.Kind.choices if household else [DataRequest.Kind.choices[0]],
        "scopes": [choice for choice in DataRequest.Scope.choices if choice[0]],
        "partners": partners(),
        "today": timezone.localdate().isoformat(),
        "delays": delays(),
    }
    return render(request, "protection/record.html", context)


def report_page(request: HttpRequest, pk: int) -> HttpResponse:
    """The report of all that is held, in clear for who asked: of a request of access that another person granted."""
    user, shown = protector(request), seen_request(request, pk)
    if not _is_reportable(shown):
        raise Http404
    assert shown.household
    made = press("personal_report", document(shown, by=user))
    number = shown.household.pk
    audit.read("report", "household", number, by=user, after={"request": shown.pk}, subjects=[number])
    return pdf_response(f"donnees-demande-{shown.pk}", made)


def _is_reportable(shown: DataRequest) -> bool:
    granted = shown.kind == DataRequest.Kind.ACCESS and shown.status in ("accepted", "done")
    return granted and shown.household is not None and not shown.household.is_erased


def _household(request: HttpRequest, user: User) -> Household | None:
    """The household of the address: none when it names none; Http404 when the person may not see it."""
    digits = "".join(filter(str.isdigit, request.GET.get("menage", "")))
    if not digits:
        return None
    found = registry.visible_to(user).select_related("commune", "village").filter(rsu_number=digits).first()
    if found is None:
        raise Http404
    return found


def _recorded(request: HttpRequest, household: Household | None, by: User) -> DataRequest:
    said: dict[str, Any] = {name: request.POST.get(name, "") for name in ("asker", "identity_check", "statement")}
    number, kind = request.POST.get("person", ""), request.POST.get("kind", "")
    person = Person.objects.filter(pk=number_in(number)).first()
    scope = request.POST.get("scope", "") if kind == DataRequest.Kind.OPPOSITION else ""
    partner = request.POST.get("partner", "") if scope == DataRequest.Scope.SHARING else ""
    return actions.record(
        kind, household=household, person=person, scope=scope, partner=partner,
        received_on=_day(request.POST.get("received_on", "")), by=by, **said,
    )  # fmt: skip


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise Refused("Le jour de réception manque", remedy="Écrivez-le, par exemple 31/01/2026.") from None


@dataclass(frozen=True)
class Told:
    """An agreement under which a partner was told of a household, how many times, and when last."""

    agreement: SharingAgreement
    times: int
    last: datetime


def _told(shown: DataRequest) -> list[Told]:
    """The partners who hold what a request is about."""
    if shown.household is None:
        return []
    by_agreement: dict[int, list[SharingDelivery]] = {}
    for line in told_of(shown.household, [shown.person_id] if shown.person_id else []):
        if shown.person_id in (None, line.person_id) or line.person_id is None:
            by_agreement.setdefault(line.told_in.request.agreement_id, []).append(line.told_in)
    return [
        Told(made[0].request.agreement, len({one.pk for one in made}), made[0].at) for made in by_agreement.values()
    ]


def _why_not(shown: DataRequest, user: User) -> str:
    """Why this person can't do the next thing; empty when they can."""
    if shown.status == "received" and shown.made_by_id == user.pk:
        return "Vous avez enregistré cette demande : une autre personne chargée de la protection des données la décide."
    if shown.status == "accepted" and shown.kind == DataRequest.Kind.ERASURE and shown.decided_by_id == user.pk:
        return "Vous avez accepté cet effacement : une autre personne le fait, car il est sans retour."
    return ""
