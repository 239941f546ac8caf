"""The states of a request to change the register, and who may follow whom."""

from __future__ import annotations

from jigi.foundation.states import StateTable, transition

CHANGE = StateTable(
    noun="change_request",
    states={
        "draft": "brouillon",
        "submitted": "à vérifier",
        "approved": "appliquée",
        "partly": "appliquée en partie",
        "refused": "refusée",
        "withdrawn": "retirée",
        "undone": "défaite",
    },
    transitions=(
        transition("submit", "draft", "submitted", "Soumettre"),
        transition("approve", "submitted", "approved", "Approuver"),
        transition("approve_partly", "submitted", "partly", "Approuver en partie"),
        transition("refuse", "submitted", "refused", "Refuser"),
        transition("withdraw", "draft submitted", "withdrawn", "Retirer"),
        transition("undo", "approved partly", "undone", "Défaire"),
    ),
)
OPEN = ("draft", "submitted")
APPLIED = ("approved", "partly")
