"""The list of alerts, and the page of one: what happened, what to do, the rows behind it, the decision."""

from __future__ import annotations

from collections.abc import Callable

from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.html import format_html
from django.views.decorators.http import require_POST

from jigi.foundation import audit
from jigi.foundation.models import AuditEvent, User
from jigi.geography.access import require
from jigi.monitoring import actions, queries
from jigi.monitoring.models import Alert
from jigi.monitoring.queries import RIGHT
from jigi.monitoring.states import ALERT
from jigi.monitoring.watches import rules
from jigi.payments import queries as payments
from jigi.payments.models import PaymentRound
from jigi.registry import queries as registry
from jigi.web.listing import Column, Filter, Listing
from jigi.web.nouns import noun_word, verb_word
from jigi.web.reader import rights_of, user_of
from jigi.web.submissions import carry_out

TONES = {"open": "bad", "taken": "wait", "dismissed": "", "confirmed": "info"}
MOST_ROWS = 50
MOST_EVENTS = 15


def title_of(alert: Alert) -> str:
    """The title of the rule, or its code when the rule is gone."""
    return rules()[alert.rule].title if alert.rule in rules() else alert.rule


def chip(alert: Alert) -> str:
    return format_html('<span class="chip {}">{}</span>', TONES[alert.status], alert.get_status_display())


def alerts_list() -> Listing:
    return Listing(
        noun=("alerte", "alertes"),
        file_name="alertes",
        columns=(
            Column("vue", "Vue le", lambda one: one.last_seen, kind="moment", sort="last_seen"),
            Column("alerte", "Alerte", title_of, sort="rule", link=lambda one: reverse("alert", args=[one.pk])),
            Column("sur", "Sur", lambda one: one.label, sort="label"),
            Column("nombre", "Nombre", lambda one: one.count, kind="number", sort="count"),
            Column("etat", "État", lambda one: one.get_status_display(), sort="status", cell=chip),
            Column("par", "Suivie par", lambda one: one.decided_by or one.taken_by),
            Column("motif", "Motif", lambda one: one.decision, on_screen=False),
        ),
        order="-vue",
        filters=(
            Filter("etat", "État", _in_state, [*ALERT.choices, ("live", "à traiter")]),
            Filter("alerte", "Alerte", _of_rule, [(code, rule.title) for code, rule in rules().items()]),
            Filter("sur", "Sur", lambda found, text: found.filter(label__icontains=text), placeholder="nom, lieu"),
        ),
        empty="Aucune alerte : rien n’a dépassé les seuils.",
    )


def alerts(request: HttpRequest) -> HttpResponseBase:
    """The alerts of the person's places."""
    user = _person(request)
    return alerts_list().respond(request, queries.visible_to(user), "alerts/list.html", {"rules": rules().values()})


def alert(request: HttpRequest, pk: int) -> HttpResponse:
    """One alert. The households that it shows are noted as read."""
    user = _person(request)
    one = get_object_or_404(queries.visible_to(user), pk=pk)
    households = list(registry.visible_to(user).filter(pk__in=one.households).select_related("commune")[:MOST_ROWS])
    events = list(queries.events_of(one)[:MOST_EVENTS])
    # A row about one household tells its number, in the address of the page that was opened.
    named = [event.subjects[0] for event in events if len(event.subjects) == 1]
    if households or named:
        audit.read("see", ALERT.noun, one.pk, by=user, subjects=[*(h.pk for h in households), *named])
    rule = rules().get(one.rule)
    context = {
        "alert": one,
        "chip": chip(one),
        "rule": rule,
        "title": title_of(one),
        "said": rule.said(one.count, one.label) if rule else one.label,
        "events": [(event, _told(event)) for event in events],
        "more_events": len(one.events) - len(events),
        "trail": _trail_of(one) if "audit.see" in rights_of(request) else "",
        "households": households,
        "unseen": len(one.households) - len(households),
        "round": _round_of(one, user),
        "may_act": one.status in queries.LIVE and one.about_id != user.pk,
        "about_reader": one.about_id == user.pk,
        "history": [(event, verb_word(event.verb, ALERT.noun)) for event in audit.history(ALERT.noun, one.pk)],
    }
    return render(request, "alerts/alert.html", context)


@require_POST
def act(request: HttpRequest, pk: int, verb: str) -> HttpResponse:
    """Take, dismiss or confirm."""
    user = _person(request)
    one = get_object_or_404(queries.visible_to(user), pk=pk)
    if verb not in _ACTS:
        raise Http404
    carry_out(request, lambda: _ACTS[verb](one, user, request.POST.get("motif", "")))
    return redirect("alert", pk)


def _take(one: Alert, user: User, reason: str) -> str:
    actions.take(one, by=user)
    return "L’alerte est entre vos mains."


def _dismiss(one: Alert, user: User, reason: str) -> str:
    actions.dismiss(one, by=user, reason=reason)
    return "L’alerte est écartée. Si le nombre double, elle reviendra."


def _confirm(one: Alert, user: User, reason: str) -> str:
    actions.confirm(one, by=user, reason=reason)
    return "L’alerte est confirmée, avec votre motif."


_ACTS: dict[str, Callable[[Alert, User, str], str]] = {"take": _take, "dismiss": _dismiss, "confirm": _confirm}


def _person(request: HttpRequest) -> User:
    user = user_of(request)
    require(user, RIGHT)
    return user


def _round_of(one: Alert, user: User) -> PaymentRound | None:
    number = one.facts.get("round")
    return payments.visible_to(user).filter(pk=number).first() if number else None


def _trail_of(one: Alert) -> str:
    """The rows behind it in the trace, where it is about a person."""
    if one.about is None:
        return ""
    day = one.facts.get("day") or one.facts.get("night") or one.first_seen.date().isoformat()
    return f"{reverse('trail')}?qui={one.about.username}&du={day}"


def _told(event: AuditEvent) -> str:
    return f"{verb_word(event.verb, event.noun)} · {noun_word(event.noun)} {event.object_id}"


def _in_state(found: QuerySet[Alert], status: str) -> QuerySet[Alert]:
    return found.filter(status__in=queries.LIVE if status == "live" else [status])


def _of_rule(found: QuerySet[Alert], rule: str) -> QuerySet[Alert]:
    return found.filter(rule=rule)
