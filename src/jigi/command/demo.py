"""`jigi demo`: the main job, on a fictitious population, from survey to reconciled payment."""

from __future__ import annotations

import argparse
import tempfile
import time
from pathlib import Path

from django.conf import settings

from jigi.command.serve import serve
from jigi.command.verb import Figures, Verb, number, progress, say, wrong
from jigi.demo import chain, figures, ground, published
from jigi.demo.accompany import accompany
from jigi.demo.shock import shake
from jigi.foundation import runs, seals
from jigi.foundation.money import spaced
from jigi.monitoring.pipeline import watch

DEFINITIONS = Path(chain.__file__).resolve().parent.parent / "programmes" / "definitions"
SHARE_SELECTED = 0.355


def _arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--programme", type=Path, default=DEFINITIONS / "tm1.toml", help="fichier du programme")
    parser.add_argument("--households", type=number, default=50_000, help="ménages du registre (50 000)")
    parser.add_argument("--select", type=number, help="ménages à retenir (35,5 %% des ménages)")
    parser.add_argument("--absent", type=float, help="part d’absents à chaque tour (sinon tirée entre 2 et 8 %%)")
    parser.add_argument("--seed", type=number, default=2016, help="graine du tirage")
    parser.add_argument("--serve", type=int, choices=(0, 1), default=0, help="1 : sert le site à la fin")
    parser.add_argument("--port", type=number, default=8000, help="port du site")


def _run(options: argparse.Namespace) -> Figures:
    if not options.programme.is_file():
        raise wrong(f"« {options.programme} » n’est pas un fichier", f"Fichiers livrés : {DEFINITIONS}.")
    if options.absent is not None and not 0 <= options.absent <= 1:
        raise wrong("La part d’absents est entre 0 et 1", "Par exemple --absent 0.05.")
    began = time.monotonic()
    say(f"Jigi joue toute la chaîne sur {options.households} ménages fictifs (graine {options.seed}).")
    ground.clear()
    staff = ground.people()
    component = chain.load_component(options.programme, staff)
    settings.HOME.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="demo-", dir=settings.HOME) as folder:
        plan = chain.Plan(
            options.programme, options.households, options.select or round(options.households * SHARE_SELECTED),
            options.seed, options.absent, Path(folder),
        )  # fmt: skip
        with progress() as listen, runs.listening(listen):
            played = chain.play(plan, component, staff, say)
            accompanied = accompany(staff)
            helped = shake(plan, played.formula, staff) if played.formula else {}
    watch(by=staff.operator)
    published.publish(staff)
    sealed = seals.seal()
    more = {"accompanied": accompanied, "shock": helped, "audit_rows_sealed": sum(mark.rows for mark in sealed)}
    found = figures.figures(component, played) | more
    _tell(found, time.monotonic() - began, options)
    if options.serve:
        serve(port=options.port)
    return found


def _tell(found: Figures, seconds: float, options: argparse.Namespace) -> None:
    say("\nCe qui s’est passé")
    for line in figures.sentences(found):
        say(f"  {line}")
    if done := found["accompanied"]:
        say(
            f"  À côté de l’argent : {done['contracts']} contrats d’opérateur,"
            f" un chantier de {done['workers']} travailleurs, {done['rations']} rations remises,"
            f" {done['held']} séances tenues sur {done['sessions']} avec {done['attendances']} présences,"
            f" {done['applications']} candidatures pour {done['grants']} subventions"
            f" ({done['releases']} première tranche libérée)."
        )
    if shock := found["shock"]:
        say(
            f"  Après un choc : {shock['signals']} chiffres d’alerte lus,"
            f" {shock['regions']} régions signalées par la règle, une réponse décidée,"
            f" {shock['helped']} ménages du registre inscrits, {shock['paid']} payés au premier tour"
            f" ({spaced(shock['paid_xof'])} FCFA)."
        )
    say("\nSecondes par étape")
    for name, spent in found["seconds"].items():
        say(f"  {name:<40} {spent:6.1f} s")
    say(f"  {'en tout':<40} {seconds:6.1f} s")
    say("\nOù regarder maintenant")
    where = (
        f"http://localhost:{options.port}/"
        if options.serve
        else "make demo (ou jigi serve) puis http://localhost:8000/"
    )
    say(f"  {where}")
    say(f"  Comptes de démonstration, mot de passe « {ground.PASSWORD} » :")
    for username, (name, _, _) in ground.ACCOUNTS.items():
        say(f"    {username:<14} {name}")


VERBS = {"demo": Verb(_arguments, _run)}
