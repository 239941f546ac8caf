"""The trace: searched by person, thing, verb and day, in the areas of a national right."""

from __future__ import annotations

from datetime import date

from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponseBase
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

from jigi.foundation.models import AuditEvent, User
from jigi.geography.access import require
from jigi.geography.models import Area
from jigi.web.listing import Column, Filter, Listing
from jigi.web.nouns import NOUNS, all_verbs, fact_words, noun_word, page_of, verb_word
from jigi.web.reader import rights_of, user_of

Events = QuerySet[AuditEvent]


def trail(request: HttpRequest) -> HttpResponseBase:
    """Every action, latest first; for those who hold « audit.see »."""
    require(user_of(request), "audit.see", areas=Area.objects.filter(level=Area.Level.COUNTRY))
    return _trail_list(rights_of(request)).respond(request, AuditEvent.objects.select_related("by"), "trail/trail.html")


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
            Column("origine", "D’où", lambda event: event.origin),
        ),
        order="-quand",
        filters=(
            Filter("qui", "Qui", _by, placeholder="nom ou identifiant"),
            Filter("objet", "Objet", _on, [(code, noun.label) for code, noun in NOUNS.items()]),
            Filter("numero", "Numéro", lambda events, text: events.filter(object_id=text)),
            Filter("action", "Action", _verb, all_verbs()),
            Filter("du", "Du", _since, placeholder="2026-01-31"),
            Filter("au", "Au", _until, placeholder="2026-12-31"),
        ),
        empty="Aucune action n’est encore enregistrée.",
    )


def _by(events: Events, text: str) -> Events:
    people = User.objects.filter(Q(full_name__icontains=text) | Q(username__iexact=text))
    return events.filter(by__in=people)


def _on(events: Events, noun: str) -> Events:
    return events.filter(noun=noun)


def _verb(events: Events, verb: str) -> Events:
    return events.filter(verb=verb)


def _since(events: Events, text: str) -> Events:
    day = _day(text)
    return events.filter(at__date__gte=day) if day else events.none()


def _until(events: Events, text: str) -> Events:
    day = _day(text)
    return events.filter(at__date__lte=day) if day else events.none()


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
