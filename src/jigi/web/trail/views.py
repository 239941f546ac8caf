"""The trace: searched by person, thing, verb, household, day and origin, in the areas of a national right."""

from __future__ import annotations

import re
from datetime import date, datetime, time, timedelta

from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponseBase
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

from jigi.foundation import audit, seals
from jigi.foundation.models import AuditEvent, User
from jigi.geography.access import require
from jigi.geography.models import Area
from jigi.grievances import queries as complaints
from jigi.registry.models import Household
from jigi.web.formats import number
from jigi.web.listing import Column, Filter, Listing
from jigi.web.nouns import NOUNS, all_verbs, fact_words, noun_word, page_of, verb_word
from jigi.web.reader import rights_of, user_of

Events = QuerySet[AuditEvent]


def trail(request: HttpRequest) -> HttpResponseBase:
    """Every action, latest first; for those who hold « audit.see »."""
    require(user_of(request), "audit.see", areas=Area.objects.filter(level=Area.Level.COUNTRY))
    context = {"head": seals.head(), "waiting_since": seals.waiting_since(), "proof": audit.last_proof()}
    events = complaints.shown(AuditEvent.objects.select_related("by"))
    return _trail_list(rights_of(request)).respond(request, events, "trail/trail.html", context)


def _trail_list(rights: frozenset[str]) -> Listing:
    def thing(event: AuditEvent) -> str | SafeString:
        text = f"{noun_word(event.noun)} {event.object_id}"
        page = page_of(event.noun, event.object_id, rights)
        return format_html('<a href="{}">{}</a>', page, text) if page else text

    return Listing(
        noun=("action", "actions"),
        file_name="trace",
        columns=(
            Column("quand", "Quand", lambda event: event.at, kind="moment", sort="id"),
            Column("qui", "Qui", lambda event: event.by or "le système"),
            Column("action", "Action", lambda event: verb_word(event.verb, event.noun)),
            Column("objet", "Objet", lambda event: f"{noun_word(event.noun)} {event.object_id}", cell=thing),
            Column("change", "Ce qui change", _change, cell=_told),
            Column("motif", "Motif", lambda event: event.reason, on_screen=False),
            Column("menages", "Ménages", lambda event: len(event.subjects) or None, kind="number", cell=_concerned),
            Column("origine", "D’où", lambda event: event.origin),
        ),
        order="-quand",
        filters=(
            Filter("qui", "Qui", _by, placeholder="nom ou identifiant"),
            Filter("objet", "Objet", _on, [(code, noun.label) for code, noun in NOUNS.items()]),
            Filter("numero", "Numéro", lambda events, text: events.filter(object_id=text)),
            Filter("action", "Action", _verb, all_verbs()),
            Filter("menage", "Ménage", _about, placeholder="n° RSU"),
            Filter("du", "Du", _since, placeholder="2026-01-31"),
            Filter("au", "Au", _until, placeholder="2026-12-31"),
            Filter("depuis", "D’où", _from, placeholder="adresse ou page"),
        ),
        empty="Aucune action n’est encore enregistrée.",
        # A row about one household tells its number, in the address of the page that was opened.
        subject=lambda event: event.subjects[0] if len(event.subjects) == 1 else None,
    )


def _by(events: Events, text: str) -> Events:
    people = User.objects.filter(Q(full_name__icontains=text) | Q(username__iexact=text))
    return events.filter(by__in=people)


def _on(events: Events, noun: str) -> Events:
    return events.filter(noun=noun)


def _verb(events: Events, verb: str) -> Events:
    return events.filter(verb=verb)


def _about(events: Events, text: str) -> Events:
    """The rows that name a household, or are about it; its number is asked whole."""
    digits = re.sub(r"[\s.\-]", "", text)
    found = Household.objects.filter(rsu_number=digits).first()
    return events.filter(subjects__contains=[found.pk]) if found else events.none()


def _since(events: Events, text: str) -> Events:
    day = _day(text)
    return events.filter(at__gte=_midnight(day)) if day else events.none()


def _until(events: Events, text: str) -> Events:
    day = _day(text)
    return events.filter(at__lt=_midnight(day + timedelta(days=1))) if day else events.none()


def _from(events: Events, text: str) -> Events:
    """By the address or the page of origin; of a sign-in, by the address that it keeps."""
    return events.filter(Q(origin__icontains=text) | Q(after__address=text))


def _midnight(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time()))


def _concerned(event: AuditEvent) -> str:
    return number(len(event.subjects)) if event.subjects else ""


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _told(event: AuditEvent) -> str | SafeString:
    """What changes and the reason given, one above the other."""
    change = _change(event)
    if not event.reason:
        return change
    return format_html("{}{}<small>{}</small>", change, mark_safe("<br>") if change else "", event.reason)


def _change(event: AuditEvent) -> str:
    """« état : gelé → approuvé · places : 120 »."""
    said = []
    for name in dict.fromkeys([*event.after, *event.before]):
        label, new = fact_words(event.noun, name, event.after.get(name))
        if name in event.before:
            new = f"{fact_words(event.noun, name, event.before[name])[1]} → {new}"
        said.append(f"{label} : {new}")
    return " · ".join(said)
