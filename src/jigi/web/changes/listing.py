"""The list of requests to change the register."""

from __future__ import annotations

from collections.abc import Collection

from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from jigi.changes.models import ChangeRequest
from jigi.changes.rules import TITLES
from jigi.changes.states import CHANGE
from jigi.geography import queries as geography
from jigi.geography.models import Area
from jigi.registry.queries import numbered
from jigi.web.listing import Column, Filter, Listing

TONES = {
    "draft": "",
    "submitted": "wait",
    "approved": "ok",
    "partly": "ok",
    "refused": "bad",
    "withdrawn": "",
    "undone": "",
}
Requests = QuerySet[ChangeRequest]


def chip(request: ChangeRequest) -> SafeString:
    """The state of a request."""
    return format_html('<span class="chip {}">{}</span>', TONES[request.status], request.get_status_display())


def page_of(request: ChangeRequest) -> str:
    return reverse("change", args=[request.pk])


def _of_household(rows: Requests, text: str) -> Requests:
    digits = "".join(filter(str.isdigit, text))
    return rows.filter(numbered(digits, field="household__rsu_number")) if digits else rows.none()


def _within(rows: Requests, text: str) -> Requests:
    version = geography.version_in_use()
    condition = Q(pk__in=[])
    for area in geography.designated(text, version) if version else []:
        condition |= Q(pk=area.pk) if area.level == Area.Level.COMMUNE else geography.under(area)
    communes = Area.objects.filter(condition, level=Area.Level.COMMUNE).values("pk")
    return rows.filter(household__commune__in=communes)


def _made_by(rows: Requests, text: str) -> Requests:
    return rows.filter(Q(made_by__full_name__icontains=text) | Q(made_by__username=text))


COLUMNS = (
    Column("numero", "N°", lambda one: one.pk, sort="pk", link=page_of),
    Column("nature", "Nature", lambda one: one.title, sort="kind"),
    Column("menage", "Ménage", lambda one: one.household.rsu),
    Column("commune", "Commune", lambda one: one.household.commune.name, sort="household__commune__name"),
    Column("effet", "Date d’effet", lambda one: one.effective_on, kind="day", sort="effective_on"),
    Column("par", "Demandée par", lambda one: one.made_by),
    Column("le", "Le", lambda one: one.made_at, kind="day", sort="made_at"),
    Column("etat", "État", lambda one: one.get_status_display(), sort="status", cell=chip),
    Column("verifiee", "Vérifiée par", lambda one: one.checked_by or "", on_screen=False),
    Column("motif", "Motif", lambda one: one.reason, on_screen=False),
)
CHANGES = Listing(
    noun=("demande", "demandes"),
    file_name="demandes-de-changement",
    columns=COLUMNS,
    order="-numero",
    filters=(
        Filter("q", "Ménage", _of_household, placeholder="n° RSU"),
        Filter("nature", "Nature", lambda rows, code: rows.filter(kind=code), list(TITLES.items())),
        Filter("lieu", "Où", _within, placeholder="commune, cercle, région"),
        Filter("etat", "État", lambda rows, code: rows.filter(status=code), CHANGE.choices),
        Filter("par", "Demandée par", _made_by, placeholder="nom"),
    ),
    empty="Aucune demande pour le moment. Un changement se demande depuis la page du ménage, ou par un fichier.",
    subject=lambda one: one.household_id,
)
WARNINGS = (("laissees", "laissées par une approbation"), ("conflit", "touchées par une autre demande"))


def of_a_file(disputed: Collection[int]) -> Listing:
    """The requests of a file, of which those of these numbers have another open one on the same fact."""

    def warning(request: ChangeRequest) -> str:
        meets = "Une autre demande touche le même fait." if request.pk in disputed else ""
        return " ".join(filter(None, [request.left_because, meets])) if request.is_open else ""

    def warned(rows: Requests, choice: str) -> Requests:
        if choice == "conflit":
            return rows.filter(pk__in=disputed)
        return rows.filter(status="submitted").exclude(left_because="")

    return Listing(
        noun=("demande", "demandes"),
        file_name="demandes-du-fichier",
        columns=(
            Column("ligne", "Ligne", lambda one: one.line, kind="number", sort="line"),
            *COLUMNS,
            Column("attention", "Attention", warning),
        ),
        order="ligne",
        filters=(*CHANGES.filters, Filter("attention", "Attention", warned, WARNINGS)),
        empty="Ce fichier n’a donné aucune demande.",
        subject=lambda one: one.household_id,
    )
