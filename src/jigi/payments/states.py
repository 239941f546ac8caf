"""The life of a payment round, and of what it holds."""

from __future__ import annotations

from jigi.foundation.states import StateTable, transition

ROUND = StateTable(
    noun="payment_round",
    states={
        "draft": "ouvert",
        "prepared": "préparé",
        "frozen": "gelé",
        "approved": "approuvé",
        "released": "libéré",
        "closed": "clos",
        "cancelled": "annulé",
    },
    transitions=(
        transition("prepare", "draft", "prepared", "Préparer"),
        transition("freeze", "prepared", "frozen", "Geler"),
        transition("send_back", "prepared frozen", "draft", "Renvoyer avec motif"),
        transition("approve", "frozen", "approved", "Approuver"),
        transition("release", "approved", "released", "Libérer"),
        transition("close", "released", "closed", "Clore"),
        transition("cancel", "draft prepared frozen", "cancelled", "Annuler"),
    ),
)

SUSPENSION = StateTable(
    noun="commune_suspension",
    states={
        "asked": "demandée",
        "confirmed": "en vigueur",
        "lifted": "levée",
        "withdrawn": "retirée",
    },
    transitions=(
        transition("confirm", "asked", "confirmed", "Confirmer la suspension"),
        transition("withdraw", "asked", "withdrawn", "Retirer la demande"),
        transition("lift", "confirmed", "lifted", "Lever la suspension"),
    ),
)

DISPATCH = StateTable(
    noun="dispatch",
    states={"running": "en cours", "paused": "en pause", "done": "terminé"},
    transitions=(
        transition("pause", "running", "paused", "Mettre en pause"),
        transition("resume", "paused", "running", "Reprendre"),
        transition("finish", "running", "done", "Terminer"),
    ),
)
