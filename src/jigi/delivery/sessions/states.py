"""The states of a session, of a review of a condition and of an appeal."""

from __future__ import annotations

from jigi.foundation.states import StateTable, transition

SESSION = StateTable(
    noun="session",
    states={"planned": "prévue", "held": "tenue", "checked": "contrôlée", "cancelled": "non tenue"},
    transitions=(
        transition("hold", "planned", "held", "Dire qu’elle s’est tenue"),
        transition("cancel", "planned", "cancelled", "Dire qu’elle ne s’est pas tenue"),
        transition("replan", "planned cancelled", "planned", "Prévoir un autre jour"),
        transition("check", "held", "checked", "Contrôler"),
        transition("undo", "held", "planned", "Défaire la tenue"),
        transition("reopen", "checked", "held", "Rouvrir pour corriger"),
    ),
)
REVIEW = StateTable(
    noun="condition_review",
    states={"proposed": "proposée", "reported": "constat seul", "decided": "décidée", "dropped": "abandonnée"},
    transitions=(
        transition("decide", "proposed", "decided", "Décider les retenues"),
        transition("drop", "proposed reported", "dropped", "Abandonner"),
    ),
)
APPEAL = StateTable(
    noun="condition_appeal",
    states={"waiting": "à examiner", "upheld": "accepté", "rejected": "rejeté"},
    transitions=(
        transition("uphold", "waiting", "upheld", "Accepter le recours"),
        transition("reject", "waiting", "rejected", "Rejeter le recours"),
    ),
)
