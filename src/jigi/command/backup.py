"""`jigi backup create|restore|drill`: with a database, taken from or put back."""

from __future__ import annotations

import argparse
from pathlib import Path

from django.core.cache import cache

from jigi.command.backup_folder import Terminal, figures, folder, place, say_content, target
from jigi.command.verb import Figures, Verb, acting, say
from jigi.foundation import audit, backup, backup_restore, backup_runs, server
from jigi.foundation.backup_key import read_secret
from jigi.foundation.errors import JigiError
from jigi.foundation.models import User
from jigi.ledger.queries import PROVEN_IN_COPIES

KEYS = (
    "Les clés du site (JIGI_SECRET_KEY ou « secret-key », clés de chiffrement des colonnes) n’y sont pas :"
    " gardez-les avec la clé de sauvegarde, en deux endroits, jamais sur le disque des sauvegardes."
)


def _create_arguments(parser: argparse.ArgumentParser) -> None:
    target(parser)
    acting(parser)


def _create(options: argparse.Namespace) -> Figures:
    by = User.objects.filter(username=options.by).first()
    if by is None:
        raise JigiError(f"Le compte « {options.by} » n’existe pas", remedy="Lancez d’abord jigi setup")
    made = backup_runs.back_up(place(options), PROVEN_IN_COPIES, by=by)
    if made.taken_up:
        say(f"Copie reprise : {made.taken_up} morceaux sur {made.header.parts} étaient déjà là, et bons.")
    say(f"Sauvegarde complète : {made.folder}")
    say_content(made.header, made.manifest)
    if made.manifest.left_out:
        say(f"Non pris dans {server.default_home()} : {', '.join(made.manifest.left_out)}.")
    say(KEYS)
    return {"folder": str(made.folder), "taken_up": made.taken_up, **figures(made.header, made.manifest)}


def _restore(options: argparse.Namespace) -> Figures:
    found = backup_restore.restore(
        backup.database_url(), options.folder.expanduser().resolve(), read_secret(), home=server.default_home(),
        facts=PROVEN_IN_COPIES, journal=Terminal(),
    )  # fmt: skip
    cache.clear()
    audit.record("restore", "backup", found.header.number, by=None, after={"file": found.folder.name})
    say(f"Restauré, et identique : {found.folder.name}")
    say_content(found.header, found.manifest)
    for title in found.manifest.facts:
        say(f"  {title} : identique")
    say(
        "Les sessions sont closes ; les comptes, mots de passe et affectations sont ceux du jour de la sauvegarde :"
        " refermez ceux qui l’ont été depuis. Lancez jigi setup, puis jigi doctor."
    )
    return figures(found.header, found.manifest)


def _drill_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("folder", type=Path, nargs="?", help="dossier d’une sauvegarde (la dernière de JIGI_BACKUPS)")


def _drill(options: argparse.Namespace) -> Figures:
    chosen = options.folder.expanduser().resolve() if options.folder else None
    found = backup_runs.drill(chosen, PROVEN_IN_COPIES, by=None)
    say(f"Exercice réussi : {found.folder.name} se restaure, et dit la même chose que la base sauvegardée.")
    say_content(found.header, found.manifest)
    return figures(found.header, found.manifest)


VERBS = {
    "backup create": Verb(_create_arguments, _create),
    "backup restore": Verb(folder, _restore),
    "backup drill": Verb(_drill_arguments, _drill),
}
