"""`jigi arms …`: the list and the enrolment of an arm of a response."""

from __future__ import annotations

import argparse

from jigi.command.users import find_user
from jigi.command.verb import Figures, Verb, acting, number, progress, say, wrong
from jigi.foundation import runs
from jigi.response import arm_lists, arms
from jigi.response.models import Arm


def _list_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("arm", metavar="VOLET", type=number, help="numéro du volet, dit par l’adresse de sa page")
    acting(parser)


def _list(options: argparse.Namespace) -> Figures:
    arm = _arm(options.arm)
    with progress() as listen, runs.listening(listen):
        found = arms.list_households(arm, by=find_user(options.by))
    for reason, count in found.items():
        say(f"  {arm_lists.REASONS[reason]} : {count}")
    say(f"Ensuite : jigi arms enrol {arm.pk}")
    return {"arm": arm.pk, **found}


def _enrol_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("arm", metavar="VOLET", type=number, help="numéro du volet, dit par l’adresse de sa page")
    parser.add_argument("--cohort", default="", help="nom de la cohorte (sinon celui de la réponse et du volet)")
    acting(parser)


def _enrol(options: argparse.Namespace) -> Figures:
    arm = _arm(options.arm)
    with progress() as listen, runs.listening(listen):
        cohort = arms.enrol(arm, by=find_user(options.by), cohort_name=options.cohort)
    say(f"{cohort.enrolled} ménages inscrits dans la cohorte « {cohort} ».")
    if cohort.left_out:
        say(f"Laissés de côté : {cohort.left_out}.")
    return {"arm": arm.pk, "cohort": cohort.pk, "asked": cohort.asked, "enrolled": cohort.enrolled}


def _arm(asked: int) -> Arm:
    found = Arm.objects.select_related("activation", "component__programme", "formula").filter(pk=asked).first()
    if found is None:
        raise wrong(f"Il n’y a pas de volet {asked}", "Prévoyez-le sur la page de sa réponse, qui dit son numéro.")
    return found


VERBS = {"arms list": Verb(_list_arguments, _list), "arms enrol": Verb(_enrol_arguments, _enrol)}
