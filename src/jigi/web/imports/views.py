"""Imports: the list of batches, the page of one with its problems, and the sending of files."""

from __future__ import annotations

from django.contrib import messages
from django.db.models import Count
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST

from jigi.foundation import audit
from jigi.foundation.errors import JigiError
from jigi.foundation.models import Run, User
from jigi.geography.access import require
from jigi.intake import checks, queries, reviewing
from jigi.intake.models import Batch
from jigi.intake.pipeline import RIGHT, UNDER_REVIEW
from jigi.intake.states import BATCH
from jigi.intake.undoing import undo as undo_batch
from jigi.web.formats import counted
from jigi.web.imports import jobs, uploads
from jigi.web.imports.forms import UploadForm
from jigi.web.imports.listing import BATCHES, CHECKS, FIELDWORK, problems_list
from jigi.web.nouns import verb_word
from jigi.web.reader import user_of
from jigi.web.submissions import KeyReused, carry_out


def batches(request: HttpRequest) -> HttpResponseBase:
    """The batches, latest first, and what the worker still has to take."""
    found = queries.visible_to(_importer(request)).select_related("made_by")
    return BATCHES.respond(request, found, "imports/list.html", {"waiting": jobs.waiting()})


def batch(request: HttpRequest, pk: int) -> HttpResponseBase:
    """One batch: its figures, and its problems to filter or to export."""
    one = get_object_or_404(queries.visible_to(_importer(request)).select_related("made_by", "reviewed_by"), pk=pk)
    found = one.problems.exclude(column="").values("column").annotate(rows=Count("pk")).order_by("-rows", "column")
    context = {
        "batch": one,
        "run": Run.objects.filter(pk=one.run_id or 0).first(),
        "by_column": list(found),
        "form_version": one.form_version_id,
        "may_undo": one.status == Batch.Status.MERGED,
        "checked": one.check_counts.exists(),
        "in_review": one.asks_review and one.status in UNDER_REVIEW,
        "mine": reviewing.has_written(one, user_of(request)),
        "good": one.households_read - one.households_known - one.households_held,
        "corrections": one.corrections.count(),
        "aside": one.set_aside.count(),
        "leaves": jobs.leaves(one),
        "history": [(event, verb_word(event.verb, BATCH.noun)) for event in audit.history(BATCH.noun, one.pk)],
    }
    titles = checks.checks().titles
    codes = sorted(
        (code, titles.get(code, code)) for code in one.problems.order_by().values_list("code", flat=True).distinct()
    )
    listing = problems_list([row["column"] for row in found], codes)
    return listing.respond(request, one.problems.all(), "imports/batch.html", context)


def batch_checks(request: HttpRequest, pk: int) -> HttpResponseBase:
    """What every check found in a batch: the report of high-frequency checks."""
    one = get_object_or_404(queries.visible_to(_importer(request)), pk=pk)
    return CHECKS.respond(request, one.check_counts.all(), "imports/checks.html", {"batch": one})


def fieldwork(request: HttpRequest) -> HttpResponseBase:
    """What enumerators brought, week by week, across batches."""
    return FIELDWORK.respond(request, queries.fieldwork_seen_by(_importer(request)), "imports/fieldwork.html")


@require_POST
def undo(request: HttpRequest, pk: int) -> HttpResponse:
    """Undo a merge: a small one while the page waits, a large one by the worker."""
    user = _importer(request)
    one, reason = get_object_or_404(queries.visible_to(user), pk=pk), request.POST.get("motif", "")

    def act() -> str:
        if one.households_merged > jobs.LARGE_BATCH:
            jobs.enqueue_undo(one, reason, by=user)
            return "Le lot sera défait à son tour : l’avancement sera dans « Aujourd’hui »."
        undo_batch(one, by=user, reason=reason)
        return f"Le lot est défait : {counted(one.households_merged, 'ménage retiré', 'ménages retirés')} du registre."

    carry_out(request, act)
    return redirect("batch", pk)


def send(request: HttpRequest) -> HttpResponse:
    """Send files: small ones are imported while the page waits, large ones by the worker."""
    user = _importer(request)
    form = UploadForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        try:
            return _take(request, form, user)
        except KeyReused:
            raise
        except JigiError as error:
            form.add_error(None, str(error))
    status = 400 if form.errors else 200
    return render(request, "imports/send.html", {"form": form}, status=status)


def _take(request: HttpRequest, form: UploadForm, user: User) -> HttpResponse:
    mapping, review = form.cleaned_data["mapping"], form.cleaned_data["relecture"]
    folder = uploads.keep(form.sent)
    taken: list[Batch] = []

    def now() -> str:
        one = jobs.take_now(folder, mapping, review=review, by=user)
        taken.append(one)
        return _said(one)

    def later() -> str:
        jobs.enqueue(folder, mapping, review=review, by=user)
        return "Le fichier attend son tour : son avancement sera dans « Aujourd’hui »."

    if form.size > jobs.LARGE_BYTES:
        if not carry_out(request, later):
            uploads.forget(folder)
        return redirect("batches")
    try:
        carry_out(request, now)
    finally:
        uploads.forget(folder)
    if not taken:
        return redirect("batches")
    if taken[0].status == Batch.Status.REFUSED:
        messages.warning(request, "Aucune fiche n’a pu être versée : voyez les problèmes.")
    if not queries.visible_to(user).filter(pk=taken[0].pk).exists():
        messages.info(request, f"C’est le lot n° {taken[0].pk} d’une autre personne, qui le suit.")
        return redirect("batches")
    return redirect("batch", taken[0].pk)


def _said(one: Batch) -> str:
    if one.recognised:
        return "Ces fichiers avaient déjà été importés : rien n’a changé."
    if one.status == Batch.Status.CHECKED:
        held = counted(one.households_held, "fiche serait retenue", "fiches seraient retenues")
        return (
            f"Le lot est contrôlé et attend sa relecture : {held}, sur {counted(one.households_read, 'lue', 'lues')}."
        )
    merged = counted(one.households_merged, "fiche versée", "fiches versées")
    held = counted(one.households_held, "retenue", "retenues")
    return f"{merged}, {held}, sur {counted(one.households_read, 'lue', 'lues')}."


def _importer(request: HttpRequest) -> User:
    user = user_of(request)
    require(user, RIGHT)
    return user
