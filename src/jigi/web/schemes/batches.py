"""Batches: the list, the page of one with what waits in it, its sending, and what is decided about it."""

from __future__ import annotations

from collections.abc import Callable

from django.db.models import Count
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from jigi.foundation import audit
from jigi.foundation.errors import JigiError
from jigi.foundation.models import Run, User
from jigi.geography.access import can
from jigi.schemes import actions, queries
from jigi.schemes.actions import RECORD, SEE, may_send
from jigi.schemes.models import BenefitBatch, BenefitLine, Scheme
from jigi.schemes.states import BATCH
from jigi.web.formats import counted
from jigi.web.imports import uploads
from jigi.web.imports.jobs import LARGE_BYTES
from jigi.web.nouns import verb_word
from jigi.web.reader import user_of
from jigi.web.schemes import jobs
from jigi.web.schemes.forms import SendForm
from jigi.web.schemes.listing import BATCHES, batch_chip, problems_list
from jigi.web.schemes.sight import person, seen_batch, seen_scheme
from jigi.web.submissions import KeyReused, carry_out

SHOWN_LINES = 20


def batches(request: HttpRequest) -> HttpResponseBase:
    """The batches that the person sees, latest first."""
    found = queries.batches_visible_to(person(request)).select_related("scheme", "sent_by")
    return BATCHES.respond(request, found, "schemes/batches.html")


def batch(request: HttpRequest, pk: int) -> HttpResponseBase:
    """One batch: its counts, the first lines that would be recorded, its problems, and what may be done."""
    user, one = user_of(request), seen_batch(request, pk)
    found = one.problems.exclude(column="").values("column").annotate(rows=Count("pk")).order_by("-rows", "column")
    may_record = can(user, RECORD)
    context = {
        "batch": one,
        "chip": batch_chip(one),
        "run": Run.objects.filter(pk=one.run_id or 0).first(),
        "by_column": list(found),
        "lines": _preview(one, user),
        "sees_rows": can(user, SEE) and can(user, "registry.see"),
        "may_record": may_record and bool(BATCH.possible(one.status)),
        "may_send": may_send(user, one.scheme),
        "history": [(event, verb_word(event.verb, BATCH.noun)) for event in audit.history(BATCH.noun, one.pk)],
    }
    listing = problems_list([row["column"] for row in found])
    return listing.respond(request, one.problems.all(), "schemes/batch.html", context)


def send(request: HttpRequest, code: str) -> HttpResponse:
    """Send what a scheme gave: a small file is checked while the page waits, a large one by the worker."""
    user, shown = user_of(request), seen_scheme(request, code)
    if not may_send(user, shown):
        raise Http404
    form = SendForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        try:
            return _take(request, form, shown, user)
        except KeyReused:
            raise
        except JigiError as error:
            form.add_error(None, str(error))
    context = {"form": form, "scheme": shown}
    return render(request, "schemes/send.html", context, status=400 if form.errors else 200)


@require_POST
def act(request: HttpRequest, pk: int, verb: str) -> HttpResponse:
    """Record, refuse or undo."""
    user, one = user_of(request), seen_batch(request, pk)
    if verb not in ACTS or not can(user, RECORD):
        raise Http404
    carry_out(request, lambda: ACTS[verb](one, request.POST.get("motif", ""), user))
    return redirect("benefit_batch", pk)


def _record(one: BenefitBatch, reason: str, by: User) -> str:
    done = actions.record(one, by=by)
    given = counted(done.lines_good, "prestation enregistrée", "prestations enregistrées")
    return f"{given}, pour {counted(done.households, 'ménage')}."


def _refuse(one: BenefitBatch, reason: str, by: User) -> str:
    actions.refuse(one, reason=reason, by=by)
    return "Le lot est refusé : rien n’a été enregistré."


def _undo(one: BenefitBatch, reason: str, by: User) -> str:
    actions.undo(one, reason=reason, by=by)
    return f"Le lot est défait : {counted(one.lines_good, 'prestation retirée', 'prestations retirées')}."


ACTS: dict[str, Callable[[BenefitBatch, str, User], str]] = {"record": _record, "refuse": _refuse, "undo": _undo}


def _preview(one: BenefitBatch, user: User) -> list[BenefitLine]:
    """The first lines that wait and that the person may see; their households are noted as read."""
    if one.status != BenefitBatch.Status.CHECKED or not can(user, "registry.see"):
        return []
    shown = list(one.lines.select_related("household__commune", "person").order_by("line")[:SHOWN_LINES])
    audit.read("see", BATCH.noun, one.pk, by=user, subjects=[line.household_id for line in shown])
    return shown


def _take(request: HttpRequest, form: SendForm, scheme: Scheme, user: User) -> HttpResponse:
    sent = form.cleaned_data["prestations"]
    folder = uploads.keep({jobs.PART: sent})
    taken: list[BenefitBatch] = []

    def now() -> str:
        taken.append(jobs.take_now(folder, scheme, by=user))
        return _said(taken[0])

    def later() -> str:
        jobs.enqueue(folder, scheme, by=user)
        return "Le fichier attend son tour : il sera dans les lots de ce régime une fois contrôlé."

    if (sent.size or 0) > LARGE_BYTES:
        if not carry_out(request, later):
            uploads.forget(folder)
        return redirect("scheme", scheme.code)
    try:
        carry_out(request, now)
    finally:
        uploads.forget(folder)
    return redirect("benefit_batch", taken[0].pk) if taken else redirect("scheme", scheme.code)


def _said(one: BenefitBatch) -> str:
    if one.recognised:
        return "Ce fichier était déjà reçu : rien n’a changé."
    good = counted(one.lines_good, "ligne bonne", "lignes bonnes")
    held = counted(one.lines_held, "retenue", "retenues")
    return f"{good}, {held}, sur {counted(one.lines_read, 'lue', 'lues')}. Rien n’est encore enregistré."
