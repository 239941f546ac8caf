"""`jigi protection …`: what the rules of retention would do, proposed, applied by another person."""

from __future__ import annotations

import argparse

from jigi.command.users import find_user
from jigi.command.verb import Figures, Verb, acting, progress, say
from jigi.foundation import runs
from jigi.foundation.errors import Refused
from jigi.protection import retention


def _arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--propose", action="store_true", help="propose d’appliquer les règles, comme la page")
    parser.add_argument("--apply", action="store_true", help="applique ce qu’une autre personne a proposé")
    acting(parser)


def _retention(options: argparse.Namespace) -> Figures:
    if options.propose:
        retention.propose(by=find_user(options.by))
    waiting = retention.waiting()
    found = retention.preview(waiting.as_of if waiting else None)
    for due in found:
        say(f"{due.rows:>9}  {due.rule.what} (avant le {due.before:%d/%m/%Y}) : {due.rule.happens}")
    applied: dict[str, int] = {}
    if options.apply:
        if waiting is None:
            raise Refused(
                "Personne n’a encore proposé d’appliquer les règles",
                remedy="Une première personne propose (--propose --by COMPTE, ou la page), une seconde applique.",
            )
        with progress() as listen, runs.listening(listen):
            applied = retention.apply(waiting, by=find_user(options.by)).applied
        say(f"Appliqué : {sum(applied.values())} lignes.")
    elif waiting:
        say(
            f"Proposé par {waiting.made_by} le {waiting.as_of:%d/%m/%Y} : une autre personne l’applique (--apply --by)."
        )
    return {
        "rules": {due.rule.code: {"before": due.before, "rows": due.rows} for due in found},
        "proposal": waiting.pk if waiting else None,
        "applied": applied,
    }


VERBS = {"protection retention": Verb(_arguments, _retention)}
