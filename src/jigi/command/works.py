"""`jigi works …`"""

from __future__ import annotations

import argparse
from datetime import date
from pathlib import Path

from jigi.command.users import find_user
from jigi.command.verb import Figures, Verb, acting, say
from jigi.delivery.works import approval, hiring, queries, sheet_file, sheets
from jigi.delivery.works.manual import FILE, read
from jigi.delivery.works.models import SheetEntry, Timesheet, Worksite
from jigi.foundation.errors import JigiError, Refused
from jigi.foundation.money import format_xof
from jigi.programmes.models import Component


def _manual_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", metavar="FICHIER", type=Path, nargs="?", default=FILE, help="fichier relu (TOML)")


def _manual(options: argparse.Namespace) -> Figures:
    found = read(options.file)
    say(
        f"{len(found.kinds)} natures, {len(found.forbidden)} interdits, {len(found.risks)} risques, par {found.author}."
    )
    return {"kinds": list(found.kinds), "forbidden": list(found.forbidden), "risks": list(found.risks)}


def _list_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--state", default="", help="seulement ceux de cet état")


def _list(options: argparse.Namespace) -> Figures:
    kept = Worksite.objects.select_related("commune").order_by("code")
    rows = []
    for one in kept.filter(status=options.state) if options.state else kept:
        told = queries.figures(one)
        say(f"{one} ({one.commune}, {one.get_status_display()}) : {told.workers} travailleurs, {told.half_days / 2:g}"
            f" jours, {format_xof(told.amount_xof)}")  # fmt: skip
        rows.append({"code": one.code, "status": one.status, "workers": told.workers, "half_days": told.half_days,
                     "amount_xof": told.amount_xof})  # fmt: skip
    return {"worksites": rows}


def _code(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("code", metavar="CHANTIER", help="code du chantier, comme HIMO-010501-001")


def _verify(options: argparse.Namespace) -> Figures:
    site = _site(options.code)
    if not hasattr(site, "draw") or site.draw.drawn_at is None:
        raise Refused("Ce chantier n’est pas tiré", remedy="Tirez d’abord sa liste, en public.")
    same = hiring.verify(site)
    if not same:
        raise JigiError("Les rangs gardés ne sont pas ceux de la graine", remedy="Prévenez l’audit.")
    say(f"{site.draw.applicants} candidats, graine « {site.draw.seed} » : les rangs gardés sont ceux de la graine.")
    return {"verified": same, "applicants": site.draw.applicants, "list_hash": site.draw.list_hash}


def _of_sheet(parser: argparse.ArgumentParser) -> None:
    _code(parser)
    parser.add_argument("number", metavar="FEUILLE", type=int, help="numéro de la feuille dans le chantier")


def _acting_on_sheet(parser: argparse.ArgumentParser) -> None:
    _of_sheet(parser)
    acting(parser)


def _enter_arguments(parser: argparse.ArgumentParser) -> None:
    _of_sheet(parser)
    parser.add_argument("file", metavar="FICHIER", type=Path, help="grille remplie (XLSX ou CSV)")
    parser.add_argument("--keep-good", action="store_true", help="garde les bonnes lignes, malgré les autres")
    parser.add_argument("--rejects", type=Path, help="où écrire les lignes à corriger (CSV)")
    acting(parser)


def _enter(options: argparse.Namespace) -> Figures:
    sheet, by = _sheet(options), find_user(options.by)
    found = sheet_file.read(sheet, options.file)
    for problem in found.problems:
        say(str(problem))
    if found.problems and options.rejects:
        sheet_file.write_problems(options.rejects, found.problems)
    if found.problems and not options.keep_good:
        raise Refused(
            f"{len(found.problems)} erreurs : rien n’a été enregistré",
            remedy="Corrigez le fichier, ou demandez --keep-good pour ne garder que les bonnes lignes.",
        )
    own = SheetEntry.objects.filter(timesheet=sheet, by=by).first()
    kept = sheets.enter(sheet, found.grid, revision=own.revision if own else 0, source="file", by=by)
    say(f"{len(found.grid)} lignes gardées (saisie {kept.hand}, version {kept.revision}).")
    return {"lines": len(found.grid), "problems": len(found.problems), "hand": kept.hand, "revision": kept.revision}


def _look(options: argparse.Namespace) -> Figures:
    seen = sheets.look(_sheet(options))
    for told in seen.told:
        say(told)
    for one in seen.cells:
        say(f"  ligne {one.number}, jour {one.day + 1} : {one.first} et {one.second}")
    if seen.ready:
        say("Rien ne s’oppose à la signature.")
    return {"told": list(seen.told), "cells": len(seen.cells), "ready": seen.ready}


def _sign(options: argparse.Namespace) -> Figures:
    sheet = _sheet(options)
    approval.sign(sheet, by=find_user(options.by))
    say(f"La feuille {sheet.number} est signée.")
    return {"status": sheet.status}


def _approve(options: argparse.Namespace) -> Figures:
    sheet = _sheet(options)
    earned = approval.approve(sheet, by=find_user(options.by))
    say(f"La feuille {sheet.number} est approuvée : {format_xof(earned)} sont dus.")
    return {"status": sheet.status, "amount_xof": earned, "half_days": sheet.half_days}


def _days_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("programme", metavar="PROGRAMME", help="code du programme")
    parser.add_argument("component", metavar="COMPOSANTE", help="code de la composante de travaux")
    parser.add_argument("--from", dest="first", type=date.fromisoformat, required=True, help="premier jour")
    parser.add_argument("--to", dest="last", type=date.fromisoformat, required=True, help="dernier jour")


def _days(options: argparse.Namespace) -> Figures:
    component = Component.objects.filter(programme__code=options.programme, code=options.component).first()
    if component is None:
        raise Refused("Cette composante n’existe pas", remedy="Donnez le code du programme, puis le sien.")
    told = queries.days_of(component.pk, options.first, options.last)
    say(f"{told['half_days'] / 2:g} jours de travail, dont {told['women_half_days'] / 2:g} de femmes ;"
        f" {told['persons']} personnes, dont {told['women']} femmes ; {format_xof(told['amount_xof'])}.")  # fmt: skip
    return told


def _site(code: str) -> Worksite:
    found = Worksite.objects.filter(code=code).first()
    if found is None:
        raise Refused(f"Le chantier « {code} » n’existe pas", remedy="« jigi works list » donne leurs codes.")
    return found


def _sheet(options: argparse.Namespace) -> Timesheet:
    found = Timesheet.objects.filter(worksite=_site(options.code), number=options.number).first()
    if found is None:
        raise Refused(f"Le chantier {options.code} n’a pas de feuille {options.number}", remedy="Ouvrez-la d’abord.")
    return found


VERBS = {
    "works manual": Verb(_manual_arguments, _manual),
    "works list": Verb(_list_arguments, _list),
    "works verify": Verb(_code, _verify),
    "works enter": Verb(_enter_arguments, _enter),
    "works look": Verb(_of_sheet, _look),
    "works sign": Verb(_acting_on_sheet, _sign),
    "works approve": Verb(_acting_on_sheet, _approve),
    "works days": Verb(_days_arguments, _days),
}
