"""`jigi payments channel`, `alias` and `dispatch`: agencies that are spoken to by machine."""

from __future__ import annotations

import argparse
import time
from pathlib import Path

from jigi.command.payments import find_agency, find_round
from jigi.command.users import find_user
from jigi.command.verb import Figures, Verb, acting, number, say
from jigi.foundation.money import format_xof
from jigi.payments import aliases, channels, dispatch
from jigi.payments.dispatch_models import Channel, Dispatch
from jigi.payments.models import PaymentRound
from jigi.programmes.models import Agency

VERBS_OF_ROUND = ("start", "release", "pause", "resume", "retry", "withdraw", "run", "show")


def _channel_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("agency", metavar="AGENCE", help="code de l’agence")
    parser.add_argument("file", metavar="FICHIER", type=Path, help="canal (TOML) : adresses, limites et secrets")
    acting(parser)


def _channel(options: argparse.Namespace) -> Figures:
    made = channels.load_channel(options.file, find_agency(options.agency), by=find_user(options.by))
    say(f"Le canal de {made.agency} est réglé ; ses secrets sont au coffre : détruisez le fichier.")
    return {"agency": made.agency.code, "protocol": made.protocol, "base_url": made.base_url}


def _alias_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("agency", metavar="AGENCE", help="code de l’agence")
    parser.add_argument("account", metavar="COMPTE", help="compte ou alias à reconnaître")
    acting(parser)


def _alias(options: argparse.Namespace) -> Figures:
    found = aliases.resolve(find_agency(options.agency), options.account, by=find_user(options.by))
    say(f"Ce compte est celui de {found.name} ({found.country}).")
    return {"name": found.name, "country": found.country}


def _dispatch_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("round", metavar="TOUR", type=number, help="numéro du tour")
    parser.add_argument("verb", metavar="GESTE", nargs="?", choices=VERBS_OF_ROUND, default="show",
                        help=f"{', '.join(VERBS_OF_ROUND)} (show)")  # fmt: skip
    parser.add_argument("--agency", metavar="AGENCE", help="code de l’agence (la seule du tour qui ait un canal)")
    parser.add_argument("--reason", default="", help="motif d’un retrait")
    parser.add_argument("--seconds", type=number, default=60, help="durée de « run » (60)")
    acting(parser)


def _dispatch(options: argparse.Namespace) -> Figures:
    shown = find_round(options.round)
    agencies = _agencies(shown, options.agency)
    figures = [_one(shown, agency, options) for agency in agencies]
    return {"round": shown.pk, "dispatches": figures}


def _one(shown: PaymentRound, agency: Agency, options: argparse.Namespace) -> Figures:
    found = Dispatch.objects.filter(payment_round=shown, agency=agency).first()
    if options.verb == "start":
        found = dispatch.start(shown, agency, by=find_user(options.by))
    elif found is not None:
        _do(found, options)
    if found is None:
        say(f"{agency} : les ordres du tour {shown.pk} ne sont pas donnés.")
        return {"agency": agency.code, "status": None}
    found.refresh_from_db()
    told = dispatch.figures(found)
    states = told["states"]
    for code, label in dispatch.STATES.items():
        say(f"  {label:<12} {states[code]['orders']:>9}  {format_xof(states[code]['amount_xof'])}")
    return {
        "agency": agency.code, "status": found.status, "orders": found.orders, "amount_xof": found.amount_xof,
        "without_account": found.without_account, "settled": told["settled"], "returned": told["returned"],
        "states": states,
    }  # fmt: skip


def _do(found: Dispatch, options: argparse.Namespace) -> None:
    by = find_user(options.by)
    if options.verb == "run":
        ends = time.monotonic() + options.seconds
        while (rest := dispatch.run(found, seconds=max(ends - time.monotonic(), 0.1))) is not None:
            if time.monotonic() + rest >= ends:
                break
            time.sleep(rest)
    elif options.verb == "withdraw":
        dispatch.withdraw(found, by=by, reason=options.reason)
    elif options.verb != "show":
        {"release": dispatch.release, "pause": dispatch.pause, "resume": dispatch.resume, "retry": dispatch.retry}[
            options.verb
        ](found, by=by)


def _agencies(shown: PaymentRound, code: str | None) -> list[Agency]:
    if code:
        return [find_agency(code)]
    served = shown.component.agency_communes.filter(commune__in=shown.communes.values("commune"))
    spoken = Channel.objects.filter(agency__in=served.values("agency")).order_by("agency__code")
    return [one.agency for one in spoken.select_related("agency")]


VERBS = {
    "payments channel": Verb(_channel_arguments, _channel),
    "payments alias": Verb(_alias_arguments, _alias),
    "payments dispatch": Verb(_dispatch_arguments, _dispatch),
}
