"""`jigi payments …`: the same actions as the pages, for an operator and for scripts."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from getpass import getpass
from pathlib import Path

from jigi.command.users import find_user
from jigi.command.verb import Figures, Verb, acting, nothing, number, progress, say, wrong
from jigi.foundation import runs
from jigi.foundation.errors import JigiError
from jigi.foundation.money import format_xof
from jigi.geography.models import Area
from jigi.payments import actions, frozen_list, losses
from jigi.payments.exchanges import configure
from jigi.payments.models import PaymentRound
from jigi.payments.orders import write_orders
from jigi.payments.returns import reconcile
from jigi.programmes.models import Agency, Component


def _of_round(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("round", metavar="TOUR", type=number, help="numéro du tour")
    acting(parser)


def _open_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("component", metavar="COMPOSANTE", help="composante, écrite PROGRAMME/COMPOSANTE")
    parser.add_argument("term", metavar="ÉCHÉANCE", type=number, help="échéance, numérotée depuis 1")
    parser.add_argument("--communes", nargs="+", metavar="CODE", help="codes des communes du tour")
    parser.add_argument("--all", action="store_true", help="toutes les communes de la composante")
    parser.add_argument("--catch-up", action="store_true", help="rattrapage : seulement les rappels")
    acting(parser)


def _open(options: argparse.Namespace) -> Figures:
    component = find_component(options.component)
    communes = Area.objects.filter(pk__in=component.communes.values("commune"))
    if not options.all:
        communes = communes.filter(code__in=options.communes or [])
        missing = set(options.communes or []) - set(communes.values_list("code", flat=True))
        if missing:
            raise wrong(
                f"{', '.join(sorted(missing))} : hors des communes de {component}",
                "Voyez le fichier du programme.",
            )
    kind = PaymentRound.Kind.CATCH_UP if options.catch_up else PaymentRound.Kind.TERM
    made = actions.open_round(component, options.term, list(communes), by=find_user(options.by), kind=kind)
    return _figures(made)


def _step(action: Callable[..., PaymentRound]) -> Callable[[argparse.Namespace], Figures]:
    def run(options: argparse.Namespace) -> Figures:
        with progress() as listen, runs.listening(listen):
            return _figures(action(find_round(options.round), by=find_user(options.by)))

    return run


def _orders_arguments(parser: argparse.ArgumentParser) -> None:
    _of_round(parser)
    parser.add_argument("--out", type=Path, default=Path("."), help="dossier où écrire")
    parser.add_argument("--format", choices=["csv", "xlsx", "pain001", "agency"], default="csv")
    parser.add_argument("--agency", help="code de l’agence ; toutes celles du tour, si elle n’est pas dite")


def _orders(options: argparse.Namespace) -> Figures:
    payment_round = find_round(options.round)
    agencies = Agency.objects.filter(
        pk__in=payment_round.component.agency_communes.filter(
            commune__in=payment_round.communes.values("commune")
        ).values("agency")
    )
    if options.agency:
        agencies = agencies.filter(pk=find_agency(options.agency).pk)
    made = [
        write_orders(payment_round, agency, options.out, format=options.format, by=find_user(options.by))
        for agency in agencies
    ]
    for file in made:
        say(f"{options.out / file.file_name} : {file.lines} ordres, {format_xof(file.total_xof)}")
    return {
        "files": [
            {"file": str(options.out / f.file_name), "agency": f.agency.code, "lines": f.lines,
             "total_xof": f.total_xof, "sha256": f.file_hash}
            for f in made
        ]
    }  # fmt: skip


def _channel_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("agency", metavar="AGENCE", help="code de l’agence")
    parser.add_argument("file", metavar="FICHIER", type=Path, help="réglage relu (TOML)")
    parser.add_argument("--password", action="store_true", help="demande le mot de passe des classeurs")
    acting(parser)


def _channel(options: argparse.Namespace) -> Figures:
    password = getpass("Mot de passe des classeurs : ") if options.password else ""
    channel = configure(find_agency(options.agency), options.file, by=find_user(options.by), password=password)
    say(f"{channel} : réglé par {channel.file_name}, {channel.file_hash[:12]}…")
    if channel.identity_public:
        say(f"L’agence chiffre ses retours à : {channel.identity_public}")
    if channel.signing_public:
        say(f"Elle vérifie nos signatures par : {channel.signing_public}")
    return {"agency": options.agency, "kind": channel.kind, "sha256": channel.file_hash}


def _reconcile_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", metavar="FICHIER", type=Path, help="fichier de retour (CSV ou XLSX)")
    parser.add_argument("--agency", required=True, help="code de l’agence")
    acting(parser)


def _reconcile(options: argparse.Namespace) -> Figures:
    agency = find_agency(options.agency)
    with progress() as listen, runs.listening(listen):
        taken = reconcile(options.file, agency, by=find_user(options.by))
    file = taken.return_file
    if taken.known:
        say("Ce fichier a déjà été pris : rien n’a changé.")
    say(
        f"{file.lines} lignes : {file.paid} payées ({format_xof(file.paid_xof)}), {file.unpaid} non payées,"
        f" {file.exceptions} à examiner."
    )
    return {
        "file": file.pk, "known": taken.known, "lines": file.lines, "paid": file.paid, "paid_xof": file.paid_xof,
        "unpaid": file.unpaid, "exceptions": file.exceptions,
    }  # fmt: skip


def _refund_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("component", metavar="COMPOSANTE", help="composante, écrite PROGRAMME/COMPOSANTE")
    parser.add_argument("--reason", required=True, help="motif, gardé dans l’audit")
    acting(parser)


def _decide_loss(options: argparse.Namespace) -> Figures:
    component = find_component(options.component)
    losses.decide(component, by=find_user(options.by), reason=options.reason)
    say("La décision est écrite : une autre personne rend l’argent (jigi payments refund).")
    return {"component": options.component}


def _withdraw_loss(options: argparse.Namespace) -> Figures:
    losses.withdraw(find_component(options.component), by=find_user(options.by), reason=options.reason)
    say("La décision est retirée : les droits restent dus.")
    return {"component": options.component}


def _refund(options: argparse.Namespace) -> Figures:
    component = find_component(options.component)
    count = actions.return_to_funds(component, by=find_user(options.by), reason=options.reason)
    say(f"{count} droits rendus à leurs conventions.")
    return {"returned": count}


def _verify_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("round", metavar="TOUR", type=number, nargs="?", help="numéro du tour")
    parser.add_argument("--file", type=Path, metavar="FICHIER", help="une liste gelée, vérifiée sans la base")
    parser.add_argument("--hash", default="", metavar="EMPREINTE", help="l’empreinte imprimée, avec --file")
    acting(parser)


def _verify(options: argparse.Namespace) -> Figures:
    if (options.round is None) == (options.file is None):
        raise wrong("Que vérifier ?", "Donnez le numéro d’un tour, ou --file et une liste gelée.")
    named = f"La liste du tour {options.round}" if options.file is None else f"La liste {options.file.name}"
    found = (
        frozen_list.verify(find_round(options.round))
        if options.file is None
        else frozen_list.verify_file(options.file, options.hash)
    )
    if not found.same:
        raise JigiError(
            f"{named} n’est pas celle qui a été gelée",
            why=f"Elle a été gelée avec l’empreinte {found.frozen}, on trouve {found.found or 'une liste vide'}"
            if found.frozen != found.found
            else "Des comptes ont été remplacés : ils ne s’ouvrent pas sur ceux de la liste",
            remedy="Ne payez rien et prévenez l’auditeur.",
        )
    say(f"Empreinte vérifiée : {found.found}")
    return {"round": options.round, "list_hash": found.frozen, "found": found.found, "same": True}


def _frozen_list_arguments(parser: argparse.ArgumentParser) -> None:
    _of_round(parser)
    parser.add_argument("--out", type=Path, default=Path("."), help="dossier où écrire")


def _frozen_list(options: argparse.Namespace) -> Figures:
    path = frozen_list.write(find_round(options.round), options.out, by=find_user(options.by))
    say(str(path))
    return {"file": str(path)}


def _list(options: argparse.Namespace) -> Figures:
    rounds = PaymentRound.objects.select_related("component__programme").order_by("pk")
    for payment_round in rounds:
        programme = payment_round.component.programme.code
        say(
            f"{payment_round.pk:>5}  {payment_round.get_status_display():<10} {programme:<10}"
            f" {payment_round}  {format_xof(payment_round.total_xof)}"
        )
    return {"rounds": [_figures(r) for r in rounds]}


def find_component(name: str) -> Component:
    """The component written PROGRAMME/COMPOSANTE. Raises JigiError naming those that exist."""
    programme, _, code = name.partition("/")
    found = Component.objects.filter(programme__code=programme, code=code).select_related("programme").first()
    if found is None:
        known = [f"{c.programme.code}/{c.code}" for c in Component.objects.select_related("programme")]
        raise wrong(f"« {name} » n’est pas une composante", f"Connues : {', '.join(known) or 'aucune'}.")
    return found


def find_agency(code: str) -> Agency:
    found = Agency.objects.filter(code=code).first()
    if found is None:
        codes = ", ".join(Agency.objects.values_list("code", flat=True)) or "aucune"
        raise wrong(f"« {code} » n’est pas une agence", f"Agences connues : {codes}.")
    return found


def find_round(number: int) -> PaymentRound:
    found = PaymentRound.objects.select_related("component__programme").filter(pk=number).first()
    if found is None:
        raise wrong(f"Il n’y a pas de tour {number}", "Voyez jigi payments list.")
    return found


def _figures(payment_round: PaymentRound) -> Figures:
    return {
        "round": payment_round.pk, "label": payment_round.label, "status": payment_round.status,
        "entitlements": payment_round.entitlements, "entitlements_xof": payment_round.entitlements_xof,
        "arrears": payment_round.arrears, "arrears_xof": payment_round.arrears_xof,
        "list_hash": payment_round.list_hash,
    }  # fmt: skip


VERBS = {
    "payments open": Verb(_open_arguments, _open),
    "payments prepare": Verb(_of_round, _step(actions.prepare)),
    "payments freeze": Verb(_of_round, _step(actions.freeze)),
    "payments approve": Verb(_of_round, _step(actions.approve)),
    "payments release": Verb(_of_round, _step(actions.release)),
    "payments exchange": Verb(_channel_arguments, _channel),
    "payments orders": Verb(_orders_arguments, _orders),
    "payments reconcile": Verb(_reconcile_arguments, _reconcile),
    "payments close": Verb(_of_round, _step(actions.close)),
    "payments decide-loss": Verb(_refund_arguments, _decide_loss),
    "payments withdraw-loss": Verb(_refund_arguments, _withdraw_loss),
    "payments refund": Verb(_refund_arguments, _refund),
    "payments verify": Verb(_verify_arguments, _verify),
    "payments frozen-list": Verb(_frozen_list_arguments, _frozen_list),
    "payments list": Verb(nothing, _list),
}
