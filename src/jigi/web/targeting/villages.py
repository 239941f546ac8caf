"""A village of a campaign: its ranked households, the reason of each, and the list that is posted."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import F, QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html

from jigi.foundation import audit
from jigi.foundation.models import User
from jigi.geography.access import can
from jigi.geography.models import Area
from jigi.programmes.models import Programme
from jigi.targeting import queries
from jigi.targeting.models import Result, TargetingRound
from jigi.targeting.rules import sentence
from jigi.targeting.states import ROUND
from jigi.web.export import csv_response
from jigi.web.formats import counted, day, moment, rank
from jigi.web.listing import Column, Filter, Listing
from jigi.web.paper.press import pdf_response, press
from jigi.web.targeting.sight import Village, communes_of, person, seen_round, villages_of

MOST_VILLAGES = 400
HEADERS = ("Place", "N° RSU", "Chef de ménage", "Membres", "Rang du comité", "Score", "Retenu", "Motif")


@dataclass(frozen=True)
class Ranked:
    """A household of a village: its place, and why it was chosen or not."""

    result: Result
    why: str


def village(request: HttpRequest, pk: int, area: int) -> HttpResponseBase:
    """The households of one village, ranked; those not listed are counted, and shown on request."""
    user, shown = person(request), seen_round(request, pk)
    one = _village(shown, request, area)
    ranked = _ranked(queries.results_visible_to(user, shown), one)
    if request.GET.get("format") == "csv":
        _note("export", shown, one, ranked, by=user)
        return csv_response(f"ciblage-{shown.pk}-{one.area.code}", HEADERS, list(_cells(ranked)))
    with_all = request.GET.get("tous") == "oui"
    listed = [row for row in ranked if with_all or row.result.committee_rank is not None]
    _note("see", shown, one, listed, by=user)
    context = {
        "campaign": shown,
        "village": one,
        "commune": one.area.parent,
        "ranked": listed,
        "unlisted": sum(row.result.committee_rank is None for row in ranked),
        "with_all": with_all,
        "opens_households": can(user, "registry.see", areas=[one.area.parent] if one.area.parent else []),
    }
    return render(request, "targeting/village.html", context)


def posted_list(request: HttpRequest, pk: int, area: int) -> HttpResponse:
    """The list to post in a village, or in every village of a commune, as one PDF."""
    user, shown = person(request), seen_round(request, pk)
    communes = communes_of(shown, user)
    if any(area == commune.pk for commune in communes):
        villages = villages_of(shown, [one for one in communes if one.pk == area]).get(area, [])
    else:
        villages = [_village(shown, request, area)]
    results = queries.results_visible_to(user, shown).filter(committee_rank__isnull=False)
    listed = [one for one in villages if one.listed][:MOST_VILLAGES]
    if not listed:
        raise Http404
    rows = list(results.filter(village__in=[one.area.pk for one in listed]).order_by(*_BY_PLACE))
    audit.read(
        "print", ROUND.noun, shown.pk, by=user, subjects=[row.household_id for row in rows],
        after={"villages": [one.area.code for one in listed]},
    )  # fmt: skip
    return pdf_response(f"ciblage-{shown.pk}-{area}", press("village_list", _document(shown, listed, rows)))


def households(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Every household of a campaign that the person sees: the rows behind its figures."""
    user, shown = person(request), seen_round(request, pk)
    results = queries.results_visible_to(user, shown).select_related("household", "village__parent")
    communes = [(str(area.pk), area.name) for area in communes_of(shown, user)]
    return _results(shown, communes).respond(request, results, "targeting/households.html", {"campaign": shown})


def _village(shown: TargetingRound, request: HttpRequest, area: int) -> Village:
    place = Area.objects.select_related("parent").filter(pk=area, level=Area.Level.VILLAGE).first()
    communes = communes_of(shown, person(request))
    if place is None or place.parent_id not in {commune.pk for commune in communes}:
        raise Http404
    found = villages_of(shown, [one for one in communes if one.pk == place.parent_id])
    village = next((one for one in found.get(place.parent_id or 0, []) if one.area.pk == area), None)
    if village is None:
        raise Http404
    return village


def _ranked(results: QuerySet[Result], one: Village) -> list[Ranked]:
    """Those with a place first, then the unscored, then those who were not listed."""
    rows = results.filter(village=one.area).order_by(
        F("position").asc(nulls_last=True), F("committee_rank").asc(nulls_last=True), "household_id"
    )
    found = list(rows)
    ranked = sum(row.position is not None for row in found)
    return [
        Ranked(
            row,
            sentence(row.reason, village=one.area.name, position=row.position, ranked=ranked, places=one.places),
        )
        for row in found
    ]


_BY_PLACE = (F("position").asc(nulls_last=True), "committee_rank", "household_id")


def _note(verb: str, shown: TargetingRound, one: Village, ranked: Iterable[Ranked], *, by: User) -> None:
    """Leave a row of the audit that names the households of the village that were shown."""
    subjects = [row.result.household_id for row in ranked]
    audit.read(verb, ROUND.noun, shown.pk, by=by, subjects=subjects, after={"village": one.area.code})


def _cells(ranked: Iterable[Ranked]) -> Iterable[tuple[object, ...]]:
    for row in ranked:
        result = row.result
        yield (
            result.position, result.household.rsu, result.household.head_name, result.household.size,
            result.committee_rank, result.score, result.selected, row.why,
        )  # fmt: skip


def _document(shown: TargetingRound, villages: list[Village], rows: Iterable[Result]) -> dict[str, Any]:
    """The data of village_list.typ: listed households only, with names and numbers but no score."""
    programme = Programme.objects.filter(code=shown.programme_code).first()
    by_village: dict[int, list[Result]] = {}
    for row in rows:
        by_village.setdefault(row.village_id, []).append(row)
    frozen = shown.status == TargetingRound.Status.FROZEN
    return {
        "title": f"{shown.name} · listes des villages",
        "campaign": shown.name,
        "programme": programme.name if programme else shown.programme_code,
        "printed": f"imprimée le {moment(timezone.now())}",
        "provisional": not frozen,
        "seal": f"Résultat gelé le {day(shown.frozen_at)} · empreinte {shown.result_hash}" if frozen else "",
        "villages": [_posted(one, by_village.get(one.area.pk, [])) for one in villages],
    }


def _posted(one: Village, rows: list[Result]) -> dict[str, Any]:
    commune = one.area.parent
    return {
        "village": one.area.name,
        "commune": commune.name if commune else "",
        "summary": f"{counted(one.selected, 'ménage retenu', 'ménages retenus')} sur "
        f"{counted(len(rows), 'ménage proposé', 'ménages proposés')} par l’assemblée, "
        f"pour {counted(one.places, 'place')}",
        "rows": [
            {
                "position": rank(row.position) if row.position else "—",
                "rsu": row.household.rsu,
                "name": row.household.head_name,
                "selected": row.selected,
                "answer": "retenu"
                if row.selected
                else "questionnaire incomplet"
                if row.position is None
                else "non retenu",
            }
            for row in rows
        ],
    }


_HEAD = "household__head_name"


def _results(shown: TargetingRound, communes: list[tuple[str, str]]) -> Listing:
    return Listing(
        noun=("ménage", "ménages"),
        file_name=f"ciblage-{shown.pk}",
        columns=(
            Column("rsu", "N° RSU", lambda row: row.household.rsu, sort="household__rsu_number", cell=_rsu),
            Column("chef", "Chef de ménage", lambda row: row.household.head_name, sort=_HEAD),
            Column("commune", "Commune", lambda row: row.village.parent.name),
            Column(
                "village", "Village", lambda row: row.village.name,
                link=lambda row: reverse("campaign_village", args=[shown.pk, row.village_id]),
            ),
            Column("comite", "Rang du comité", lambda row: row.committee_rank, kind="number"),
            Column("place", "Place", lambda row: row.position, kind="number"),
            Column("issue", "Issue", lambda row: "retenu" if row.selected else "non retenu", cell=_answer),
            Column("motif", "Motif", lambda row: row.get_reason_display()),
        ),
        order="rsu",
        filters=(
            Filter("q", "N° RSU", _numbered, placeholder="4827-1930-66"),
            Filter("commune", "Commune", lambda rows, pk: rows.filter(village__parent=pk), communes),
            Filter("motif", "Motif", lambda rows, reason: rows.filter(reason=reason), Result.Reason.choices),
            Filter("liste", "Liste du comité", _on_list, [("oui", "listés"), ("non", "non listés")]),
        ),
        empty="Cette campagne n’est pas encore classée.",
        subject=lambda row: row.household_id,
    )  # fmt: skip


def _numbered(rows: QuerySet[Result], text: str) -> QuerySet[Result]:
    digits = "".join(c for c in text if c.isdigit())
    return rows.filter(household__rsu_number__startswith=digits) if digits else rows.none()


def _on_list(rows: QuerySet[Result], answer: str) -> QuerySet[Result]:
    return rows.filter(committee_rank__isnull=answer == "non")


def _rsu(row: Result) -> str:
    page = reverse("household", args=[row.household.rsu])
    return format_html('<a class="nb" href="{}">{}</a>', page, row.household.rsu)


def _answer(row: Result) -> str:
    tone, word = ("ok", "retenu") if row.selected else ("", "non retenu")
    return format_html('<span class="chip {}">{}</span>', tone, word)
