"""`jigi grants …`: applications and points from files, the figures of calls."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

from jigi.command.users import find_user
from jigi.command.verb import Figures, Verb, acting, say, wrong
from jigi.delivery.grants import application_file, committee, queries
from jigi.delivery.grants.application_file import REJECTS_HEADER, Fault
from jigi.delivery.grants.models import GrantCall
from jigi.foundation.tabular import open_table, write_rejects


def _file_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("call", metavar="APPEL", help="code de l’appel (jigi grants calls)")
    parser.add_argument("file", metavar="FICHIER", type=Path, help="fichier CSV ou XLSX")
    parser.add_argument("--rejects", type=Path, help="fichier où écrire les lignes à corriger")
    acting(parser)


def _import(options: argparse.Namespace) -> Figures:
    call = _call(options.call)
    with open_table(options.file) as table:
        taken = application_file.take(call, table, by=find_user(options.by))
    say(f"{taken.read} lignes lues : {taken.received} candidatures reçues, {taken.known} déjà là.")
    say(f"{taken.held} à corriger.")
    _tell(taken.faults, options.rejects)
    return {"call": call.code, "read": taken.read, "received": taken.received, "known": taken.known, "held": taken.held}


def _score(options: argparse.Namespace) -> Figures:
    call = _call(options.call)
    with open_table(options.file) as table:
        taken = committee.take(call, table, by=find_user(options.by))
    say(f"{taken.read} lignes lues : {taken.scored} notes gardées, {len(taken.faults)} à corriger.")
    _tell(taken.faults, options.rejects)
    return {"call": call.code, "read": taken.read, "scored": taken.scored, "held": len(taken.faults)}


def _calls(options: argparse.Namespace) -> Figures:
    calls = list(GrantCall.objects.order_by("opens_on", "code"))
    figures = queries.figures_of([one.pk for one in calls])
    for one in calls:
        told = figures[one.pk]
        say(
            f"  {one.code:<20} {one.get_status_display():<22} {told.applications:>7} candidatures"
            f" {told.grants:>7} subventions {told.firsts_xof:>14} FCFA de premières tranches"
        )
    if not calls:
        say("Aucun appel : préparez-en un sur le site, dans un contrat de subventions.")
    return {"calls": [{"code": one.code, "status": one.status, **asdict(figures[one.pk])} for one in calls]}


def _list_arguments(parser: argparse.ArgumentParser) -> None:
    """Nothing is asked."""


def _call(code: str) -> GrantCall:
    found = GrantCall.objects.select_related("contract__operator", "contract__component__programme").filter(code=code)
    if (one := found.first()) is None:
        raise wrong(f"Il n’y a pas d’appel « {code} »", "Voyez les codes : jigi grants calls.")
    return one


def _tell(faults: Sequence[Fault], rejects: Path | None) -> None:
    for one in faults[:10]:
        say(f"  ligne {one.line}, colonne « {one.column} » : {one.what}. {one.remedy}")
    if rejects:
        write_rejects(rejects, REJECTS_HEADER, (list(one.cells) for one in faults))


VERBS = {
    "grants calls": Verb(_list_arguments, _calls),
    "grants import": Verb(_file_arguments, _import),
    "grants score": Verb(_file_arguments, _score),
}
