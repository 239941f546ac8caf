"""The life of a contract, and of what it is paid on."""

from __future__ import annotations

from jigi.foundation.states import StateTable, transition

CONTRACT = StateTable(
    noun="contract",
    states={"draft": "en préparation", "active": "en vigueur", "closed": "clos", "cancelled": "abandonné"},
    transitions=(
        transition("sign", "draft", "active", "Signer"),
        transition("cancel", "draft", "cancelled", "Abandonner"),
        transition("close", "active", "closed", "Clore"),
    ),
)

DELIVERABLE = StateTable(
    noun="deliverable",
    states={
        "expected": "attendu",
        "submitted": "remis",
        "accepted": "accepté",
        "paid": "payé",
        "cancelled": "abandonné",
    },
    transitions=(
        transition("submit", "expected", "submitted", "Remettre"),
        transition("send_back", "submitted", "expected", "Renvoyer avec motif"),
        transition("accept", "submitted", "accepted", "Accepter"),
        transition("reopen", "accepted", "submitted", "Revenir sur l’acceptation"),
        transition("pay", "accepted", "paid", "Payer"),
        transition("cancel", "expected", "cancelled", "Abandonner"),
    ),
)
