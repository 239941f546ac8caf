"""The states of a sharing agreement: prepared, then approved by another person or refused; ended at last."""

from __future__ import annotations

from jigi.foundation.states import StateTable, transition

AGREEMENT = StateTable(
    "sharing_agreement",
    {"prepared": "à approuver", "approved": "approuvée", "refused": "refusée", "ended": "finie"},
    (
        transition("approve", "prepared", "approved", "Approuver"),
        transition("refuse", "prepared", "refused", "Refuser"),
        transition("end", "approved", "ended", "Mettre fin"),
    ),
)
