"""/inscriptions/cartes/: cards of recipients, issued by commune, printed by village, redone when they are lost."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from jigi.enrolment import cards, queries
from jigi.enrolment.cards import Printed
from jigi.enrolment.models import Enrolment
from jigi.enrolment.queries import DECIDE
from jigi.foundation.errors import Refused
from jigi.foundation.models import User
from jigi.geography.access import can, communes_with
from jigi.geography.models import Area
from jigi.programmes.models import Component
from jigi.web.account.step_up import require_proof
from jigi.web.formats import counted
from jigi.web.paper.press import pdf_response, press
from jigi.web.paper.square import square
from jigi.web.reader import number_in, user_of
from jigi.web.submissions import carry_out

A_PAGE = 8
MOST_CARDS = 800
"""Cards of one document: a hundred pages, some seconds of work."""


def cards_page(request: HttpRequest) -> HttpResponse:
    """Where cards are issued: a component and a commune, then its villages."""
    user = _person(request)
    component, commune = _chosen(request, user)
    villages = cards.by_village(component, commune) if component and commune else []
    context = {
        "components": _components(user), "component": component, "commune": commune, "villages": villages,
        "communes": _communes(component, user) if component else [], "limit": MOST_CARDS,
        "missing": sum(one["enrolled"] - one["cards"] for one in villages),
        "held": sum(one["cards"] for one in villages),
    }  # fmt: skip
    return render(request, "enrolments/cards.html", context)


@require_POST
def issue(request: HttpRequest) -> HttpResponse:
    """Give a card to who has none in the commune."""
    user = _person(request)
    component, commune = _chosen(request, user)
    if component is None or commune is None:
        raise Http404

    def act() -> str:
        made = cards.issue(component, commune, by=user)
        return f"{counted(made, 'carte émise', 'cartes émises')} à {commune.name} : imprimez-les village par village."

    carry_out(request, act)
    return redirect(f"{reverse('cards')}?composante={component.pk}&commune={commune.pk}")


def print_cards(request: HttpRequest) -> HttpResponse:
    """The cards of a commune (or of one of its villages, `village`) as one PDF, eight a page."""
    user = _person(request)
    component, commune = _chosen(request, user)
    if component is None or commune is None:
        raise Http404
    require_proof(request, back=f"{reverse('cards')}?composante={component.pk}&commune={commune.pk}")
    asked = request.GET.get("village", "")
    village = get_object_or_404(Area, pk=number_in(asked), parent=commune) if asked else None
    found = cards.to_print(component, commune, village=village, by=user)
    if len(found) > MOST_CARDS:
        raise Refused(
            f"{counted(len(found), 'carte')} : trop pour un seul document",
            why=f"Un document en tient au plus {counted(MOST_CARDS, 'carte')}.", remedy="Imprimez village par village.",
        )  # fmt: skip
    return _paper(found, f"cartes-{(village or commune).code}")


def card(request: HttpRequest, pk: int) -> HttpResponse:
    """The card of one enrolment as a PDF; posted, it is withdrawn and another given, with the reason."""
    user = _person(request)
    seen = queries.visible_to(user, DECIDE).select_related("component__programme", "commune")
    one: Enrolment = get_object_or_404(seen, pk=pk)
    if request.method == "POST":

        def act() -> str:
            cards.reissue(one, reason=request.POST.get("motif", ""), by=user)
            return "La carte est refaite : l’ancienne est refusée dès la prochaine liste chargée. Imprimez la nouvelle."

        carry_out(request, act)
        return redirect("enrolment", pk)
    require_proof(request, back=reverse("enrolment", args=[pk]))
    return _paper(cards.to_print(one.component, one.commune, enrolment=one, by=user), f"carte-{pk}")


def document(found: Sequence[Printed]) -> dict[str, Any]:
    """The data of cards.typ: pages of eight, a village never on the page of another."""
    pages = []
    for village, group in groupby(found, key=lambda one: one.village):
        rows = [_face(one) for one in group]
        pages += [
            {"village": village or "village non connu", "commune": found[0].commune, "cards": rows[at : at + A_PAGE]}
            for at in range(0, len(rows), A_PAGE)
        ]
    return {"title": "Cartes des allocataires", "pages": pages}


def _face(one: Printed) -> dict[str, str]:
    number = one.rsu_number
    return {
        "qr": square(one.text, error="l"),
        "code": one.code,
        "rsu": f"{number[:4]}-{number[4:8]}-{number[8:]}",
        "recipient": one.recipient,
        "place": " · ".join(filter(None, (one.village, one.commune))),
        "programme": one.programme,
        "pay_point": one.pay_point,
    }


def _paper(found: Sequence[Printed], name: str) -> HttpResponse:
    if not found:
        raise Refused("Aucune carte à imprimer ici", remedy="Émettez d’abord les cartes de la commune.")
    return pdf_response(name, press("cards", document(found)))


def _chosen(request: HttpRequest, user: User) -> tuple[Component | None, Area | None]:
    asked = request.POST if request.method == "POST" else request.GET
    component = next((one for one in _components(user) if str(one.pk) == asked.get("composante", "")), None)
    if component is None:
        return None, None
    commune = next((one for one in _communes(component, user) if str(one.pk) == asked.get("commune", "")), None)
    return component, commune


def _components(user: User) -> list[Component]:
    found = Component.objects.select_related("programme").order_by("programme__name", "name")
    return [one for one in found if can(user, DECIDE, programme=one.programme.code)]


def _communes(component: Component, user: User) -> list[Area]:
    held = Area.objects.filter(communes_with(user, DECIDE, programme=component.programme.code))
    return list(held.filter(pk__in=component.communes.values("commune")).order_by("name"))


def _person(request: HttpRequest) -> User:
    user = user_of(request)
    if not can(user, DECIDE):
        raise Http404
    return user
