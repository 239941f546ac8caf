"""The states of a sharing agreement and of a request under it: made by one person, decided by another."""

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

REQUEST = StateTable(
    "sharing_request",
    {
        "asked": "à approuver",
        "approved": "approuvée",
        "delivered": "remise",
        "refused": "refusée",
        "withdrawn": "retirée",
        "expired": "périmée",
    },
    (
        transition("approve", "asked", "approved", "Approuver"),
        transition("refuse", "asked", "refused", "Refuser"),
        transition("deliver", "approved", "delivered", "Remettre"),
        transition("withdraw", "asked approved delivered", "withdrawn", "Retirer"),
        transition("expire", "asked approved delivered", "expired", "Laisser périmer"),
    ),
)
