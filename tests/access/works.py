"""The rows of the matrix that speak of public works: lists, and what is of no contract of the person's."""

from __future__ import annotations

from tests.access.asks import Ask, _everywhere, _key

NOWHERE = 999_999
WORKS_ASKS: tuple[Ask, ...] = (
    Ask("worksites", "chantiers", _everywhere("worksites")),
    Ask("worksite_new", "proposer un chantier", _everywhere("worksite_new")),
    Ask("works_phone", "saisir une feuille au téléphone", _everywhere("works_phone")),
    Ask("works_phone_who", "qui saisit au téléphone, et quelles feuilles", _everywhere("works_phone_who")),
    Ask("works_sheets", "feuilles de présence des chantiers", _everywhere("works_sheets")),
    *(
        Ask(name, f"{label}, sans chantier", _everywhere(name, NOWHERE))
        for name, label in (
            ("worksite", "un chantier"),
            ("worksite_amend", "corriger une proposition"),
            ("worksite_screening", "examiner un chantier"),
            ("work_applications", "candidats d’un chantier"),
            ("work_workers", "équipes d’un chantier"),
            ("works_sheet", "une feuille de présence"),
            ("works_sheet_workbook", "classeur d’une feuille"),
            ("works_sheet_paper", "grille d’une feuille à imprimer"),
            ("works_photo", "une photographie"),
            ("works_phone_roster", "les lignes d’une feuille, pour un téléphone"),
        )
    ),
    *(
        Ask(name, f"{label}, sans chantier", _everywhere(name, NOWHERE, *more), sent=_key())
        for name, label, more in (
            ("worksite_act", "agir sur un chantier", ("approuver",)),
            ("work_application_withdraw", "retirer une candidature", (NOWHERE,)),
            ("work_worker_act", "noter un départ", (NOWHERE, "partir")),
            ("works_note", "noter au journal d’un chantier", ("outils",)),
            ("works_sheet_enter", "saisir une feuille", ()),
            ("works_sheet_file", "envoyer une feuille en fichier", ()),
            ("works_sheet_act", "signer une feuille", ("signer",)),
        )
    ),
)
