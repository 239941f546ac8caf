"""`jigi messages …`: write and send what waits, say where messages are, play the provider. It shows no message."""

from __future__ import annotations

import argparse

from jigi.command.verb import Figures, Verb, number, say, wrong
from jigi.foundation.audit import acting_from
from jigi.messaging import catalogue, outbox, writing
from jigi.messaging.adapters import twin
from jigi.messaging.states import MESSAGE
from jigi.outreach import jobs


def _send_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--seconds", type=number, default=60, help="au plus si longtemps (60)")


def _send(options: argparse.Namespace) -> Figures:
    with acting_from("commande messages send"):
        written = jobs.work()
        talk = outbox.provider()
        if talk is None:
            say(f"{written} messages mis en attente. Aucun fournisseur n’est réglé (JIGI_MESSAGES_URL) : rien ne part.")
            return {"written": written, "sent": 0, "asked": 0}
        done = outbox.run(talk, seconds=options.seconds)
    say(f"{written} messages mis en attente, {done.sent} partis ou écartés, {done.asked} demandés au fournisseur.")
    return {"written": written, "sent": done.sent, "asked": done.asked}


def _status_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--campaign", type=number, help="numéro d’une campagne (sinon tous les messages)")


def _status(options: argparse.Namespace) -> Figures:
    found = writing.figures(f"campaign:{options.campaign}" if options.campaign else "")
    for state, row in found.items():
        say(f"{MESSAGE.states[state]} : {row['messages']} messages, {row['segments']} SMS, {row['cost_xof']} FCFA")
    if not found:
        say("Aucun message.")
    terms = catalogue.terms()
    return {"states": found, "provider": outbox.provider() is not None, "tariff_confirmed": terms.confirmed}


def _twin_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--port", type=number, default=0, help="port de cette machine (0 : un qui est libre)")
    parser.add_argument("--faults", default="", help="pannes, par exemple busy=0.1,cut=0.05")
    parser.add_argument("--tell", default="", help="adresse où poster les comptes rendus")
    parser.add_argument("--secret", default="", help="secret qui les signe")


def _twin(options: argparse.Namespace) -> Figures:
    try:
        twin.run(options.port, options.faults, 1, options.tell, options.secret)
    except ValueError as error:
        raise wrong(f"Ces pannes ne se lisent pas ({error})", "Par exemple --faults busy=0.1,cut=0.05.") from None
    return {}


VERBS = {
    "messages send": Verb(_send_arguments, _send),
    "messages status": Verb(_status_arguments, _status),
    "messages twin": Verb(_twin_arguments, _twin),
}
