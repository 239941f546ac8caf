"""The lives of a call, an application, a selection, an instalment and a grant."""

from __future__ import annotations

from jigi.foundation.states import StateTable, transition

CALL = StateTable(
    "grant_call",
    {"draft": "brouillon", "open": "ouvert", "closed": "candidatures closes", "decided": "décidé",
     "cancelled": "annulé"},
    (
        transition("open", "draft", "open", "Ouvrir"),
        transition("close", "open", "closed", "Clore les candidatures"),
        transition("reopen", "closed", "open", "Rouvrir les candidatures"),
        transition("decide", "closed", "decided", "Décider"),
        transition("cancel", "draft open closed", "cancelled", "Annuler"),
    ),
)  # fmt: skip

APPLICATION = StateTable(
    "grant_application",
    {"submitted": "déposée", "withdrawn": "retirée", "selected": "retenue", "waiting": "en liste d’attente",
     "refused": "non retenue"},
    (
        transition("withdraw", "submitted waiting selected", "withdrawn", "Retirer"),
        transition("select", "submitted waiting", "selected", "Retenir"),
        transition("wait", "submitted", "waiting", "Mettre en attente"),
        transition("refuse", "submitted waiting", "refused", "Ne pas retenir"),
    ),
)  # fmt: skip

SELECTION = StateTable(
    "grant_selection",
    {"proposed": "proposée", "decided": "décidée", "rejected": "rejetée"},
    (
        transition("decide", "proposed", "decided", "Décider"),
        transition("reject", "proposed", "rejected", "Rejeter"),
    ),
)

INSTALMENT = StateTable(
    "grant_instalment",
    {"planned": "prévue", "asked": "demandée", "released": "libérée", "stopped": "arrêtée"},
    (
        transition("ask", "planned", "asked", "Demander"),
        transition("return", "asked", "planned", "Renvoyer"),
        transition("release", "asked", "released", "Libérer"),
        transition("stop", "planned asked", "stopped", "Arrêter"),
        transition("resume", "stopped", "planned", "Reprendre"),
    ),
)

GRANT = StateTable(
    "grant",
    {"running": "en cours", "complete": "versée", "defaulted": "en défaut"},
    (
        transition("complete", "running", "complete", "Constater tout versé"),
        transition("default", "running complete", "defaulted", "Constater le défaut"),
        transition("lift", "defaulted", "running", "Lever le défaut"),
    ),
)

GRADUATION = StateTable(
    "grant_graduation",
    {"proposed": "proposée", "confirmed": "confirmée", "dismissed": "écartée"},
    (
        transition("confirm", "proposed", "confirmed", "Confirmer"),
        transition("dismiss", "proposed", "dismissed", "Écarter"),
    ),
)
