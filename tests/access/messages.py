"""The rows of the matrix that speak of messages; things that are nobody's here, but for lists.

That an agency does not see another's campaign is tried in tests/outreach/test_fence.py, row by row.
"""

from __future__ import annotations

from tests.access.asks import Ask, _everywhere, _key

NOBODYS = 999_999
MESSAGE_ASKS: tuple[Ask, ...] = (
    Ask("message_campaigns", "campagnes de messages", _everywhere("message_campaigns")),
    Ask("message_campaign_new", "préparer une campagne (page)", _everywhere("message_campaign_new")),
    Ask("message_campaign", "une campagne qui n’est pas là", _everywhere("message_campaign", NOBODYS)),
    Ask(
        "message_campaign_correct",
        "corriger une campagne qui n’est pas là",
        _everywhere("message_campaign_correct", NOBODYS),
    ),
    Ask(
        "message_campaign_act",
        "agir sur une campagne qui n’est pas là",
        _everywhere("message_campaign_act", NOBODYS, "ask"),
        sent=_key(),
    ),
    Ask("messages_sent", "messages envoyés", _everywhere("messages_sent")),
    Ask("message", "un message qui n’est pas là", _everywhere("message", NOBODYS)),
    Ask("message_wording", "modèles de messages", _everywhere("message_wording")),
    Ask(
        "message_sender_set",
        "régler un expéditeur",
        _everywhere("message_sender_set"),
        sent=_key(programme="", agence="", nom="ESSAI"),
    ),
    Ask(
        "message_notice_switch",
        "mettre un avis en marche, d’un programme qui n’est pas là",
        _everywhere("message_notice_switch"),
        sent=_key(programme="RIEN", avis="paid", langue="fr"),
    ),
    Ask("message_optouts", "qui ne veut pas de messages", _everywhere("message_optouts")),
    Ask(
        "message_optout_note",
        "noter qu’un téléphone ne veut pas de messages",
        _everywhere("message_optout_note"),
        sent=_key(telephone="70 00 00 01"),
    ),
    Ask("messages_received", "messages reçus", _everywhere("messages_received")),
)
