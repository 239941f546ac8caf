"""The rows of the matrix that speak of grants; calls that are nobody's here, but for the lists."""

from __future__ import annotations

from tests.access.asks import Ask, _everywhere, _key

NOBODYS = 999_999
GRANT_ASKS: tuple[Ask, ...] = (
    Ask("grant_calls", "appels AGR", _everywhere("grant_calls")),
    Ask("grant_call_new", "préparer un appel AGR (page)", _everywhere("grant_call_new")),
    Ask("grants", "subventions AGR", _everywhere("grants")),
    Ask("grant_instalments", "tranches AGR", _everywhere("grant_instalments")),
    Ask("grant_graduations", "sorties du transfert proposées", _everywhere("grant_graduations")),
    *(
        Ask(name, f"{label} qui n’est pas là", _everywhere(name, NOBODYS))
        for name, label in (
            ("grant", "une subvention"),
            ("grant_application", "une candidature"),
            ("grant_application_new", "saisir une candidature dans un appel"),
            ("grant_applications", "les candidatures d’un appel"),
            ("grant_applications_send", "envoyer des candidatures à un appel"),
            ("grant_call", "un appel"),
            ("grant_evidence", "une pièce d’une tranche"),
            ("grant_minutes", "le procès-verbal d’une sélection"),
            ("grant_scores_send", "envoyer des points à un appel"),
            ("grant_selection", "une sélection"),
            ("grant_training", "une journée de formation"),
        )
    ),
    Ask("grant_scores", "les points d’un membre, d’un appel qui n’est pas là", _everywhere("grant_scores", NOBODYS, 1)),
    Ask(
        "grant_application_withdraw",
        "retirer une candidature qui n’est pas là",
        _everywhere("grant_application_withdraw", NOBODYS),
        sent=_key(motif="essai"),
    ),
    *(
        Ask(name, f"agir sur {label} qui n’est pas là", _everywhere(name, NOBODYS, verb), sent=_key(motif="essai"))
        for name, verb, label in (
            ("grant_act", "demander", "une subvention"),
            ("grant_call_act", "ouvrir", "un appel"),
            ("grant_graduation_act", "confirmer", "une sortie"),
            ("grant_selection_act", "decider", "une sélection"),
        )
    ),
)
