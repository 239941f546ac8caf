"""`jigi monitoring …`: what the worker does by the clock, asked now."""

from __future__ import annotations

import argparse
from dataclasses import asdict

from jigi.command.users import find_user
from jigi.command.verb import Figures, Verb, acting, say
from jigi.monitoring.pipeline import watch
from jigi.monitoring.watches import rules


def _watch(options: argparse.Namespace) -> Figures:
    done = watch(by=find_user(options.by))
    for one in done:
        said = f"{one.found} au-dessus du seuil, {one.raised} nouvelles alertes, {one.grown} qui grandissent"
        say(f"{rules()[one.rule].title:<62} {said}")
    return {"rules": [asdict(one) for one in done], "raised": sum(one.raised for one in done)}


VERBS = {"monitoring watch": Verb(acting, _watch)}
