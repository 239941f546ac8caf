"""/ciblage/: the list of campaigns, and the page of one."""

from __future__ import annotations

from typing import Any

from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.html import format_html
from django.views.decorators.http import require_POST

from jigi.foundation import audit, runs
from jigi.foundation.models import User
from jigi.geography.access import can
from jigi.geography.models import Area
from jigi.programmes.models import Programme
from jigi.targeting import actions, queries
from jigi.targeting.models import Result, TargetingRound
from jigi.targeting.states import ROUND
from jigi.web.export import csv_response
from jigi.web.formats import counted
from jigi.web.listing import Column, Filter, Listing
from jigi.web.nouns import verb_word
from jigi.web.submissions import carry_out
from jigi.web.targeting.formula import in_words
from jigi.web.targeting.sight import Village, communes_of, person, seen_round, sums, villages_of

TONES = {"open": "", "ranked": "wait", "frozen": "ok"}
VILLAGE_HEADERS = (
    "Commune", "Code du village", "Village", "Population", "Taux de pauvreté", "Places", "Ménages", "Listés",
    "Retenus",
)  # fmt: skip


def chip(campaign: TargetingRound) -> str:
    """The state of a campaign, coloured by what it means."""
    tone = TONES.get(campaign.status, "")
    return format_html('<span class="chip {}">{}</span>', tone, campaign.get_status_display())


CAMPAIGNS = Listing(
    noun=("campagne de ciblage", "campagnes de ciblage"),
    file_name="campagnes-de-ciblage",
    columns=(
        Column(
            "campagne", "Campagne", lambda one: one.name, sort="name",
            link=lambda one: reverse("campaign", args=[one.pk]),
        ),
        Column("programme", "Programme", lambda one: one.programme_code, sort="programme_code"),
        Column("communes", "Communes", lambda one: one.communes.count(), kind="number"),
        Column("quota", "Quota", lambda one: one.quota_total, kind="number", sort="quota_total"),
        Column("formule", "Formule", lambda one: one.formula or "rang du comité"),
        Column("etat", "État", lambda one: one.get_status_display(), sort="status", cell=chip),
        Column("ouverte", "Ouverte le", lambda one: one.made_at, kind="day", sort="made_at"),
    ),
    order="-ouverte",
    filters=(
        Filter("etat", "État", lambda rows, code: rows.filter(status=code), TargetingRound.Status.choices),
    ),
    empty="Aucune campagne de ciblage dans votre affectation.",
)  # fmt: skip


def campaigns(request: HttpRequest) -> HttpResponseBase:
    """The campaigns of the person's places and programmes."""
    return CAMPAIGNS.respond(request, queries.visible_to(person(request)), "targeting/campaigns.html")


def campaign(request: HttpRequest, pk: int) -> HttpResponseBase:
    """One campaign: figures, formula, communes; `?format=csv` gives its villages."""
    user, shown = person(request), seen_round(request, pk)
    communes = communes_of(shown, user)
    villages = villages_of(shown, communes)
    if request.GET.get("format") == "csv":
        audit.record("export", ROUND.noun, shown.pk, by=user)
        return csv_response(f"ciblage-{shown.pk}-villages", VILLAGE_HEADERS, _village_cells(communes, villages))
    every = [village for group in villages.values() for village in group]
    context = {
        "campaign": shown,
        "chip": chip(shown),
        "programme": Programme.objects.filter(code=shown.programme_code).first() or shown.programme_code,
        "communes": [(area, sums(villages.get(area.pk, []))) for area in communes],
        "unseen": shown.communes.count() - len(communes),
        "sum": sums(every),
        "reasons": _reasons(queries.results_visible_to(user, shown)),
        "listed_now": shown.listed.count() if shown.status == "open" else 0,
        "formula": in_words(shown.formula) if shown.formula else None,
        "why_not": why_not(shown, user),
        "verified": _verified(request, shown),
        "history": [(event, _word(event.verb)) for event in audit.history(ROUND.noun, shown.pk)],
        "runs": runs.of_subject(f"{ROUND.noun}:{shown.pk}"),
    }
    return render(request, "targeting/campaign.html", context)


def commune(request: HttpRequest, pk: int, area: int) -> HttpResponse:
    """The villages of one commune of a campaign."""
    user, shown = person(request), seen_round(request, pk)
    place = get_object_or_404(Area, pk__in=[one.pk for one in communes_of(shown, user)], pk=area)
    villages = villages_of(shown, [place]).get(place.pk, [])
    context = {"campaign": shown, "commune": place, "villages": villages, "sum": sums(villages)}
    return render(request, "targeting/commune.html", context)


@require_POST
def rank(request: HttpRequest, pk: int) -> HttpResponse:
    """Score and rank; asked again of a ranked campaign, say so."""
    user, shown = person(request), seen_round(request, pk)

    def act() -> str:
        if shown.status != TargetingRound.Status.OPEN:
            return f"C’était déjà fait : la campagne est « {shown.get_status_display()} ». Rien n’a changé."
        counters = actions.rank(shown, by=user)
        return f"La campagne est classée : {counted(counters['within_quota'], 'ménage retenu', 'ménages retenus')}."

    carry_out(request, act)
    return redirect("campaign", pk)


@require_POST
def freeze(request: HttpRequest, pk: int) -> HttpResponse:
    """Freeze the result; asked again of a frozen campaign, say so."""
    user, shown = person(request), seen_round(request, pk)

    def act() -> str:
        if shown.status == TargetingRound.Status.FROZEN:
            return "C’était déjà fait : la campagne est gelée. Rien n’a changé."
        actions.freeze(shown, by=user)
        return "Le résultat est gelé : plus rien n’y change, et son empreinte le désigne."

    carry_out(request, act)
    return redirect("campaign", pk)


@require_POST
def reopen(request: HttpRequest, pk: int) -> HttpResponse:
    """Undo a ranking that is not frozen."""
    user, shown = person(request), seen_round(request, pk)

    def act() -> str:
        actions.reopen(shown, by=user, reason=request.POST.get("motif", ""))
        return "La campagne est rouverte : corrigez listes ou quotas, puis classez de nouveau."

    carry_out(request, act)
    return redirect("campaign", pk)


def why_not(shown: TargetingRound, user: User) -> str:
    """Why this person can't freeze or reopen this campaign; empty when they can."""
    if not can(user, "targeting.run", programme=shown.programme_code):
        return "Votre affectation permet de lire cette campagne, pas de la conduire."
    communes = Area.objects.filter(pk__in=shown.communes.values("commune"))
    if not can(user, "targeting.run", areas=communes, programme=shown.programme_code):
        return "Votre affectation ne couvre pas toutes les communes de cette campagne."
    return ""


def _reasons(results: QuerySet[Result]) -> dict[str, int]:
    """Households by outcome: `scored`, `selected`, `beyond`, `no_score`, `not_listed`, `all`."""
    return results.order_by().aggregate(
        all=Count("pk"),
        scored=Count("score"),
        selected=Count("pk", filter=Q(selected=True)),
        beyond=Count("pk", filter=Q(reason=Result.Reason.BEYOND_QUOTA)),
        no_score=Count("pk", filter=Q(reason=Result.Reason.NO_SCORE)),
        not_listed=Count("pk", filter=Q(reason=Result.Reason.NOT_LISTED)),
        listed=Count("committee_rank"),
    )


def _village_cells(communes: list[Area], villages: dict[int, list[Village]]) -> list[tuple[Any, ...]]:
    return [
        (
            area.name, one.area.code, one.area.name, one.population, one.poverty_rate, one.places,
            one.households, one.listed, one.selected,
        )
        for area in communes
        for one in villages.get(area.pk, [])
    ]  # fmt: skip


def _word(verb: str) -> str:
    own = {step.verb: step.label for step in ROUND.transitions}
    return own.get(verb) or verb_word(verb).capitalize()


def _verified(request: HttpRequest, shown: TargetingRound) -> bool | None:
    if request.GET.get("empreinte") != "verifier" or not shown.result_hash:
        return None
    return queries.verify_hash(shown)
