"""The list of responses: by state, year, shock and region."""

from __future__ import annotations

from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponseBase
from django.urls import reverse
from django.utils.html import format_html

from jigi.geography.access import can
from jigi.geography.models import Area
from jigi.geography.queries import version_in_use
from jigi.response.access import PREPARE
from jigi.response.models import Activation, ActivationArea
from jigi.response.queries import visible_to
from jigi.response.states import ACTIVATION
from jigi.web.listing import Column, Filter, Listing
from jigi.web.reader import number_in
from jigi.web.response.sight import chip, reader

Rows = QuerySet[Activation]


def listed(request: HttpRequest) -> HttpResponseBase:
    """The responses, the latest signal first."""
    user = reader(request)
    regions = Area.objects.filter(version=version_in_use(), level=Area.Level.REGION).order_by("name")
    context = {"may_prepare": can(user, PREPARE)}
    return _listing(list(regions)).respond(request, visible_to(user), "response/list.html", context)


def _listing(regions: list[Area]) -> Listing:
    return Listing(
        noun=("réponse", "réponses"),
        file_name="reponses",
        columns=(
            Column("numero", "Réponse", lambda a: a.number, sort="number", cell=_number),
            Column("intitule", "Intitulé", lambda a: a.title, sort="title"),
            Column("choc", "Choc", lambda a: a.get_hazard_display(), sort="hazard"),
            Column("etat", "État", lambda a: a.get_status_display(), sort="status", cell=chip),
            Column("signal", "Signalée le", lambda a: a.signalled_on, kind="day", sort="signalled_on"),
            Column("fin", "Fin prévue", lambda a: a.sunset_on, kind="day", sort="sunset_on"),
            Column("plafond", "Plafond (FCFA)", lambda a: a.ceiling_xof, kind="xof", sort="ceiling_xof"),
            Column("convention", "Convention", lambda a: a.agreement.code, on_screen=False),
            Column("demande", "Demande", lambda a: a.request_reference, on_screen=False),
            Column("plan", "Plan national", lambda a: a.plan_reference, on_screen=False),
        ),
        order="-signal",
        filters=(
            Filter("cherche", "Réponse", _named, placeholder="numéro ou intitulé"),
            Filter("etat", "État", lambda rows, code: rows.filter(status=code), ACTIVATION.choices),
            Filter("choc", "Choc", lambda rows, code: rows.filter(hazard=code), Activation.Hazard.choices),
            Filter("annee", "Année", _of_year, placeholder="2018"),
            Filter("region", "Région", _in_region, [(str(one.pk), one.name) for one in regions]),
        ),
        empty="Aucune réponse. Quand un déclencheur ou une alerte demande d’aider, préparez-en une ici.",
    )


def _number(one: Activation) -> str:
    return format_html('<a class="nb" href="{}">{}</a>', reverse("response", args=[one.pk]), one.number)


def _named(rows: Rows, text: str) -> Rows:
    return rows.filter(Q(number__icontains=text) | Q(title__icontains=text))


def _of_year(rows: Rows, text: str) -> Rows:
    year = number_in(text)
    return rows.filter(signalled_on__year=year) if 1900 < year < 2200 else rows.none()


def _in_region(rows: Rows, text: str) -> Rows:
    """Those that keep the region, or a place within it."""
    region = Area.objects.filter(pk=number_in(text)).first()
    if region is None:
        return rows.none()
    kept = ActivationArea.objects.filter(kept=True, area__path__startswith=region.path)
    return rows.filter(pk__in=kept.values("activation"))
