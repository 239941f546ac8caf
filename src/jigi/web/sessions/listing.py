"""/seances/: the sessions that a person sees, filtered, sorted and exported."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponseBase
from django.urls import reverse

from jigi.delivery.contracts.access import OPERATE
from jigi.delivery.sessions import queries
from jigi.delivery.sessions.models import Session
from jigi.delivery.sessions.states import SESSION
from jigi.geography.access import can
from jigi.web.listing import Column, Filter, Listing
from jigi.web.reader import number_in
from jigi.web.sessions.sight import chip, follower

Rows = QuerySet[Session]


def sessions(request: HttpRequest) -> HttpResponseBase:
    """The sessions of a person's contracts and places, the latest first; those they have to check above all."""
    user = follower(request)
    rows = queries.visible_to(user)
    if "a-controler" in request.GET:
        rows = rows.filter(pk__in=queries.to_check(user).order_by().values("pk"))
    context: dict[str, Any] = {
        "may_plan": can(user, "delivery.plan"), "operates": can(user, OPERATE), "contracts": queries.contracts(user),
        "to_check": queries.to_check(user).count(), "checking": "a-controler" in request.GET,
    }  # fmt: skip
    return LISTING.respond(request, rows, "sessions/sessions.html", context)


def _village(found: Rows, text: str) -> Rows:
    return found.filter(village__name__icontains=text)


def _commune(found: Rows, text: str) -> Rows:
    return found.filter(commune__name__icontains=text)


def _module(found: Rows, text: str) -> Rows:
    return found.filter(module__name__icontains=text)


def _contract(found: Rows, text: str) -> Rows:
    return found.filter(contract__number__icontains=text)


def _status(found: Rows, status: str) -> Rows:
    return found.filter(status=status)


def _month(found: Rows, text: str) -> Rows:
    year, _, month = text.partition("-")
    if not 1900 < number_in(year) < 2200 or not 1 <= number_in(month) <= 12:
        return found.none()
    return found.filter(planned_on__year=int(year), planned_on__month=int(month))


LISTING = Listing(
    noun=("séance", "séances"),
    file_name="seances",
    columns=(
        Column(
            "village", "Village", lambda s: s.village.name, sort="village__name",
            link=lambda s: reverse("session", args=[s.pk]),
        ),
        Column("commune", "Commune", lambda s: s.commune.name, sort="commune__name"),
        Column("module", "Module", lambda s: s.module.name, sort="module__rank"),
        Column("prevue", "Prévue le", lambda s: s.planned_on, kind="day", sort="planned_on"),
        Column("etat", "État", lambda s: s.get_status_display(), sort="status", cell=chip),
        Column("tenue", "Tenue le", lambda s: s.held_on, kind="day"),
        Column("hommes", "Hommes", lambda s: s.men, kind="number", cell=lambda s: "" if s.men is None else str(s.men)),
        Column(
            "femmes", "Femmes", lambda s: s.women, kind="number", cell=lambda s: "" if s.women is None else str(s.women)
        ),
        Column("menages", "Ménages nommés", lambda s: s.households, kind="number", sort="households"),
        Column("contrat", "Contrat", lambda s: s.contract.number, sort="contract__number"),
        Column("numero", "Numéro", lambda s: s.pk, on_screen=False),
        Column("lieu", "Lieu", lambda s: s.place, on_screen=False),
        Column("animateur", "Animateur", lambda s: s.facilitator, on_screen=False),
        Column("raison", "Non tenue parce que", lambda s: s.get_not_held_display(), on_screen=False),
    ),
    order="-prevue",
    filters=(
        Filter("village", "Village", _village, placeholder="nom"),
        Filter("commune", "Commune", _commune, placeholder="nom"),
        Filter("module", "Module", _module, placeholder="mots"),
        Filter("contrat", "Contrat", _contract, placeholder="numéro"),
        Filter("etat", "État", _status, SESSION.choices),
        Filter("mois", "Mois", _month, placeholder="2016-03"),
    ),
    empty="Aucune séance dans vos contrats ni dans votre affectation.",
)  # fmt: skip
