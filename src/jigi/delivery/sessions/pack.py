"""What a session puts in the field pack of a village and day: its instructions, and the columns of its sheet."""

from __future__ import annotations

from jigi.delivery.sessions.models import Session

COLUMNS = (
    ("n°", "9mm"), ("N° RSU", "27mm"), ("Chef de ménage", "1fr"), ("Qui est venu (A, S, F, H)", "34mm"),
    ("Signature ou empreinte", "46mm"),
)  # fmt: skip
"""The columns of the sheet, with their widths as Typst writes them."""
SAYS = (
    "Chaque présent signe, ou laisse l’empreinte de son pouce : il accepte ainsi que son ménage soit nommé. "
    "A : l’allocataire ; S : le suppléant ; F ou H : un autre membre, femme ou homme. Comptez à part toutes les "
    "personnes assises : hommes ____ femmes ____"
)


def instructions_of(session: Session) -> tuple[str, ...]:
    """What its people do that day."""
    return (
        f"Annoncez « {session.module} » la veille : la séance est ouverte à tous, allocataires ou non.",
        f"Durée : {session.module.minutes} minutes. Comptez hommes et femmes assis, puis faites signer la feuille.",
        "Si elle ne peut pas se tenir, dites-le avec la raison : aucune absence n’est alors comptée.",
        "Rapportez la feuille : elle se saisit par son numéro et ses lignes signées.",
    )
