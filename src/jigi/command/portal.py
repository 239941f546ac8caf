"""`jigi portal publish`: an edition of the public pages."""

from __future__ import annotations

import argparse

from jigi.command.users import find_user
from jigi.command.verb import Figures, Verb, acting, say
from jigi.portal import actions


def _publish_arguments(parser: argparse.ArgumentParser) -> None:
    acting(parser)


def _publish(options: argparse.Namespace) -> Figures:
    edition = actions.publish(by=find_user(options.by))
    cells = edition.cells.count()
    hidden = edition.cells.filter(households=None).count()
    say(
        f"Édition n° {edition.pk} publiée, jusqu’à {edition.through} : {cells} chiffres nouveaux dont {hidden} masqués."
    )
    return {"edition": edition.pk, "through": edition.through, "cells": cells, "hidden": hidden,
            "digest": edition.digest}  # fmt: skip


VERBS = {"portal publish": Verb(_publish_arguments, _publish)}
