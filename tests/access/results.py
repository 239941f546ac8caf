"""The rows of the matrix that speak of results; snapshots that are nobody's here, but for pages of the place."""

from __future__ import annotations

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
