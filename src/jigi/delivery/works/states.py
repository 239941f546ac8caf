"""The life of a worksite, of an application and of a timesheet."""

from __future__ import annotations

from jigi.foundation.states import StateTable, transition

WORKSITE = StateTable(
    noun="worksite",
    states={
        "proposed": "proposé", "screened": "examiné", "refused": "écarté", "approved": "approuvé",
        "hiring": "liste close", "running": "en cours", "finished": "achevé", "handed": "remis", "cancelled": "annulé",
    },
    transitions=(
        transition("screen", "proposed", "screened", "Retenir après examen"),
        transition("refuse", "proposed screened", "refused", "Écarter"),
        transition("propose_again", "screened refused", "proposed", "Reprendre la proposition"),
        transition("approve", "screened", "approved", "Approuver"),
        transition("close_list", "approved", "hiring", "Clore la liste des candidats"),
        transition("reopen_list", "hiring", "approved", "Rouvrir la liste des candidats"),
        transition("start", "hiring", "running", "Ouvrir le chantier"),
        transition("finish", "running", "finished", "Déclarer achevé"),
        transition("resume", "finished", "running", "Reprendre le chantier"),
        transition("hand_over", "finished", "handed", "Remettre l’ouvrage"),
        transition("cancel", "proposed screened approved hiring", "cancelled", "Annuler"),
    ),
)  # fmt: skip
APPLICATION = StateTable(
    noun="work_application",
    states={"applied": "candidat", "chosen": "retenu", "substitute": "suppléant", "hired": "embauché",
            "withdrawn": "retiré"},
    transitions=(
        transition("choose", "applied", "chosen", "Retenir"),
        transition("put_by", "applied", "substitute", "Mettre en réserve"),
        transition("hire", "chosen substitute", "hired", "Embaucher"),
        transition("withdraw", "applied chosen substitute", "withdrawn", "Retirer"),
    ),
)  # fmt: skip
TIMESHEET = StateTable(
    noun="timesheet",
    states={"open": "en saisie", "signed": "signée", "approved": "approuvée", "replaced": "corrigée par une autre",
            "cancelled": "annulée"},
    transitions=(
        transition("sign", "open", "signed", "Signer"),
        transition("send_back", "signed", "open", "Renvoyer à la saisie"),
        transition("approve", "signed", "approved", "Approuver"),
        transition("replace", "approved", "replaced", "Corriger"),
        transition("cancel", "open", "cancelled", "Annuler la feuille"),
    ),
)  # fmt: skip
