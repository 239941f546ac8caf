"""Changes by file: sent, shown line by line, kept as requests, and approved whole or by filter."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST

from jigi.changes import bulk, queries
from jigi.changes.actions import ASK
from jigi.changes.bulk import KINDS_BY_FILE, MOST_ROWS, OPTIONAL, REQUIRED, Reading
from jigi.changes.facts import input_of
from jigi.changes.models import ChangeBulk
from jigi.changes.rules import KINDS
from jigi.changes.states import APPLIED
from jigi.foundation import audit
from jigi.foundation.errors import InputError, JigiError, Refused
from jigi.foundation.models import Run, User
from jigi.geography.access import can
from jigi.web.changes import jobs
from jigi.web.changes.listing import of_a_file
from jigi.web.changes.sight import changer
from jigi.web.export import csv_response
from jigi.web.formats import counted
from jigi.web.imports import uploads
from jigi.web.reader import user_of
from jigi.web.submissions import KeyReused, carry_out

HELD = "change_file"
PART = "changements"
MOST_SHOWN = 200


def send(request: HttpRequest) -> HttpResponse:
    """Choose a file; it is read and shown before anything is asked."""
    user, error = _asker(request), None
    if request.method == "POST":
        try:
            carry_out(request, lambda: _keep(request, user))
            return redirect("change_file_preview")
        except KeyReused:
            raise
        except JigiError as refused:
            error = refused
    kinds = [(KINDS[code], " · ".join(input_of(one).label for one in KINDS[code].codes)) for code in KINDS_BY_FILE]
    context = {
        "error": error, "required": REQUIRED, "optional": OPTIONAL, "kinds": kinds, "most": MOST_ROWS,
    }  # fmt: skip
    return render(request, "changes/file.html", context, status=400 if error else 200)


def preview(request: HttpRequest) -> HttpResponseBase:
    """What the file holds: the lines that may be asked, those to correct."""
    user = _asker(request)
    if HELD not in request.session:
        return redirect("change_file")
    reading = _reading(request, user)
    if request.GET.get("format") == "csv":
        rows = [(reading.file_name, p.line, p.column, p.value, p.message) for p in reading.problems]
        audit.record("export", "list", "lignes-a-corriger", by=user, after={"rows": len(rows)})
        return csv_response("lignes-a-corriger", ["Fichier", "Ligne", "Colonne", "Valeur", "À faire"], rows)
    households = [good.household.pk for good in reading.good[:MOST_SHOWN]]
    audit.read("list", "change_file", reading.file_name[:60], by=user, subjects=households)
    context = {
        "reading": reading,
        "good": _shown(reading),
        "problems": reading.problems[:MOST_SHOWN],
        "most": MOST_SHOWN,
    }
    return render(request, "changes/preview.html", context)


@require_POST
def take(request: HttpRequest) -> HttpResponse:
    """Keep the good lines as requests to check."""
    user = _asker(request)
    made: list[ChangeBulk] = []

    def act() -> str:
        made.append(bulk.take(_reading(request, user), by=user))
        count = counted(made[0].requests.count(), "demande soumise", "demandes soumises")
        return f"{count} : une autre personne les vérifie."

    carry_out(request, act)
    if not made:
        return redirect("changes")
    uploads.forget(_folder(request))
    request.session.pop(HELD, None)
    return redirect("change_bulk", made[0].pk)


def bulk_page(request: HttpRequest, pk: int) -> HttpResponseBase:
    """The requests of a file, to filter, read and approve."""
    user = changer(request)
    one, rows = _bulk(request, pk)
    listing = of_a_file(queries.disputed(one))
    waiting = listing.filtered(request, queries.awaiting(user).filter(bulk=one))
    applied = rows.filter(status__in=APPLIED, undoes__isnull=True, counters__isnull=True)
    context = {
        "bulk": one,
        "waiting": waiting.count(),
        "running": jobs.is_waiting(one),
        "run": Run.objects.filter(subject=f"change_bulk:{one.pk}").order_by("-pk").first(),
        "left": rows.filter(status="submitted").exclude(left_because="").count(),
        "may_undo": can(user, ASK) and applied.exists(),
        "mine": one.made_by_id == user.pk,
        "query": request.GET.urlencode(),
    }
    return listing.respond(request, rows, "changes/bulk.html", context)


@require_POST
def approve(request: HttpRequest, pk: int) -> HttpResponse:
    """Approve what the filters of the address keep; what can't be is left, and said line by line on the page."""
    user = changer(request)
    one, _ = _bulk(request, pk)
    listing = of_a_file(queries.disputed(one))
    waiting = listing.filtered(request, queries.awaiting(user).filter(bulk=one)).order_by("line")

    def act() -> str:
        numbers = list(waiting.values_list("pk", flat=True))
        if len(numbers) > jobs.AT_ONCE:
            jobs.enqueue(one, numbers, by=user)
            return f"{counted(len(numbers), 'demande')} en cours d’approbation : cette page montre où cela en est."
        applied, left = bulk.decide(numbers, by=user)
        for request_left, why in left[:5]:
            messages.warning(request, f"Ligne {request_left.line} : {why}")
        return f"{counted(applied, 'demande appliquée', 'demandes appliquées')}."

    carry_out(request, act)
    return redirect("change_bulk", one.pk)


@require_POST
def undo(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask that all that was applied of a file be undone."""
    user = _asker(request)
    one, _ = _bulk(request, pk)
    made: list[ChangeBulk] = []

    def act() -> str:
        made.append(bulk.counter(one, reason=request.POST.get("motif", ""), by=user))
        return f"{counted(made[0].rows, 'contre-demande')} : une autre personne les vérifie."

    carry_out(request, act)
    return redirect("change_bulk", made[0].pk if made else one.pk)


def _keep(request: HttpRequest, user: User) -> str:
    sent = request.FILES.get("fichier")
    if sent is None:
        raise Refused("Aucun fichier n’est choisi", remedy="Choisissez un CSV ou un classeur Excel.")
    folder = uploads.keep({PART: sent})
    try:
        with uploads.opened(folder) as files:
            bulk.read(files[PART], by=user)
    except BaseException:
        uploads.forget(folder)
        raise
    if HELD in request.session:
        uploads.forget(_folder(request))
    request.session[HELD] = folder.name
    return ""


def _reading(request: HttpRequest, user: User) -> Reading:
    with uploads.opened(_folder(request)) as files:
        if PART not in files:
            raise InputError("Ce fichier n’est plus ici", remedy="Envoyez-le de nouveau.")
        return bulk.read(files[PART], by=user)


def _folder(request: HttpRequest) -> Path:
    name = request.session.get(HELD, "")
    if not re.fullmatch(r"[0-9a-f]{32}", name):
        raise Refused("Aucun fichier n’attend", remedy="Envoyez-le de nouveau.")
    return uploads.FOLDER / name


def _shown(reading: Reading) -> list[dict[str, Any]]:
    """The first good lines in words, a row each fact; telephones and documents cut to their end."""
    return [
        {"good": good, **_fact(code, before, after)}
        for good in reading.good[:MOST_SHOWN]
        for code, _, before, after in good.items
    ]


def _fact(code: str, before: Any, after: Any) -> dict[str, str]:
    if "." in code:
        one = input_of(code)
        return {
            "fact": one.label, "before": one.shown(before, clear=False), "after": one.shown(after, clear=False),
        }  # fmt: skip
    said = [(input_of(name), value) for name, value in after.items() if value not in (None, "")]
    return {"fact": "", "before": "", "after": ", ".join(f"{one.label} : {one.shown(value)}" for one, value in said)}


def _bulk(request: HttpRequest, pk: int) -> tuple[ChangeBulk, Any]:
    one = get_object_or_404(ChangeBulk.objects.select_related("made_by"), pk=pk)
    rows = queries.visible_to(changer(request)).filter(bulk=one)
    if not rows.exists():
        raise Http404
    return one, rows.select_related("household__commune", "other__commune", "made_by", "checked_by")


def _asker(request: HttpRequest) -> User:
    user = user_of(request)
    if not can(user, ASK):
        raise Http404
    return user
