"""The states of a sheet and of a page that was scanned, and who may follow whom."""

from __future__ import annotations

from jigi.foundation.states import StateTable, transition

SHEET = StateTable(
    noun="sheet",
    states={"printed": "imprimée", "returned": "revenue", "attached": "rattachée", "lost": "perdue"},
    transitions=(
        transition("return", "printed lost", "returned", "Noter le retour"),
        transition("attach", "printed lost returned", "attached", "Rattacher"),
        transition("detach", "attached", "returned", "Défaire le rattachement"),
        transition("lose", "printed", "lost", "Déclarer perdue"),
    ),
)
PAGE = StateTable(
    noun="sheet_page",
    states={"queued": "à rattacher", "attached": "rattachée", "discarded": "écartée"},
    transitions=(
        transition("attach", "queued", "attached", "Rattacher"),
        transition("detach", "attached", "queued", "Défaire le rattachement"),
        transition("discard", "queued", "discarded", "Écarter"),
        transition("take_again", "discarded", "queued", "Reprendre"),
    ),
)
