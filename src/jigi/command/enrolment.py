"""`jigi enrolment enrol`"""

from __future__ import annotations

import argparse

from jigi.command.payments import find_component
from jigi.command.targeting import find_campaign
from jigi.command.users import find_user
from jigi.command.verb import Figures, Verb, acting, number, say
from jigi.enrolment.actions import enrol_selected


def _arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("round", metavar="CAMPAGNE", type=number, help="numéro de la campagne gelée")
    parser.add_argument("component", metavar="COMPOSANTE", help="composante, écrite PROGRAMME/COMPOSANTE")
    parser.add_argument("--cohort", required=True, help="nom de la cohorte")
    parser.add_argument("--first-term", type=number, default=1, help="première échéance (1)")
    acting(parser)


def _enrol(options: argparse.Namespace) -> Figures:
    cohort = enrol_selected(
        find_campaign(options.round), find_component(options.component), cohort_name=options.cohort,
        first_term=options.first_term, by=find_user(options.by),
    )  # fmt: skip
    say(f"{cohort} : {cohort.enrolled} ménages inscrits sur {cohort.asked}.")
    return {"cohort": cohort.pk, "asked": cohort.asked, "enrolled": cohort.enrolled}


VERBS = {"enrolment enrol": Verb(_arguments, _enrol)}
