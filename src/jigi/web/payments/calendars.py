"""/paiements/calendrier/: the terms of a component, commune by commune, as they stand."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.db.models import Max, QuerySet
from django.http import Http404, HttpRequest, HttpResponseBase
from django.urls import reverse
from django.utils.html import format_html

from jigi.foundation.models import User
from jigi.geography.access import can, communes_with
from jigi.geography.models import Area
from jigi.payments import calendar, suspensions
from jigi.payments.models import CommuneSuspension, PaymentRound
from jigi.programmes.models import Component, ComponentCommune
from jigi.web.formats import short_day
from jigi.web.listing import Column, Filter, Listing
from jigi.web.payments.rounds import TONES
from jigi.web.payments.sight import person_with

Rows = QuerySet[ComponentCommune]


@dataclass(frozen=True)
class Known:
    """What the cells of a calendar show: live rounds, suspensions in force and catch-ups, by commune."""

    rounds: dict[int, dict[int, PaymentRound]]
    suspended: dict[int, CommuneSuspension]
    catch_ups: dict[int, int]


def calendars(request: HttpRequest) -> HttpResponseBase:
    """The calendar of the component asked for (`?composante=`), in the communes that the person sees."""
    user = person_with(request, "payments.see")
    components = _components(user)
    component = _chosen(request.GET.get("composante", ""), components)
    if component is None:
        raise Http404
    known = Known(
        calendar.terms(component),
        {one.commune_id: one for one in suspensions.in_force(component)},
        calendar.catch_ups(component),
    )
    seen = Area.objects.filter(communes_with(user, "payments.see", programme=component.programme.code))
    rows = component.communes.filter(commune__in=seen).select_related("commune__parent")
    context = {"component": component, "components": components, "may_suspend": can(user, "payments.prepare")}
    return _listing(component, known).respond(request, rows, "payments/calendar.html", context)


def _components(user: User) -> list[Component]:
    known = (
        Component.objects.filter(kind__in=Component.PAID)
        .select_related("programme")
        .order_by("programme__name", "code")
    )
    return [one for one in known if can(user, "payments.see", programme=one.programme.code)]


def _chosen(text: str, components: list[Component]) -> Component | None:
    if not text:
        return components[0] if components else None
    return next((one for one in components if str(one.pk) == text), None)


def _listing(component: Component, known: Known) -> Listing:
    longest = component.communes.aggregate(longest=Max("terms"))["longest"] or component.terms
    return Listing(
        noun=("commune", "communes"),
        file_name=f"calendrier-{component.programme.code}-{component.code}",
        columns=(
            Column("commune", "Commune", lambda r: r.commune.name, sort="commune__name"),
            Column("cercle", "Cercle", lambda r: r.commune.parent.name, sort="commune__parent__name"),
            Column("cours", "En cours", _present(known), cell=_present_cell(known)),
            *(_term(component, term, known) for term in range(1, longest + 1)),
            Column("rattrapages", "Rattrapages", lambda r: known.catch_ups.get(r.commune_id, 0), kind="number"),
        ),
        order="commune",
        filters=(
            Filter("commune", "Commune", _named, placeholder="nom"),
            Filter("composante", "Composante", _all, [(str(component.pk), str(component))]),
            Filter("suspendue", "Suspension", _suspended(known), [("oui", "suspendues"), ("non", "non suspendues")]),
        ),
        empty="Aucune commune de cette composante dans votre affectation.",
    )


def _term(component: Component, term: int, known: Known) -> Column:
    """The column of one term: its period above, the state of its round below."""

    def said(row: ComponentCommune) -> str:
        shown = known.rounds.get(row.commune_id, {}).get(term)
        if term > row.terms:
            return "—"
        if shown is None:
            return "à ouvrir"
        days = "–".join(short_day(day) for day in (shown.pays_from, shown.pays_until) if day)
        return f"{shown.get_status_display()} {days}".strip()

    def cell(row: ComponentCommune) -> str:
        shown = known.rounds.get(row.commune_id, {}).get(term)
        if shown is None:
            return said(row)
        page = reverse("payment_round", args=[shown.pk])
        return format_html('<a class="chip {}" href="{}">{}</a>', TONES.get(shown.status, ""), page, said(row))

    return Column(f"e{term}", f"{term} · {component.period(term)}", said, cell=cell)


def _present(known: Known) -> Callable[[Any], str]:
    """Where a commune is: suspended, or at the first term that is not closed."""

    def said(row: ComponentCommune) -> str:
        if row.commune_id in known.suspended:
            return f"suspendue depuis le {short_day(known.suspended[row.commune_id].starts_on)}"
        rounds = known.rounds.get(row.commune_id, {})
        closed = {term for term, one in rounds.items() if one.status == "closed"}
        left = [term for term in range(1, row.terms + 1) if term not in closed]
        return f"échéance {left[0]} sur {row.terms}" if left else "terminé"

    return said


def _present_cell(known: Known) -> Callable[[Any], str]:
    said = _present(known)

    def cell(row: ComponentCommune) -> str:
        one = known.suspended.get(row.commune_id)
        if one is None:
            return said(row)
        page = reverse("commune_suspension", args=[one.pk])
        return format_html('<a class="chip bad" href="{}">{}</a>', page, said(row))

    return cell


def _named(rows: Rows, text: str) -> Rows:
    return rows.filter(commune__name__icontains=text)


def _all(rows: Rows, pk: str) -> Rows:
    return rows


def _suspended(known: Known) -> Callable[[Rows, str], Rows]:
    def keep(rows: Rows, value: str) -> Rows:
        held = rows.filter(commune__in=known.suspended)
        return held if value == "oui" else rows.exclude(commune__in=known.suspended)

    return keep
