"""Visits from telephones: how the questionnaire « visite-agr » is read; the visit is its visitor's, by their right."""

from __future__ import annotations

from jigi.delivery.fiches.reading import Form, Reading
from jigi.delivery.grants.grant_models import Grant
from jigi.delivery.grants.visits import Told, visit
from jigi.foundation.errors import InputError

LONGEST_NUMBER = 9
"""Digits of an application’s number, that a column holds."""


def apply(said: Reading) -> None:
    """Note the visit that a questionnaire tells."""
    grant = _grant(said)
    said.of(grant.call.contract, grant.commune)
    said.households.add(grant.household_id)
    visit(grant, _told(said), fiche=said.fiche, by=said.sender)


def number_of(said: str) -> tuple[str, int] | None:
    """The code of the call and the number of the application that a number typed on a telephone means."""
    code, _, tail = said.strip().upper().rpartition("-")
    return (code, int(tail)) if tail.isdecimal() and len(tail) <= LONGEST_NUMBER else None


def _grant(said: Reading) -> Grant:
    meant = number_of(said.number)
    known = Grant.objects.filter(call__code=meant[0], application__number=meant[1]) if meant else None
    found = known.select_related("call__contract__component__programme", "commune").first() if known else None
    if found is None:
        raise InputError(
            f"Aucune subvention n’a le numéro « {said.number} »", column="subvention",
            remedy="Corrigez-le d’après la liste.",
        )  # fmt: skip
    return found


def _told(said: Reading) -> Told:
    trouble = "" if said["difficulte"] == "none" else said["difficulte"]
    return Told(
        said.day("jour"), said["visiteur"], said["activite"], said["nature"] or "coaching",
        _francs(said["revenu"]), _francs(said["biens"]), trouble, said["conseil"],
    )  # fmt: skip


def _francs(text: str) -> int | None:
    if text and not (text.isascii() and text.isdigit() and len(text) <= 10):
        raise InputError(f"« {text[:20]} » n’est pas un montant en francs", remedy="Un nombre entier.")
    return int(text) if text else None


FORM = Form(
    "visite-agr", "Visite d’une subvention AGR", "subvention", apply,
    {
        "subvention": "numéro de la subvention", "jour": "jour", "nature": "nature de la visite",
        "revenu": "revenu du mois (FCFA)", "biens": "valeur des biens (FCFA)",
    },
)  # fmt: skip
