"""The states of a campaign: prepared by one, approved by another, sent by the worker."""

from __future__ import annotations

from jigi.foundation.states import StateTable, transition

CAMPAIGN = StateTable(
    "message_campaign",
    {
        "draft": "en préparation",
        "asked": "à approuver",
        "sending": "en cours d’envoi",
        "done": "envoyée",
        "cancelled": "annulée",
    },
    (
        transition("ask", "draft", "asked", "Demander l’approbation"),
        transition("send_back", "asked", "draft", "Renvoyer avec motif"),
        transition("approve", "asked", "sending", "Approuver et envoyer"),
        transition("finish", "sending", "done", "Terminer"),
        transition("cancel", "draft asked sending", "cancelled", "Annuler"),
    ),
)
