"""The states of a batch, of a version of a questionnaire, and of what is sent from the field."""

from __future__ import annotations

from jigi.foundation.states import StateTable, transition

BATCH = StateTable(
    "intake.batch",
    {
        "received": "reçu", "checked": "contrôlé", "reviewed": "relu", "merged": "versé", "refused": "refusé",
        "undone": "défait",
    },
    (
        transition("check", "received", "checked", "Contrôler"),
        transition("check_again", "checked", "checked", "Contrôler de nouveau"),
        transition("review", "checked", "reviewed", "Déclarer relu"),
        transition("merge", "checked reviewed", "merged", "Verser"),
        transition("refuse", "checked reviewed", "refused", "Refuser"),
        transition("resume", "merged refused", "received", "Reprendre les fiches retenues"),
        transition("undo", "merged", "undone", "Défaire le versement"),
    ),
)  # fmt: skip

FORM_VERSION = StateTable(
    "intake.form_version",
    {"draft": "brouillon", "published": "publiée", "retired": "retirée"},
    (
        transition("publish", "draft retired", "published", "Publier"),
        transition("retire", "published", "retired", "Retirer"),
    ),
)

SUBMISSION = StateTable(
    "intake.submission",
    {
        "received": "reçue", "batched": "en cours de versement", "merged": "versée", "held": "retenue",
        "declined": "sans accord",
    },
    (
        transition("batch", "received held", "batched", "Verser"),
        transition("merge", "batched", "merged", "Constater le versement"),
        transition("hold", "batched", "held", "Retenir"),
        transition("decline", "batched", "declined", "Constater le refus du ménage"),
        transition("reopen", "merged", "received", "Rendre à verser"),
    ),
)  # fmt: skip
