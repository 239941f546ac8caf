"""`jigi delivery …`: what accompaniment reached, and what telephones sent of it."""

from __future__ import annotations

import argparse
from dataclasses import asdict

from jigi.command.users import find_user
from jigi.command.verb import Figures, Verb, acting, number, say, wrong
from jigi.delivery.collected import take_all
from jigi.foundation.money import NARROW_SPACE
from jigi.monitoring.beneficiaries import beneficiaries


def _arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("year", metavar="ANNÉE", type=number, help="l’année civile, comme 2018")


def _beneficiaries(options: argparse.Namespace) -> Figures:
    if not 1990 <= options.year <= 2200:
        raise wrong(f"« {options.year} » n’est pas une année", "Écrivez-la en quatre chiffres.")
    found = beneficiaries(options.year)
    for one in found:
        said = f"{one.households:,} ménages, {one.persons:,} personnes, dont {one.women:,} femmes"
        say(f"{one.title:<45} {said.replace(',', NARROW_SPACE)}")
    return {"year": options.year, "components": [asdict(one) for one in found]}


def _fiches(options: argparse.Namespace) -> Figures:
    taken = take_all(by=find_user(options.by))
    say(f"{taken.taken} fiches prises, {taken.held} à corriger.")
    return asdict(taken)


VERBS = {
    "delivery beneficiaries": Verb(_arguments, _beneficiaries),
    "delivery fiches": Verb(acting, _fiches),
}
