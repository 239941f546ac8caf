"""The households of a response, behind its figures: where, who receives, what each was paid and was not."""

from __future__ import annotations

from typing import Any

from django.db.models import BigIntegerField, Case, F, OuterRef, Q, QuerySet, Subquery, Sum, When
from django.db.models.functions import Coalesce
from django.http import Http404, HttpRequest, HttpResponseBase

from jigi.geography.models import Area
from jigi.geography.queries import version_in_use
from jigi.payments.models import Entitlement
from jigi.response.models import Activation
from jigi.response.queries import households_of, rounds_of
from jigi.web.households.listing import page_of
from jigi.web.listing import Column, Filter, Listing
from jigi.web.reader import rights_of
from jigi.web.response.sight import LEVELS, chip, seen

OPENS = "payments.see"
Rows = QuerySet[Any]  # enrolments with the sums that `_rows` adds


def listed(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Those of the person's communes, each once: `?lieu=` a region, cercle or commune, `?paye=oui|non`."""
    one = seen(request, pk)
    if OPENS not in rights_of(request):
        raise Http404
    return HOUSEHOLDS.respond(request, _rows(one), "response/households.html", {"one": one, "chip": chip(one)})


def _rows(one: Activation) -> Rows:
    rights = Entitlement.objects.filter(
        household=OuterRef("household"), payment_round__in=rounds_of(one).filter(status__in=("released", "closed"))
    )
    return (
        households_of(one)
        .select_related("household", "commune__parent", "recipient", "component")
        .annotate(
            paid_xof=_sum(rights, Case(When(status="paid", then=F("amount_xof")), default=F("paid_xof"))),
            rights_xof=_sum(rights, F("amount_xof")),
        )
    )


def _sum(rights: QuerySet[Entitlement], what: Any) -> Coalesce:
    each = rights.order_by().values("household").annotate(total=Sum(what)).values("total")
    return Coalesce(Subquery(each, output_field=BigIntegerField()), 0)


def _within(rows: Rows, text: str) -> Rows:
    named = Q(name__iexact=text.strip()) | Q(code__iexact=text.strip())
    within = Q(pk__in=[])
    for place in Area.objects.filter(named, version=version_in_use(), level__in=LEVELS)[:20]:
        within |= Q(commune__path__startswith=place.path)
    return rows.filter(within)


def _paid(rows: Rows, code: str) -> Rows:
    return rows.filter(paid_xof__gt=0) if code == "oui" else rows.filter(paid_xof=0)


HOUSEHOLDS = Listing(
    noun=("ménage", "ménages"),
    file_name="menages-reponse",
    columns=(
        Column("rsu", "Numéro RSU", lambda e: e.household.rsu, sort="household__rsu_number",
               link=lambda e: page_of(e.household)),
        Column("commune", "Commune", lambda e: e.commune.name, sort="commune__name"),
        Column("cercle", "Cercle", lambda e: e.commune.parent.name if e.commune.parent else ""),
        Column("allocataire", "Allocataire", lambda e: str(e.recipient)),
        Column("composante", "Composante", lambda e: e.component.name),
        Column("etat", "Inscription", lambda e: e.get_status_display(), sort="status"),
        Column("paye", "Payé (FCFA)", lambda e: e.paid_xof, kind="xof"),
        Column("non_paye", "Non payé (FCFA)", lambda e: e.rights_xof - e.paid_xof, kind="xof"),
    ),
    order="commune",
    filters=(
        Filter("lieu", "Lieu", _within, placeholder="nom ou code"),
        Filter("paye", "Payé", _paid, [("oui", "payés"), ("non", "non payés")]),
    ),
    empty="Aucun ménage de cette réponse dans votre affectation.",
    subject=lambda e: e.household_id,
)  # fmt: skip
