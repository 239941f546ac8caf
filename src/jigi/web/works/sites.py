"""/chantiers/: the list of worksites, and one of them with what it waits for."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html

from jigi.delivery.contracts.access import CHECK, may, may_operate, operates
from jigi.delivery.works import hiring, log, queries
from jigi.delivery.works.manual import manual
from jigi.delivery.works.models import WorkAccident, WorkDraw, Worksite
from jigi.delivery.works.states import WORKSITE
from jigi.foundation import audit
from jigi.foundation.models import User
from jigi.web.listing import Column, Filter, Listing
from jigi.web.works.plans import contracts_to_propose
from jigi.web.works.sight import person, seen_worksite

Worksites = QuerySet[Worksite]
TONES = {"proposed": "wait", "screened": "wait", "running": "info", "handed": "ok", "finished": "ok", "refused": "bad"}


def chip(worksite: Worksite) -> str:
    """The state of a worksite, coloured by what it means."""
    return format_html('<span class="chip {}">{}</span>', TONES.get(worksite.status, ""), worksite.get_status_display())


def _kind(worksite: Worksite) -> str:
    found = manual().kinds.get(worksite.kind)
    return found.label if found else worksite.kind


def _address(worksite: Worksite) -> str:
    return format_html('<a class="nb" href="{}">{}</a>', reverse("worksite", args=[worksite.pk]), worksite.code)


COLUMNS = (
    Column("code", "Chantier", lambda w: w.code, sort="code", cell=_address),
    Column("intitule", "Intitulé", lambda w: w.title, sort="title"),
    Column("nature", "Nature", _kind, sort="kind"),
    Column("village", "Village", lambda w: f"{w.village}, {w.commune}", sort="village__name"),
    Column("operateur", "Opérateur", lambda w: w.contract.operator.name, sort="contract__operator__name"),
    Column("places", "Places", lambda w: w.places, kind="number", sort="places"),
    Column("budget", "Budget (FCFA)", lambda w: w.budget_xof, kind="xof"),
    Column("debut", "Début prévu", lambda w: w.starts_on, kind="day", sort="starts_on"),
    Column("etat", "État", lambda w: w.get_status_display(), sort="status", cell=chip),
)


def worksites(request: HttpRequest) -> HttpResponseBase:
    """The worksites of the contracts that the person sees, the last proposed first."""
    user = person(request)
    found = queries.visible_to(user)
    context = {"may_propose": bool(contracts_to_propose(user))}
    return _listing().respond(request, found, "works/worksites.html", context)


def _listing() -> Listing:
    return Listing(
        noun=("chantier", "chantiers"), file_name="chantiers", columns=COLUMNS, order="-debut",
        filters=(
            Filter("etat", "État", lambda rows, value: rows.filter(status=value), choices=WORKSITE.choices),
            Filter(
                "nature", "Nature", lambda rows, value: rows.filter(kind=value),
                choices=[(code, one.label) for code, one in manual().kinds.items()],
            ),
            Filter(
                "lieu", "Village ou commune",
                lambda rows, value: rows.filter(village__name__icontains=value)
                | rows.filter(commune__name__icontains=value),
                placeholder="Badia",
            ),
        ),
        empty="Aucun chantier dans vos contrats. Un chantier se propose depuis un contrat de travaux en vigueur.",
    )  # fmt: skip


def worksite(request: HttpRequest, pk: int) -> HttpResponse:
    """One worksite: what it is, what it waits for, its sheets, its log."""
    shown, user = seen_worksite(request, pk), person(request)
    draw = WorkDraw.objects.filter(worksite=shown).select_related("closed_by", "drawn_by").first()
    context: dict[str, Any] = {
        "site": shown,
        "chip": chip(shown),
        "kind": _kind(shown),
        "figures": queries.figures(shown),
        "draw": draw,
        "verified": bool(draw and draw.drawn_at) and hiring.verify(shown),
        "answers": _answers(shown),
        "sheets": shown.timesheets.select_related("crew").order_by("-first_day", "crew__number", "-number")[:12],
        "crews": shown.crews.order_by("number"),
        "progress": shown.progress.prefetch_related("photos").select_related("made_by", "checked_by").order_by("-day"),
        "tools": [(one, manual().tools.get(one.tool, one.tool)) for one in shown.tools.select_related("crew")],
        "accidents": WorkAccident.objects.filter(worksite=shown).order_by("-day"),
        "tells": _tells(user, shown),
        "trees": shown.tree_counts.order_by("-day"),
        "survival": log.survival_percent(shown),
        "committee": shown.committee.order_by("pk"),
        "handover": getattr(shown, "handover", None),
        "points": list(zip(shown.track[::2], shown.track[1::2], strict=True)),
        "manual": manual(),
        "severities": WorkAccident.Severity.choices,
        "today": timezone.localdate().isoformat(),
        **_rights(user, shown),
    }
    return render(request, "works/worksite.html", context)


def _tells(user: User, shown: Worksite) -> bool:
    """Whether the person reads what happened and the care that was given: the operator's people and who controls.

    The reading is in the trace, with the households of who was hurt.
    """
    tells = operates(user, shown.contract, shown.commune) or may(user, CHECK, shown.contract, [shown.commune])
    told = WorkAccident.objects.filter(worksite=shown, withdrawn_at=None)
    if tells and told.exists():
        hurt = {one for one in told.values_list("household_id", flat=True) if one}
        audit.read("see", "worksite", shown.pk, by=user, subjects=sorted(hurt), after={"accidents": told.count()})
    return tells


def _answers(shown: Worksite) -> list[dict[str, Any]]:
    """The answers given yes, each with its question."""
    found = manual()
    return [
        {"question": found.forbidden.get(one.code) or getattr(found.risks.get(one.code), "question", one.code),
         "forbidden": one.forbidden, "mitigation": one.mitigation}
        for one in shown.answers.filter(yes=True).order_by("-forbidden", "pk")
    ]  # fmt: skip


def _rights(user: User, shown: Worksite) -> dict[str, bool]:
    """What the person may do here: for the buttons."""
    contract, place = shown.contract, [shown.commune]
    return {
        "operates": may_operate(user, contract, shown.commune),
        "checks": may(user, "delivery.check", contract, place),
        "decides": may(user, "delivery.decide", contract, place),
        "plans": may(user, "delivery.plan", contract, place),
    }
