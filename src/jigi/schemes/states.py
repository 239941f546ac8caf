"""The states of what a scheme gives back: received, checked, recorded or refused; what was recorded may be undone."""

from __future__ import annotations

from jigi.foundation.states import StateTable, transition

BATCH = StateTable(
    "schemes.batch",
    {
        "received": "reçu",
        "checked": "contrôlé",
        "recorded": "enregistré",
        "refused": "refusé",
        "undone": "défait",
    },
    (
        transition("check", "received", "checked", "Contrôler"),
        transition("record", "checked", "recorded", "Enregistrer"),
        transition("refuse", "checked", "refused", "Refuser"),
        transition("undo", "recorded", "undone", "Défaire"),
    ),
)
