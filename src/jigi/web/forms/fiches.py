"""Fiches: the list of a version, what became of one, its files to download, the answers that contradict it."""

from __future__ import annotations

from io import BytesIO

from django.db.models import Count
from django.http import FileResponse, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, render

from jigi.foundation import audit
from jigi.foundation.models import User
from jigi.geography.access import require
from jigi.intake import queries
from jigi.intake.comparison import differences
from jigi.intake.models import Attachment, Submission, SubmissionConflict
from jigi.intake.pipeline import RIGHT
from jigi.intake.states import SUBMISSION
from jigi.registry import queries as registry
from jigi.registry.models import Household
from jigi.web.account.step_up import require_proof
from jigi.web.forms.listing import FICHES, fiche_chip
from jigi.web.reader import user_of

MOST_PROBLEMS = 200


def fiches(request: HttpRequest, pk: int) -> HttpResponseBase:
    """The fiches of a version, latest first."""
    user = _importer(request)
    version = get_object_or_404(queries.forms_seen_by(user), pk=pk)
    found = queries.submissions_seen_by(user).filter(form_version=version).select_related("sent_by").defer("sealed")
    found = found.annotate(files=Count("attachments", distinct=True), others=Count("conflicts", distinct=True))
    return FICHES.respond(request, found, "forms/fiches.html", {"version": version})


def fiche(request: HttpRequest, pk: int) -> HttpResponse:
    """What became of a fiche: its state, its household or its problems, its files, other answers under its number."""
    user = _importer(request)
    one = _fiche(user, pk)
    household = _household(user, one)
    audit.read("see", SUBMISSION.noun, one.pk, by=user, subjects=[household.pk] if household else [])
    problems = list(one.batch.problems.filter(key=one.instance_id)[:MOST_PROBLEMS]) if one.batch else []
    context = {
        "fiche": one,
        "chip": fiche_chip(one),
        "version": one.form_version,
        "household": household,
        "problems": problems,
        "attachments": list(one.attachments.defer("content", "held_sealed").order_by("file_name")),
        "conflicts": list(one.conflicts.defer("sealed").select_related("sent_by").order_by("pk")),
    }
    return render(request, "forms/fiche.html", context)


def attachment(request: HttpRequest, pk: int) -> HttpResponseBase:
    """A file of a fiche, only ever downloaded: it is shown by no page, whatever its name says it is."""
    user = _importer(request)
    seen = queries.submissions_seen_by(user)
    kept = Attachment.objects.select_related("submission__batch").filter(held_because="")
    one = get_object_or_404(kept, pk=pk, submission__in=seen)
    require_proof(request)
    household = _household(user, one.submission)
    subjects = [household.pk] if household else []
    told = {"file_name": one.file_name, "sha256": one.digest}
    audit.read("export", SUBMISSION.noun, one.submission_id, by=user, subjects=subjects, after=told)
    kind = "application/octet-stream"
    return FileResponse(BytesIO(bytes(one.content)), as_attachment=True, filename=one.download_name, content_type=kind)


def conflict(request: HttpRequest, pk: int) -> HttpResponse:
    """What differs between a fiche and other answers that came under its number."""
    user = _importer(request)
    seen = queries.submissions_seen_by(user)
    other = get_object_or_404(SubmissionConflict.objects.select_related("sent_by"), pk=pk, submission__in=seen)
    one = _fiche(user, other.submission_id)
    household = _household(user, one)
    audit.read("see", SUBMISSION.noun, one.pk, by=user, subjects=[household.pk] if household else [])
    context = {"fiche": one, "other": other, "version": one.form_version, "rows": differences(one, other)}
    return render(request, "forms/conflict.html", context)


def _fiche(user: User, pk: int) -> Submission:
    found = queries.submissions_seen_by(user).select_related("form_version__form", "sent_by", "batch")
    return get_object_or_404(found, pk=pk)


def _household(user: User, one: Submission) -> Household | None:
    """The household that the fiche became, where the person may see it."""
    if one.batch is None:
        return None
    return registry.visible_to(user).filter(source=one.batch.source, source_key=one.instance_id).first()


def _importer(request: HttpRequest) -> User:
    user = user_of(request)
    require(user, RIGHT)
    return user
