"""`python -m tools.agency ORDRE --out RETOUR`: execute an order file as a payment agency would."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from dataclasses import fields
from datetime import date
from pathlib import Path

from tools.agency import orders, outcomes, returns

_HABITS = {
    "absent": "part des absents",
    "refused": "part des refus",
    "duplicates": "part des lignes répétées telles quelles",
    "unknown": "part des références inventées",
    "late": "part des lignes tardives, écrites dans un second fichier",
    "wrong_amount": "part des payés d’un autre montant",
    "reversed": "part des payés annulés ensuite",
}


def main(arguments: Sequence[str] | None = None) -> int:
    options = _parser().parse_args(arguments)
    habits = outcomes.Habits(**{name: getattr(options, name) for name in _HABITS})
    form = returns.Form(options.format, options.encoding, options.delimiter, options.amount_format)
    try:
        totals = orders.check(options.order)
        answers = (
            answer
            for order in orders.read(options.order)
            for answer in outcomes.answers(order, habits, options.seed, options.date)
        )
        tally, files = returns.write(options.out, answers, form)
    except (orders.RefusedOrder, OSError) as error:
        print(f"Ordre refusé : {error}", file=sys.stderr)
        return 2
    _report(totals, tally, files, as_json=options.json)
    return 0


def _report(totals: orders.Totals, tally: returns.Tally, files: list[Path], *, as_json: bool) -> None:
    outcome = {
        name: {"lines": tally.lines[name], "amount_xof": tally.amounts_xof[name]} for name in sorted(tally.lines)
    }
    if as_json:
        order = {"lines": totals.lines, "amount_xof": totals.amount_xof}
        print(json.dumps({"order": order, "outcomes": outcome, "files": [str(file) for file in files]}))
        return
    print(f"Ordre exécuté : {totals.lines} lignes, {totals.amount_xof:,} FCFA.".replace(",", " ", 2))
    for name, sums in outcome.items():
        print(f"  {name:<14}{sums['lines']:>10} lignes {sums['amount_xof']:>16} FCFA")
    print("Retour : " + ", ".join(file.name for file in files))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tools.agency", description="Joue une agence de paiement.")
    parser.add_argument("order", type=Path, metavar="ORDRE", help="fichier d’ordre, CSV ou XLSX")
    parser.add_argument("--out", type=Path, required=True, metavar="RETOUR", help="fichier de retour à écrire")
    for field in fields(outcomes.Habits):
        parser.add_argument(
            f"--{field.name.replace('_', '-')}", type=_share, default=field.default, help=_HABITS[field.name]
        )
    parser.add_argument("--encoding", choices=["cp1252", "utf-8", "utf-8-sig"], default="utf-8-sig", help="encodage")
    parser.add_argument("--delimiter", choices=[";", ",", "\t", "|"], default=";", help="séparateur")
    parser.add_argument("--format", choices=["csv", "xlsx"], default="csv", help="format du retour")
    parser.add_argument("--amount-format", choices=["plain", "spaces", "comma"], default="plain", help="montants")
    parser.add_argument("--date", type=date.fromisoformat, default=date.today(), help="dernier jour de paie")
    parser.add_argument("--seed", type=int, default=1, help="graine du hasard : le même nombre, le même retour")
    parser.add_argument("--json", action="store_true", help="dernière ligne : un objet JSON")
    return parser


def _share(text: str) -> float:
    share = float(text)
    if not 0 <= share <= 1:
        raise argparse.ArgumentTypeError(f"{text} n’est pas une part entre 0 et 1")
    return share


if __name__ == "__main__":
    sys.exit(main())
