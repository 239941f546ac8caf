"""`jigi delivery …`: what accompaniment reached."""

from __future__ import annotations

import argparse
from dataclasses import asdict

from jigi.command.verb import Figures, Verb, number, say, wrong
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


VERBS = {"delivery beneficiaries": Verb(_arguments, _beneficiaries)}
