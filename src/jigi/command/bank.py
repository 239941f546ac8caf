"""`jigi ledger bank …`"""

from __future__ import annotations

import argparse
from datetime import date
from pathlib import Path
from typing import Any

from jigi.command.users import find_user
from jigi.command.verb import Figures, Verb, acting, say
from jigi.foundation.money import format_xof
from jigi.payments import bank_accounts, bank_matching, bank_state, bank_statements
from jigi.payments.bank_models import BankAccount


def _accounts_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", metavar="FICHIER", type=Path, help="comptes bancaires relus (TOML)")
    acting(parser)


def _accounts(options: argparse.Namespace) -> Figures:
    made = bank_accounts.configure(options.file, by=find_user(options.by))
    for one in made:
        say(f"{one.code} : {one}, compte finissant par {one.tail}")
    return {"accounts": [one.code for one in made]}


def _of_account(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("account", metavar="COMPTE", help="code du compte bancaire")


def _take_arguments(parser: argparse.ArgumentParser) -> None:
    _of_account(parser)
    parser.add_argument("file", metavar="FICHIER", type=Path, help="relevé : camt.053, CSV ou XLSX")
    acting(parser)


def _take(options: argparse.Namespace) -> Figures:
    bank = bank_accounts.bank_of(options.account)
    taken = bank_statements.take(bank, options.file, by=find_user(options.by))
    if taken.known:
        say("Ce relevé est déjà connu : rien n’a changé.")
    else:
        say(f"{taken.lines} lignes nouvelles, {taken.repeated} déjà connues.")
    ids = [one.pk for one in taken.statements]
    return {"known": taken.known, "statements": ids, "lines": taken.lines, "repeated": taken.repeated}


def _match_arguments(parser: argparse.ArgumentParser) -> None:
    _of_account(parser)
    acting(parser)


def _match(options: argparse.Namespace) -> Figures:
    found = bank_matching.match_all(bank_accounts.bank_of(options.account), by=find_user(options.by))
    say(f"{found.by_reference} rapprochements par la référence, {found.by_amount} par le montant et la date.")
    return {"by_reference": found.by_reference, "by_amount": found.by_amount}


def _state_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("account", metavar="COMPTE", nargs="?", default="", help="code du compte (tous)")
    parser.add_argument("--on", type=date.fromisoformat, default=None, help="jour de l’état (aujourd’hui)")


def _state(options: argparse.Namespace) -> Figures:
    chosen = [bank_accounts.bank_of(options.account)] if options.account else BankAccount.objects.order_by("code")
    found = bank_state.states(chosen, options.on)
    for one in found:
        say(
            f"{one.bank.code} au {one.day:%d/%m/%Y} : banque {format_xof(one.bank_xof)}, grand livre"
            f" {format_xof(one.ledger_xof)} ; en suspens à la banque {format_xof(one.sum_xof('bank'))}, au grand livre"
            f" {format_xof(one.sum_xof('ledger'))}."
        )
        for name, at_bank, bank_xof, in_ledger, ledger_xof in one.aged():
            if at_bank or in_ledger:
                say(f"  {name} jours : banque {at_bank} ({format_xof(bank_xof)}), grand livre {in_ledger} "
                    f"({format_xof(ledger_xof)})")  # fmt: skip
    return {"accounts": [_figures(one) for one in found]}


def _figures(one: bank_state.State) -> dict[str, Any]:
    return {
        "account": one.bank.code, "on": one.day.isoformat(), "bank_xof": one.bank_xof, "ledger_xof": one.ledger_xof,
        "bank_outstanding_xof": one.sum_xof("bank"), "ledger_outstanding_xof": one.sum_xof("ledger"),
        "ties": one.ties, "over_30_days": len(one.old),
        "outstanding": [
            {"side": item.side, "on": item.on.isoformat(), "days": item.days, "amount_xof": item.amount_xof,
             "label": item.label, "reference": item.reference, "waiting": item.waiting}
            for item in one.outstanding
        ],
    }  # fmt: skip


VERBS = {
    "ledger bank accounts": Verb(_accounts_arguments, _accounts),
    "ledger bank take": Verb(_take_arguments, _take),
    "ledger bank match": Verb(_match_arguments, _match),
    "ledger bank state": Verb(_state_arguments, _state),
}
