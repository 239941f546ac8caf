"""Households: the list, the page of one, its numbers in clear, who read it."""

from __future__ import annotations

import re

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from jigi.changes import queries as change_queries
from jigi.changes.actions import ASK
from jigi.foundation import audit
from jigi.foundation.models import AuditEvent, User
from jigi.geography.access import can
from jigi.geography.queries import way_to
from jigi.protection import queries as protection
from jigi.protection.actions import RIGHT as PROTECT
from jigi.registry import queries as registry
from jigi.registry.models import Household, LivingConditions
from jigi.schemes.actions import SEE
from jigi.web.households import disclosure, history
from jigi.web.households.age import age_of
from jigi.web.households.conditions import in_words
from jigi.web.households.listing import households_list, page_of
from jigi.web.households.received import Received, received
from jigi.web.households.why import whys
from jigi.web.listing import Column, Listing
from jigi.web.nouns import noun_word, verb_word
from jigi.web.reader import rights_of, user_of
from jigi.web.submissions import carry_out

RECENT_EVENTS = 8


def households(request: HttpRequest) -> HttpResponseBase:
    """The households of the person's communes; a whole RSU number leads straight to its page."""
    visible = registry.visible_to(user_of(request)).select_related("commune", "village", "living_conditions")
    typed = re.sub(r"[\s.\-]", "", request.GET.get("q", ""))
    if re.fullmatch(r"\d{10}", typed) and (found := visible.filter(rsu_number=typed).first()):
        return redirect(page_of(found))
    return households_list().respond(request, visible, "households/list.html")


def household(request: HttpRequest, number: str) -> HttpResponse:
    """One household; opening it leaves an audit row."""
    user, one = user_of(request), _visible(request, number)
    disclosure.seen(one, by=user)
    sees_payments = can(user, "payments.see", areas=[one.commune])
    changes = list(disclosure.changes(one))
    happened = history.events(one, changes, rights=rights_of(request), with_payments=sees_payments)
    conditions: LivingConditions | None = getattr(one, "living_conditions", None)
    sensitive = can(user, "registry.sensitive", areas=[one.commune])
    context = {
        "household": one,
        "way": way_to(one.village or one.commune)[1:],
        "members": registry.current_members(one),
        "former": registry.former_members(one),
        "children": conditions.children_under_5 if conditions else None,
        "conditions": in_words(conditions) if conditions else [],
        "conditions_on": conditions.collected_on if conditions else None,
        "age": None if one.is_erased else age_of(one, sensitive=sensitive),
        "whys": whys(one) if can(user, "targeting.see", areas=[one.commune]) else [],
        "benefits": history.benefits(one) if sees_payments else [],
        "received": _received(one, user, sees_payments),
        "recent": happened[:RECENT_EVENTS],
        "older": happened[RECENT_EVENTS:],
        "may_reveal": can(user, "registry.reveal", areas=[one.commune]),
        "may_change": can(user, ASK, areas=[one.commune]) and not one.is_erased,
        "changes": change_queries.visible_to(user).filter(household=one).order_by("-pk")[:RECENT_EVENTS],
        "may_protect": can(user, PROTECT, areas=[one.commune]),
        "oppositions": protection.oppositions(one),
        "clear": disclosure.is_clear(request, one),
    }
    return render(request, "households/household.html", context)


def _received(one: Household, user: User, sees_payments: bool) -> Received | None:
    """What it received, to who sees schemes or payments there."""
    sees_schemes = can(user, SEE, areas=[one.commune])
    if not (sees_schemes or sees_payments):
        return None
    return received(one, with_schemes=sees_schemes, with_payments=sees_payments)


def by_number(request: HttpRequest, pk: int) -> HttpResponse:
    """The household of this internal number, as the audit names it."""
    found = registry.visible_to(user_of(request)).filter(pk=pk).first()
    if found is None:
        raise Http404
    return redirect(page_of(found))


@require_POST
def reveal(request: HttpRequest, number: str) -> HttpResponse:
    """Show the telephones and documents in clear to the person who gives a reason."""
    user, one = user_of(request), _visible(request, number)

    def act() -> str:
        disclosure.reveal(request, one, by=user, reason=request.POST.get("motif", ""))
        return "Les numéros sont en clair pendant dix minutes. Votre motif est gardé."

    carry_out(request, act)
    return redirect(page_of(one))


ACCESSES = Listing(
    noun=("lecture", "lectures"),
    file_name="lectures",
    columns=(
        Column("quand", "Quand", lambda event: event.at, kind="moment", sort="id"),
        Column("qui", "Qui", lambda event: event.by or "inconnu"),
        Column("quoi", "Quoi", lambda event: disclosed(event)),
        Column("motif", "Motif", lambda event: event.reason),
    ),
    order="-quand",
    empty="Personne n’a encore ouvert cette page.",
)


def accesses(request: HttpRequest, number: str) -> HttpResponseBase:
    """Who read the household's data: what the household itself may ask to know."""
    user, one = user_of(request), _visible(request, number)
    if not (can(user, "registry.reveal", areas=[one.commune]) or can(user, "audit.see", areas=[one.commune])):
        raise Http404
    audit.read("see", "access_journal", one.pk, by=user, subjects=[one.pk])
    context = {"household": one, "page_url": page_of(one)}
    return ACCESSES.respond(request, disclosure.accesses(one), "households/accesses.html", context)


def disclosed(event: AuditEvent) -> str:
    """« voir », « exporter · liste menages », « imprimer · tour de paiement 12 »."""
    if event.noun == disclosure.NOUN:
        return verb_word(event.verb)
    return f"{verb_word(event.verb)} · {noun_word(event.noun)} {event.object_id}"


def _visible(request: HttpRequest, number: str) -> Household:
    """The household of this number where the person may see it; elsewhere it does not exist for them."""
    visible = registry.visible_to(user_of(request)).select_related("commune", "village", "living_conditions")
    found = visible.filter(rsu_number=number).first()
    if found is None:
        raise Http404
    return found
