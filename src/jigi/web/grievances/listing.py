"""The list of ordinary complaints and that of the acts asked. Sensitive ones have a plain list, never taken away."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.html import format_html

from jigi.grievances.models import Act, Case, Category
from jigi.grievances.states import ACT, CASE, LIVE
from jigi.web.complaints import chip
from jigi.web.listing import Column, Filter, Listing


def due(case: Case) -> str:
    """The day of the next step, marked when it has passed."""
    if case.due_on is None or not case.is_live:
        return ""
    late = case.due_on < date.today() and case.status != "answered"
    text = f"{case.due_on:%d/%m/%Y}"
    return format_html('<span class="chip bad">{} dépassé</span>', text) if late else text


def cases_list() -> Listing:
    return Listing(
        noun=("plainte", "plaintes"),
        file_name="plaintes",
        columns=(
            Column("numero", "Numéro", lambda one: one.said, sort="number",
                   cell=lambda one: format_html('<a class="nb" href="{}">{}</a>', reverse("grievance", args=[one.pk]),
                                                one.said)),
            Column("recue", "Reçue le", lambda one: one.received_on, kind="day", sort="received_on"),
            Column("categorie", "Catégorie", lambda one: one.category.name, sort="category_id"),
            Column("gravite", "Gravité", lambda one: one.category.severity, kind="number", on_screen=False),
            Column("commune", "Commune", lambda one: one.commune.name if one.commune else "toutes"),
            Column("etat", "État", lambda one: one.get_status_display(), cell=chip, sort="status"),
            Column("niveau", "Niveau", lambda one: one.get_level_display(), sort="level"),
            Column("avant", "À faire avant", lambda one: one.due_on, cell=due),
            Column("a", "Confiée à", lambda one: one.assigned_to),
            Column("canal", "Canal", lambda one: one.get_channel_display(), on_screen=False),
            Column("issue", "Issue", lambda one: one.get_outcome_display(), on_screen=False),
            Column("satisfaction", "Satisfaction", lambda one: one.get_satisfaction_display(), on_screen=False),
        ),
        order="-recue",
        filters=(
            Filter("etat", "État", _in_state, [("live", "à traiter"), ("late", "en retard"), *CASE.choices]),
            Filter("categorie", "Catégorie", lambda found, code: found.filter(category=code),
                   list(Category.objects.filter(sensitive=False).values_list("code", "name"))),
            Filter("niveau", "Niveau", lambda found, code: found.filter(level=code), Case.Level.choices),
            Filter("origine", "Origine", lambda found, code: found.filter(origin=code), Case.Origin.choices),
            Filter("canal", "Canal", lambda found, code: found.filter(channel=code), Case.Channel.choices),
            Filter("commune", "Commune", lambda found, text: found.filter(commune__name__icontains=text),
                   placeholder="nom"),
            Filter("numero", "Numéro", _numbered, placeholder="1234 5678 9012"),
        ),
        empty="Aucune plainte ici. Écoutez-en une : « Nouvelle plainte », ou entrez le registre d’un comité.",
        subject=_first_household,
    )  # fmt: skip


ACTS = Listing(
    noun=("acte", "actes"),
    file_name="actes-des-plaintes",
    columns=(
        Column("acte", "Acte", lambda one: one.get_kind_display(), sort="kind"),
        Column("menage", "Ménage", lambda one: one.household.rsu if one.household else "",
               link=lambda one: reverse("household", args=[one.household.rsu]) if one.household else ""),
        Column("commune", "Commune", lambda one: one.commune.name if one.commune else "toutes"),
        Column("motif", "Motif", lambda one: one.why),
        Column("etat", "État", lambda one: one.get_status_display(), sort="status"),
        Column("par", "Demandé par", lambda one: one.asked_by),
        Column("le", "Demandé le", lambda one: one.asked_at, kind="moment", sort="asked_at"),
        Column("fait", "Fait par", lambda one: one.done_by),
        Column("resultat", "Ce qui a été fait", lambda one: one.result),
    ),
    order="-le",
    filters=(
        Filter("etat", "État", lambda found, code: found.filter(status=code), ACT.choices),
        Filter("acte", "Acte", lambda found, code: found.filter(kind=code), Act.Kind.choices),
    ),
    empty="Aucun acte n’est demandé : ils se demandent depuis la page d’une plainte en examen.",
    subject=lambda one: one.household_id,
)  # fmt: skip


def _in_state(found: QuerySet[Case], status: str) -> QuerySet[Case]:
    if status == "late":
        return found.filter(status__in=LIVE, due_on__lt=date.today()).exclude(status="answered")
    return found.filter(status__in=LIVE if status == "live" else [status])


def _numbered(found: QuerySet[Case], text: str) -> QuerySet[Case]:
    digits = "".join(mark for mark in text if mark in "0123456789")
    return found.filter(number=int(digits)) if 0 < len(digits) <= 12 else found.none()


def _first_household(case: Any) -> int | None:
    return next((one.household_id for one in case.concerned.all()), None)
