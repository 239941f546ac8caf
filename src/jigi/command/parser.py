"""The arguments of a verb, read and refused in French."""

from __future__ import annotations

import argparse
import re
import sys
from collections.abc import Iterable
from typing import NoReturn

# argparse says these in English; what stands in the groups is what the person wrote.
_SAID = (
    (r"^the following arguments are required: (.*)", r"il manque \1"),
    (r"^unrecognized arguments: (.*)", r"\1 n’est pas attendu"),
    (r"^argument (.*?): ", r"\1 : "),
    (r"expected one argument", "attend une valeur"),
    (r"expected at least one argument", "attend au moins une valeur"),
    (r"invalid choice: (.*) \(choose from (.*)\)", r"\1 n’est pas un choix, parmi \2"),
    (r"invalid \w+ value: (.*)", r"\1 ne convient pas"),
    (r"not allowed with argument (.*)", r"ne va pas avec \1"),
)

# How the help names the value of an option, by the function that reads it.
_VALUES = {"Path": "CHEMIN", "number": "N", "int": "N", "float": "PART", "fromisoformat": "AAAA-MM-JJ"}


class _Layout(argparse.HelpFormatter):
    def add_usage(
        self, usage: str | None, actions: Iterable[argparse.Action],
        groups: Iterable[argparse._MutuallyExclusiveGroup], prefix: str | None = None,
    ) -> None:  # fmt: skip
        super().add_usage(usage, actions, groups, "Emploi : " if prefix is None else prefix)

    def _get_default_metavar_for_optional(self, action: argparse.Action) -> str:
        return _VALUES.get(getattr(action.type, "__name__", ""), "TEXTE")


class VerbParser(argparse.ArgumentParser):
    """The parser of one verb: its help and its refusals are in French, options are written in full."""

    def __init__(self, verb: str, sentence: str) -> None:
        super().__init__(
            f"jigi {verb}",
            description=sentence,
            formatter_class=_Layout,
            add_help=False,
            allow_abbrev=False,
        )
        self._positionals.title, self._optionals.title = "Arguments", "Options"
        self.add_argument("-h", "--help", action="help", help="montre cette aide")
        self.add_argument("--json", action="store_true", help="dernière ligne : un objet JSON")

    def error(self, message: str) -> NoReturn:
        for english, french in _SAID:
            message = re.sub(english, french, message)
        print(f"{self.prog} : {message}. Voyez {self.prog} --help.", file=sys.stderr)
        raise SystemExit(2)
