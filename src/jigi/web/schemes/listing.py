"""The lists of benefits, of batches, of the problems of one batch, and of households served twice."""

from __future__ import annotations

import re
from typing import Any

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from jigi.registry.models import Household
from jigi.schemes.models import Benefit, BenefitBatch, BenefitProblem, Scheme
from jigi.web.households.listing import COLUMNS, page_of, within_place
from jigi.web.listing import Column, Filter, Listing
from jigi.web.reader import number_in

TONES = {"received": "info", "checked": "wait", "recorded": "ok", "refused": "bad", "undone": ""}
SEVERITY_TONES = {"error": "bad", "warning": "wait"}


def chip(text: str, tone: str) -> SafeString:
    return format_html('<span class="chip {}">{}</span>', tone, text)


def batch_chip(batch: BenefitBatch) -> SafeString:
    return chip(batch.get_status_display(), TONES[batch.status])


def batch_page(batch: BenefitBatch) -> str:
    return reverse("benefit_batch", args=[batch.pk])


BENEFITS = Listing(
    noun=("prestation", "prestations"),
    file_name="prestations",
    columns=(
        Column("rsu", "Numéro RSU", lambda b: b.household.rsu, sort="household__rsu_number",
               cell=lambda b: format_html('<a class="nb" href="{}">{}</a>', page_of(b.household), b.household.rsu)),
        Column("chef", "Chef de ménage", lambda b: b.household.head_name, sort="household__head_name"),
        Column("commune", "Commune", lambda b: b.household.commune.name, sort="household__commune__name"),
        Column("personne", "Personne", lambda b: b.person),
        Column("nature", "Nature", lambda b: b.get_nature_display(), sort="nature",
               cell=lambda b: " · ".join(filter(None, [b.get_nature_display(), b.measure]))),
        Column("montant", "FCFA", lambda b: b.amount_xof, kind="xof"),
        Column("quantite", "Quantité", lambda b: b.measure, on_screen=False),
        Column("du", "Du", lambda b: b.given_from, kind="day", sort="given_from"),
        Column("au", "Au", lambda b: b.given_to, kind="day"),
        Column("reference", "Référence", lambda b: "" if b.reference.startswith("effacé:") else b.reference),
        Column("lot", "Lot", lambda b: b.batch_id, kind="number",
               link=lambda b: reverse("benefit_batch", args=[b.batch_id]), on_screen=False),
    ),
    order="-du",
    filters=(
        Filter("lieu", "Où", lambda found, text: _in_place(found, text), placeholder="commune, cercle, région"),
        Filter("mois", "Mois", lambda found, text: _in_month(found, text), placeholder="2016-02"),
        Filter("nature", "Nature", lambda found, code: found.filter(nature=code), Benefit.Nature.choices),
        Filter("lot", "Lot", lambda found, text: found.filter(batch=number_in(text)),
               placeholder="numéro"),
    ),
    empty="Rien n’est enregistré pour ce régime dans les communes de votre affectation.",
    subject=lambda b: b.household_id,
)  # fmt: skip

BATCHES = Listing(
    noun=("lot", "lots"),
    file_name="lots-de-prestations",
    columns=(
        Column("fichier", "Fichier", lambda b: b.file_name, link=batch_page),
        Column("regime", "Régime", lambda b: b.scheme.code, sort="scheme__code"),
        Column("etat", "État", lambda b: b.get_status_display(), cell=batch_chip, sort="status"),
        Column("lues", "Lignes lues", lambda b: b.lines_read, kind="number", sort="lines_read"),
        Column("bonnes", "Bonnes", lambda b: b.lines_good, kind="number", sort="lines_good"),
        Column("connues", "Déjà connues", lambda b: b.lines_known, kind="number", sort="lines_known"),
        Column("retenues", "Retenues", lambda b: b.lines_held, kind="number", sort="lines_held"),
        Column("par", "Envoyé par", lambda b: b.sent_by),
        Column("quand", "Reçu le", lambda b: b.sent_at, kind="moment", sort="id"),
    ),
    order="-quand",
    filters=(
        Filter("etat", "État", lambda found, code: found.filter(status=code), BenefitBatch.Status.choices),
        Filter("regime", "Régime", lambda found, code: found.filter(scheme__code=code), placeholder="code"),
    ),
    empty="Aucun régime n’a encore rendu compte : ouvrez un régime, puis « Envoyer un fichier ».",
)


def problems_list(columns: list[str]) -> Listing:
    """The problems of a batch; `columns` are those of the file where some were found."""
    return Listing(
        noun=("problème", "problèmes"),
        file_name="problemes-de-prestations",
        columns=(
            Column("ligne", "Ligne", lambda p: p.line, kind="number", sort="line"),
            Column("gravite", "Gravité", lambda p: p.get_severity_display(), sort="severity",
                   cell=lambda p: chip(p.get_severity_display(), SEVERITY_TONES[p.severity])),
            Column("colonne", "Colonne", lambda p: p.column, sort="column"),
            Column("valeur", "Valeur", lambda p: p.value),
            Column("constat", "Constat", lambda p: p.message),
            Column("remede", "Que faire", lambda p: p.remedy),
        ),
        order="ligne",
        filters=(
            Filter("gravite", "Gravité", lambda found, code: found.filter(severity=code),
                   BenefitProblem.Severity.choices),
            Filter("colonne", "Colonne", lambda found, name: found.filter(column=name), [(c, c) for c in columns]),
        ),
        empty="Aucun problème : toutes les lignes sont bonnes.",
        subject=lambda p: p.household_id,
    )  # fmt: skip


SERVED_TWICE = Listing(
    noun=("ménage", "ménages"),
    file_name="chevauchements",
    columns=COLUMNS,
    order="rsu",
    empty="Aucun ménage de votre affectation n’est servi par les deux sur cette période.",
    subject=lambda h: h.pk,
)


def benefits_of(scheme: Scheme, found: QuerySet[Benefit]) -> QuerySet[Benefit]:
    """The benefits of one scheme, with what their list shows."""
    return found.filter(scheme=scheme).select_related("household__commune", "person")


def _in_place(found: QuerySet[Any], text: str) -> QuerySet[Any]:
    return found.filter(household__in=within_place(Household.objects.all(), text))


def _in_month(found: QuerySet[Any], text: str) -> QuerySet[Any]:
    said = re.fullmatch(r"(\d{4})-(\d{1,2})", text, re.ASCII)
    if said is None:
        return found.none()
    return found.filter(given_from__year=int(said[1]), given_from__month=int(said[2]))
