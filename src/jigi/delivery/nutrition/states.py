"""Who may move a distribution from where to where."""

from jigi.foundation.states import StateTable, transition

DISTRIBUTION = StateTable(
    noun="distribution",
    states={"draft": "en préparation", "approved": "approuvée", "closed": "close", "cancelled": "abandonnée"},
    transitions=(
        transition("approve", "draft", "approved", "Approuver"),
        transition("close", "approved", "closed", "Clore"),
        transition("cancel", "draft", "cancelled", "Abandonner"),
    ),
)
