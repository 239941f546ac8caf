"""The states of a case, from what was heard to its closing; an appeal is examined again, one level higher."""

from __future__ import annotations

from jigi.foundation.states import StateTable, transition

CASE = StateTable(
    "grievance",
    {
        "received": "reçue",
        "acknowledged": "accusée de réception",
        "sorted": "triée",
        "examination": "en examen",
        "decided": "décidée",
        "answered": "répondue",
        "appealed": "en recours",
        "closed": "close",
        "cancelled": "annulée",
        "joined": "jointe à une autre",
    },
    (
        transition("acknowledge", "received", "acknowledged", "Accuser réception"),
        transition("sort", "acknowledged sorted examination", "sorted", "Trier"),
        transition("examine", "sorted", "examination", "Examiner"),
        transition("decide", "examination", "decided", "Décider"),
        transition("answer", "decided", "answered", "Répondre"),
        transition("appeal", "answered", "appealed", "Faire un recours"),
        transition("hear", "appealed", "examination", "Examiner le recours"),
        transition("close", "answered", "closed", "Clore"),
        transition("reopen", "closed", "answered", "Rouvrir"),
        transition("cancel", "received acknowledged sorted", "cancelled", "Annuler : saisie par erreur"),
        transition("restore", "cancelled", "received", "Reprendre"),
        transition("join", "received acknowledged sorted examination", "joined", "Joindre à une autre"),
        transition("part", "joined", "received", "Séparer"),
    ),
)
LIVE = ("received", "acknowledged", "sorted", "examination", "decided", "answered", "appealed")
LEVELS = ("commune", "cercle", "region", "country")
"""Who answers for a case: it rises when its time has passed."""

ACT = StateTable(
    "grievance_act",
    {"asked": "demandé", "done": "fait", "refused": "refusé", "withdrawn": "retiré"},
    (
        transition("carry_out", "asked", "done", "Faire"),
        transition("refuse", "asked", "refused", "Refuser"),
        transition("withdraw", "asked", "withdrawn", "Retirer"),
    ),
)
