"""The lists of messages: campaigns, what was sent, who wants none, what people wrote."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.html import format_html

from jigi.foundation.keyring import vault
from jigi.foundation.vault import masked
from jigi.messaging.catalogue import LANGUAGES, templates
from jigi.messaging.models import Inbound, Message, OptOut
from jigi.messaging.states import LIVE, MESSAGE
from jigi.outreach.models import Campaign
from jigi.outreach.states import CAMPAIGN
from jigi.web.listing import Column, Filter, Listing

TONES = {
    "draft": "", "asked": "wait", "sending": "info", "done": "ok", "cancelled": "", "queued": "wait", "leaving": "info",
    "unclear": "bad", "sent": "info", "delivered": "ok", "failed": "bad", "withheld": "", "expired": "",
}  # fmt: skip


def chip(one: Any) -> str:
    return format_html('<span class="chip {}">{}</span>', TONES.get(one.status, ""), one.get_status_display())


def title_of(code: str) -> str:
    found = templates().get(code)
    return found.title if found else code


def phone_end(one: Any) -> str:
    """The last two digits of a telephone, as everywhere else."""
    return masked(one.phone, 2) if one.phone_sealed else "effacé"


CAMPAIGNS = Listing(
    noun=("campagne", "campagnes"),
    file_name="campagnes-de-messages",
    columns=(
        Column("titre", "Campagne", lambda one: one.title, link=lambda one: reverse("message_campaign", args=[one.pk])),
        Column("le", "Préparée le", lambda one: one.made_at, kind="moment", sort="made_at"),
        Column("etat", "État", lambda one: one.get_status_display(), cell=chip, sort="status"),
        Column("a", "À qui", lambda one: one.get_audience_display()),
        Column("programme", "Programme", lambda one: one.programme.name),
        Column("agence", "Agence", lambda one: one.organisation, on_screen=False),
        Column("lieu", "Lieu", lambda one: one.area.name),
        Column("jour", "Jour", lambda one: one.day, kind="day"),
        Column("modele", "Modèle", lambda one: title_of(one.template), on_screen=False),
        Column("langue", "Langue", lambda one: one.get_language_display(), on_screen=False),
        Column("joignables", "Joignables", lambda one: one.reachable, kind="number", sort="reachable"),
        Column("cout", "Coût (FCFA)", lambda one: one.cost_xof, kind="xof", sort="cost_xof"),
    ),
    order="-le",
    filters=(
        Filter("etat", "État", lambda found, code: found.filter(status=code), CAMPAIGN.choices),
        Filter("a", "À qui", lambda found, code: found.filter(audience=code), Campaign.Audience.choices),
        Filter("lieu", "Lieu", lambda found, text: found.filter(area__name__icontains=text), placeholder="nom"),
    ),
    empty="Aucune campagne ici. « Nouvelle campagne » en prépare une ; une autre personne l’approuve.",
)  # fmt: skip


def _of_state(found: QuerySet[Message], code: str) -> QuerySet[Message]:
    return found.filter(status__in=LIVE) if code == "live" else found.filter(status=code)


def sent_list() -> Listing:
    return Listing(
        noun=("message", "messages"),
        file_name="messages",
        columns=(
            Column("le", "Mis en attente le", lambda one: one.queued_at, kind="moment", sort="queued_at",
                   link=lambda one: reverse("message", args=[one.pk])),
            Column("modele", "Modèle", lambda one: title_of(one.template)),
            Column("a", "Téléphone", phone_end),
            Column("lieu", "Lieu", lambda one: one.area.name),
            Column("etat", "État", lambda one: one.get_status_display(), cell=chip, sort="status"),
            Column("probleme", "Problème", lambda one: one.problem),
            Column("par", "Par", lambda one: one.get_channel_display(), on_screen=False),
            Column("langue", "Langue", lambda one: one.get_language_display(), on_screen=False),
            Column("sms", "SMS", lambda one: one.segments, kind="number"),
            Column("cout", "Coût (FCFA)", lambda one: one.cost_xof, kind="xof"),
            Column("reference", "Référence", lambda one: one.reference, on_screen=False),
        ),
        order="-le",
        filters=(
            Filter("etat", "État", _of_state, [("live", "pas encore envoyés"), *MESSAGE.choices]),
            Filter("modele", "Modèle", lambda found, code: found.filter(template=code),
                   [(code, one.title) for code, one in templates().items()]),
            Filter("langue", "Langue", lambda found, code: found.filter(language=code), list(LANGUAGES.items())),
            Filter("envoi", "Campagne", lambda found, text: found.filter(batch=f"campaign:{text}"),
                   placeholder="numéro"),
            Filter("telephone", "Téléphone", _of_phone, placeholder="8 chiffres"),
        ),
        empty="Aucun message ici.",
        subject=lambda one: one.household,
    )  # fmt: skip


def _of_phone(found: QuerySet[Message], text: str) -> QuerySet[Message]:
    index = vault().index("phone", text)
    return found.filter(phone_index=index) if index else found.none()


OPTOUTS = Listing(
    noun=("désinscription", "désinscriptions"),
    file_name="desinscriptions",
    columns=(
        Column("depuis", "Depuis", lambda one: one.since, kind="moment", sort="since"),
        Column("comment", "Comment", lambda one: one.get_means_display(), sort="means"),
        Column("par", "Notée par", lambda one: one.noted_by),
        Column("jusqu", "Jusqu’au", lambda one: one.ended_at, kind="moment"),
    ),
    order="-depuis",
    filters=(
        Filter("etat", "État", lambda found, code: found.filter(ended_at__isnull=code == "live"),
               [("live", "en vigueur"), ("ended", "reprises")]),
        Filter("comment", "Comment", lambda found, code: found.filter(means=code), OptOut.Means.choices),
        Filter("telephone", "Téléphone", lambda found, text: found.filter(phone_index=vault().index("phone", text)),
               placeholder="8 chiffres"),
    ),
    empty="Personne n’a demandé à ne plus recevoir de messages.",
)  # fmt: skip

_DID: dict[str, str] = {
    "stop": "désinscrit", "start": "réinscrit", "complaint": "devenu une plainte", "answered": "répondu", "": "",
}  # fmt: skip


def _words(one: Inbound) -> str:
    if one.text_sealed:
        return one.text
    return "gardé avec la plainte" if one.did == "complaint" else "effacé"


RECEIVED = Listing(
    noun=("message reçu", "messages reçus"),
    file_name="messages-recus",
    columns=(
        Column("le", "Reçu le", lambda one: one.received_at, kind="moment", sort="received_at"),
        Column("de", "Téléphone", phone_end),
        Column("sous", "Reçu sous", lambda one: one.sender),
        Column("texte", "Texte", _words),
        Column("fait", "Ce que cela a fait", lambda one: _DID[one.did], sort="did"),
    ),
    order="-le",
    filters=(
        Filter("fait", "Fait", lambda found, code: found.filter(did="" if code == "rien" else code),
               [*((code, word) for code, word in _DID.items() if code), ("rien", "rien : à lire")]),
        Filter("telephone", "Téléphone", lambda found, text: found.filter(phone_index=vault().index("phone", text)),
               placeholder="8 chiffres"),
    ),
    empty="Personne n’a écrit.",
    subject=lambda one: None,
)  # fmt: skip
