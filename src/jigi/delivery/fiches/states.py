"""The states of a questionnaire that a telephone sent of an event."""

from __future__ import annotations

from jigi.foundation.states import StateTable, transition

FICHE = StateTable(
    noun="field_fiche",
    states={"held": "à corriger", "taken": "prise", "dropped": "écartée"},
    transitions=(
        transition("take", "held", "taken", "Prendre"),
        transition("drop", "held", "dropped", "Écarter"),
        transition("restore", "dropped", "held", "Reprendre"),
    ),
)
