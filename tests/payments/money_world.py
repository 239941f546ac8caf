"""The same acts as money_model.py, done by Jigi on a real PostgreSQL, and what its tables then say."""

from __future__ import annotations

import csv
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from django.db import connection, transaction
from django.utils import timezone

from jigi.enrolment import actions as enrolment
from jigi.enrolment.models import Enrolment
from jigi.foundation.models import User
from jigi.ledger import periods
from jigi.ledger import queries as ledger
from jigi.ledger.models import Account
from jigi.payments import (
    actions,
    advances,
    corrections,
    frozen_list,
    losses,
    orders,
    parts,
    reissues,
    returns,
    suspensions,
    totals,
)
from jigi.payments.bands import Band
from jigi.payments.models import (
    CommuneSuspension,
    Entitlement,
    Instruction,
    PaymentRound,
    ReturnFile,
    ReturnLine,
)
from jigi.programmes import amendments, tariffs
from jigi.programmes.models import Advance, Agency, AgencyAccount, AgencyCommune, Agreement
from tests.factories import make_households, make_user, make_village
from tests.foundation.sent import pdf
from tests.payments.money_facts import OrderKey, Row
from tests.payments.money_model import Model
from tests.payments.scene import Scene, no_fee, stage
from tests.payments.test_dealing import second_line, share

AMOUNT, TERMS = 30_000, 3
MONEY = {"IDA-tm": 240_000, "SUISSE": 300_000}
COMMUNES = ("ML010501", "ML010502")
LISTED, SPARE = 3, 1  # households of each commune, enrolled at the start or not
BANDS = (Band("", 0, ("",)), Band("", 150_000, ("regional_coordinator", "coordinator")))
FEE = tariffs.Fee("on_top", fixed_xof=100, per_mille=Decimal(10))


@dataclass
class World:
    """The scene, its second agreement and agency, and the people of its acts."""

    scene: Scene
    agencies: dict[int, Agency]
    agreements: dict[str, Agreement]
    keeper: User
    treasurer: User
    region: User
    households: list[int]

    # Households.

    def enrol(self, household: int, first: int) -> int:
        name = f"cohorte {Enrolment.objects.count() + 1}"
        made = enrolment.enrol_households(
            self.scene.component, [household], cohort_name=name, first_term=first, by=self.scene.maker
        )
        return made.enrolments.get().pk

    def move(self, number: int, verb: str) -> None:
        one = Enrolment.objects.get(pk=number)
        if verb == "exit":
            enrolment.exit(one, "départ", by=self.scene.maker)
        else:
            getattr(enrolment, verb)(one, reason="essai", by=self.scene.maker)

    # Communes.

    def suspend_commune(self, commune: int) -> None:
        area = next(one for one in self.scene.communes if one.pk == commune)
        with transaction.atomic():
            asked = suspensions.ask(
                self.scene.component, area, starts_on=date(2015, 1, 1), reason="attaques", by=self.scene.maker
            )
            suspensions.confirm(asked, by=self.scene.approver)

    def lift(self, commune: int) -> None:
        held = CommuneSuspension.objects.filter(commune=commune).order_by("pk").last()
        assert held is not None
        suspensions.lift(held, ends_on=timezone.localdate(), reason="retour au calme", by=self.scene.approver)

    # Rounds.

    def open(self, kind: str, term: int, communes: Sequence[int]) -> int:
        areas = [one for one in self.scene.communes if one.pk in communes]
        return actions.open_round(self.scene.component, term, areas, by=self.scene.maker, kind=kind).pk

    def verb(self, number: int, verb: str, hand: str = "") -> None:
        one = PaymentRound.objects.select_related("component__programme").get(pk=number)
        approver = self.region if hand == "region" else self.scene.approver
        by = {"approve": approver, "release": self.scene.treasurer}.get(verb, self.scene.maker)
        if verb == "send_back":
            by = self.scene.approver if one.status == "frozen" else self.scene.maker
        why = {"reason": "essai"} if verb in ("send_back", "cancel") else {}
        getattr(actions, verb)(one, by=by, **why)

    def reissue(self, key: OrderKey) -> int:
        return reissues.ask(self._order(key), by=self.scene.maker, reason="lettre").pk

    # Agencies.

    def order_file(self, number: int, agency: int) -> list[int]:
        """The amounts that an agency is asked to pay for a round, sorted; its slip declares them."""
        with TemporaryDirectory() as folder:
            made = orders.write_orders(
                PaymentRound.objects.get(pk=number), self.agencies[agency], Path(folder), format="csv",
                by=self.scene.officer,
            )  # fmt: skip
            with (Path(folder) / made.file_name).open(encoding="utf-8-sig", newline="") as file:
                asked = [int(row["montant_fcfa"]) for row in csv.DictReader(file, delimiter=";")]
        assert (made.lines, made.total_xof) == (len(asked), sum(asked))
        return sorted(asked)

    def reconcile(self, agency: int, rows: Sequence[Row]) -> tuple[int, list[int]] | None:
        """The number of the file and of its lines; None when it had been taken already."""
        references = {key: self._order(key).reference for key, _, _ in rows if key}
        with TemporaryDirectory() as folder:
            path = Path(folder) / "retour.csv"
            with path.open("w", newline="", encoding="utf-8") as file:
                writer = csv.writer(file, delimiter=";")
                writer.writerow(["reference", "statut", "montant_fcfa", "date"])
                for key, said, xof in rows:
                    writer.writerow([references[key] if key else "9-9-9-99", said, xof, "2016-02-10"])
            taken = returns.reconcile(path, self.agencies[agency], by=self.scene.officer)
        if taken.known:
            return None
        lines = ReturnLine.objects.filter(return_file=taken.return_file).order_by("line")
        return taken.return_file.pk, list(lines.values_list("pk", flat=True))

    def assign(self, number: int, key: OrderKey) -> None:
        corrections.assign(ReturnLine.objects.get(pk=number), self._order(key), by=self.scene.officer)

    def accept_part(self, number: int) -> None:
        parts.accept(ReturnLine.objects.get(pk=number), by=self.scene.officer, reason="caisse vide")

    def dismiss(self, number: int) -> None:
        returns.dismiss(ReturnLine.objects.get(pk=number), by=self.scene.officer, reason="sans objet")

    def undo_line(self, number: int) -> None:
        corrections.undo_line(ReturnLine.objects.get(pk=number), by=self.scene.officer, reason="erreur")

    def undo_file(self, number: int) -> None:
        corrections.undo_file(ReturnFile.objects.get(pk=number), by=self.scene.officer, reason="erreur")

    # Funds.

    def decide_loss(self) -> None:
        losses.decide(self.scene.component, by=self.scene.approver, reason="lettre")

    def give_back(self) -> int:
        return actions.return_to_funds(self.scene.component, by=self.scene.maker, reason="lettre")

    def amend(self, agreement: str, xof: int) -> None:
        asked = amendments.Asked("addition" if xof > 0 else "reduction", amount=Decimal(abs(xof)))
        with transaction.atomic():
            made = amendments.ask(
                self.agreements[agreement], asked, signed_on=date(2022, 5, 1), reason="Lettre",
                paper=amendments.Paper("avenant.pdf", pdf()), by=self.keeper,
            )  # fmt: skip
            amendments.confirm(made, by=self.scene.maker)

    def rule_fee(self, agency: int, xof: int) -> None:
        """A rule of its commune, nearer than the one of everywhere."""
        place = next(one for one in self.scene.communes if self.agency_of[one.pk] == agency)
        with transaction.atomic():
            rule = tariffs.propose(
                self.agencies[agency], tariffs.Fee("on_top", fixed_xof=xof), valid_from=date(2015, 1, 1), area=place,
                why="Contrat", by=self.keeper,
            )  # fmt: skip
            tariffs.approve(rule, by=self.treasurer)

    def advance(self, agreement: str, agency: int, xof: int, month: int) -> int:
        with transaction.atomic():
            made = advances.propose(
                self.agreements[agreement], self.agencies[agency], xof, reference=f"VIR-{Advance.objects.count() + 1}",
                paid_on=first_day(month), document="Avis", by=self.keeper,
            )  # fmt: skip
            advances.approve(made, by=self.treasurer)
        return made.pk

    def clear(self, agreement: str, agency: int) -> int:
        return advances.clear(self.agreements[agreement], self.agencies[agency], by=self.keeper)

    def close_month(self, month: int) -> None:
        last = first_day(month - 1) - timedelta(days=1)
        periods.close_period(first_day(month), last, by=self.keeper)

    # What is said.

    @property
    def agency_of(self) -> dict[int, int]:
        here, there = self.scene.communes
        return {here.pk: 1, there.pk: 2}

    def _order(self, key: OrderKey) -> Instruction:
        origin, household, attempt = key
        return Instruction.objects.select_related("component__programme", "commune").get(
            origin_round=origin, household=household, attempt=attempt
        )


def first_day(month: int) -> date:
    """The first day of the month so many months ago."""
    day = timezone.localdate().replace(day=1)
    for _ in range(month):
        day = (day - timedelta(days=1)).replace(day=1)
    return day


def lay() -> tuple[World, Model]:
    """Two communes, each with its agency; one has its agreements in order of use, the other by percentage."""
    scene = stage(amount_xof=AMOUNT, terms=TERMS, money=MONEY["IDA-tm"], communes=COMMUNES)
    other = second_line(scene, money=MONEY["SUISSE"])
    here, there = scene.communes
    share(scene, (scene.line, {}), (other, {}))
    _by_percentage(scene, there.pk)
    second = _second_agency(scene)
    AgencyCommune.objects.filter(component=scene.component, commune=there).update(agency=second)
    keeper, treasurer = make_user("finances", "finance_officer"), make_user("tresor", "treasurer")
    assert here.parent
    region = make_user("region", "regional_coordinator", here.parent.parent)
    world = World(
        scene, {1: scene.agency, 2: second}, {"IDA-tm": scene.agreement, "SUISSE": other.agreement}, keeper, treasurer,
        region, [],
    )  # fmt: skip
    rule = tariffs.propose(scene.agency, FEE, valid_from=date(2015, 1, 1), programme=scene.component.programme,
                           why="Contrat", by=keeper)  # fmt: skip
    tariffs.approve(rule, by=treasurer)
    commune_of = {}
    for place in scene.communes:
        commune_of |= dict.fromkeys(make_households(LISTED + SPARE, make_village(place)), place.pk)
    world.households = sorted(commune_of)
    model = Model(
        AMOUNT, TERMS, world.agency_of, commune_of,
        {here.pk: [("IDA-tm", None), ("SUISSE", None)], there.pk: [("IDA-tm", 70), ("SUISSE", 30)]},
        dict(MONEY), {1: 400, 2: 0}, band=BANDS[1].from_xof,
    )  # fmt: skip
    for place in scene.communes:
        for household in [one for one, at in commune_of.items() if at == place.pk][:LISTED]:
            model.enrol(household, 1, world.enrol(household, 1))
    return world, model


def _by_percentage(scene: Scene, commune: int) -> None:
    with connection.cursor() as cursor, transaction.atomic():
        cursor.execute(
            "UPDATE programmes_fundingcommune SET percent = CASE rank WHEN 1 THEN 70 ELSE 30 END WHERE commune_id = %s",
            [commune],
        )


def _second_agency(scene: Scene) -> Agency:
    second = Agency.objects.create(code="AGENCE-B", name="Agence B", kind="wallet")
    no_fee(second, scene.maker)
    for line in scene.component.funding_lines.all():
        code = f"{line.agreement.code}:agence:{second.code}"
        account = Account.objects.create(code=code, name=code, kind="agency", fund=line.agreement.code)
        AgencyAccount.objects.create(funding_line=line, agency=second, account=account)
    return second


# What the tables say, in the words of the model.


def said(world: World) -> dict[str, Any]:
    """Rounds, rights, orders, lines, enrolments, advances and balances as the database has them."""
    number = {agency.pk: key for key, agency in world.agencies.items()}
    rights = Entitlement.objects.values_list(
        "payment_round", "household", "status", "paid_xof", "amount_xof", "attempts", "funding_line__agreement__code"
    )
    ordered = Instruction.objects.values_list(
        "origin_round", "household", "attempt", "status", "amount_xof", "paid_xof", "agency", "payment_round"
    )
    lines = ReturnLine.objects.values_list("pk", "outcome", "resolved_at")
    return {
        "rounds": dict(PaymentRound.objects.values_list("pk", "status")),
        "rights": {(r, h): tuple(rest) for r, h, *rest in rights},
        "orders": {(o, h, a): (s, x, p, number[g], r) for o, h, a, s, x, p, g, r in ordered},
        "lines": {pk: (outcome, at is not None) for pk, outcome, at in lines},
        "enrolments": dict(Enrolment.objects.values_list("pk", "status")),
        "advances": dict(Advance.objects.filter(approved_at__isnull=False).values_list("pk", "cleared_xof")),
        "balances": _balances(),
        "paid": _posted_paid(),
    }  # fmt: skip


def expected(model: Model) -> dict[str, Any]:
    """The same of the model."""
    paid: dict[tuple[int, int], int] = {}
    for (origin, household, _), order in model.orders.items():
        xof = {"paid": order.amount, "partial": order.part}.get(order.status, 0)
        if xof:
            paid[origin, household] = paid.get((origin, household), 0) + xof
    return {
        "rounds": {key: one.status for key, one in model.rounds.items()},
        "rights": {k: (r.status, r.part, r.amount, r.attempts, r.agreement) for k, r in model.rights.items()},
        "orders": {k: (o.status, o.amount, o.part, o.agency, o.round) for k, o in model.orders.items()},
        "lines": {key: (line.outcome, line.resolved) for key, line in model.lines.items()},
        "enrolments": {key: one.status for key, one in model.enrolments.items()},
        "advances": {key: one.cleared for key, one in model.advances.items()},
        "balances": {fund: _expected_balances(model, fund) for fund in model.granted},
        "paid": paid,
    }


def _expected_balances(model: Model, fund: str) -> dict[str, int]:
    given = [one for one in model.advances.values() if one.agreement == fund]
    advanced, cleared = sum(one.amount for one in given), sum(one.cleared for one in given)
    found = {
        "donor": -model.granted[fund], "available": model.available(fund), **model.balances(fund),
        "treasury": -advanced, "advance": advanced - cleared, "cleared": cleared,
    }  # fmt: skip
    return {kind: xof for kind, xof in found.items() if xof}


def _balances() -> dict[str, dict[str, int]]:
    found: dict[str, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    for fund, kind, xof in Account.objects.values_list("fund", "kind", "balance_xof"):
        found[fund][kind] += xof
    return {fund: {kind: xof for kind, xof in kinds.items() if xof} for fund, kinds in found.items()}


def _posted_paid() -> dict[tuple[int, int], int]:
    """What the postings say that each right has received; zero is left out."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT e.round_id, e.household_id, sum(CASE WHEN taker.kind = 'paid' THEN p.amount_xof ELSE 0 END"
            " - CASE WHEN giver.kind = 'paid' THEN p.amount_xof ELSE 0 END)::bigint AS xof FROM ledger_posting AS p"
            " JOIN ledger_account AS taker ON taker.id = p.debit_id"
            " JOIN ledger_account AS giver ON giver.id = p.credit_id"
            " JOIN payments_entitlement AS e ON e.id = p.item"
            " WHERE p.kind IN ('pay', 'reverse', 'undo') AND 'paid' IN (taker.kind, giver.kind) GROUP BY 1, 2"
        )
        return {(round_id, household): xof for round_id, household, xof in cursor.fetchall() if xof}


def refuse_lies() -> None:
    """The ledger balances to zero and is its postings; kept totals are their lines; no right was paid beyond itself."""
    proof = ledger.prove()
    assert proof.balanced, proof
    kept = totals.prove()
    assert kept.holds, kept
    for right in Entitlement.objects.all():
        received = sum(
            one.amount_xof if one.status == "paid" else one.paid_xof
            for one in Instruction.objects.filter(origin_round=right.payment_round_id, entitlement_id=right.pk)
        )
        assert received <= right.amount_xof and (received == right.amount_xof) == (right.status == "paid"), right.pk


def refuse_changed_lists() -> None:
    """Every list is still the one that was frozen."""
    for one in PaymentRound.objects.filter(status__in=("frozen", "approved", "released", "closed")):
        assert frozen_list.verify(one).same, one


def fingerprint() -> dict[str, str]:
    """A digest by table of every row of money, of who is enrolled and of what was audited; and of the partitions."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT relname FROM pg_class WHERE relkind IN ('r', 'p') AND NOT relispartition"
            " AND relname ~ '^(ledger|payments|programmes|enrolment)_|^foundation_auditevent$'"
        )
        tables = sorted(row[0] for row in cursor.fetchall())
        each = " UNION ALL ".join(
            f"SELECT '{table}', md5(string_agg(md5(t::text), '' ORDER BY md5(t::text))) FROM {table} AS t"
            for table in tables
        )
        parts_ = (
            "SELECT 'partitions', md5(string_agg(relname, ',' ORDER BY relname)) FROM pg_class WHERE relispartition"
        )
        cursor.execute(f"{each} UNION ALL {parts_} ORDER BY 1")
        return dict(cursor.fetchall())


class Cut(Exception):
    """The power went at a statement."""


@contextmanager
def cut_at(number: int) -> Iterator[None]:
    """Fail at the statement of that number of what is done inside."""
    left = number

    def counted(execute: Callable[..., Any], *args: Any) -> Any:
        nonlocal left
        left -= connection.in_atomic_block  # what is read between two transactions cuts nothing in two
        if left == 0:
            raise Cut(args[0])
        return execute(*args)

    with connection.execute_wrapper(counted):
        yield
