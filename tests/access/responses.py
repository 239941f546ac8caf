"""The rows of the matrix that speak of responses to shocks: lists, and what is of no response."""

from __future__ import annotations

from tests.access.asks import Ask, _everywhere, _key

NOWHERE = 999_999
RESPONSE_ASKS: tuple[Ask, ...] = (
    Ask("responses", "réponses aux chocs", _everywhere("responses")),
    Ask("response_delays", "délais des réponses", _everywhere("response_delays")),
    Ask("response_new", "préparer une réponse", _everywhere("response_new")),
    *(
        Ask(name, f"{label}, sans réponse", _everywhere(name, NOWHERE))
        for name, label in (
            ("response", "une réponse"),
            ("response_correct", "corriger une réponse"),
            ("response_households", "ménages d’une réponse"),
            ("response_report", "rapport d’une réponse"),
        )
    ),
    *(
        Ask(name, f"{label}, sans réponse", _everywhere(name, NOWHERE, *more), sent=_key())
        for name, label, more in (
            ("response_act", "décider une réponse", ("decider",)),
            ("response_area_remove", "ôter un lieu d’une réponse", (NOWHERE,)),
            ("response_renewal", "confirmer une prolongation", (NOWHERE, "confirmer")),
            ("response_document_join", "joindre une pièce", ()),
            ("response_document", "garder une pièce", (NOWHERE,)),
            ("response_document_withdraw", "retirer une pièce", (NOWHERE,)),
            ("response_lesson_withdraw", "retirer une leçon", (NOWHERE,)),
        )
    ),
)
