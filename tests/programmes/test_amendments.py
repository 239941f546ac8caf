"""An agreement stays as it was signed; amendments say what changed, when, by which paper and by whose two hands."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction
from hypothesis import given
from hypothesis import strategies as st

from jigi.foundation import audit
from jigi.foundation.errors import Refused
from jigi.ledger import queries as ledger
from jigi.programmes import amendments, rules
from jigi.programmes.amendments import Asked, Paper
from jigi.programmes.models import Agreement, AgreementDocument, Amendment, AmendmentDecision
from jigi.programmes.rules import Change, Terms
from jigi.programmes.terms import story, terms_on
from tests.factories import make_user
from tests.foundation.sent import pdf
from tests.kept import Kept, once
from tests.payments.scene import Scene, stage

pytestmark = pytest.mark.django_db
SIGNED = date(2022, 5, 1)
LATER = Asked("extension", closes_on=date(2023, 12, 31))


def _scene(folder: Path) -> Scene:
    return stage(money=1_000_000)


scene_once = once("scene", _scene)


@pytest.fixture
def scene(scene_once: Kept[Scene], db: None) -> Scene:
    return scene_once.copy()


def ask(scene: Scene, asked: Asked, *, by: str = "finances") -> Amendment:
    person = make_user(by, "finance_officer")
    paper = Paper("avenant.pdf", pdf())
    return amendments.ask(scene.agreement, asked, signed_on=SIGNED, reason="Lettre", paper=paper, by=person)


def amended(scene: Scene, asked: Asked, *, by: str = "finances") -> Amendment:
    made = ask(scene, asked, by=by)
    amendments.confirm(made, by=scene.maker)
    return made


def money(scene: Scene) -> ledger.Balances:
    return ledger.balances([scene.agreement.code])[scene.agreement.code]


def test_an_extension_counts_from_its_signature_once_another_has_confirmed_it(scene: Scene) -> None:
    made = ask(scene, LATER)
    assert terms_on(scene.agreement, date(2099, 1, 1)).closes_on == date(2022, 6, 30)
    amendments.confirm(made, by=scene.maker)
    assert terms_on(scene.agreement, date(2022, 4, 30)).closes_on == date(2022, 6, 30)
    assert terms_on(scene.agreement, SIGNED).closes_on == date(2023, 12, 31)
    assert Agreement.objects.get().closes_on == date(2022, 6, 30)
    (change, asked) = audit.history("agreement", scene.agreement.code)[:2]
    assert {change.verb, asked.verb} == {"confirm", "amend"}


def test_an_addition_is_granted_by_its_own_entry(scene: Scene) -> None:
    amended(scene, Asked("addition", amount=Decimal(250_000)))
    amended(scene, Asked("addition", amount=Decimal(250_000)), by="finances-2")
    assert (money(scene).granted_xof, money(scene).available_xof) == (1_500_000, 1_500_000)
    causes = [one.cause for one in ledger.movements(scene.agreement.code)]
    assert causes == ["agreement:IDA-tm", "amendment:IDA-tm:1", "amendment:IDA-tm:2"]
    assert terms_on(scene.agreement, SIGNED).amount_xof == money(scene).granted_xof and ledger.prove().balanced


def test_a_reduction_takes_only_what_is_available(scene: Scene) -> None:
    too_much = ask(scene, Asked("reduction", amount=Decimal(1_000_001)))
    with pytest.raises(Refused, match="pas assez d’argent"):
        amendments.confirm(too_much, by=scene.maker)
    assert not AmendmentDecision.objects.exists() and money(scene).granted_xof == 1_000_000
    amended(scene, Asked("reduction", amount=Decimal(400_000)), by="finances-2")
    assert (money(scene).granted_xof, money(scene).available_xof) == (600_000, 600_000)


def test_who_asked_does_not_decide_and_nobody_decides_twice(scene: Scene) -> None:
    made = amendments.ask(
        scene.agreement, LATER, signed_on=SIGNED, reason="Lettre", paper=Paper("a.pdf", pdf()),
        by=make_user("finances", "finance_officer"),
    )  # fmt: skip
    with pytest.raises(Refused, match="Votre affectation"):
        amendments.confirm(made, by=made.asked_by)
    amendments.refuse(made, "Signature illisible", by=scene.maker)
    with pytest.raises(Refused, match="déjà décidé"):
        amendments.confirm(made, by=scene.maker)
    assert [one.state for one in story(scene.agreement)] == ["refused"]


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        (Asked("extension", closes_on=date(2022, 6, 30)), "ne reporte rien"),
        (Asked("extension"), "nouvelle clôture"),
        (Asked("addition"), "manque le montant"),
        (Asked("addition", amount=Decimal("0.5")), "entier"),
        (Asked("addition", amount=Decimal("1.001")), "deux décimales"),
        (Asked("addition", amount=Decimal(10**16)), "n’est pas possible"),
        (Asked("gift", amount=Decimal(1)), "n’est pas choisi"),
    ],
)
def test_what_changes_nothing_is_not_written(scene: Scene, asked: Asked, said: str) -> None:
    with pytest.raises(Refused, match=said):
        ask(scene, asked)
    assert not Amendment.objects.exists()


DOLLARS = Asked("addition", amount=Decimal("2_000"), rate=Decimal("601.5"), rate_on=SIGNED)


def in_dollars(scene: Scene) -> Scene:
    """The same scene, its agreement being another one, in dollars, of which a tenth pays management."""
    scene.agreement = Agreement.objects.create(
        code="USD", donor="IDA", name="Essai", amount_xof=500_000, currency="USD", amount=1_000, rate=500,
        rate_on=SIGNED, effective_on=date(2014, 1, 1), closes_on=date(2022, 6, 30), management_bp=1_000,
    )  # fmt: skip
    scene.line.agreement = scene.agreement
    scene.line.save()
    return scene


def test_an_addition_in_dollars_has_its_own_rate_and_its_part_for_management(scene: Scene) -> None:
    made = amended(in_dollars(scene), DOLLARS)
    assert made.amount_xof == 1_203_000
    assert (money(scene).available_xof, money(scene).management_xof) == (1_082_700, 120_300)


@pytest.mark.parametrize(
    "changed", [{"rate": None}, {"rate_on": None}, {"rate": Decimal("0.000001")}, {"rate": Decimal(10**12)}], ids=str
)
def test_dollars_without_a_sensible_rate_are_refused(scene: Scene, changed: dict[str, Any]) -> None:
    with pytest.raises(Refused, match="cours"):
        ask(in_dollars(scene), replace(DOLLARS, **changed))


def test_without_its_paper_an_amendment_is_not_written(scene: Scene) -> None:
    person = make_user("finances", "finance_officer")
    with pytest.raises(Refused, match="document signé"):
        amendments.ask(
            scene.agreement, LATER, signed_on=SIGNED, reason="Lettre", paper=Paper("a.exe", b"MZ\0"), by=person
        )
    assert not AgreementDocument.objects.exists()


LIES = {
    "UPDATE programmes_amendment SET amount_xof = 1": "ne se modifient",
    "DELETE FROM programmes_amendment": "ne se modifient",
    "UPDATE programmes_agreementdocument SET sha256 = ''": "ne se modifient",
    "DELETE FROM programmes_agreementdocument": "ne se modifient",
    "UPDATE programmes_amendmentdecision SET confirmed = false, reason = 'x'": "ne se modifient",
    "DELETE FROM programmes_amendmentdecision": "ne se modifient",
    "UPDATE programmes_agreement SET amount_xof = amount_xof + 1": "passer un avenant",
    "UPDATE programmes_agreement SET management_bp = 500": "passer un avenant",
    "INSERT INTO programmes_agreement (code, donor, name, amount_xof, effective_on, closes_on, currency, management_bp)"
    " VALUES ('X', 'X', 'X', 1, '2020-01-01', '2021-01-01', 'USD', 0)": "agreement_currency_has_a_dated_rate",
    "INSERT INTO programmes_agreement (code, donor, name, amount_xof, effective_on, closes_on, currency, amount, rate,"
    " rate_on, management_bp) VALUES ('X', 'X', 'X', 501, '2020-01-01', '2021-01-01', 'USD', 1, 500, '2020-01-01',"
    " 0)": "agreement_amount_is_converted",
    "INSERT INTO programmes_agreement (code, donor, name, amount_xof, effective_on, closes_on, currency, management_bp)"
    " VALUES ('X', 'X', 'X', 1, '2020-01-01', '2021-01-01', 'XOF', 10000)": "agreement_management_is_a_part",
}


@pytest.mark.parametrize("lie", LIES, ids=range(len(LIES)))
def test_the_database_refuses_to_overwrite_what_was_signed(scene: Scene, lie: str) -> None:
    amended(scene, Asked("addition", amount=Decimal(1_000)))
    with pytest.raises(DatabaseError, match=LIES[lie]), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(lie)


AMENDMENT = {
    "amendment_says_what_it_changes": {"kind": "extension", "amount_xof": None},
    "amendment_is_in_the_currency_of_its_agreement": {"amount": 2, "rate": 500, "rate_on": SIGNED},
    "amendment_number_once": {"number": 1},
    "amendment_has_a_reason": {"reason": ""},
}


@pytest.mark.parametrize("constraint", AMENDMENT)
def test_the_database_refuses_an_amendment_that_lies(scene: Scene, constraint: str) -> None:
    first = ask(scene, Asked("addition", amount=Decimal(1_000)))
    said = {
        "agreement": first.agreement, "number": 2, "kind": "addition", "amount_xof": 1_000, "signed_on": SIGNED,
        "reason": "Lettre", "document": first.document, "asked_by": first.asked_by,
    }  # fmt: skip
    with pytest.raises(DatabaseError) as refused, transaction.atomic():
        Amendment.objects.create(**(said | AMENDMENT[constraint]))
    assert constraint in (refused.value.__cause__.diag.constraint_name or "")  # type: ignore[union-attr]


def test_the_database_refuses_the_same_hand(scene: Scene) -> None:
    made = ask(scene, LATER)
    with pytest.raises(DatabaseError, match="ne le décide pas"), transaction.atomic():
        AmendmentDecision.objects.create(amendment=made, confirmed=True, by=made.asked_by)


@given(
    st.decimals(min_value=1, max_value=10**8, places=2), st.decimals(min_value=Decimal("0.01"), max_value=900, places=6)
)
def test_postgresql_counts_a_currency_as_the_rule_does(amount: Decimal, rate: Decimal) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT round(%s::numeric(18, 2) * %s::numeric(18, 6))", [amount, rate])
        (counted,) = cursor.fetchone()
    assert rules.converted_xof(amount, rate) == counted


def test_a_closing_never_comes_back() -> None:
    day = date(2020, 1, 1)
    changes = [Change(5, None), Change(0, date(2022, 1, 1)), Change(-2, date(2021, 1, 1))]
    assert rules.in_force(Terms(10, day), changes) == Terms(13, date(2022, 1, 1))


def test_what_pays_management_is_less_than_a_franc_from_its_share() -> None:
    exact = (Decimal(1_001) * 750 / 10_000).quantize(Decimal(1), ROUND_HALF_UP)
    assert rules.management_xof(1_001, 750) == exact == 75
