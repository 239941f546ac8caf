"""`jigi triggers …`: the rules that ask for help, and what they would have said."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from datetime import date
from pathlib import Path

from jigi.command.users import find_user
from jigi.command.verb import Figures, Verb, acting, nothing, say, wrong
from jigi.foundation.money import NARROW_SPACE, format_xof
from jigi.programmes.queries import commune_paths
from jigi.shocks.backtest import programmes_of, replayed
from jigi.shocks.happened import compared, happened
from jigi.shocks.models import Trigger
from jigi.shocks.playing import Firing, Played, total_of
from jigi.shocks.trigger_file import SHIPPED
from jigi.shocks.triggers import latest, load_trigger


def _load_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "files", metavar="FICHIER", type=Path, nargs="*", help="déclencheurs relus (TOML ; sinon ceux livrés)"
    )
    acting(parser)


def _load(options: argparse.Namespace) -> Figures:
    by, new = find_user(options.by), 0
    for path in options.files or sorted(SHIPPED.glob("*.toml")):
        trigger, is_new = load_trigger(path, by=by)
        new += is_new
        say(f"{trigger.code} : {trigger}{'' if is_new else ' (déjà chargée)'}")
    return {"new": new, "triggers": Trigger.objects.count()}


def _list(options: argparse.Namespace) -> Figures:
    found = Trigger.objects.order_by("code", "version")
    for one in found:
        say(f"{one.code:<28} version {one.version:<3} {one.level:<8} {one.name}")
    if not found:
        say("Aucun déclencheur. Chargez ceux livrés : jigi triggers load.")
    return {"triggers": len(found)}


def _backtest_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("codes", metavar="CODE", nargs="*", help="déclencheurs (tous), dernière version de chacun")
    parser.add_argument("--day", type=date.fromisoformat, help="ne voir que ce qui était publié ce jour (AAAA-MM-JJ)")


def _backtest(options: argparse.Namespace) -> Figures:
    chosen = _chosen(options.codes)
    day = options.day or date.today()
    played = replayed(chosen, day, commune_paths(programmes_of(chosen)))
    return {one.rule.code: _told(one, standing, options.day) for one, standing in played}


def _chosen(codes: Sequence[str]) -> list[Trigger]:
    found = latest(Trigger.objects.all())
    if unknown := sorted(set(codes) - {one.code for one in found}):
        raise wrong(f"Le déclencheur « {unknown[0]} » n’est pas chargé", "Voyez « jigi triggers list ».")
    if not found:
        raise wrong("Aucun déclencheur n’est chargé", "Chargez ceux livrés : jigi triggers load.")
    return [one for one in found if not codes or one.code in codes]


def _told(played: Played, standing: Sequence[Firing], day: date | None) -> Figures:
    shown = standing if day else played.firings
    people, cost_xof = total_of(shown)
    say(
        f"{played.rule.name} ({played.rule.code}) : {len(shown)} déclenchements,"
        f" {_spaced(people)} personnes, {format_xof(cost_xof)}"
    )
    for one in shown:
        say(
            f"  {one.starts_on} à {one.ends_on}  {one.area.name:<18} {_spaced(one.people):>10}"
            f"  vu le {one.fired_on}  {one.because}"
        )
    verdict = played.verdict
    say(
        f"  Vus {verdict.hits} sur {verdict.needed} ({_share(verdict.hits, verdict.needed)}) ; fausses alertes"
        f" {verdict.false_alarms} sur {verdict.judged} ({_share(verdict.false_alarms, verdict.judged)}) ;"
        f" jamais observés {verdict.unjudged} ; sans données {verdict.blind}"
    )
    for beside in compared(played, happened()):
        say(
            f"  {beside.helped.name} : {len(beside.both)} lieux retenus sur {len(beside.helped.areas)} aidés,"
            f" {len(beside.besides)} en plus"
        )
    return {
        "firings": len(shown), "people": people, "cost_xof": cost_xof, "hits": verdict.hits, "misses": verdict.misses,
        "false_alarms": verdict.false_alarms, "unjudged": verdict.unjudged, "blind": verdict.blind,
        "places": [one.area.code for one in shown] if day else [],
    }  # fmt: skip


def _spaced(count: int) -> str:
    return f"{count:,}".replace(",", NARROW_SPACE)


def _share(part: int, whole: int) -> str:
    return f"{100 * part / whole:.0f} %" if whole else "aucun cas"


VERBS = {
    "triggers load": Verb(_load_arguments, _load),
    "triggers list": Verb(nothing, _list),
    "triggers backtest": Verb(_backtest_arguments, _backtest),
}
