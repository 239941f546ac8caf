"""Files of signals: the list, the sending with its preview, the page of one with its problems, its undoing."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST

from jigi.foundation import audit
from jigi.foundation.errors import JigiError
from jigi.foundation.models import User
from jigi.geography.access import can
from jigi.shocks import actions, queries
from jigi.shocks.actions import LOAD
from jigi.shocks.layouts import layouts
from jigi.shocks.models import SignalFile
from jigi.shocks.states import FILE
from jigi.web.formats import counted
from jigi.web.imports import uploads
from jigi.web.nouns import verb_word
from jigi.web.shocks.forms import SignalsForm
from jigi.web.shocks.listing import PROBLEMS, SIGNAL_FILES, file_chip
from jigi.web.shocks.sight import holder, reader
from jigi.web.submissions import KeyReused, carry_out

PART = "signaux"


def files(request: HttpRequest) -> HttpResponseBase:
    """The files that were read, latest first."""
    user = reader(request)
    return SIGNAL_FILES.respond(
        request, queries.files_visible_to(user), "shocks/files.html", {"may_load": can(user, LOAD)}
    )


def file(request: HttpRequest, pk: int) -> HttpResponseBase:
    """One file: its counts, its problems, what may be done with it."""
    user = reader(request)
    one = get_object_or_404(queries.files_visible_to(user), pk=pk)
    context = {
        "file": one,
        "chip": file_chip(one),
        "layout": layouts().get(one.layout),
        "may_act": can(user, LOAD) and bool(FILE.possible(one.status)),
        "history": [(event, verb_word(event.verb, FILE.noun)) for event in audit.history(FILE.noun, one.pk)],
    }
    return PROBLEMS.respond(request, one.problems.all(), "shocks/file.html", context)


def send(request: HttpRequest) -> HttpResponse:
    """Send a file: it is read and compared, and nothing is loaded yet."""
    user = holder(request, LOAD)
    form = SignalsForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        try:
            return _take(request, form, user)
        except KeyReused:
            raise
        except JigiError as error:
            form.add_error(None, str(error))
    context = {"form": form, "layouts": layouts().values()}
    return render(request, "shocks/send.html", context, status=400 if form.errors else 200)


@require_POST
def act(request: HttpRequest, pk: int, verb: str) -> HttpResponse:
    """Load, put aside or undo."""
    user = holder(request, LOAD)
    one = get_object_or_404(SignalFile, pk=pk)
    if verb not in {step.verb for step in FILE.transitions}:
        raise Http404
    carry_out(request, lambda: _done(one, verb, request.POST.get("motif", ""), user))
    return redirect("shock_file", pk)


def _done(one: SignalFile, verb: str, reason: str, by: User) -> str:
    if verb == "load":
        loaded = actions.confirm(one, by=by)
        new = counted(loaded.new, "valeur nouvelle", "valeurs nouvelles")
        return f"Le fichier est chargé : {new}, {counted(loaded.changed, 'changée', 'changées')}."
    if verb == "refuse":
        actions.refuse(one, by=by)
        return "Le fichier est écarté : rien n’a été chargé."
    gone = actions.undo(one, reason=reason, by=by)
    return f"Le fichier est défait : {counted(gone, 'valeur retirée', 'valeurs retirées')}."


def _take(request: HttpRequest, form: SignalsForm, user: User) -> HttpResponse:
    folder = uploads.keep({PART: form.cleaned_data["signaux"]})
    taken: list[SignalFile] = []

    def now() -> str:
        with uploads.opened(folder) as named:
            one, known = actions.check(named[PART], form.cleaned_data["forme"], by=user)
            added = actions.again(one, named[PART], by=user) if known else 0
        taken.append(one)
        if added:
            return f"Ce fichier est déjà chargé : il apporte {counted(added, 'valeur', 'valeurs')} de plus."
        return "Ce fichier est déjà chargé : rien n’a changé." if known else "Fichier lu. Rien n’est encore chargé."

    try:
        carry_out(request, now)
    finally:
        uploads.forget(folder)
    return redirect("shock_file", taken[0].pk) if taken else redirect("shock_files")
