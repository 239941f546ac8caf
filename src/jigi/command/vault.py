"""`jigi vault …`: the keys that seal telephones, documents and accounts."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from jigi.command.users import find_user
from jigi.command.verb import Figures, Verb, acting, nothing, progress, say, wrong
from jigi.foundation import audit, keyring, rotation, runs
from jigi.foundation.recovery import read_recovery, recovery_text
from jigi.foundation.vault import Keys


def _status(options: argparse.Namespace) -> Figures:
    keyring.vault()  # says what is wrong: keys missing, or not those of this database
    keys = keyring.read()
    say(f"Clés : {keyring.path()}")
    for version, key in keys.versions.items():
        use = "chiffre" if version == keys.current else "ouvre seulement"
        say(f"  clé {version:<4} {keyring.fingerprint(key)}   {use}")
    columns = {kept: rotation.rows_by_version(kept) for kept in rotation.kept_columns()}
    for kept, rows in columns.items():
        told = ", ".join(f"{count} sous la clé {version}" for version, count in sorted(rows.items()))
        say(f"  {kept.title:<22} {told or 'rien'}")
    older = sum(count for rows in columns.values() for version, count in rows.items() if version != keys.current)
    if older:
        say(f"{older} valeurs attendent la rotation : jigi vault rotate")
    held = [{"table": k.tables[0] if len(k.tables) == 1 else k.title, "rows": rows} for k, rows in columns.items()]
    return {"file": str(keyring.path()), "current": keys.current, "versions": _prints(keys), "older": older,
            "columns": held}  # fmt: skip


def _new_key(options: argparse.Namespace) -> Figures:
    by = find_user(options.by)
    keys = keyring.add_key()
    audit.record("new_key", "vault", keys.current, by=by, after={"fingerprint": _prints(keys)[keys.current]})
    say(f"La clé {keys.current} chiffre désormais. Les anciennes ouvrent encore ce qu’elles ont chiffré.")
    say("À faire : imprimer le nouveau texte de secours (jigi vault export-key), puis jigi vault rotate.")
    return {"current": keys.current, "versions": _prints(keys)}


def _rotate(options: argparse.Namespace) -> Figures:
    with progress() as listen, runs.listening(listen):
        done = rotation.rotate(by=find_user(options.by))
    say(f"{done.rows} valeurs chiffrées à nouveau : toutes sont sous la clé {done.version}.")
    return {"current": done.version, "rows": done.rows}


def _export(options: argparse.Namespace) -> Figures:
    keys = keyring.read()
    audit.record("export_key", "vault", keys.current, by=find_user(options.by), after={"versions": list(keys.versions)})
    print(
        "Texte de secours du coffre. À imprimer deux fois, à garder sous clé en deux lieux, jamais avec les"
        " sauvegardes.\nSans lui et sans le fichier des clés, les données sont perdues.",
        file=sys.stderr,
    )
    print(recovery_text(keys), end="")
    return {"current": keys.current, "versions": _prints(keys)}


def _import_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", metavar="FICHIER", help="le texte de secours recopié ; - pour l’entrée standard")


def _import(options: argparse.Namespace) -> Figures:
    try:
        text = sys.stdin.read() if options.file == "-" else Path(options.file).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise wrong(f"« {options.file} » ne se lit pas", "Donnez le fichier où le texte est recopié.") from error
    keys = read_recovery(text)
    keyring.store(keys)
    say(f"{len(keys.versions)} clé(s) rendues au coffre : {keyring.path()}")
    return {"current": keys.current, "versions": _prints(keys)}


def _prints(keys: Keys) -> dict[int, str]:
    return {version: keyring.fingerprint(key) for version, key in keys.versions.items()}


VERBS = {
    "vault status": Verb(nothing, _status),
    "vault new-key": Verb(acting, _new_key),
    "vault rotate": Verb(acting, _rotate),
    "vault export-key": Verb(acting, _export),
    "vault import-key": Verb(_import_arguments, _import),
}
