"""The whole chain on a fictitious population, through the same doors as a user's files and hands.

Files are written, then imported; agencies are another program that reads orders and writes returns; three
people prepare, approve and release. Nothing here writes a table of its own.
"""

from __future__ import annotations

import csv
import json
import random
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from jigi.demo.given_back import give_back
from jigi.demo.ground import Staff
from jigi.demo.population import CommuneSpot, Manifest, make_population
from jigi.enrolment.actions import enrol_selected
from jigi.enrolment.models import Cohort
from jigi.foundation.errors import JigiError
from jigi.foundation.money import spaced
from jigi.geography.actions import load_file as load_places
from jigi.geography.models import Area
from jigi.intake.models import Batch
from jigi.intake.pipeline import import_file
from jigi.payments import actions, losses
from jigi.payments.models import PaymentRound
from jigi.payments.orders import write_orders
from jigi.payments.queries import owed
from jigi.payments.returns import reconcile
from jigi.programmes.actions import load_file as load_programme
from jigi.programmes.models import Agency, Component
from jigi.targeting import actions as targeting
from jigi.targeting.models import ScoringFormula, TargetingRound
from jigi.targeting.queries import SelectionError, estimated_poverty_rates, selection_error

PROJECT = Path(__file__).resolve().parents[3]
FORMULA = Path(__file__).resolve().parent.parent / "targeting" / "formulas" / "mali_demo.toml"
SURVEY = "fictive-2016"
POOR_SHARE = 0.4
Say = Callable[[str], None]


@dataclass(frozen=True)
class Plan:
    """What to play: a programme file, how many households, how many chosen, how many absent, drawn by a seed."""

    programme_file: Path
    households: int
    selected: int
    seed: int
    absent: float | None
    folder: Path


@dataclass
class Played:
    """What happened, for the figures; `seconds` by step, in order."""

    seconds: dict[str, float] = field(default_factory=dict)
    manifest: Manifest | None = None
    batch: Batch | None = None
    formula: ScoringFormula | None = None
    targeting_round: TargetingRound | None = None
    error: SelectionError | None = None
    cohort: Cohort | None = None
    returned: int = 0


def play(plan: Plan, component: Component, staff: Staff, say: Say) -> Played:
    """From the drawn population to the money given back to the funds; every step is timed and said."""
    played = Played()
    clock = Clock(played, say)
    enrol_population(plan, component, staff, played, clock)
    _pay(plan, component, staff, clock, say)
    with clock.step("Retour aux fonds"):
        if losses.refundable(component)[0]:  # a small population may have been paid to the last franc
            losses.decide(component, by=staff.coordinator, reason="Fin des échéances : sommes non réclamées.")
            played.returned = actions.return_to_funds(
                component, by=staff.manager, reason="Fin des échéances : sommes non réclamées."
            )
    with clock.step("Prestations des autres régimes"):
        give_back(plan.folder, plan.seed, by=staff.manager)
    return played


def enrol_population(plan: Plan, component: Component, staff: Staff, played: Played, clock: Clock) -> None:
    """The first half of the chain: population, import, survey, formula, campaign, enrolment."""
    communes = communes_of(component)
    with clock.step("Population fictive"):
        played.manifest = make_population(plan.folder, plan.households, plan.seed, _spots(communes))
    with clock.step("Villages"):
        load_places(plan.folder / "villages.csv", by=staff.operator)
    with clock.step("Import des ménages"):
        households, members = plan.folder / "menages.csv", plan.folder / "membres.csv"
        played.batch = import_file(households, "population_fictive", members=members, by=staff.operator)
    with clock.step("Enquête et formule de score"):
        import_file(plan.folder / "enquete.csv", "population_enquete", by=staff.operator)
        played.formula = targeting.fit(SURVEY, FORMULA, by=staff.operator)
    _target(plan, component, communes, staff, played, clock)
    assert played.targeting_round is not None
    with clock.step("Inscription"):
        played.cohort = enrol_selected(
            played.targeting_round, component, cohort_name="Cohorte 1", first_term=1, by=staff.manager
        )


def load_component(path: Path, staff: Staff) -> Component:
    """Load a programme file and return its first component, which the demonstration plays."""
    loaded = load_programme(path, by=staff.operator)
    return loaded.programme.components.select_related("programme").order_by("pk")[0]


def _target(plan: Plan, component: Component, communes: list[Area], staff: Staff, played: Played, clock: Clock) -> None:
    code = component.programme.code
    with clock.step("Listes, quotas, scores, classement"):
        opened = targeting.open_round(
            f"Campagne {component.first_period} · {component.programme.name}"[:120], communes, programme_code=code,
            formula=played.formula, quota_total=plan.selected, by=staff.manager,
        )  # fmt: skip
        targeting.import_lists(opened, plan.folder / "listes.csv", by=staff.manager)
        assert played.formula is not None
        rates = estimated_poverty_rates(played.formula, communes, poor_share=POOR_SHARE)
        targeting.set_quotas(opened, plan.selected, rates, by=staff.manager)
        opened.refresh_from_db()
        targeting.rank(opened, by=staff.manager)
        opened.refresh_from_db()
        targeting.freeze(opened, by=staff.manager)
        played.targeting_round = opened
    with clock.step("Erreur de ciblage"):
        played.error = selection_error(opened, _consumption(plan.folder / "consommation.csv"))


def _pay(plan: Plan, component: Component, staff: Staff, clock: Clock, say: Say) -> None:
    last = max(component.communes.values_list("terms", flat=True))
    for term in range(1, last + 1):
        with clock.step(f"Tour {term}", total="Tours de paiement"):
            opened = actions.open_round(component, term, communes_of(component, term), by=staff.manager)
            paid = play_round(actions.prepare(opened, by=staff.manager), plan, staff)
        say(f"    {paid}")
    if not owed(component.pk)["entitlements"]:
        return
    with clock.step("Rattrapage final", total="Tours de paiement"):
        communes = communes_of(component)
        opened = actions.open_round(component, last, communes, kind=PaymentRound.Kind.CATCH_UP, by=staff.manager)
        paid = play_round(actions.prepare(opened, by=staff.manager), plan, staff)
    say(f"    {paid}")


def play_round(payment_round: PaymentRound, plan: Plan, staff: Staff) -> str:
    """Three hands, the agencies' answers, the closing; returns a line that says it."""
    payment_round = actions.freeze(payment_round, by=staff.manager)
    payment_round = actions.approve(payment_round, by=staff.coordinator)
    payment_round = actions.release(payment_round, by=staff.treasurer)
    paid = unpaid = exceptions = 0
    asked = []
    for agency in _agencies(payment_round):
        folder = plan.folder / "paiements"
        order = write_orders(payment_round, agency, folder, format="csv", by=staff.payment_officer)
        asked.append((agency, _ask_agency(folder / order.file_name, payment_round, agency, plan)))
    for agency, working in asked:
        for file in _answers(working):
            taken = reconcile(file, agency, by=staff.payment_officer).return_file
            paid, unpaid, exceptions = paid + taken.paid, unpaid + taken.unpaid, exceptions + taken.exceptions
    actions.close(payment_round, by=staff.manager)
    orders = payment_round.entitlements + payment_round.arrears
    return (
        f"{payment_round.label} : {spaced(orders)} ordres dont {spaced(payment_round.arrears)} de rappel ; "
        f"payés {spaced(paid)}, non payés {spaced(unpaid)}, à examiner {spaced(exceptions)}"
    )


def _ask_agency(order: Path, payment_round: PaymentRound, agency: Agency, plan: Plan) -> subprocess.Popen[str]:
    """Start the agency, a program of its own, on its orders."""
    draw = random.Random(f"{plan.seed}/{payment_round.term}/{payment_round.kind}/{agency.code}")  # nosec B311
    absent = plan.absent if plan.absent is not None else round(draw.uniform(0.02, 0.08), 4)
    back = order.with_name(order.name.replace("ordres", "retour"))
    encoding = ["utf-8-sig", "cp1252"][payment_round.term % 2]
    habits = [] if plan.absent is None else ["--refused=0", "--reversed=0", "--wrong-amount=0", "--late=0"]
    day = payment_round.component.period(payment_round.term).end
    return subprocess.Popen(
        [sys.executable, "-m", "tools.agency", str(order), "--out", str(back), f"--absent={absent}",
         f"--encoding={encoding}", f"--seed={plan.seed}", f"--date={day}", "--json", *habits],
        cwd=PROJECT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip


def _answers(agency: subprocess.Popen[str]) -> list[Path]:
    """The files an agency sent back, in order."""
    said, complaint = agency.communicate()
    if agency.returncode:
        raise JigiError(
            "L’agence fictive n’a pas répondu",
            why=complaint.strip()[-300:],
            remedy="Lancez la démonstration depuis le dossier du projet, où se trouve tools/agency.",
        )
    return [Path(name) for name in json.loads(said.splitlines()[-1])["files"]]


def communes_of(component: Component, term: int = 1) -> list[Area]:
    """The communes where the component still runs at a term."""
    running = component.communes.filter(terms__gte=term)
    return list(Area.objects.filter(pk__in=running.values("commune")).order_by("code"))


def _agencies(payment_round: PaymentRound) -> list[Agency]:
    communes = payment_round.communes.values("commune")
    serving = payment_round.component.agency_communes.filter(commune__in=communes)
    return list(Agency.objects.filter(pk__in=serving.values("agency")).order_by("code"))


def _spots(communes: list[Area]) -> list[CommuneSpot]:
    return [
        CommuneSpot(a.code, a.longitude or 0.0, a.latitude or 0.0, urban=a.code.startswith("ML09")) for a in communes
    ]


def _consumption(path: Path) -> Iterator[tuple[str, int]]:
    with path.open(newline="", encoding="utf-8") as file:
        rows = csv.reader(file)
        next(rows)
        for key, amount in rows:
            yield key, int(amount)


class Clock:
    """Says each step as it ends and adds up its seconds."""

    def __init__(self, played: Played, say: Say) -> None:
        self.played, self.say = played, say

    @contextmanager
    def step(self, name: str, *, total: str = "") -> Iterator[None]:
        began = time.monotonic()
        yield
        seconds = time.monotonic() - began
        key = total or name
        self.played.seconds[key] = round(self.played.seconds.get(key, 0.0) + seconds, 2)
        self.say(f"  {name:<40} {seconds:6.1f} s")
