"""The committee's points, and a selection: its ranking, its minutes on paper, what is decided of it."""

from __future__ import annotations

from collections.abc import Callable

from django.http import Http404, HttpRequest, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST

from jigi.delivery.contracts.access import DECIDE, PLAN, may
from jigi.delivery.grants import committee, queries
from jigi.delivery.grants import selection as acts
from jigi.delivery.grants.models import GrantCall
from jigi.delivery.grants.selection_models import GrantSelection
from jigi.delivery.grants.states import SELECTION
from jigi.foundation import audit
from jigi.foundation.models import User
from jigi.foundation.tabular import open_table
from jigi.web import formats
from jigi.web.formats import counted
from jigi.web.grants.listing import RANKED, chip, tie_words
from jigi.web.grants.sight import error_of, francs, of_contracts, seen_call
from jigi.web.paper.press import pdf_response, press
from jigi.web.reader import user_of
from jigi.web.sent_table import sent_table
from jigi.web.submissions import carry_out

PAGE = 40
"""Applications whose points are typed together."""


@of_contracts
def scores(request: HttpRequest, pk: int, juror: int) -> HttpResponseBase:
    """The points of a member, a grid of applications by criteria, some at a time (`?apres=` the last number)."""
    user, call = user_of(request), _planned(request, pk)
    member, criteria = get_object_or_404(call.jurors, pk=juror), list(call.criteria.all())
    after = request.GET.get("apres", "0")
    found = queries.applications_visible_to(user).filter(
        call=call, status="submitted", number__gt=francs(after, "Page")
    )
    rows = list(found.order_by("number")[:PAGE])
    error = ""
    if request.method == "POST":
        said = request.POST

        def done() -> str:
            points = {
                row.pk: {
                    c.pk: francs(said[f"{row.pk}-{c.pk}"], f"{row.shown}, {c}")
                    for c in criteria if said.get(f"{row.pk}-{c.pk}", "").strip()
                }
                for row in rows
                # Only those that the page showed: another may have slid into it since.
                if any(f"{row.pk}-{c.pk}" in said for c in criteria)
            }  # fmt: skip
            return f"{counted(committee.score(member, points, by=user), 'candidature')} : les points sont gardés."

        error = error_of(request, done)
        if not error:
            return redirect(f"{request.path}?apres={rows[-1].number if len(rows) == PAGE else 0}")
    audit.read("see", committee.NOUN, juror, by=user, subjects=[row.household_id for row in rows])
    given = {(s.application_id, s.criterion_id): s.points for s in member.scores.filter(application__in=rows)}
    grid = [
        (row, [(c, request.POST.get(f"{row.pk}-{c.pk}", given.get((row.pk, c.pk), ""))) for c in criteria])
        for row in rows
    ]  # fmt: skip
    context = {
        "call": call, "member": member, "criteria": criteria, "grid": grid, "error": error,
        "next": rows[-1].number if len(rows) == PAGE else None,
    }  # fmt: skip
    return render(request, "grants/scores.html", context, status=400 if error else 200)


@of_contracts
def send(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Send a file of points: the good lines are kept, the page says what is wrong with the others."""
    user, call, error = user_of(request), _planned(request, pk), ""
    taken: list[committee.Scored] = []

    def done() -> str:
        with sent_table(request.FILES.get("fichier"), what="le fichier") as path, open_table(path) as table:
            taken.append(committee.take(call, table, by=user))
        return f"{counted(taken[0].scored, 'candidature notée', 'candidatures notées')}."

    if request.method == "POST":
        error = error_of(request, done)
        if not error and not (taken and taken[0].faults):
            return redirect("grant_call", pk)
    columns = ("candidature", "membre", *call.criteria.values_list("code", flat=True))
    context = {
        "call": call, "error": error, "taken": taken[0] if taken else None, "columns": columns, "notes": True,
    }  # fmt: skip
    return render(request, "grants/send.html", context, status=400 if error else 200)


@of_contracts
def selection(request: HttpRequest, pk: int) -> HttpResponseBase:
    """The ranking of a selection in the communes that the person follows, and what may be decided."""
    user, one = user_of(request), _seen(request, pk)
    may_decide = may(user, DECIDE, one.call.contract, acts.communes_of(one.call))
    context = {
        "one": one, "call": one.call, "chip": chip(one), "may_decide": may_decide, "whole": _whole(user, one.call),
        "mine": one.proposed_by_id == user.pk, "moves": SELECTION.possible(one.status),
        "free": one.seats - one.call.applications.filter(status="selected").count(),
        "waiting": one.call.applications.filter(status="waiting").count(),
    }  # fmt: skip
    return RANKED.respond(request, queries.ranked_visible_to(user, one), "grants/selection.html", context)


@of_contracts
def minutes(request: HttpRequest, pk: int) -> HttpResponseBase:
    """The minutes (PV) of a selection, to be signed by the committee: whole, for who plans or decides in all its
    communes."""
    user, one = user_of(request), _seen(request, pk)
    if not _whole(user, one.call):
        raise Http404
    rows = list(queries.ranked_visible_to(user, one))
    audit.read("print", SELECTION.noun, pk, by=user, subjects=[row.application.household_id for row in rows])
    call = one.call
    data = {
        "title": f"Procès-verbal de sélection {call.code}", "call": call.title, "code": call.code,
        "component": call.component.name, "operator": call.contract.operator.name, "held": formats.day(one.held_on),
        "place": one.place, "minutes": one.minutes or "Aucune observation.", "state": one.get_status_display(),
        "proposed": str(one.proposed_by), "decided": str(one.decided_by or "…"), "method": one.method,
        "seats": formats.number(one.seats), "grant": formats.xof(call.grant_xof),
        "ties": ", puis ".join(tie_words(tie) for tie in call.ties),
        "criteria": [f"{c.name} ({c.most_points} points)" for c in call.criteria.all()],
        "jurors": [[j.name, j.function] for j in call.jurors.order_by("pk")],
        "rows": [
            [str(r.rank or "—"), r.application.shown, str(r.application.applicant), r.application.commune.name,
             r.application.activity.name, f"{r.score_milli / 1000:.3f}".replace(".", ","),
             r.get_verdict_display() + (f" ({tie_words(r.tied_by)})" if r.tied_by else "")]
            for r in rows
        ],
    }  # fmt: skip
    return pdf_response(f"pv-{call.code}", press("grant_minutes", data))


@require_POST
@of_contracts
def act(request: HttpRequest, pk: int, verb: str) -> HttpResponseBase:
    """Decide, reject, or give the seats left free to the waiting list."""
    user, one = user_of(request), _seen(request, pk)
    if verb not in ACTS:
        raise Http404
    carry_out(request, lambda: ACTS[verb](one, request.POST.get("motif", ""), user))
    return redirect("grant_selection", pk)


def _decide(one: GrantSelection, reason: str, by: User) -> str:
    acts.decide(one, by=by)
    return "La sélection est décidée : les candidatures retenues peuvent être inscrites."


def _reject(one: GrantSelection, reason: str, by: User) -> str:
    acts.reject(one, reason=reason, by=by)
    return "La sélection est rejetée : le comité peut noter de nouveau."


def _promote(one: GrantSelection, reason: str, by: User) -> str:
    return f"{counted(len(acts.promote(one, by=by)), 'candidature retenue', 'candidatures retenues')} de la liste."


ACTS: dict[str, Callable[[GrantSelection, str, User], str]] = {
    "decider": _decide, "rejeter": _reject, "appeler": _promote,
}  # fmt: skip


def _planned(request: HttpRequest, pk: int) -> GrantCall:
    call = seen_call(request, pk)
    if not may(user_of(request), PLAN, call.contract, acts.communes_of(call)):
        raise Http404
    return call


def _whole(user: User, call: GrantCall) -> bool:
    """Whether the person plans or decides in every commune of the call."""
    return any(may(user, right, call.contract, acts.communes_of(call)) for right in (PLAN, DECIDE))


def _seen(request: HttpRequest, pk: int) -> GrantSelection:
    calls = queries.calls_visible_to(user_of(request)).values("pk")
    found = GrantSelection.objects.filter(call__in=calls).select_related(
        "call__contract__operator", "call__contract__component__programme", "call__component", "proposed_by",
        "decided_by",
    )  # fmt: skip
    return get_object_or_404(found, pk=pk)
