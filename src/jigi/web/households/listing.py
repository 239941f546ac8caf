"""The list of households: its columns and its filters."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.urls import reverse

from jigi.enrolment.models import Enrolment
from jigi.payments.models import Entitlement
from jigi.programmes.models import Component
from jigi.registry import queries as registry
from jigi.registry.models import Household
from jigi.targeting.models import Result
from jigi.web.households import age
from jigi.web.households.place import named_so
from jigi.web.listing import Column, Filter, Listing

Households = QuerySet[Household]

SITUATIONS = (
    ("retenu", "retenu par un ciblage"),
    ("inscrit", "inscrit à un programme"),
    ("non-inscrit", "jamais inscrit"),
    ("paye", "payé au moins une fois"),
    ("rappel", "avec un rappel dû"),
    ("sorti", "sorti du registre"),
)
ASKING = {"retenu": "targeting.see", "paye": "payments.see", "rappel": "payments.see"}
"""The right that a situation asks."""


def page_of(household: Household) -> str:
    return reverse("household", args=[household.rsu])


COLUMNS = (
    Column("rsu", "Numéro RSU", lambda h: h.rsu, sort="rsu_number", link=page_of),
    Column("chef", "Chef de ménage", lambda h: h.head_name, sort="head_name"),
    Column("commune", "Commune", lambda h: h.commune.name, sort="commune__name"),
    Column("village", "Village", lambda h: h.village.name if h.village else ""),
    Column("membres", "Membres", lambda h: h.size, kind="number", sort="size"),
    Column("vu", "Vu le", lambda h: h.collected_on, kind="day", sort="collected_on", cell=age.last_seen),
    Column("perimes", "Faits périmés", age.stale_kinds, on_screen=False),
)


def households_list(rights: Collection[str]) -> Listing:
    """The list with the choices of now (the components that exist) and of who reads it."""
    hidden = {situation for situation, right in ASKING.items() if right not in rights}
    components = Component.objects.select_related("programme").order_by("programme__code", "code")
    return Listing(
        noun=("ménage", "ménages"),
        file_name="menages",
        columns=COLUMNS,
        order="rsu",
        filters=(
            Filter("q", "Qui", _sought, placeholder="nom, n° RSU, téléphone, NINA"),
            Filter("lieu", "Où", within_place, placeholder="village, commune, cercle, région"),
            Filter("situation", "Situation", _in_situation, [one for one in SITUATIONS if one[0] not in hidden]),
            Filter("vu", "Vu", age.seen_since, age.visit_choices()),
            Filter("perime", "Faits périmés", age.with_aged, age.kind_choices()),
            Filter("composante", "Composante", _enrolled_in, [(str(c.pk), _titled(c)) for c in components]),
        ),
        empty="Aucun ménage dans votre affectation.",
        subject=lambda h: h.pk,
    )


def _titled(component: Component) -> str:
    return f"{component.programme.code} · {component.name}"


def _sought(households: Households, text: str) -> Households:
    return households.filter(registry.sought(text))


def within_place(households: Households, text: str) -> Households:
    """The households of the places that a person names."""
    place = named_so(text)
    return households.filter(Q(commune__in=place.communes) | Q(village__in=place.villages))


def _in_situation(households: Households, situation: str) -> Households:
    enrolled = Exists(Enrolment.objects.filter(household=OuterRef("pk")))
    conditions: dict[str, Any] = {
        "retenu": Exists(Result.objects.filter(household=OuterRef("pk"), selected=True)),
        "inscrit": enrolled,
        "non-inscrit": ~enrolled,
        "paye": Exists(Entitlement.objects.filter(household=OuterRef("pk"), status="paid")),
        "rappel": Exists(Entitlement.objects.filter(household=OuterRef("pk"), status="owed")),
        "sorti": Q(status=Household.Status.LEFT),
    }
    return households.filter(conditions[situation])


def _enrolled_in(households: Households, component: str) -> Households:
    enrolled = Enrolment.objects.filter(household=OuterRef("pk"), component=int(component))
    return households.filter(Exists(enrolled))
