"""How what became of the households of a list is told."""

from __future__ import annotations

from collections.abc import Mapping

LEFT_OUT = {
    "already_enrolled": ("déjà inscrit", "déjà inscrits"),
    "outside_communes": ("hors des communes de la composante",) * 2,
    "left_register": ("sorti du registre", "sortis du registre"),
    "calendar_over": ("dans une commune dont le calendrier est fini",) * 2,
    "without_recipient": ("sans allocataire",) * 2,
}


def left_out(counts: Mapping[str, int]) -> str:
    """Why households of a list were not enrolled: « 3 déjà inscrits, 1 sans allocataire »; "" for none."""
    told = ((counts[key], words) for key, words in LEFT_OUT.items() if counts[key])
    return ", ".join(f"{count} {words[count > 1]}" for count, words in told)
