"""The whole chain of money in one run, from the list to the statement, with three agreements, fees and arrears."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from itertools import islice

from jigi.demo.bench.answers import write_answers
from jigi.demo.bench.dirty import answer_orders
from jigi.demo.bench.gauge import Gauge, gauged, peak_mb
from jigi.demo.bench.ground import lay, release_round, settle_tables, staff
from jigi.demo.bench.round import measure_round
from jigi.demo.bench.statement import largest_agreement, page_milliseconds
from jigi.demo.bench.trial import Bench, Figures, Trial
from jigi.demo.bench.twins import copy_rows_across
from jigi.foundation.errors import JigiError
from jigi.foundation.models import User
from jigi.ledger.queries import prove
from jigi.payments import actions, orders, statements, totals
from jigi.payments.models import PaymentRound
from jigi.payments.returns import reconcile
from jigi.payments.statements import Chosen
from jigi.programmes import tariffs
from jigi.programmes.models import Agency, Component

PERCENTS = (20, 30, 50)
FEE = tariffs.Fee("on_top", fixed_xof=100, per_mille=Decimal(5))
MOST_XLSX = 100_000
ORDERS, RETURN = "ordres.csv", "retour.csv"


def _lay(trial: Trial) -> Figures:
    """Households of one agency, paid by three agreements in every commune, with a fee on top of each payment."""
    lay(trial.size, one_agency=True, wallets=True, percents=PERCENTS)
    rule = tariffs.propose(
        Agency.objects.get(), FEE, valid_from=date(2014, 1, 1), why="Contrat mesuré",
        by=User.objects.get(username="finances"),
    )  # fmt: skip
    tariffs.approve(rule, by=staff().treasurer)
    return {}


def _past(trial: Trial) -> Figures:
    """A first round, answered: what was absent, refused or doubtful is owed, and asked by the next."""
    hands, agency = staff(), Agency.objects.get()
    first = release_round(Component.objects.get(), 1)
    write_answers(first, agency, trial.path("premier.csv"), faults=True)
    reconcile(trial.path("premier.csv"), agency, by=hands.payment_officer)
    actions.close(first, by=hands.manager)
    settle_tables()
    return {}


def _round(trial: Trial) -> Figures:
    released, gauges = measure_round(2)
    return {"arrears": released.arrears, "orders": released.entitlements + released.arrears} | _measured(trial, gauges)


def _csv(trial: Trial) -> Figures:
    with gauged() as gauge:
        made = orders.write_orders(
            _released(), Agency.objects.get(), trial.path(""), format="csv", by=staff().payment_officer
        )
    trial.path(made.file_name).rename(trial.path(ORDERS))
    return _measured(trial, {"order_file_csv": gauge})


def _xlsx(trial: Trial) -> Figures:
    """As many lines of the same file as a workbook is asked to hold, written as the order file writes them."""
    rows = orders.lines_of_orders(_released(), Agency.objects.get())
    with gauged() as gauge:
        lines, _ = orders.write_xlsx(trial.path("ordres.xlsx"), islice(rows, MOST_XLSX))
    return {"xlsx_lines": lines} | _measured(trial, {"order_file_xlsx": gauge})


def _returned(trial: Trial) -> Figures:
    lines = answer_orders(trial.path(ORDERS), trial.path(RETURN), trial.size)
    settle_tables()
    return {"lines": lines}


def _reconcile(trial: Trial) -> Figures:
    with gauged() as gauge:
        taken = reconcile(trial.path(RETURN), Agency.objects.get(), by=staff().payment_officer).return_file
    counted = {"paid": taken.paid, "unpaid": taken.unpaid, "exceptions": taken.exceptions}
    return {**counted, "return_file": taken.pk} | _measured(trial, {"reconcile": gauge})


def _statement(trial: Trial) -> Figures:
    agreement, user = largest_agreement(), staff().treasurer
    with gauged() as gauge:
        statements.statement(Chosen(convention=agreement.code), "commune", user)
    return {"page_milliseconds": page_milliseconds(agreement)} | _measured(trial, {"statement": gauge})


def _reference(trial: Trial) -> Figures:
    """The same rows copied into the same tables; and the proof that every franc is where it is said to be."""
    if not (prove().balanced and totals.prove().holds):
        raise JigiError("Les comptes de la mesure ne sont pas prouvés")
    number = _released().pk
    seconds, rows = copy_rows_across(
        {
            "payments_entitlement": f"round_id = {number}",
            "payments_instruction": f"round_id = {number}",
            "payments_returnline": f"return_file_id = {trial.facts['return_file']}",
            "ledger_posting": "book_id <> 1 AND entry_id IN (SELECT id FROM ledger_entry"  # nosec B608: numbers of ours
            f" WHERE cause IN ('round:{number}', 'return:{trial.facts['return_file']}'))",
        },
        foreign_keys=True,
    )
    steps = trial.facts["steps"].values()
    return {
        "seconds": round(sum(step["seconds"] for step in steps), 3),
        "statements": sum(step["statements"] for step in steps),
        "peak_mb": max(step["peak_mb"] for step in steps),
        "reference_seconds": seconds,
        "rows": rows,
    }


def _measured(trial: Trial, gauges: dict[str, Gauge]) -> Figures:
    """The steps measured until now with these: what each took, and the most memory of its process."""
    peak = peak_mb()
    own = {
        name: {
            "seconds": gauge.seconds,
            "own_seconds": gauge.own_seconds,
            "statements": gauge.statements,
            "peak_mb": peak,
        }
        for name, gauge in gauges.items()
    }
    return {"steps": trial.facts.get("steps", {}) | own}


def _released() -> PaymentRound:
    return PaymentRound.objects.get(term=2)


BENCH = Bench(
    name="money",
    size=71_000,
    unit="ménages",
    reference="INSERT ... SELECT des mêmes droits, ordres, lignes de retour et écritures dans des tables identiques",
    phases={
        "Base, programme à trois conventions, ménages": _lay,
        "Premier tour, répondu et clos": _past,
        "Tour : liste, gel, approbation, libération": _round,
        "Fichier d’ordres CSV": _csv,
        "Fichier d’ordres XLSX": _xlsx,
        "Le retour de l’agence s’écrit": _returned,
        "Rapprochement": _reconcile,
        "Relevé d’une convention": _statement,
        "Référence": _reference,
    },
)
