"""Who was told what of a household, in sentences it can read: its readings here, and what partners received."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone

from jigi.foundation import audit
from jigi.foundation.models import AuditEvent, User
from jigi.geography.access import can
from jigi.geography.models import StaffPosting
from jigi.geography.roles import rights, roles
from jigi.registry.models import Household
from jigi.sharing import queries as sharing
from jigi.sharing.facts import facts
from jigi.sharing.queries import Telling
from jigi.web.formats import day, moment
from jigi.web.households import disclosure
from jigi.web.households.sight import seen_household
from jigi.web.nouns import NOUNS, noun_word
from jigi.web.paper.press import pdf_response, press
from jigi.web.reader import user_of

MOST = 500
"""Readings that the paper tells: the latest; it says how many older ones the page has."""

ACTS = {
    "see": "a ouvert", "list": "a vu dans une liste", "search": "a trouvé en cherchant", "reveal": "a vu en clair",
    "export": "a exporté", "print": "a imprimé", "report": "a établi pour vous le rapport de vos données :",
}  # fmt: skip


THINGS = {
    "access_journal": "cette liste", "order_file": "un fichier d’ordres de paiement où vous êtes",
    "health": "votre position et votre santé", "payment_round": "un tour de paiement où vous êtes",
    "targeting_round": "une campagne de ciblage où vous êtes",
}  # fmt: skip
RIGHTS = {"access_journal": disclosure.NUMBERS, "order_file": "payments.see"}
"""The right of the readings whose noun has no page."""


@dataclass(frozen=True)
class Received:
    """What one partner received of the household by a request: when, of whom, which facts, under what, by whom."""

    when: str
    partner: str
    whose: str
    facts: str
    agreement: str
    purpose: str
    apdp: str
    asked_by: str
    approved_by: str

    @property
    def sentence(self) -> str:
        return (
            f"{self.when}, {self.partner} a reçu de {self.whose} : {self.facts}. Convention {self.agreement},"
            f" pour : {self.purpose} (autorisation {self.apdp}). Demandé par {self.asked_by}, approuvé par"
            f" {self.approved_by}."
        )


def may_read(user: User, household: Household) -> bool:
    """Whether a person may tell a household who saw it."""
    return any(can(user, right, areas=[household.commune]) for right in (disclosure.NUMBERS, "audit.see"))


def received_by_partners(household: Household) -> list[Received]:
    """What partners received of the household and of those who live in it, latest first."""
    members = household.memberships.filter(ended_on__isnull=True).values_list("person_id", flat=True)
    return [_received(one, household) for one in sharing.tellings_of(household, members)]


def print_journal(request: HttpRequest, number: str) -> HttpResponse:
    """The journal as a PDF, to hand to the household."""
    user, one = user_of(request), seen_household(request, number)
    if not may_read(user, one):
        raise Http404
    audit.read("print", "access_journal", one.pk, by=user, subjects=[one.pk])
    return pdf_response(f"acces-{one.rsu_number}", press("access_journal", document(one)))


def document(household: Household) -> dict[str, Any]:
    """The data of access_journal.typ."""
    found = disclosure.accesses(household)
    events, total = list(found[:MOST]), found.count()
    return {
        "title": f"Qui a vu les données du ménage {household.rsu}",
        "rsu": household.rsu,
        "place": " · ".join(str(area) for area in (household.village, household.commune) if area),
        "printed": f"imprimé le {moment(timezone.now())}",
        "received": [one.sentence for one in received_by_partners(household)],
        "readings": sentences(events),
        "older": max(total - len(events), 0),
    }


def sentences(events: Iterable[AuditEvent]) -> list[str]:
    """« Le 3 mars 2016 à 14:05, Awa (Agent communal) a ouvert la page du ménage. Droit : voir les ménages. »"""
    read = list(events)
    held = _postings(read)
    return [_sentence(event, held.get(event.by_id or 0, [])) for event in read]


def _sentence(event: AuditEvent, postings: list[StaffPosting]) -> str:
    codes = [one.role for one in postings if one.starts_on <= event.at.date() and one.role in roles()]
    titles = ", ".join(dict.fromkeys(roles()[code].title for code in codes))
    who = f"{event.by or 'le système'}{f' ({titles})' if titles else ''}"
    what = ACTS.get(event.verb, event.verb)
    reason = f" Motif : {event.reason}." if event.reason else ""
    return f"Le {moment(event.at)}, {who} {what} {_thing(event)}. Droit : {rights()[_right(event)].sentence}.{reason}"


def _thing(event: AuditEvent) -> str:
    if event.noun == disclosure.NOUN:
        return "vos numéros" if event.verb == "reveal" else str(event.after.get("part") or "la page du ménage")
    if event.noun == "list":
        return f"« {event.object_id} »"
    return THINGS.get(event.noun, f"vos données ({noun_word(event.noun)})")


def _right(event: AuditEvent) -> str:
    """The right by which such a reading is open."""
    if event.verb == "reveal":
        sensitive = disclosure.NOUNS[disclosure.SENSITIVE]
        return disclosure.SENSITIVE if event.noun == sensitive else disclosure.NUMBERS
    if event.verb == "report":
        return "data.protect"
    known = NOUNS.get(event.noun)
    return RIGHTS.get(event.noun) or (known.right if known else "") or "registry.see"


def _postings(events: Iterable[AuditEvent]) -> dict[int, list[StaffPosting]]:
    """The postings of those who read, by person."""
    held: dict[int, list[StaffPosting]] = {}
    for one in StaffPosting.objects.filter(user__in={event.by_id for event in events if event.by_id}):
        held.setdefault(one.user_id, []).append(one)
    return held


def when_told(telling: Telling) -> str:
    """« Le 3 mars 2016 à 14:05 », « Du 3 mars au 9 mars 2016, 7 fois »."""
    if telling.times == 1:
        return f"Le {moment(telling.last)}"
    return f"Du {day(telling.first)} au {day(telling.last)}, {telling.times} fois"


def _received(telling: Telling, household: Household) -> Received:
    one = telling.line
    request = one.told_in.request
    agreement = request.agreement
    return Received(
        when=when_told(telling),
        partner=agreement.partner_name,
        whose=str(one.person or (one.head if one.household_id != household.pk else None) or "votre ménage"),
        facts=", ".join(fact.label for code, fact in facts().items() if code in request.facts_told),
        agreement=agreement.code,
        purpose=agreement.purpose,
        apdp=agreement.apdp_reference,
        asked_by=str(request.made_by),
        approved_by=str(request.decided_by),
    )
