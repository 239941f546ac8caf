"""What the database refuses of works, in the words of who must do something about it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
from django.db import IntegrityError, transaction

from jigi.foundation.errors import Raced, Refused

SAID: dict[str, tuple[str, str]] = {
    "worksite_keeps_the_wage_share": (
        "La part des salaires est trop faible", "Augmentez les salaires, ou réduisez l’outillage et l’encadrement."),
    "worksite_of_a_works_contract": (
        "Ce village n’est pas d’une commune de ce contrat de travaux", "Choisissez un village d’une de ses communes."),
    "work_application_one_adult_per_household": (
        "Un adulte de ce ménage est déjà candidat sur ce chantier", "Retirez d’abord sa candidature."),
    "work_application_of_a_member": (
        "Cette personne n’est pas un membre présent du ménage", "Corrigez d’abord la composition du ménage."),
    "worker_one_adult_per_household": (
        "Un adulte de ce ménage travaille déjà sur un chantier de cette composante",
        "Un seul adulte par ménage : prenez le suppléant suivant."),
    "timesheet_days_once": (
        "Une feuille de cette équipe couvre déjà un de ces jours",
        "Ouvrez celle qui existe, ou choisissez d’autres jours."),
    "timesheet_one_correction": (
        "Une contre-feuille de cette feuille est déjà ouverte", "Terminez-la, ou annulez-la."),
    "timesheet_entered_twice_alike": (
        "Les deux saisies ne sont pas encore les mêmes", "Voyez les différences, et corrigez l’une ou l’autre."),
    "timesheet_approved_by_no_enterer": (
        "Qui a saisi cette feuille ne l’approuve pas", "Demandez à un autre contrôleur."),
    "presence_one_a_day": (
        "Une personne est déjà payée un de ces jours, sur une autre feuille", "Rechargez la page : elle dit laquelle."),
    "presence_within_the_cap": (
        "Une personne dépasserait le plafond de jours", "Rechargez la page : elle dit laquelle."),
    "presence_is_on_its_sheet": (
        "La feuille dit une présence d’un jour où la personne n’était pas embauchée",
        "Renvoyez la feuille à la saisie."),
    "worker_is_kept": (
        "Des jours approuvés sont hors de ces dates", "Corrigez d’abord la feuille par une contre-feuille."),
    "committee_office_once": ("Cette fonction est déjà tenue", "Notez d’abord la fin de celui qui la tient."),
    "work_progress_once_a_day": ("Un relevé existe déjà pour ce jour", "Corrigez-le, ou donnez un autre jour."),
    "tree_count_once_a_day": ("Un comptage existe déjà pour ce jour", "Donnez un autre jour."),
}  # fmt: skip
RACES = {"presence_one_a_day", "presence_within_the_cap", "timesheet_days_once", "sheet_entry_once"}
"""What was true when the action looked, and another hand made false."""


@contextmanager
def explained() -> Iterator[None]:
    """Undo what was begun inside when the database refuses it, and say why in French."""
    try:
        with transaction.atomic():
            yield
    except IntegrityError as error:
        cause = error.__cause__
        name = (cause.diag.constraint_name or "") if isinstance(cause, psycopg.Error) else ""
        if name not in SAID:
            raise
        what, remedy = SAID[name]
        raise (Raced if name in RACES else Refused)(what, remedy=remedy) from error
