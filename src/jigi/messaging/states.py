"""The states of a message, from the row that is stored to the report of the telephone."""

from __future__ import annotations

from jigi.foundation.states import StateTable, transition

MESSAGE = StateTable(
    "message",
    {
        "queued": "en attente",
        "leaving": "en train de partir",
        "unclear": "réponse perdue, demandée",
        "sent": "envoyé",
        "delivered": "remis",
        "failed": "non remis",
        "withheld": "retenu : désinscrit",
        "expired": "trop tard",
        "cancelled": "annulé",
    },
    (
        transition("claim", "queued", "leaving", "Faire partir"),
        transition("withhold", "queued", "withheld", "Retenir : la personne n’en veut plus"),
        transition("expire", "queued", "expired", "Laisser : il n’est plus temps"),
        transition("cancel", "queued leaving unclear", "cancelled", "Annuler"),
        transition("accept", "leaving unclear", "sent", "Noter qu’il est envoyé"),
        transition("doubt", "leaving", "unclear", "Noter que la réponse est perdue"),
        transition("put_back", "leaving unclear", "queued", "Remettre : rien n’est parti"),
        transition("deliver", "queued leaving unclear sent", "delivered", "Noter qu’il est remis"),
        transition("fail", "queued leaving unclear sent", "failed", "Noter qu’il n’est pas remis"),
    ),
)
"""The database holds the same table (sql/guards.sql); one test compares them."""

LIVE = ("queued", "leaving", "unclear")
"""What may still leave."""
