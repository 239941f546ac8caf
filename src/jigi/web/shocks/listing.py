"""The lists of values, of files and their problems, of alerts."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponseBase
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from jigi.foundation import audit
from jigi.foundation.errors import InputError
from jigi.foundation.models import User
from jigi.geography.queries import designated, version_in_use
from jigi.shocks.catalogue import signals
from jigi.shocks.layouts import layouts
from jigi.shocks.models import Alert, SignalFile, SignalValue
from jigi.shocks.queries import STATES, alert_state, in_state
from jigi.shocks.states import FILE
from jigi.web.account.step_up import require_proof
from jigi.web.ledger.sheets import xlsx_response
from jigi.web.listing import Column, Filter, Listing

MOST_IN_A_BOOK = 200_000
TONES = {"checked": "wait", "loaded": "ok", "refused": "", "undone": "bad"}
ALERT_TONES = {"cours": "bad", "venir": "wait", "expiree": "", "remplacee": "", "retiree": "", "exercice": "info"}


def chip(text: str, tone: str) -> SafeString:
    return format_html('<span class="chip {}">{}</span>', tone, text)


def file_chip(file: SignalFile) -> SafeString:
    return chip(file.get_status_display(), TONES[file.status])


def alert_chip(alert: Alert) -> SafeString:
    state = alert_state(alert)
    return chip(dict(STATES)[state], ALERT_TONES.get(state, ""))


def layout_name(file: SignalFile) -> str:
    known = layouts().get(file.layout)
    return known.name if known else file.layout


def signal_name(value: SignalValue) -> str:
    known = signals().get(value.signal)
    return known.name if known else value.signal


def figure(value: SignalValue) -> str:
    """A value as a person reads it: « 1 234 personnes », « 3, crise »."""
    known = signals().get(value.signal)
    text = f"{value.value:,.2f}".rstrip("0").rstrip(".").replace(",", "\u202f").replace(".", ",")
    if known is None:
        return text
    label = known.label(value.value)
    return f"{text}, {label}" if label else f"{text} {known.unit}"


def plain(value: SignalValue) -> int | float:
    """A value as a file holds it: a whole number keeps all its digits."""
    return int(value.value) if value.value == int(value.value) else value.value


def workbook(request: HttpRequest, listing: Listing, rows: QuerySet[Any], *, by: User) -> HttpResponseBase | None:
    """The list as the Excel file that `?format=xlsx` asks for, noted in the audit; None when it asks for none."""
    if request.GET.get("format") != "xlsx":
        return None
    require_proof(request, back=request.path)
    found = listing.filtered(request, rows).order_by("-pk")
    if found.order_by()[: MOST_IN_A_BOOK + 1].count() > MOST_IN_A_BOOK:
        raise InputError(
            "La liste est trop longue pour un fichier Excel", remedy="Filtrez-la, ou exportez-la en CSV"
        )  # fmt: skip
    audit.record("export", "list", listing.file_name, by=by)
    table = ([column.value(row) for column in listing.columns] for row in found.iterator())
    return xlsx_response(listing.file_name, [column.header for column in listing.columns], table)


def area_page(value: SignalValue) -> str:
    return reverse("shock_area", args=[value.area_id])


VALUES = Listing(
    noun=("valeur", "valeurs"),
    file_name="signaux",
    columns=(
        Column("signal", "Signal", signal_name, sort="signal"),
        Column("lieu", "Lieu", lambda v: v.area.name, sort="area__name", link=area_page),
        Column("niveau", "Niveau", lambda v: v.area.get_level_display(), on_screen=False),
        Column("code", "Code du lieu", lambda v: v.area.code, on_screen=False),
        Column("du", "Du", lambda v: v.starts_on, kind="day", sort="starts_on"),
        Column("au", "Au", lambda v: v.ends_on, kind="day"),
        Column("valeur", "Valeur", plain, cell=figure, sort="value"),
        Column("vue", "Vue", lambda v: v.get_outlook_display(), sort="outlook"),
        Column("etat", "État", lambda v: v.get_status_display(), sort="status"),
        Column("publie", "Publié le", lambda v: v.published_on, kind="day", sort="published_on"),
        Column("source", "Source", lambda v: v.source, sort="source"),
        Column("version", "Version", lambda v: v.version, kind="number", on_screen=False),
    ),
    order="-du",
    filters=(
        Filter("signal", "Signal", lambda found, code: found.filter(signal=code),
               [(one.code, one.name) for one in signals().values()]),
        Filter("lieu", "Où", lambda found, text: _in_place(found, text), placeholder="région, cercle ou code"),
        Filter("mois", "Mois", lambda found, text: _in_month(found, text), placeholder="2018-06"),
        Filter("vue", "Vue", lambda found, code: found.filter(outlook=code), SignalValue.Outlook.choices),
        Filter("etat", "État", lambda found, code: found.filter(status=code), SignalValue.Status.choices),
        Filter("source", "Source", lambda found, code: found.filter(source=code),
               [*sorted({(one.source, one.source) for one in layouts().values()}), ("cap", "alertes")]),
    ),
    empty="Aucun signal n’est chargé : envoyez un fichier (Cadre Harmonisé, SAP, pluie, prix, conflits…).",
)  # fmt: skip

SIGNAL_FILES = Listing(
    noun=("fichier", "fichiers"),
    file_name="fichiers-de-signaux",
    columns=(
        Column("fichier", "Fichier", lambda f: f.file_name, link=lambda f: reverse("shock_file", args=[f.pk])),
        Column("forme", "Forme", layout_name, sort="layout"),
        Column("etat", "État", lambda f: f.get_status_display(), cell=file_chip, sort="status"),
        Column("lignes", "Lignes", lambda f: f.lines, kind="number", sort="lines"),
        Column("nouvelles", "Nouvelles", lambda f: f.new, kind="number", sort="new"),
        Column("changees", "Changées", lambda f: f.changed, kind="number", sort="changed"),
        Column("connues", "Connues", lambda f: f.same, kind="number", sort="same"),
        Column("fausses", "À corriger", lambda f: f.unmatched, kind="number", sort="unmatched"),
        Column("par", "Envoyé par", lambda f: f.loaded_by),
        Column("quand", "Reçu le", lambda f: f.loaded_at, kind="moment", sort="id"),
    ),
    order="-quand",
    filters=(
        Filter("etat", "État", lambda found, code: found.filter(status=code), FILE.choices),
        Filter("forme", "Forme", lambda found, code: found.filter(layout=code),
               [(one.code, one.name) for one in layouts().values()]),
    ),
    empty="Aucun fichier n’est encore venu : envoyez-en un, vous verrez ce qu’il apporte avant de le charger.",
)  # fmt: skip

PROBLEMS = Listing(
    noun=("problème", "problèmes"),
    file_name="problemes-de-signaux",
    columns=(
        Column("ligne", "Ligne", lambda p: p.line, kind="number", sort="line"),
        Column("colonne", "Colonne", lambda p: p.column, sort="column"),
        Column("valeur", "Valeur", lambda p: p.value),
        Column("constat", "Constat", lambda p: p.problem),
        Column("remede", "Que faire", lambda p: p.remedy),
    ),
    order="ligne",
    empty="Aucun problème : toutes les lignes lues sont bonnes.",
)

ALERTS = Listing(
    noun=("alerte", "alertes"),
    file_name="alertes-cap",
    columns=(
        Column("alerte", "Alerte", str, link=lambda a: reverse("shock_alert", args=[a.pk])),
        Column("etat", "État", lambda a: dict(STATES)[alert_state(a)], cell=alert_chip),
        Column("type", "Type", lambda a: a.get_message_type_display(), sort="message_type"),
        Column("gravite", "Gravité", lambda a: a.get_severity_display()),
        Column("emetteur", "Émetteur", lambda a: a.sender, sort="sender"),
        Column("emise", "Émise le", lambda a: a.sent_at, kind="moment", sort="sent_at"),
        Column("fin", "Jusqu’au", lambda a: a.ends_at, kind="moment"),
    ),
    order="-emise",
    filters=(
        Filter("etat", "État", lambda found, code: found.filter(in_state(code)), STATES),
        Filter("gravite", "Gravité", lambda found, code: found.filter(severity=code), Alert.Severity.choices),
    ),
    empty="Aucune alerte n’est venue : donnez un message CAP (XML) de la météo, de la protection civile ou du SAP.",
)  # fmt: skip


def _in_place(found: QuerySet[Any], text: str) -> QuerySet[Any]:
    """The values of the places that a text designates, and of those within them."""
    version = version_in_use()
    kept = Q(pk__in=[])
    for area in designated(text, version) if version else []:
        kept |= Q(area__version=area.version_id, area__path__startswith=area.path)
    return found.filter(kept)


def _in_month(found: QuerySet[Any], text: str) -> QuerySet[Any]:
    year, _, month = text.partition("-")
    if not (year.isdecimal() and month.isdecimal() and 1 <= int(month) <= 12 and 1900 <= int(year) <= 2200):
        return found.none()
    first = date(int(year), int(month), 1)
    return found.filter(starts_on__lt=(first + timedelta(days=31)).replace(day=1), ends_on__gte=first)
