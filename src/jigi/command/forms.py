"""`jigi forms …`: questionnaires loaded and published."""

from __future__ import annotations

import argparse
from pathlib import Path

from jigi.command.users import find_user
from jigi.command.verb import Figures, Verb, acting, nothing, number, say, wrong
from jigi.foundation.errors import InputError
from jigi.foundation.toml_table import read_text
from jigi.intake.actions import load_form, missing_media, publish
from jigi.intake.models import FormVersion
from jigi.intake.xlsform import shipped


def _load_arguments(parser: argparse.ArgumentParser) -> None:
    names = ", ".join(shipped())
    parser.add_argument(
        "file", metavar="FICHIER", help=f"classeur XLSForm, ou le nom d’un questionnaire livré ({names})"
    )
    parser.add_argument(
        "--mapping", type=Path, help="correspondance avec le registre (TOML) ; sinon celle qui est livrée"
    )
    parser.add_argument("--media", type=Path, action="append", default=[], help="fichier que le questionnaire nomme")
    parser.add_argument("--publish", action="store_true", help="publie aussitôt la version")
    acting(parser)


def _load(options: argparse.Namespace) -> Figures:
    by = find_user(options.by)
    mapping = read_text(options.mapping) if options.mapping else None
    media = {path.name: _content(path) for path in options.media}
    loaded = load_form(options.file, mapping=mapping, media=media, by=by)
    version = loaded.version
    say(
        f"Questionnaire n° {version.pk} : {version}"
        + (" (déjà chargé, rien n’a changé)." if loaded.recognised else ".")
    )
    for warning in loaded.warnings:
        say(f"  à regarder : {warning}")
    missing = missing_media(version)
    if missing:
        say(f"  il manque : {', '.join(missing)}")
    if options.publish and version.status != FormVersion.Status.PUBLISHED:
        publish(version, by=by)
        say("Version publiée : les téléphones la prendront.")
    return {
        "form": version.form.code, "version": version.version, "number": version.pk, "status": version.status,
        "recognised": loaded.recognised, "mapped": bool(version.mapping), "missing": missing,
        "warnings": loaded.warnings,
    }  # fmt: skip


def _content(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise InputError(
            "Ce fichier du questionnaire ne peut pas être lu", file=path,
            remedy="Donnez le chemin d’un fichier, que ce compte peut lire",
        ) from error  # fmt: skip


def _publish_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("number", metavar="N°", type=number, help="numéro de la version (jigi forms list)")
    acting(parser)


def _publish(options: argparse.Namespace) -> Figures:
    version = FormVersion.objects.select_related("form").filter(pk=options.number).first()
    if version is None:
        raise wrong(f"Il n’y a pas de questionnaire n° {options.number}", "Voyez les numéros : jigi forms list.")
    publish(version, by=find_user(options.by))
    say(f"Publiée : {version}.")
    return {"form": version.form.code, "version": version.version, "status": version.status}


def _list(options: argparse.Namespace) -> Figures:
    found = FormVersion.objects.select_related("form").order_by("form__code", "pk")
    for one in found:
        say(f"  n° {one.pk}  {one.form.code:<30} {one.version:<14} {one.get_status_display():<10} {one.form.title}")
    if not found:
        say("Aucun questionnaire : jigi forms load menage charge celui qui est livré.")
    return {
        "forms": [
            {"number": one.pk, "form": one.form.code, "version": one.version, "status": one.status} for one in found
        ]
    }


VERBS = {
    "forms load": Verb(_load_arguments, _load),
    "forms publish": Verb(_publish_arguments, _publish),
    "forms list": Verb(nothing, _list),
}
