"""The rows of the matrix that speak of results; snapshots that are nobody's here, but for pages of the place."""

from __future__ import annotations

from django.urls import reverse

from tests.access.asks import Ask, _everywhere, _key

NOBODYS = 999_999
RESULT_ASKS: tuple[Ask, ...] = (
    Ask("results", "résultats", _everywhere("results")),
    Ask("results_planned", "prévu et réalisé", _everywhere("results_planned")),
    Ask("results_dashboard", "tableau de bord", _everywhere("results_dashboard")),
    Ask("results_snapshots", "instantanés des résultats", _everywhere("results_snapshots")),
    Ask("result", "un indicateur", _everywhere("result", "menages_transferts")),
    Ask("result_rows", "les lignes d’un indicateur", _everywhere("result_rows", "menages_transferts")),
    Ask("results_snapshot", "un instantané qui n’est pas là", _everywhere("results_snapshot", NOBODYS)),
    Ask("results_pdf", "la situation annuelle d’un instantané qui n’est pas là", _everywhere("results_pdf", NOBODYS)),
    Ask("results_docx", "la même, à modifier", _everywhere("results_docx", NOBODYS)),
    Ask("results_agreements", "les conventions suivies", _everywhere("results_agreements")),
    Ask("results_agreement", "une convention suivie", _everywhere("results_agreement", "IDA-tm")),
    Ask("results_agencies", "les agences suivies", _everywhere("results_agencies")),
    Ask(
        "results_agency",
        "une agence suivie",
        lambda world, place: reverse("results_agency", args=[world.scene.agency.code]),
    ),
    Ask("results_operators", "les opérateurs suivis", _everywhere("results_operators")),
    Ask("results_operator", "un opérateur suivi, qui n’a rien fait", _everywhere("results_operator", "ONG-A")),
    Ask("results_questions", "ses questions gardées", _everywhere("results_questions")),
    Ask(
        "results_question_keep",
        "garder une question sans chiffre",
        _everywhere("results_question_keep"),
        sent=_key(nom="essai", vue="place", chiffre="rien", seuil="1"),
    ),
    Ask(
        "results_question_see",
        "voir l’alerte d’une question qui n’est pas là",
        _everywhere("results_question_see", NOBODYS),
        sent=_key(),
    ),
    Ask(
        "results_question_forget",
        "effacer une question qui n’est pas là",
        _everywhere("results_question_forget", NOBODYS),
        sent=_key(),
    ),
    Ask("results_extracts", "les extraits pour l’analyse", _everywhere("results_extracts")),
    Ask("results_extract_contents", "ce qu’a un extrait", _everywhere("results_extract_contents")),
    Ask(
        "results_extract_answer",
        "accorder un extrait qui n’est pas là",
        _everywhere("results_extract_answer", NOBODYS),
        sent=_key(accord="oui"),
    ),
    Ask(
        "results_extract_write",
        "faire écrire un extrait qui n’est pas là",
        _everywhere("results_extract_write", NOBODYS),
        sent=_key(),
    ),
    Ask("results_extract_take", "prendre un extrait qui n’est pas là", _everywhere("results_extract_take", NOBODYS)),
    Ask("results_figures", "les chiffres repris", _everywhere("results_figures")),
    Ask(
        "results_withdraw",
        "retirer un chiffre repris qui n’est pas là",
        _everywhere("results_withdraw", NOBODYS),
        sent=_key(motif="essai de la matrice"),
    ),
    Ask("results_take", "calculer un instantané", _everywhere("results_take"), sent=_key(annee="1980")),
    Ask(
        "results_sign",
        "signer un instantané qui n’est pas là",
        _everywhere("results_sign", NOBODYS),
        sent=_key(texte="essai de la matrice"),
    ),
    Ask(
        "results_comment",
        "commenter un instantané qui n’est pas là",
        _everywhere("results_comment", NOBODYS),
        sent=_key(texte="essai de la matrice"),
    ),
)
