"""The life of a request about one's data, and of a proposal to apply the rules of retention."""

from __future__ import annotations

from jigi.foundation.states import StateTable, transition

REQUEST = StateTable(
    noun="data_request",
    states={
        "received": "reçue",
        "accepted": "acceptée",
        "refused": "refusée",
        "withdrawn": "retirée",
        "done": "faite",
    },
    transitions=(
        transition("accept", "received", "accepted", "Accepter"),
        transition("refuse", "received", "refused", "Refuser"),
        transition("withdraw", "received accepted", "withdrawn", "Retirer à la demande de la personne"),
        transition("answer", "accepted", "done", "Répondre"),
        transition("erase", "accepted", "done", "Effacer"),
        transition("lift", "done", "withdrawn", "Lever l’opposition"),
    ),
)

RETENTION = StateTable(
    noun="retention",
    states={"proposed": "proposée", "applied": "appliquée", "dropped": "abandonnée"},
    transitions=(
        transition("apply", "proposed", "applied", "Appliquer"),
        transition("drop", "proposed", "dropped", "Abandonner"),
    ),
)
