"""The life of a targeting campaign."""

from __future__ import annotations

from jigi.foundation.states import StateTable, transition

ROUND = StateTable(
    noun="targeting_round",
    states={"open": "ouverte", "ranked": "classée", "frozen": "gelée"},
    transitions=(
        transition("rank", "open", "ranked", "Classer"),
        transition("reopen", "ranked", "open", "Rouvrir avec motif"),
        transition("freeze", "ranked", "frozen", "Geler le résultat"),
    ),
)
