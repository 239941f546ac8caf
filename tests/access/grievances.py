"""The rows of the matrix that speak of complaints; cases that are nobody's here, but for lists and public pages.

That a sensitive case is nobody's for every other role is tried in tests/grievances/test_sensitive.py, role by role.
"""

from __future__ import annotations

from tests.access.asks import Ask, _everywhere, _key

NOBODYS = 999_999
GRIEVANCE_ASKS: tuple[Ask, ...] = (
    Ask("grievances", "plaintes", _everywhere("grievances")),
    Ask("grievance_new", "écrire une plainte (page)", _everywhere("grievance_new")),
    Ask("grievance_file", "envoyer un registre de plaintes (page)", _everywhere("grievance_file")),
    Ask("sensitive_grievances", "plaintes sensibles", _everywhere("sensitive_grievances")),
    Ask("grievance_acts", "actes des plaintes", _everywhere("grievance_acts")),
    Ask("grievance_times", "délais des plaintes", _everywhere("grievance_times")),
    Ask("grievance", "une plainte qui n’est pas là", _everywhere("grievance", NOBODYS)),
    Ask("grievance_letter", "la lettre d’une plainte qui n’est pas là", _everywhere("grievance_letter", NOBODYS)),
    Ask(
        "grievance_move",
        "agir sur une plainte qui n’est pas là",
        _everywhere("grievance_move", NOBODYS, "examine"),
        sent=_key(),
    ),
    Ask(
        "grievance_ask",
        "demander un acte d’une plainte qui n’est pas là",
        _everywhere("grievance_ask", NOBODYS),
        sent=_key(acte="visit", motif="essai de la matrice"),
    ),
    Ask(
        "grievance_concern",
        "ajouter un ménage à une plainte qui n’est pas là",
        _everywhere("grievance_concern", NOBODYS),
        sent=_key(menage="0000000098"),
    ),
    Ask(
        "grievance_leave_out",
        "ôter un ménage d’une plainte qui n’est pas là",
        _everywhere("grievance_leave_out", NOBODYS),
        sent=_key(menage="1", texte="essai de la matrice"),
    ),
    Ask(
        "grievance_amend",
        "corriger une plainte qui n’est pas là",
        _everywhere("grievance_amend", NOBODYS),
        sent=_key(langue="fr"),
    ),
    Ask(
        "grievance_act_do",
        "faire un acte qui n’est pas là",
        _everywhere("grievance_act_do", NOBODYS, "faire"),
        sent=_key(texte="essai de la matrice"),
    ),
    Ask("grievance_fiches", "plaintes des téléphones, à corriger", _everywhere("grievance_fiches")),
    Ask(
        "grievance_fiche_act",
        "écarter la plainte d’un téléphone qui n’est pas là",
        _everywhere("grievance_fiche_act", NOBODYS, "ecarter"),
        sent=_key(motif="essai de la matrice"),
    ),
    Ask(
        "grievance_sound_add",
        "joindre un son à une plainte qui n’est pas là",
        _everywhere("grievance_sound_add", NOBODYS),
        sent=_key(),
    ),
    Ask("grievance_sound", "le son d’une plainte qui n’est pas là", _everywhere("grievance_sound", NOBODYS, 1)),
    Ask("complaint", "faire une plainte (page publique)", _everywhere("complaint"), anonymous=True),
    Ask("complaint_follow", "suivre une plainte (page publique)", _everywhere("complaint_follow"), anonymous=True),
)
