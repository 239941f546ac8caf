"""`jigi response …`: responses to shocks, where each is stuck, and their end."""

from __future__ import annotations

import argparse

from jigi.command.users import find_user
from jigi.command.verb import Figures, Verb, acting, nothing, say, wrong
from jigi.foundation.money import format_xof
from jigi.foundation.periods import french_date as day
from jigi.response import after, queries, timeline
from jigi.response import promise_rules as rules
from jigi.response.models import Activation


def _list(options: argparse.Namespace) -> Figures:
    known = list(Activation.objects.select_related("agreement").order_by("-signalled_on", "number"))
    lines = timeline.timelines(known)
    found = []
    for one in known:
        stuck = rules.stuck(lines[one.pk])
        waits = f"attend {stuck.step.label.lower()} ({stuck.late} jours)" if stuck else "n’attend rien"
        say(f"{one.number}  {one.get_status_display()}  {one.title}  jusqu’au {day(one.sunset_on)}  {waits}")
        found.append({"number": one.number, "status": one.status, "stuck": timeline.facts(stuck) if stuck else None})
    if not known:
        say("Aucune réponse.")
    return {"responses": found}


def _numbered(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("number", metavar="NUMÉRO", help="numéro de la réponse, comme REP-2018-01")


def _show(options: argparse.Namespace) -> Figures:
    one = _found(options.number)
    stands, whole = queries.ceiling(one), queries.total(place.figures for place in queries.by_commune(one))
    say(f"{one} · {one.get_status_display()} · du {day(one.starts_on)} au {day(one.sunset_on)}")
    released, rest = format_xof(stands.released_xof), format_xof(stands.left_xof)
    say(f"Plafond {format_xof(stands.ceiling_xof)} : libéré {released}, reste {rest}.")
    say(f"{whole.households} ménages inscrits, {whole.paid_households} payés de {format_xof(whole.paid_xof)}.")
    return {
        "number": one.number, "status": one.status, "ceiling_xof": stands.ceiling_xof,
        "released_xof": stands.released_xof, "left_xof": stands.left_xof, "households": whole.households,
        "persons": whole.persons, "women": whole.women, "paid_households": whole.paid_households,
        "paid_xof": whole.paid_xof, "unpaid_xof": whole.unpaid_xof,
    }  # fmt: skip


def _timeline(options: argparse.Namespace) -> Figures:
    one = _found(options.number)
    lines = timeline.of(one)
    say(f"Signal le {day(one.signalled_on)}.")
    for line in lines:
        say(f"{line.step.label} : {_said(line)}")
    return {"number": one.number, "steps": [timeline.facts(line) for line in lines]}


def _said(line: rules.Line) -> str:
    if line.moment.done_on is not None:
        return f"{day(line.moment.done_on)}, {f'{line.late} jours de retard' if line.late > 0 else 'dans les temps'}"
    if line.waits:
        late = f"en retard de {line.late} jours" if line.state == "late" else f"attendue le {day(line.target_on)}"
        return f"{late}, par {line.step.awaited}"
    return "n’a pas eu lieu" if line.state == "never" else f"promise le {day(line.target_on)}"


def _sunset_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--number", metavar="NUMÉRO", help="une seule réponse (toutes celles dont la fin est passée)")
    acting(parser)


def _sunset(options: argparse.Namespace) -> Figures:
    by = find_user(options.by)
    chosen = [_found(options.number)] if options.number else after.overdue()
    if not chosen:
        say("Aucune réponse en cours n’a passé sa fin.")
    told = []
    for one in chosen:
        outcome = after.sunset(one, by=by)
        say(f"{one.number} : {one.get_status_display()}.")
        for sentence in outcome.done:
            say(f"  {sentence}")
        for line in outcome.left:
            say(f"  Reste à {line.what}, par {line.awaited}. {line.why}".rstrip())
        left = [{"what": line.what, "awaited": line.awaited} for line in outcome.left]
        told.append({"number": one.number, "status": one.status, "done": outcome.done, "left": left})
    return {"responses": told}


def _close_arguments(parser: argparse.ArgumentParser) -> None:
    _numbered(parser)
    acting(parser)


def _close(options: argparse.Namespace) -> Figures:
    one = _found(options.number)
    after.close(one, by=find_user(options.by))
    say(f"La réponse {one.number} est close.")
    return {"number": one.number, "status": one.status}


def _found(number: str) -> Activation:
    one = Activation.objects.select_related("agreement").filter(number=number).first()
    if one is None:
        raise wrong(f"Aucune réponse « {number} »", "Voyez leurs numéros : jigi response list.")
    return one


VERBS = {
    "response list": Verb(nothing, _list),
    "response show": Verb(_numbered, _show),
    "response timeline": Verb(_numbered, _timeline),
    "response sunset": Verb(_sunset_arguments, _sunset),
    "response close": Verb(_close_arguments, _close),
}
