"""The lists of batches and of the problems of one batch."""

from __future__ import annotations

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from jigi.intake.models import Batch, Problem
from jigi.web.listing import Column, Filter, Listing

Problems = QuerySet[Problem]

STATUS_TONES = {"received": "info", "checked": "wait", "merged": "ok", "refused": "bad", "undone": "info"}
SEVERITY_TONES = {"error": "bad", "warning": "wait"}


def chip(text: str, tone: str) -> SafeString:
    return format_html('<span class="chip {}">{}</span>', tone, text)


BATCHES = Listing(
    noun=("lot", "lots"),
    file_name="imports",
    columns=(
        Column("fichier", "Fichier", lambda b: b.file_name, link=lambda b: reverse("batch", args=[b.pk])),
        Column("source", "Source", lambda b: b.source),
        Column(
            "etat",
            "État",
            lambda b: b.get_status_display(),
            cell=lambda b: chip(b.get_status_display(), STATUS_TONES[b.status]),
        ),
        Column("lues", "Fiches lues", lambda b: b.households_read, kind="number", sort="households_read"),
        Column("verses", "Ménages versés", lambda b: b.households_merged, kind="number", sort="households_merged"),
        Column("connues", "Déjà connues", lambda b: b.households_known, kind="number", sort="households_known"),
        Column("retenues", "Retenues", lambda b: b.households_held, kind="number", sort="households_held"),
        Column("par", "Par", lambda b: b.made_by),
        Column("quand", "Importé le", lambda b: b.made_at, kind="moment", sort="id"),
    ),
    order="-quand",
    filters=(
        Filter("etat", "État", lambda batches, code: batches.filter(status=code), Batch.Status.choices),
        Filter("q", "Fichier ou source", lambda batches, text: _named(batches, text)),
    ),
    empty="Aucun fichier n’a encore été importé.",
)


def problems_list(columns: list[str]) -> Listing:
    """The problems of a batch; `columns` are those of the files where some were found."""
    return Listing(
        noun=("problème", "problèmes"),
        file_name="problemes",
        columns=(
            Column("ligne", "Ligne", lambda p: p.line, kind="number", sort="line"),
            Column("fichier", "Fichier", lambda p: p.file_name),
            Column("fiche", "Fiche", lambda p: p.key),
            Column(
                "gravite",
                "Gravité",
                lambda p: p.get_severity_display(),
                sort="severity",
                cell=lambda p: chip(p.get_severity_display(), SEVERITY_TONES[p.severity]),
            ),
            Column("colonne", "Colonne", lambda p: p.column),
            Column("valeur", "Valeur", lambda p: p.value),
            Column("constat", "Constat", lambda p: p.message),
            Column("remede", "Que faire", lambda p: p.remedy),
        ),
        order="ligne",
        filters=(
            Filter("gravite", "Gravité", lambda found, code: found.filter(severity=code), Problem.Severity.choices),
            Filter("colonne", "Colonne", lambda found, name: found.filter(column=name), [(c, c) for c in columns]),
            Filter("fiche", "Fiche", lambda found, text: found.filter(key=text), placeholder="numéro"),
        ),
        empty="Aucun problème : toutes les fiches sont bonnes.",
        subject=lambda p: None,  # what a form says of people whom the register does not know yet
    )


def _named(batches: QuerySet[Batch], text: str) -> QuerySet[Batch]:
    return batches.filter(file_name__icontains=text) | batches.filter(source__icontains=text)
