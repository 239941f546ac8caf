"""`jigi backup verify|list|prune|key`: what is done with backups where there is no database."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from jigi.command.verb import Figures, Verb, console, number, say
from jigi.foundation import backup, backup_key, backup_restore
from jigi.foundation.backup_key import read_secret
from jigi.foundation.backup_parts import Header, Manifest

KEEP = "Gardez la clé ailleurs que les sauvegardes, en deux endroits : sans elle, elles ne se lisent plus."


class Terminal:
    """The steps of work that no database can keep, shown on the terminal."""

    @contextmanager
    def step(self, name: str) -> Iterator[None]:
        with console.status(f"{name}…"):
            yield

    def progress(self, done: int, total: int) -> None:
        """The spinner is enough."""


def target(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("target", type=Path, nargs="?", help="dossier des sauvegardes (JIGI_BACKUPS)")


def folder(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("folder", type=Path, help="dossier d’une sauvegarde")


def _verify(options: argparse.Namespace) -> Figures:
    found = backup_restore.verify(options.folder.expanduser().resolve(), read_secret(), Terminal())
    say(f"Sauvegarde entière et intacte : {found.folder.name}")
    say_content(found.header, found.manifest)
    return figures(found.header, found.manifest)


def _list(options: argparse.Namespace) -> Figures:
    found = backup.found_in(place(options))
    for one in found:
        state = "complète" if one.complete else "INCOMPLÈTE"
        say(f"{one.made_at:%d/%m/%Y %H:%M} UTC  {_megabytes(one.size):>12}  {state:<10}  {one.folder.name}")
    if not found:
        say("Aucune sauvegarde.")
    return {"complete": sum(one.complete for one in found), "incomplete": sum(not one.complete for one in found)}


def _prune_arguments(parser: argparse.ArgumentParser) -> None:
    target(parser)
    parser.add_argument("--keep", type=number, required=True, help="combien de sauvegardes complètes garder")


def _prune(options: argparse.Namespace) -> Figures:
    removed = backup.prune(place(options), options.keep)
    for one in removed:
        say(f"Supprimée : {one.folder.name}")
    say(f"{len(removed)} supprimée(s), les {options.keep} dernières sont gardées.")
    return {"removed": len(removed)}


def _key_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", type=Path, help="fichier de la clé à faire")


def _key(options: argparse.Namespace) -> Figures:
    path = options.file.expanduser().resolve()
    backup_key.make_key_file(path)
    say(f"Clé écrite : {path}. Donnez-la par {backup_key.VARIABLE}={path}\n{KEEP}")
    return {"file": str(path)}


def place(options: argparse.Namespace) -> Path:
    return options.target.expanduser().resolve() if options.target else backup.destination()


def say_content(header: Header, manifest: Manifest) -> None:
    say(
        f"  du {header.made_at[:19].replace('T', ' à ')} UTC, Jigi {manifest.jigi}, PostgreSQL {manifest.postgresql} :"
        f" {len(manifest.counts)} tables, {manifest.rows} lignes, {len(manifest.files)} fichiers,"
        f" {_megabytes(header.size)}"
    )


def figures(header: Header, manifest: Manifest) -> Figures:
    return {
        "number": header.number,
        "made_at": header.made_at,
        "tables": len(manifest.counts),
        "rows": manifest.rows,
        "files": len(manifest.files),
        "parts": header.parts,
        "bytes": header.size,
    }


def _megabytes(size: int) -> str:
    return f"{size / 1e6:.1f} Mo".replace(".", ",")


VERBS = {
    "backup verify": Verb(folder, _verify),
    "backup list": Verb(target, _list),
    "backup prune": Verb(_prune_arguments, _prune),
    "backup key": Verb(_key_arguments, _key),
}
