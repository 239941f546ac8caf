"""`jigi audit …`: sealing and proving the trace of actions."""

from __future__ import annotations

import argparse
import json

from django.utils import timezone

from jigi.command.users import find_user
from jigi.command.verb import Figures, Verb, acting, nothing, say
from jigi.foundation import proof, seals
from jigi.foundation.errors import JigiError


def _seal(options: argparse.Namespace) -> Figures:
    made = seals.seal()
    rows = sum(mark.rows for mark in made)
    say(f"{rows} lignes scellées, sceau {made[-1].number}." if made else "Rien de nouveau à sceller.")
    return {"seals": len(made), "rows": rows, "head": made[-1].digest if made else None}


def _verify(options: argparse.Namespace) -> Figures:
    found = proof.verify_and_keep(by=find_user(options.by))
    say(f"{found.rows} lignes sous {found.seals} sceaux, tête {found.head[:16]}….")
    if found.waiting and found.waiting_since:
        since = timezone.localtime(found.waiting_since)
        say(f"{found.waiting} lignes attendent leur sceau, depuis le {since:%d/%m/%Y %H:%M}.")
    for notice in found.notices:
        say(f"À savoir : {notice}")
    if found.holds:
        say("Rien n’a été modifié, ajouté, effacé ni vidé.")
        return found.figures()
    for finding in found.findings:
        say(f"ANOMALIE : {finding.sentence}")
    if options.json:
        say(json.dumps(found.figures(), ensure_ascii=False, default=str))
    raise JigiError(
        "L’audit n’est pas tel qu’il a été écrit",
        remedy="Ne touchez à rien, gardez une copie de la base et des ancres, et prévenez l’auditeur.",
    )


def _resume_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--reason", required=True, help="motif, gardé dans les ancres et dans l’audit")
    acting(parser)


def _resume(options: argparse.Namespace) -> Figures:
    mark = seals.resume(by=find_user(options.by), reason=options.reason)
    say(f"La chaîne reprend au sceau {mark.number}. Chaque vérification le dira.")
    return {"seal": mark.number}


VERBS = {
    "audit seal": Verb(nothing, _seal),
    "audit verify": Verb(acting, _verify),
    "audit resume": Verb(_resume_arguments, _resume),
}
