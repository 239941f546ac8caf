"""The states of a batch: received, checked, merged into the register or refused."""

from __future__ import annotations

from jigi.foundation.states import StateTable, transition

BATCH = StateTable(
    "intake.batch",
    {"received": "reçu", "checked": "contrôlé", "merged": "versé", "refused": "refusé"},
    (
        transition("check", "received", "checked", "Contrôler"),
        transition("merge", "checked", "merged", "Verser"),
        transition("refuse", "checked", "refused", "Refuser"),
        transition("resume", "merged refused", "received", "Reprendre les fiches retenues"),
    ),
)
