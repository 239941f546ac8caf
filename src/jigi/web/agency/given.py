"""What became of the results that an agency gave, or that were taken for it: its files, their lines, its exceptions."""

from __future__ import annotations

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.html import format_html

from jigi.payments import agency_desk
from jigi.payments.models import ReturnLine
from jigi.programmes.models import Agency
from jigi.web.agency.sight import TABS, own_agency
from jigi.web.listing import Column, Filter, Listing
from jigi.web.payments.returns import TONES


def files(request: HttpRequest, code: str) -> HttpResponseBase:
    """The results of an agency, the last taken first."""
    _, agency = own_agency(request, code)
    context = {"agency": agency, "tabs": TABS, "tab": "agency_results"}
    return _files(agency).respond(request, agency_desk.files_of(agency), "agency/results.html", context)


def result(request: HttpRequest, code: str, pk: int) -> HttpResponseBase:
    """One of them, line by line."""
    _, agency = own_agency(request, code)
    file = get_object_or_404(agency_desk.files_of(agency).select_related("made_by"), pk=pk)
    context = {"agency": agency, "file": file, "notices": file.notices.order_by("id")}
    lines = file.return_lines.select_related("return_file")
    return _lines(agency, f"resultats-{pk}").respond(request, lines, "agency/result.html", context)


def exceptions(request: HttpRequest, code: str) -> HttpResponseBase:
    """The lines of an agency that wait for a decision of the programme, or for a corrected line of the agency."""
    _, agency = own_agency(request, code)
    context = {"agency": agency, "tabs": TABS, "tab": "agency_exceptions"}
    lines = agency_desk.exceptions_of(agency)
    return _lines(agency, "exceptions", with_file=True).respond(request, lines, "agency/exceptions.html", context)


def _files(agency: Agency) -> Listing:
    return Listing(
        noun=("envoi de résultats", "envois de résultats"),
        file_name="resultats",
        columns=(
            Column("recu", "Reçu le", lambda f: f.made_at, kind="moment", sort="made_at"),
            Column("fichier", "Fichier ou lot", lambda f: f.file_name, sort="file_name",
                   link=lambda f: reverse("agency_result", args=[agency.code, f.pk])),
            Column("lignes", "Lignes", lambda f: f.lines, kind="number", sort="lines"),
            Column("payes", "Payés", lambda f: f.paid, kind="number", sort="paid"),
            Column("montant", "FCFA payés", lambda f: f.paid_xof, kind="xof", sort="paid_xof"),
            Column("non_payes", "Non payés", lambda f: f.unpaid, kind="number", sort="unpaid"),
            Column("exceptions", "Exceptions", lambda f: f.exceptions, kind="number", sort="exceptions"),
            Column("etat", "État", lambda f: "défait" if f.undone_at else "pris"),
        ),
        order="-recu",
        empty="Votre agence n’a encore donné aucun résultat.",
    )  # fmt: skip


def _lines(agency: Agency, name: str, *, with_file: bool = False) -> Listing:
    of_file = Column("fichier", "Fichier ou lot", lambda line: line.return_file.file_name,
                     link=lambda line: reverse("agency_result", args=[agency.code, line.return_file_id]))  # fmt: skip
    return Listing(
        noun=("ligne", "lignes"),
        file_name=name,
        columns=(
            Column("ligne", "Ligne", lambda line: line.line, kind="number", sort="id" if with_file else "line"),
            *((of_file,) if with_file else ()),
            Column("reference", "Référence", lambda line: line.reference),
            Column("statut", "Statut lu", lambda line: line.status_read),
            Column("montant", "Montant lu", lambda line: line.amount_read),
            Column("date", "Date lue", lambda line: line.date_read),
            Column("issue", "Issue", lambda line: agency_desk.outcome_word(line.outcome), cell=_chip),
            Column("pourquoi", "Ce qui ne va pas", agency_desk.why_of),
            Column("decision", "Décision", lambda line: line.resolution),
        ),
        order="ligne",
        filters=(Filter("issue", "Issue", _with_word, _words()),),
        empty="Aucune ligne n’attend de décision." if with_file else "Cet envoi n’a pas de ligne.",
    )


def _words() -> list[tuple[str, str]]:
    """Outcomes as an agency is told them: an order of another agency is unknown to it."""
    return [(code, str(label)) for code, label in ReturnLine.Outcome.choices if code != "other_agency"]


def _with_word(rows: QuerySet[ReturnLine], value: str) -> QuerySet[ReturnLine]:
    return rows.filter(outcome__in=["unknown", "other_agency"] if value == "unknown" else [value])


def _chip(line: ReturnLine) -> str:
    tone = TONES.get(line.outcome, "bad")
    return format_html('<span class="chip {}">{}</span>', tone, agency_desk.outcome_word(line.outcome))
