"""A programme with money, agencies and enrolled households, on which rounds are played."""

from __future__ import annotations

import csv
import os
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path

from django.db import connection
from django.utils import timezone

from jigi.enrolment.models import Cohort, Enrolment
from jigi.foundation.models import User
from jigi.geography.models import Area
from jigi.ledger import actions as ledger
from jigi.ledger import queries as ledger_queries
from jigi.payments import actions, losses, orders, returns
from jigi.payments.models import Instruction, PaymentRound
from jigi.programmes.models import (
    Agency,
    AgencyAccount,
    AgencyCommune,
    Agreement,
    Component,
    ComponentCommune,
    FeeRule,
    FundingCommune,
    FundingLine,
    Programme,
)
from jigi.registry.models import Phone
from tests.factories import make_commune, make_households, make_user, make_village


@dataclass
class Scene:
    """One component in some communes, one agreement, one agency, and the people of three hands."""

    component: Component
    agreement: Agreement
    line: FundingLine
    agency: Agency
    communes: list[Area]
    maker: User
    approver: User
    treasurer: User
    officer: User
    households: list[int] = field(default_factory=list)

    def enrol(self, households: Sequence[int], *, first_term: int = 1, last_term: int | None = None) -> None:
        """Enrol households set-wise, recipient and telephone as the register says."""
        cohort, _ = Cohort.objects.get_or_create(
            component=self.component, name=f"cohorte {first_term}",
            defaults={"first_term": first_term, "made_by": self.maker, "asked": len(households),
                      "enrolled": len(households), **dict.fromkeys(_NOT_ENROLLED, 0)},
        )  # fmt: skip
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE registry_household, registry_membership, registry_person, registry_phone")
            cursor.execute(
                _ENROL,
                [self.component.pk, cohort.pk, self.agency.pk, first_term, last_term or self.component.terms,
                 list(households)],
            )  # fmt: skip
        give_accounts(cohort)
        self.households += households

    def open(self, term: int = 1, **options: object) -> PaymentRound:
        communes = options.pop("communes", self.communes)
        return actions.open_round(self.component, term, communes, by=self.maker, **options)

    def prepared(self, term: int = 1, **options: object) -> PaymentRound:
        return actions.prepare(self.open(term, **options), by=self.maker)

    def released(self, term: int = 1, **options: object) -> PaymentRound:
        payment_round = actions.freeze(self.prepared(term, **options), by=self.maker)
        payment_round = actions.approve(payment_round, by=self.approver)
        if payment_round.status == "frozen":  # so large a sum asks for a second hand (data/approvals.toml)
            cercle = self.communes[0].parent
            assert cercle
            second = make_user(f"region-{payment_round.pk}", "regional_coordinator", cercle.parent)
            payment_round = actions.approve(payment_round, by=second)
        return actions.release(payment_round, by=self.treasurer)

    def order_file(self, payment_round: PaymentRound, folder: Path) -> Path:
        made = orders.write_orders(payment_round, self.agency, folder, format="csv", by=self.officer)
        return folder / made.file_name

    def answer(self, payment_round: PaymentRound, path: Path, *, absent: int = 0) -> returns.Reconciliation:
        """Every order paid but the first `absent`, through a return file."""
        lines = Instruction.objects.filter(payment_round=payment_round).order_by("id")
        rows = [
            (line.reference, "ABSENT" if n < absent else "PAYE", line.amount_xof, "2016-02-10")
            for n, line in enumerate(lines)
        ]
        return self.take(path, rows)

    def take(self, path: Path, rows: Sequence[Sequence[object]]) -> returns.Reconciliation:
        """Write a return file of these rows and reconcile it."""
        with path.open("w", newline="", encoding="utf-8") as file:
            writer = csv.writer(file, delimiter=";")
            writer.writerow(["reference", "statut", "montant_fcfa", "date"])
            writer.writerows(rows)
        return returns.reconcile(path, self.agency, by=self.officer)

    def close(self, payment_round: PaymentRound) -> PaymentRound:
        return actions.close(payment_round, by=self.maker)

    def give_back(self, reason: str = "fin du projet") -> int:
        """What is owed to households that have left goes back to the fund, decided by one and done by another."""
        if losses.waiting(self.component) is None:
            losses.decide(self.component, by=self.approver, reason=reason)
        return actions.return_to_funds(self.component, by=self.maker, reason=reason)

    def balance(self, kind: str) -> int:
        """What stands on the accounts of one kind, in francs."""
        return sum(a.balance_xof for a in ledger_queries.accounts_of(self.agreement.code) if a.kind == kind)


def give_accounts(cohort: Cohort) -> None:
    """The telephone of each recipient of a cohort becomes the account."""
    enrolled = list(cohort.enrolments.all())
    numbers = {one.person_id: one.number for one in Phone.objects.filter(person__in=[e.recipient_id for e in enrolled])}
    for one in enrolled:
        one.account = numbers.get(one.recipient_id, "")
    Enrolment.objects.bulk_update(enrolled, ["account_sealed", "account_index"], batch_size=5_000)


def stage(
    *,
    amount_xof: int = 30_000,
    terms: int = 12,
    money: int = 10_000_000_000,
    communes: Sequence[str] = ("ML010501",),
    code: str = "tm",
) -> Scene:
    """The scene, empty of households; `money` is the agreement's amount in francs."""
    areas = [make_commune(c) for c in communes]
    maker = make_user(f"{code}-prepare", "programme_manager")
    programme = Programme.objects.create(
        code=code,
        name="Transferts monétaires",
        file_name="essai",
        file_hash="0" * 64,
        valid_from=date(2014, 1, 1),
    )
    component = Component.objects.create(
        programme=programme, code="TM", name="Transfert monétaire", kind="regular", purpose="consommation",
        amount_xof=amount_xof, terms=terms, first_period="2015T1", months=3,
    )  # fmt: skip
    agreement = Agreement.objects.create(
        code=f"IDA-{code}", donor="IDA", name="Convention d’essai", amount_xof=money,
        effective_on=date(2014, 1, 1), first_closes_on=date(2022, 6, 30), closes_on=date(2022, 6, 30),
    )  # fmt: skip
    line, agency = _fund(component, agreement, maker)
    for area in areas:
        ComponentCommune.objects.create(component=component, commune=area, terms=terms)
        FundingCommune.objects.create(component=component, funding_line=line, commune=area)
        AgencyCommune.objects.create(component=component, agency=agency, commune=area)
    return Scene(
        component, agreement, line, agency, areas, maker,
        make_user(f"{code}-approuve", "coordinator"),
        make_user(f"{code}-libere", "treasurer"),
        make_user(f"{code}-rapproche", "payment_officer"),
    )  # fmt: skip


def beside(scene: Scene, code: str) -> Scene:
    """Another component of the scene's programme, in the same communes, by the same hands, with money of its own."""
    component = Component.objects.create(
        programme=scene.component.programme, code=code, name=f"Composante {code}", kind="regular",
        purpose="consommation", amount_xof=30_000, terms=12, first_period="2015T1", months=3,
    )  # fmt: skip
    agreement = Agreement.objects.create(
        code=f"IDA-{code}", donor="IDA", name="Convention d’essai", amount_xof=10_000_000_000,
        effective_on=date(2014, 1, 1), first_closes_on=date(2022, 6, 30), closes_on=date(2022, 6, 30),
    )  # fmt: skip
    line, agency = _fund(component, agreement, scene.maker)
    for area in scene.communes:
        ComponentCommune.objects.create(component=component, commune=area, terms=12)
        FundingCommune.objects.create(component=component, funding_line=line, commune=area)
        AgencyCommune.objects.create(component=component, agency=agency, commune=area)
    return replace(scene, component=component, agreement=agreement, line=line, agency=agency, households=[])


def scene_of(component: Component, communes: Sequence[Area], *, code: str = "ESSAI") -> Scene:
    """The scene of a component loaded from a programme file, with the people of three hands."""
    line = FundingLine.objects.filter(component=component).order_by("rank").first()
    served = AgencyCommune.objects.filter(component=component).order_by("pk").first()
    assert line and served
    return Scene(
        component, line.agreement, line, served.agency, list(communes), make_user(f"{code}-prepare"),
        make_user(f"{code}-approuve", "coordinator"),
        make_user(f"{code}-libere", "treasurer"),
        make_user(f"{code}-rapproche", "payment_officer"),
    )  # fmt: skip


def peopled(households: int, **options: object) -> Scene:
    """A scene with so many households in its first commune, enrolled from the first term."""
    scene = stage(**options)  # type: ignore[arg-type]
    scene.enrol(make_households(households, make_village(scene.communes[0])))
    return scene


def _fund(component: Component, agreement: Agreement, by: User) -> tuple[FundingLine, Agency]:
    def account(suffix: str, kind: str) -> ledger.Account:
        return ledger.open_account(f"{agreement.code}:{suffix}", f"{agreement} {suffix}", kind, agreement.code)

    line = FundingLine.objects.create(
        component=component, agreement=agreement, rank=1, available=account("disponible", "available"),
        reserved=account("programme", "programme"), paid=account("verse", "paid"),
    )  # fmt: skip
    agency, _ = Agency.objects.get_or_create(
        code="AGENCE-A", defaults={"name": "Agence A (monnaie électronique)", "kind": "wallet"}
    )
    no_fee(agency, by)
    AgencyAccount.objects.create(funding_line=line, agency=agency, account=account(f"agence:{agency.code}", "agency"))
    grant = ledger.Line("grant", agreement.pk, line.available, account("bailleur", "donor"), agreement.amount_xof)
    ledger.post("grant", f"agreement:{agreement.code}", "Dotation", [grant], by=by)
    return line, agency


def no_fee(agency: Agency, by: User) -> None:
    """The explicit rule that an agency takes nothing anywhere, as a reviewed file says it."""
    FeeRule.objects.get_or_create(
        agency=agency, area=None, programme=None,
        defaults={
            "valid_from": date(2014, 1, 1), "mode": "included", "fixed_xof": 0, "per_mille": 0, "why": "essai",
            "file_hash": "0" * 64, "made_by": by, "approved_by": by, "approved_at": timezone.now(),
        },
    )  # fmt: skip


def random_seed() -> int:
    """The seed of the tests that draw: JIGI_SEED, or always the same."""
    return int(os.environ.get("JIGI_SEED", "20150301"))


_NOT_ENROLLED = (
    "already_enrolled", "outside_communes", "left_register", "calendar_over", "without_recipient", "without_account",
)  # fmt: skip
_ENROL = """
INSERT INTO enrolment_enrolment (component_id, cohort_id, agency_id, first_term, last_term, household_id, commune_id,
    village_id, recipient_id, account_sealed, account_index, pay_point, status, exit_reason)
SELECT %s, %s, %s, %s, %s, h.id, h.commune_id, h.village_id, m.person_id, '', '', 'Site d''essai',
    'active', ''
FROM registry_household h
JOIN registry_membership m ON m.household_id = h.id AND m.role = 'recipient' AND m.ended_on IS NULL
WHERE h.id = ANY (%s)
"""
