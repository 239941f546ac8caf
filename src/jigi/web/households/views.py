"""Households: the list, the page of one, its numbers in clear, who read it."""

from __future__ import annotations

import re

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST

from jigi.changes import queries as change_queries
from jigi.changes.actions import ASK
from jigi.foundation import audit
from jigi.foundation.models import AuditEvent, User
from jigi.geography.access import can, owes_reason
from jigi.geography.queries import way_to
from jigi.protection import queries as protection
from jigi.protection.actions import RIGHT as PROTECT
from jigi.registry import queries as registry
from jigi.registry.models import Household, LivingConditions
from jigi.registry.rsu import digits_of, is_number
from jigi.schemes.actions import SEE
from jigi.sheets import queries as sheet_queries
from jigi.sheets.actions import RIGHT as HANDLE
from jigi.web.complaints import about
from jigi.web.households import disclosure, health, history, journal
from jigi.web.households.age import age_of
from jigi.web.households.conditions import in_words
from jigi.web.households.listing import households_list, page_of
from jigi.web.households.portrait import kin_of, units_of
from jigi.web.households.received import Received, received
from jigi.web.households.sheet import qr_on_page
from jigi.web.households.sight import seen_household
from jigi.web.households.why import whys
from jigi.web.listing import Column, Listing
from jigi.web.nouns import noun_word, verb_word
from jigi.web.reader import rights_of, user_of
from jigi.web.submissions import carry_out

WHOLE = re.compile("[0-9]{10}")
RECENT_EVENTS = 8


def households(request: HttpRequest) -> HttpResponseBase:
    """The households of the person's communes; a whole RSU number leads straight to its page."""
    visible = registry.visible_to(user_of(request)).select_related("commune", "village", "living_conditions")
    typed = digits_of(request.GET.get("q", ""))
    if is_number(typed) and (found := visible.filter(rsu_number=typed).first()):
        return redirect(page_of(found))
    context = {"miscopied": bool(WHOLE.fullmatch(typed)) and not is_number(typed)}
    return households_list(rights_of(request)).respond(
        request, change_queries.with_renewals(visible), "households/list.html", context
    )


def household(request: HttpRequest, number: str) -> HttpResponse:
    """One household; opening it leaves an audit row."""
    user, one = user_of(request), seen_household(request, number)
    disclosure.seen(one, by=user)
    sees_payments = can(user, "payments.see", areas=[one.commune])
    sees_targeting = can(user, "targeting.see", areas=[one.commune])
    changes = list(disclosure.changes(one))
    happened = history.events(
        one, changes, rights=rights_of(request), with_targeting=sees_targeting, with_payments=sees_payments
    )
    may_reveal = can(user, disclosure.NUMBERS, areas=[one.commune])
    may_restricted = can(user, disclosure.SENSITIVE, areas=[one.commune])
    restricted = disclosure.restricted(request, one, by=user)
    conditions: LivingConditions | None = getattr(one, "living_conditions", None)
    context = {
        "household": one,
        "way": way_to(one.village or one.commune)[1:],
        "units": units_of(registry.current_members(one)),
        "kin": kin_of(one, by=user),
        "former": registry.former_members(one),
        "children": conditions.children_under_5 if conditions else None,
        "conditions": in_words(conditions) if conditions else [],
        "conditions_on": conditions.collected_on if conditions else None,
        "age": None if one.is_erased else age_of(one, sensitive=may_restricted),
        "sees_targeting": sees_targeting,
        "whys": whys(one) if sees_targeting else [],
        "benefits": history.benefits(one) if sees_payments else [],
        "received": _received(one, user, sees_payments),
        "recent": happened[:RECENT_EVENTS],
        "older": happened[RECENT_EVENTS:],
        "may_change": can(user, ASK, areas=[one.commune]) and not one.is_erased,
        "complaints": about(one, user),
        "changes": change_queries.visible_to(user).filter(household=one).order_by("-pk")[:RECENT_EVENTS],
        "today": timezone.localdate(),
        "qr": qr_on_page(one),
        "may_reveal": may_reveal,
        "may_restricted": may_restricted,
        "owes": owes_reason(user, disclosure.NUMBERS, areas=[one.commune]),
        "owes_restricted": owes_reason(user, disclosure.SENSITIVE, areas=[one.commune]),
        "restricted": health.in_words(restricted) if restricted else None,
        "may_protect": can(user, PROTECT, areas=[one.commune]),
        "sheets": sheet_queries.of_household(one),
        "loose_pages": sheet_queries.loose_pages(one),
        "may_handle": can(user, HANDLE, areas=[one.commune]) and not one.is_erased,
        "oppositions": protection.oppositions(one),
        "clear": may_reveal and disclosure.is_clear(request, one),
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
    said = "Les numéros sont en clair pendant dix minutes. Votre nom et votre motif sont gardés."
    return _revealed(request, number, disclosure.NUMBERS, said)


@require_POST
def reveal_restricted(request: HttpRequest, number: str) -> HttpResponse:
    """Show the position and the health of the members to the person who gives a reason."""
    said = "La position et la santé sont en clair pendant dix minutes. Votre nom et votre motif sont gardés."
    return _revealed(request, number, disclosure.SENSITIVE, said)


def _revealed(request: HttpRequest, number: str, right: str, said: str) -> HttpResponse:
    user, one = user_of(request), seen_household(request, number)

    def act() -> str:
        disclosure.reveal(request, one, right=right, by=user, reason=request.POST.get("motif", ""))
        return said

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
    user, one = user_of(request), seen_household(request, number)
    if not journal.may_read(user, one):
        raise Http404
    audit.read("see", "access_journal", one.pk, by=user, subjects=[one.pk])
    context = {"household": one, "page_url": page_of(one), "received": journal.received_by_partners(one)}
    return ACCESSES.respond(request, disclosure.accesses(one), "households/accesses.html", context)


def disclosed(event: AuditEvent) -> str:
    """« voir », « exporter · liste menages », « imprimer · tour de paiement 12 »."""
    if event.noun == disclosure.NOUN:
        return verb_word(event.verb)
    return f"{verb_word(event.verb)} · {noun_word(event.noun)} {event.object_id}"
