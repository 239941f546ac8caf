"""The life of an activation, and of each of its arms."""

from __future__ import annotations

from jigi.foundation.states import StateTable, transition

ACTIVATION = StateTable(
    noun="activation",
    states={
        "draft": "en préparation",
        "asked": "demandée",
        "active": "en cours",
        "refused": "refusée",
        "cancelled": "abandonnée",
        "closed": "close",
    },
    transitions=(
        transition("ask", "draft", "asked", "Demander la décision"),
        transition("send_back", "asked", "draft", "Renvoyer avec motif"),
        transition("activate", "asked", "active", "Décider la réponse"),
        transition("refuse", "asked", "refused", "Refuser avec motif"),
        transition("cancel", "draft asked", "cancelled", "Abandonner"),
        transition("close", "active", "closed", "Clore la réponse"),
    ),
)

ARM = StateTable(
    noun="response_arm",
    states={
        "planned": "prévu",
        "listed": "liste établie",
        "enrolled": "ménages inscrits",
        "cancelled": "abandonné",
        "ended": "fini sans inscription",
    },
    transitions=(
        transition("establish", "planned listed", "listed", "Établir la liste"),
        transition("enrol", "listed", "enrolled", "Inscrire les ménages"),
        transition("cancel", "planned listed", "cancelled", "Abandonner le volet"),
        transition("end", "planned listed", "ended", "Finir avec la réponse"),
    ),
)
