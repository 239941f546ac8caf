"""The life of an alert. Dismissed or confirmed, it is over; what goes on afterwards raises another."""

from __future__ import annotations

from jigi.foundation.states import StateTable, transition

ALERT = StateTable(
    noun="alert",
    states={"open": "ouverte", "taken": "prise en main", "dismissed": "écartée", "confirmed": "confirmée"},
    transitions=(
        transition("take", "open", "taken", "Prendre en main"),
        transition("dismiss", "open taken", "dismissed", "Écarter"),
        transition("confirm", "open taken", "confirmed", "Confirmer"),
    ),
)
