"""The lists of versions of questionnaires, and of the fiches of one version."""

from __future__ import annotations

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from jigi.intake.models import FormVersion, Submission
from jigi.web.listing import Column, Filter, Listing

VERSION_TONES = {"draft": "wait", "published": "ok", "retired": ""}
FICHE_TONES = {"received": "info", "batched": "info", "merged": "ok", "held": "bad", "declined": ""}


def version_chip(version: FormVersion) -> SafeString:
    return format_html('<span class="chip {}">{}</span>', VERSION_TONES[version.status], version.get_status_display())


def fiche_chip(fiche: Submission) -> SafeString:
    return format_html('<span class="chip {}">{}</span>', FICHE_TONES[fiche.status], fiche.get_status_display())


FORMS = Listing(
    noun=("version", "versions"),
    file_name="questionnaires",
    columns=(
        Column("titre", "Questionnaire", lambda v: v.form.title, link=lambda v: reverse("form", args=[v.pk])),
        Column("identifiant", "Identifiant", lambda v: v.form.code, sort="form__code"),
        Column("version", "Version", lambda v: v.version),
        Column("etat", "État", lambda v: v.get_status_display(), cell=version_chip),
        Column("fiches", "Fiches reçues", lambda v: v.fiches, kind="number",
               link=lambda v: reverse("fiches", args=[v.pk])),
        Column("par", "Par", lambda v: v.made_by),
        Column("quand", "Chargée le", lambda v: v.made_at, kind="moment", sort="id"),
    ),
    order="-quand",
    filters=(
        Filter("etat", "État", lambda found, code: found.filter(status=code), FormVersion.Status.choices),
        Filter("q", "Titre ou identifiant", lambda found, text: _named(found, text)),
    ),
    empty="Aucun questionnaire n’est chargé : chargez un XLSForm, ou prenez celui du ménage, livré avec Jigi.",
)  # fmt: skip

FICHES = Listing(
    noun=("fiche", "fiches"),
    file_name="fiches",
    columns=(
        Column("fiche", "Fiche", lambda s: s.instance_id, link=lambda s: reverse("fiche", args=[s.pk])),
        Column("etat", "État", lambda s: s.get_status_display(), cell=fiche_chip),
        Column("par", "Envoyée par", lambda s: s.sent_by),
        Column("appareil", "Appareil", lambda s: s.device, on_screen=False),
        Column("pieces", "Pièces jointes", lambda s: s.files, kind="number"),
        Column("conflits", "Autres réponses", lambda s: s.others, kind="number"),
        Column("quand", "Reçue le", lambda s: s.received_at, kind="moment", sort="id"),
    ),
    order="-quand",
    filters=(
        Filter("etat", "État", lambda found, code: found.filter(status=code), Submission.Status.choices),
        Filter("conflit", "Autres réponses", lambda found, code: found.filter(others__gt=0), [("oui", "avec")]),
        Filter("par", "Envoyée par", lambda found, text: found.filter(sent_by__full_name__icontains=text)),
        Filter("fiche", "Fiche", lambda found, text: found.filter(instance_id=text), placeholder="numéro entier"),
    ),
    empty="Aucune fiche n’est encore venue des téléphones. Chaque enquêteur règle le sien depuis « Mon compte ».",
)


def _named(found: QuerySet[FormVersion], text: str) -> QuerySet[FormVersion]:
    return found.filter(form__title__icontains=text) | found.filter(form__code__icontains=text)
