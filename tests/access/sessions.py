"""The rows of the matrix that speak of accompanying measures."""

from __future__ import annotations

from django.urls import reverse

from tests.access.asks import Ask, _everywhere, _key

NONE = 999_999
"""The number of nothing: its page is nobody's."""

SESSION_ASKS: tuple[Ask, ...] = (
    Ask("sessions", "séances", _everywhere("sessions")),
    Ask("session_phone", "appeler une séance au téléphone", _everywhere("session_phone")),
    Ask("session_phone_who", "qui appelle au téléphone, et quelles séances", _everywhere("session_phone_who")),
    Ask("session_plan", "planifier des séances (page)", _everywhere("session_plan")),
    Ask("session_modules", "thèmes et modules", _everywhere("session_modules")),
    Ask("attendance_files", "fichiers de présences", _everywhere("attendance_files")),
    Ask("session_campaigns", "campagnes de séances", _everywhere("session_campaigns")),
    Ask("campaign_note", "noter une campagne (page)", _everywhere("campaign_note")),
    Ask("condition_reviews", "conditions d’assiduité", _everywhere("condition_reviews")),
    Ask("condition_appeals", "recours", _everywhere("condition_appeals")),
    Ask(
        "session_household",
        "séances d’un ménage",
        lambda w, p: reverse("session_household", args=[w.households[p].pk]) if p != "above" else None,
    ),
    *(
        Ask(name, label, _everywhere(name, NONE))
        for name, label in (
            ("session", "une séance qui n’existe pas"),
            ("attendance_file", "un fichier de présences qui n’existe pas"),
            ("session_phone_list", "la liste d’une séance qui n’existe pas, pour un téléphone"),
            ("session_village", "les séances d’un village qui n’existe pas"),
            ("session_contract", "les séances d’un contrat qui n’existe pas"),
            ("condition_review", "un examen qui n’existe pas"),
            ("condition_letters", "les avis d’un examen qui n’existe pas"),
            ("condition_finding", "un constat qui n’existe pas"),
        )
    ),
    *(
        Ask(name, label, _everywhere(name, NONE), sent=_key())
        for name, label in (
            ("session_hold", "dire tenue une séance qui n’existe pas"),
            ("session_presents", "noter les présents d’une séance qui n’existe pas"),
            ("session_card", "lire une carte à une séance qui n’existe pas"),
            ("session_sheet_print", "numéroter la feuille d’une séance qui n’existe pas"),
            ("session_sheet_enter", "saisir la feuille d’une séance qui n’existe pas"),
            ("campaign_withdraw", "retirer une campagne qui n’existe pas"),
            ("condition_appeal_answer", "répondre à un recours qui n’existe pas"),
        )
    ),
    *(
        Ask(name, label, _everywhere(name, NONE, verb), sent=_key(motif="essai de la matrice"))
        for name, label, verb in (
            ("session_act", "contrôler une séance qui n’existe pas", "check"),
            ("condition_review_act", "décider un examen qui n’existe pas", "decide"),
            ("condition_finding_act", "écarter un constat qui n’existe pas", "dismiss"),
        )
    ),
    Ask("session_sheet", "la feuille d’une séance qui n’existe pas", _everywhere("session_sheet", NONE, NONE)),
)
