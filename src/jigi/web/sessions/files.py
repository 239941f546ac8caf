"""/seances/fichiers/: files of attendance sent by operators, and the lines of them to correct."""

from __future__ import annotations

from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse

from jigi.delivery.contracts.access import may_operate
from jigi.delivery.sessions import files, lines, queries
from jigi.delivery.sessions.models import AttendanceFile, AttendanceProblem
from jigi.foundation.models import User
from jigi.web.formats import counted
from jigi.web.listing import Column, Filter, Listing
from jigi.web.reader import number_in
from jigi.web.sent_table import sent_table
from jigi.web.sessions.sight import follower, seen_contract
from jigi.web.submissions import carry_out

MOST_BYTES = 20 * 1024 * 1024


def listed(request: HttpRequest) -> HttpResponseBase:
    """The files of the contracts that a person sees, and the form that sends one."""
    user = follower(request)
    if request.method == "POST":
        return _sent(request, user)
    mine = [one for one in queries.contracts(user).filter(status="active") if may_operate(user, one)]
    context = {"contracts": mine, "columns": [names[0].replace(" ", "_") for names in lines.NAMES.values()]}
    return FILES.respond(request, _visible(user), "sessions/files.html", context)


def shown(request: HttpRequest, pk: int) -> HttpResponseBase:
    """One file: what became of its lines, and those to correct."""
    one = _visible(follower(request)).filter(pk=pk).first()
    if one is None:
        raise Http404
    problems = one.problems.all()
    return PROBLEMS.respond(request, problems, "sessions/file.html", {"one": one})


def _sent(request: HttpRequest, user: User) -> HttpResponse:
    contract = seen_contract(request, number_in(request.POST.get("contrat", "")))
    made: list[AttendanceFile] = []

    def act() -> str:
        with sent_table(request.FILES.get("fichier"), what="le fichier de présences", most_bytes=MOST_BYTES) as path:
            taken = files.take(path, contract, by=user)
        made.append(taken.file)
        if not taken.is_new:
            return "Ce fichier avait déjà été reçu : rien n’a changé."
        good = counted(taken.file.lines_good, "ligne prise", "lignes prises")
        return f"{good}, {counted(taken.file.lines_held, 'ligne à corriger', 'lignes à corriger')}."

    carry_out(request, act)
    return redirect("attendance_file", made[0].pk) if made else redirect("attendance_files")


def _visible(user: User) -> QuerySet[AttendanceFile]:
    found = AttendanceFile.objects.filter(contract__in=queries.contracts(user).order_by())
    return found.select_related("contract", "made_by")


def _contract(found: QuerySet[AttendanceFile], text: str) -> QuerySet[AttendanceFile]:
    return found.filter(contract__number__icontains=text)


def _column(found: QuerySet[AttendanceProblem], text: str) -> QuerySet[AttendanceProblem]:
    return found.filter(column__icontains=text)


FILES = Listing(
    noun=("fichier", "fichiers"),
    file_name="fichiers-de-presences",
    columns=(
        Column(
            "fichier", "Fichier", lambda f: f.file_name, sort="file_name",
            link=lambda f: reverse("attendance_file", args=[f.pk]),
        ),
        Column("contrat", "Contrat", lambda f: f.contract.number, sort="contract__number"),
        Column("recu", "Reçu le", lambda f: f.made_at, kind="moment", sort="made_at"),
        Column("par", "Par", lambda f: f.made_by),
        Column("seances", "Séances", lambda f: f.sessions, kind="number"),
        Column("bonnes", "Lignes prises", lambda f: f.lines_good, kind="number"),
        Column("connues", "Déjà connues", lambda f: f.lines_known, kind="number"),
        Column("retenues", "À corriger", lambda f: f.lines_held, kind="number"),
    ),
    order="-recu",
    filters=(Filter("contrat", "Contrat", _contract, placeholder="numéro"),),
    empty="Aucun fichier de présences reçu : choisissez le contrat et le fichier rempli, puis envoyez-le.",
)  # fmt: skip
PROBLEMS = Listing(
    noun=("ligne à corriger", "lignes à corriger"),
    file_name="lignes-a-corriger",
    columns=(
        Column("ligne", "Ligne", lambda p: p.line, kind="number", sort="line"),
        Column("colonne", "Colonne", lambda p: p.column, sort="column"),
        Column("valeur", "Valeur", lambda p: p.value),
        Column("constat", "Constat", lambda p: p.message),
        Column("remede", "Que faire", lambda p: p.remedy),
    ),
    order="ligne",
    filters=(Filter("colonne", "Colonne", _column, placeholder="nom"),),
    empty="Toutes les lignes sont bonnes.",
)
