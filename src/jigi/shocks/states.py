"""The states of a file of signals: checked, then loaded or put aside; what was loaded may be undone whole."""

from __future__ import annotations

from jigi.foundation.states import StateTable, transition

FILE = StateTable(
    "shocks.file",
    {"checked": "contrôlé", "loaded": "chargé", "refused": "écarté", "undone": "défait"},
    (
        transition("load", "checked", "loaded", "Charger"),
        transition("refuse", "checked", "refused", "Écarter"),
        transition("undo", "loaded", "undone", "Défaire"),
    ),
)
