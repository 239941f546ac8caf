"""The list of requests about data."""

from __future__ import annotations

from django.db.models import QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString

from jigi.protection.models import DataRequest
from jigi.protection.states import REQUEST
from jigi.registry.queries import numbered
from jigi.web.listing import Column, Filter, Listing

TONES = {"received": "wait", "accepted": "info", "refused": "", "withdrawn": "", "done": "ok"}
Requests = QuerySet[DataRequest]


def chip(request: DataRequest) -> SafeString:
    """The state of a request; in alarm when its answer is late."""
    if request.is_open and request.due_on < timezone.localdate():
        return format_html('<span class="chip bad">{}, en retard</span>', request.get_status_display())
    return format_html('<span class="chip {}">{}</span>', TONES[request.status], request.get_status_display())


REQUESTS = Listing(
    noun=("demande", "demandes"),
    file_name="demandes-sur-les-donnees",
    columns=(
        Column("numero", "N°", lambda one: one.pk, sort="pk", link=lambda one: reverse("data_request", args=[one.pk])),
        Column("droit", "Droit exercé", lambda one: one.get_kind_display(), sort="kind"),
        Column("menage", "Ménage", lambda one: one.household.rsu if one.household else ""),
        Column("commune", "Commune", lambda one: one.household.commune.name if one.household else ""),
        Column("demandeur", "Demandeur", lambda one: one.asker or "effacé"),
        Column("recue", "Reçue le", lambda one: one.received_on, kind="day", sort="received_on"),
        Column("due", "Réponse due le", lambda one: one.due_on, kind="day", sort="due_on"),
        Column("etat", "État", lambda one: one.get_status_display(), sort="status", cell=chip),
    ),
    order="-numero",
    filters=(
        Filter("q", "Ménage", lambda rows, text: _of_household(rows, text), placeholder="n° RSU"),
        Filter("droit", "Droit", lambda rows, code: rows.filter(kind=code), DataRequest.Kind.choices),
        Filter("etat", "État", lambda rows, code: rows.filter(status=code), REQUEST.choices),
        Filter("delai", "Délai", lambda rows, code: _late(rows), [("retard", "en retard")]),
    ),
    empty="Aucune demande n’a encore été enregistrée.",
)


def _of_household(rows: Requests, text: str) -> Requests:
    digits = "".join(filter(str.isdigit, text))
    return rows.filter(numbered(digits, field="household__rsu_number")) if digits else rows.none()


def _late(rows: Requests) -> Requests:
    return rows.filter(status__in=("received", "accepted"), due_on__lt=timezone.localdate())
